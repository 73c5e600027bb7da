"""The share of a figure that statements cover."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Verdict
from carbonseal.flow.phrases import Missing
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.products import Facility
from carbonseal.verification.conformity.coverage import covered_share
from carbonseal.verification.verify import Report
from tests.flow.chains import Chain, Made, footprint, listed, used
from tests.passport.stated import opinion, program
from tests.verification.conformity.scenes import OTHER_BODY, Scene, commitments, found

SITE = Facility("https://id.example/site/1", "Works 1", "DE")
BY = "require statement by=tuev"


def _share(report: Report) -> str:
    (one,) = [one for one in report.findings if one.code.name in ("statement.met", "statement.unmet")]
    return one.facts["share"]


def test_a_part_of_the_tree_covers_its_share() -> None:
    scene = Scene()
    cell = scene.chain.product("cell", "3")
    board = scene.chain.product("board", "4")
    reader = scene.chain.product("reader", "10", parts=[used(cell, "2"), listed(board, "1")])
    passport = scene.passport(reader, scene.stated.statement(opinion(commitments(cell, board))))
    report = scene.verify(passport, statement=f"{BY} share=60%")
    assert report.verdict is Verdict.VERIFIED and _share(report) == "60 %"  # the board is listed alone
    more = scene.verify(passport, statement=f"{BY} share=60.1%")
    assert more.verdict is Verdict.UNDETERMINED
    (unmet,) = [one for one in more.findings if one.code.name == "statement.unmet"]
    assert unmet.facts["uncovered"].startswith("reader (")


def test_what_is_below_a_covered_product_does_not_count_again() -> None:
    scene = Scene()
    ore = scene.chain.product("ore", "2")
    cell = scene.chain.product("cell", "3", parts=[used(ore, "1")])
    reader = scene.chain.product("reader", "10", parts=[used(cell, "2")])
    passport = scene.passport(reader, scene.stated.statement(opinion(commitments(cell, ore))))
    assert _share(scene.verify(passport)) == "60 %"


def test_components_that_bring_more_than_the_figure_cover_it_once() -> None:
    """The whole of an intermediate product at most, and the whole of the root."""
    scene = Scene()
    ore = scene.chain.product("ore", "8")
    cell = scene.chain.product("cell", "3", parts=[used(ore, "1")])
    reader = scene.chain.product("reader", "10", parts=[used(cell, "1")])
    assert _share(scene.verify(scene.passport(reader, scene.stated.statement(opinion(commitments(ore)))))) == "30 %"
    dear = scene.chain.product("gate", "2", parts=[used(cell, "1")])
    assert _share(scene.verify(scene.passport(dear, scene.stated.statement(opinion(commitments(cell)))))) == "100 %"


def test_a_withheld_figure_and_a_negative_one_count_nothing() -> None:
    scene = Scene()
    hidden = scene.chain.product("hidden", "3", withheld=True)
    grown = scene.chain.product("biochar", "-2", technologicalCO2Removals="-2.5", fossilGhgEmissions="0.5")
    reader = scene.chain.product("reader", "10", parts=[used(hidden, "1"), used(grown, "1")])
    passport = scene.passport(reader, scene.stated.statement(opinion(commitments(hidden, grown))))
    assert _share(scene.verify(passport)) == "0 %"


def test_a_root_that_is_withheld_is_not_checkable() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "10", withheld=True)
    report = scene.verify(scene.passport(reader, scene.stated.statement(opinion(commitments(reader)))))
    assert report.verdict is Verdict.UNDETERMINED and "statement.not-checkable" in found(report)


def test_of_a_root_at_or_below_zero_no_share_can_be_covered() -> None:
    cases: list[dict[str, Any]] = [
        {"total": "0"},
        {"total": "-1", "technologicalCO2Removals": "-1.5", "fossilGhgEmissions": "0.5"},
    ]
    for parts in cases:
        scene = Scene()
        reader = scene.chain.product("reader", **parts)
        report = scene.verify(scene.passport(reader, scene.stated.statement(opinion(commitments(reader)))))
        assert report.verdict is Verdict.UNDETERMINED and "statement.not-positive" in found(report)


def test_one_opinion_serves_all_batches() -> None:
    scene = Scene()
    first = scene.chain.product("reader", "5", batch=("A", "10", "piece"))
    second = scene.chain.product("reader", "5", batch=("B", "10", "piece"))
    statement = scene.stated.statement(opinion(commitments(first)))
    for lot in (first, second):
        assert scene.verify(scene.passport(lot, statement)).verdict is Verdict.VERIFIED


def test_a_program_covers_its_organisation_s_footprints_of_its_period() -> None:
    def share(**changes: object) -> str:
        scene = Scene()
        cell = scene.chain.product("cell", "3", issuer="supplier", facility=SITE)
        reader = scene.chain.product("reader", "10", parts=[used(cell, "2")], facility=SITE)
        certified: dict[str, Any] = {"organisation": "did:web:maker.example", **changes}
        passport = scene.passport(reader, scene.stated.statement(program(**certified)))
        return _share(scene.verify(passport, statement=f"{BY} covers=program"))

    assert share() == "100 %"
    assert share(organisation="did:web:supplier.example") == "60 %"
    assert share(since=datetime(2025, 2, 1, tzinfo=UTC)) == "0 %"
    assert share(until=datetime(2025, 12, 31, tzinfo=UTC)) == "0 %"
    assert share(sites=(SITE,)) == "100 %"
    assert share(sites=(Facility("https://id.example/site/2", "Works 2", "DE"),)) == "0 %"


def test_a_program_says_nothing_of_a_footprint_without_a_period_or_a_site() -> None:
    scene = Scene()
    reader = scene.chain.product("reader", "10")
    passport = scene.passport(reader, scene.stated.statement(program(sites=(SITE,))))
    assert _share(scene.verify(passport, statement=f"{BY} covers=program")) == "0 %"


def test_several_bodies_cover_together_what_a_group_any_requires() -> None:
    """Each product where the group is satisfied by those who vouch for it."""
    scene = Scene()
    cell = scene.chain.product("cell", "3")
    board = scene.chain.product("board", "4")
    reader = scene.chain.product("reader", "10", parts=[used(cell, "2"), used(board, "1")])
    passport = scene.passport(
        reader,
        scene.stated.statement(opinion(commitments(cell))),
        scene.stated.statement(opinion(commitments(cell, board)), body=OTHER_BODY),
    )
    other = f"signer other-body body {OTHER_BODY.id} {encode_key(OTHER_BODY.public)}"
    for threshold, share in (("any", "100 %"), ("all", "60 %")):
        group = f"group bodies {threshold} tuev other-body"
        report = scene.verify(
            passport, second_body=other, bodies=group, statement="", line="require statement by=bodies share=60%"
        )
        assert report.verdict is Verdict.VERIFIED and _share(report) == share
    several = {"line": f"{BY} share=60%", "second": "require statement by=other-body share=100%"}
    assert scene.verify(passport, second_body=other, statement="", **several).verdict is Verdict.VERIFIED


def test_what_is_not_comparable_counts_nothing() -> None:
    scene = Scene()
    cell = scene.chain.product("cell", "3", ipccCharacterizationFactors=["AR5"])
    reader = scene.chain.product("reader", "10", parts=[used(cell, "2")])
    passport = scene.passport(reader, scene.stated.statement(opinion(commitments(cell))))
    assert _share(scene.verify(passport)) == "0 %"


@st.composite
def _chains(draw: st.DrawFn) -> tuple[Chain, Made, list[Made]]:
    """A chain of up to eight products, each with up to three of the earlier ones in it."""
    chain = Chain()
    made: list[Made] = []
    for number in range(draw(st.integers(1, 8))):
        below = draw(st.lists(st.sampled_from(made), max_size=3, unique_by=lambda one: one.digest)) if made else []
        bases = [draw(st.sampled_from([used, listed]))(one, draw(st.sampled_from(["1", "0.5", "3"]))) for one in below]
        made.append(
            chain.made_up(f"product {number}", bases, total=draw(st.sampled_from(["0", "1", "2.5", "7", "-1"])))
        )
    return chain, made[-1], made


@given(_chains(), st.data())
def test_more_statements_never_cover_less_and_never_more_than_all(
    drawn: tuple[Chain, Made, list[Made]], data: st.DataObject
) -> None:
    chain, root, made = drawn
    graph = chain.graph(root)
    some = data.draw(st.sets(st.sampled_from([one.digest for one in made])))
    more = some | data.draw(st.sets(st.sampled_from([one.digest for one in made])))
    share = covered_share(graph, lambda product: product.credential.digest in some)
    larger = covered_share(graph, lambda product: product.credential.digest in more)
    assert not isinstance(share, Missing) and not isinstance(larger, Missing)
    assert 0 <= share <= larger <= 1
    everything = covered_share(graph, lambda product: product.credential.digest == root.digest)
    figure = graph.root.figure
    assert not isinstance(figure, Missing)
    assert everything == (Fraction(1) if figure.value > 0 else Fraction(0))


def test_a_record_of_another_product_covers_nothing() -> None:
    """Whoever has one product verified could list its record for all the others."""
    scene = Scene()
    clean = scene.chain.product("clean", "1")
    record = footprint("clean", "1")
    dirty = scene.chain.product("dirty", document=record)
    passport = scene.passport(dirty, scene.stated.statement(opinion(commitments(clean))))
    report = scene.verify(passport)
    assert report.verdict is Verdict.UNDETERMINED and _share(report) == "0 %"
    (told,) = [one for one in report.findings if one.code.name == "statement.other-product"]
    assert told.facts == {"recorded": "urn:product:example:clean", "named": "urn:product:example:dirty"}


@pytest.mark.parametrize(
    ("recorded", "named"),
    [
        (["urn:product:example:thing"], "urn:product:example:thing"),
        (["urn:product:example:old", "urn:product:example:thing"], "urn:product:example:thing"),
        (["urn:gtin:9506000134352"], "https://id.gs1.org/01/09506000134352/10/L-7"),
    ],
)
def test_a_record_of_the_same_product_in_another_spelling_is_not(recorded: list[str], named: str) -> None:
    scene = Scene()
    thing = scene.chain.product("thing", "1", subject=named, edit=lambda it: it.update(productIds=recorded))
    passport = scene.passport(thing, scene.stated.statement(opinion(commitments(thing))))
    report = scene.verify(passport)
    assert report.verdict is Verdict.VERIFIED
    assert found(report) == ["statement.stands", "statement.met"]
