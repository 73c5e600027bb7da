"""GS1 Digital Links: one canonical form, and every way around it refused. Single cases are tests/vectors/identifiers.json."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.goods.digital_link import GS1_82, DigitalLink, build_link, looks_like_link, parse_link
from carbonseal.goods.spelling import canonical_identifier, gtin_of

GTIN = "09506000134352"
texts = st.text(st.sampled_from(sorted(GS1_82)), max_size=20)
bases = st.sampled_from(["https://id.gs1.org", "https://maker.example:8443/passports", "https://a.example/x/y.z"])
queries = st.dictionaries(st.text("abcxyz-", min_size=1), st.text(max_size=8), max_size=3)


@given(bases, texts, texts, texts, queries)
def test_what_is_built_is_read_as_it_was_meant(
    base: str, variant: str, lot: str, serial: str, query: dict[str, str]
) -> None:
    link = build_link(base, GTIN, variant=variant, lot=lot, serial=serial, query=tuple(query.items()))
    assert link == DigitalLink(base, GTIN, variant, lot, serial, "", tuple(sorted(query.items())))
    assert parse_link(str(link)) == link
    assert str(link).isascii()
    assert looks_like_link(str(link))


@given(st.text(max_size=60))
def test_whatever_is_read_has_one_spelling(tail: str) -> None:
    try:
        link = parse_link(f"https://id.example/01/{GTIN}{tail}")
    except Refused as refused:
        assert refused.finding.code.name in {"goods.malformed", "goods.check-digit"}
    else:
        assert parse_link(str(link)) == link
        assert str(parse_link(str(link))) == str(link)


@pytest.mark.parametrize(
    ("base", "given"),
    [
        ("http://id.example", {}),
        ("https://ID.example", {}),
        ("https://id.example/10/a", {}),
        ("https://id.example/a?b=c", {}),
        ("id.example", {}),
        ("https://id.example", {"lot": "ä"}),
        ("https://id.example", {"serial": "1" * 21}),
        ("https://id.example", {"third_party": "1", "serial": "1"}),
        ("https://id.example", {"query": (("10", "L"),)}),
    ],
)
def test_nothing_is_built_that_would_be_refused(base: str, given: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        build_link(base, GTIN, **given)  # type: ignore[arg-type]
    assert refused.value.finding.code.name == "goods.malformed"


def test_another_library_reads_the_same() -> None:
    biip = pytest.importorskip("biip")
    link = build_link("https://id.gs1.org", GTIN, lot="L/7", serial="0001")
    found = {one.ai.ai: one.value for one in biip.parse(str(link)).gs1_digital_link_uri.element_strings}
    assert found == {"01": GTIN, "10": "L/7", "21": "0001"}


def test_what_looks_like_none_of_trades_is_left_alone() -> None:
    for uri in ("urn:example:reader", "https://maker.example/01/readers", "https://maker.example/models/01/12"):
        assert canonical_identifier(uri) == uri
        assert gtin_of(uri) is None


def test_the_gtin_of_an_identifier() -> None:
    for uri in ("urn:gtin:9506000134352", "gtin:09506000134352", "https://a.example/01/9506000134352/10/L"):
        assert gtin_of(uri) == GTIN
    assert gtin_of("urn:gtin:9506000134351") is None
    with pytest.raises(Refused):
        canonical_identifier("urn:gtin:9506000134351")
    with pytest.raises(Refused):
        canonical_identifier("urn:lei:529900T8BM49AURSDO56")
