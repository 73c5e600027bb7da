"""What a policy asks, and what a passport shows: verified, undetermined and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from carbonseal.findings import Outcome, Verdict
from carbonseal.log.notes import Cosigner
from carbonseal.passport.assembly import merge_seals
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.seals import Head, Seal
from carbonseal.verification.trust import Trust, parse_trust
from carbonseal.verification.verify import verify
from tests.verification.tampering import undetermined
from tests.world import AT, BLOCK_TIME, CHAIN, OTHER_ORIGIN, World, codes, key


def reseal(passport: Passport, **heads: Any) -> Passport:
    """Every head of every seal with some members replaced."""
    seals = {
        commitment: replace(seal, heads=tuple(replace(head, **heads) for head in seal.heads))
        for commitment, seal in passport.seals.items()
    }
    return replace(passport, seals=seals)


def test_a_passport_on_two_ledgers_verifies() -> None:
    world = World()
    report = world.verify(world.passport())
    assert report.verdict is Verdict.VERIFIED
    assert report.existed_by == BLOCK_TIME
    assert report.subject == "urn:example:product:door-reader"
    assert {item.ledger for item in report.trusted} == {CHAIN}
    assert {finding.code.outcome for finding in report.findings} == {Outcome.SHOWN, Outcome.NOT_ASKED}


def test_the_same_value_with_other_white_space_is_the_same_passport() -> None:
    world = World()
    raw = world.passport().encode()
    spaced = raw.replace(b'{"carbonseal":', b'{ \n "carbonseal" : ')
    assert world.verify(spaced) == world.verify(raw)
    assert parse(spaced).encode() == raw


def test_components_are_verified_each_once_also_where_two_parents_share_one() -> None:
    world = World()
    shared = world.passport(world.supplier, "controller")
    board = world.passport(name="board", components=[shared])
    sensor = world.passport(name="sensor", components=[shared])
    whole = world.passport(name="door reader", components=[board, sensor])
    report = world.verify(whole)
    assert report.verdict is Verdict.VERIFIED
    assert len(whole.credentials) == 4
    assert sum(finding.place[0].startswith("controller") for finding in report.findings if len(finding.place) == 1) == 2


def test_an_issuer_delegates_no_trust() -> None:
    """Whom the policy does not list counts for nothing, however deep it is below issuers that are listed."""
    world = World()
    cell = world.passport(world.supplier, "cell")
    battery = world.passport(name="battery", components=[cell])
    for whole in (battery, world.passport(components=[battery])):
        assert world.verify(whole).verdict is Verdict.VERIFIED
        report = world.verify(whole, supplier="")
        undetermined(report, "signer.not-listed")
        lacking = [finding for finding in report.findings if finding.code.outcome is Outcome.UNDETERMINED]
        assert {finding.code.name for finding in lacking} == {"signer.not-listed"}
        whose = ("cell", f"status list urn:example:status:{world.supplier.id}")
        assert [finding.place[0].startswith(of) for finding, of in zip(lacking, whose, strict=True)] == [True, True]


def test_a_key_of_a_listed_issuer_signs_in_its_own_name_alone() -> None:
    world = World()
    world.supplier.key = world.maker.key
    report = world.verify(world.passport(components=[world.passport(world.supplier, "cell")]), supplier="")
    undetermined(report, "signer.not-listed")


def test_a_component_that_is_not_carried_is_not_shown() -> None:
    world = World()
    part = world.passport(world.supplier, "cell")
    whole = world.passport(components=[part])
    own = {carried.commitment for digest, carried in whole.credentials.items() if digest == whole.root}
    own |= {record.commitment for record in whole.credential.records}
    lists = {d: one for d, one in whole.status_lists.items() if one.signed.issuer == world.maker.id}
    own |= {one.commitment for one in lists.values()}
    alone = Passport(
        whole.root,
        {whole.root: whole.credentials[whole.root]},
        {c: record for c, record in whole.records.items() if c in own},
        {c: seal for c, seal in whole.seals.items() if c in own},
        lists,
    )
    undetermined(world.verify(alone), "component.not-carried")


def test_without_one_ledgers_evidence_two_are_not_shown() -> None:
    world = World()
    passport = world.passport()
    for ledger in (CHAIN, f"tlog:{OTHER_ORIGIN}"):
        fewer = replace(
            passport,
            seals={
                commitment: replace(
                    seal,
                    heads=tuple(
                        replace(head, anchors=tuple(one for one in head.anchors if one.ledger != ledger))
                        for head in seal.heads
                    ),
                )
                for commitment, seal in passport.seals.items()
            },
        )
        undetermined(world.verify(fewer), "ledger-quorum.unmet")
        one_of_two = world.verify(fewer, both="group both any chain other", time="")
        assert one_of_two.verdict is Verdict.VERIFIED


def test_anchors_beyond_the_quorum_lower_nothing() -> None:
    world = World()
    report = verify(
        world.passport(),
        world.policy(both="group both any chain other", time=""),
        Trust(),
        at=AT,
    )
    assert report.verdict is Verdict.VERIFIED
    assert "ethereum.block-not-pinned" in codes(report)


def test_a_block_that_nobody_pinned_shows_nothing() -> None:
    world = World()
    report = verify(world.passport(), world.policy(), Trust(), at=AT)
    undetermined(report, "ethereum.block-not-pinned")
    assert {"ledger-quorum.unmet", "time-quorum.unmet"} <= codes(report)


def test_a_publisher_that_is_not_listed_counts_for_nothing() -> None:
    world = World()
    passport = world.passport()
    chain = world.lines()["chain"].replace("0x" + "11" * 20, "0x" + "12" * 20)
    undetermined(world.verify(passport, chain=chain), "ethereum.publisher-not-listed")


def test_a_ledger_or_log_that_is_not_listed_counts_for_nothing() -> None:
    world = World()
    passport = world.passport()
    without = world.verify(passport, other="", both="", anchors="require anchors by=chain")
    assert without.verdict is Verdict.VERIFIED
    assert "ledger.not-listed" in codes(without)
    other_log = f"log {Cosigner('x', key('x')).verifier.encode()}"
    stranger = world.other.signer.verifier.encode()
    del other_log
    report = world.verify(passport, log=f"log {stranger}", other="", both="", anchors="require anchors by=chain")
    undetermined(report, "log.not-listed")
    assert "seal.without-head" in codes(report)


def test_a_head_without_the_logs_signature_counts_for_nothing() -> None:
    world = World()
    passport = world.passport()
    log = world.log.signer
    impostor = replace(log, private_key=key("impostor"))
    undetermined(world.verify(passport, log=f"log {impostor.verifier.encode()}"), "head.unsigned")


class TestWitnesses:
    def lines(self, world: World) -> str:
        return f"witness watcher {world.witness.verifier.encode()}\nquorum watcher"

    def test_a_cosignature_meets_the_quorum(self) -> None:
        world = World()
        report = world.verify(world.passport(witnessed=True), quorum=self.lines(world))
        assert report.verdict is Verdict.VERIFIED
        assert "witness-quorum.met" in codes(report)

    def test_without_it_the_quorum_is_not_met(self) -> None:
        world = World()
        undetermined(world.verify(world.passport(), quorum=self.lines(world)), "witness-quorum.unmet")

    def test_a_later_head_that_continues_the_first_brings_its_witness(self) -> None:
        world = World()
        passport = world.passport()
        world.passport(name="something later")
        size = world.log.size
        seals = {
            commitment: merge_seals(
                seal,
                Seal(seal.entry, seal.index, (world.anchored_head(seal.index, size, witnessed=True),)),
                lambda _origin, old, new: world.log.consistency(old, new),
            )
            for commitment, seal in passport.seals.items()
        }
        later = replace(passport, seals=seals)
        report = world.verify(later, quorum=self.lines(world))
        assert report.verdict is Verdict.VERIFIED
        assert report.existed_by == BLOCK_TIME

    def test_unlinked_heads_do_not_add_up(self) -> None:
        world = World()
        passport = world.passport()
        world.passport(name="something later")
        size = world.log.size
        seals = {
            commitment: Seal(
                seal.entry,
                seal.index,
                (
                    seal.heads[0],
                    Head(world.log.head(size, (world.witness, 1)), world.log.inclusion(seal.index, size), None, ()),
                ),
            )
            for commitment, seal in passport.seals.items()
        }
        report = world.verify(replace(passport, seals=seals), quorum=self.lines(world))
        undetermined(report, "seal.unlinked")
        assert "witness-quorum.unmet" in codes(report)


def test_a_check_that_this_version_lacks_is_not_shown() -> None:
    world = World()
    undetermined(world.verify(world.passport(), checks="require over-allocation"), "check.unavailable")


def test_what_is_not_asked_is_listed() -> None:
    world = World()
    report = world.verify(world.passport(), anchors="", time="", status="")
    assert report.verdict is Verdict.VERIFIED
    asked_not = {finding.code.name for finding in report.findings if finding.code.outcome is Outcome.NOT_ASKED}
    assert asked_not == {
        "ledger-quorum.not-asked",
        "witness-quorum.not-asked",
        "time-quorum.not-asked",
        "status.not-asked",
        "history.not-asked",
        "record.not-asked",
        "flow.not-asked",
        "statement.not-asked",
    }


def test_a_withheld_record_is_noted_and_does_no_harm() -> None:
    world = World()
    passport = replace(world.passport(), records={})
    report = world.verify(passport)
    assert report.verdict is Verdict.VERIFIED
    assert "record.withheld" in codes(report)


def test_a_record_that_is_required_and_withheld_is_named() -> None:
    world = World()
    passport = world.passport()
    required = "require disclosed role=footprint"
    assert world.verify(passport, disclosed=required).verdict is Verdict.VERIFIED
    report = world.verify(replace(passport, records={}), disclosed=required)
    undetermined(report, "record.required")
    (found,) = (finding for finding in report.findings if finding.code.name == "record.required")
    (record,) = passport.credential.records
    assert found.facts == {"role": "footprint", "commitment": record.commitment.hex()}
    assert found.place[-1] == "record footprint"
    undetermined(world.verify(passport, disclosed="require disclosed role=use"), "record.not-listed")


def test_a_record_that_is_required_is_required_of_components_too() -> None:
    world = World()
    part = world.passport(world.supplier, "cell")
    whole = world.passport(components=[part])
    withheld = replace(whole, records={key: value for key, value in whole.records.items() if key not in part.records})
    assert world.verify(whole, disclosed="require disclosed role=footprint").verdict is Verdict.VERIFIED
    report = world.verify(withheld, disclosed="require disclosed role=footprint")
    undetermined(report, "record.required")
    assert [finding.place[0][:4] for finding in report.findings if finding.code.name == "record.required"] == ["cell"]


def test_a_key_attests_the_products_of_its_line_alone() -> None:
    world = World()
    passport = world.passport()
    line = world.lines()["maker"]
    assert world.verify(passport, maker=f"{line} products=urn:example:product:").verdict is Verdict.VERIFIED
    report = world.verify(passport, maker=f"{line} products=urn:example:product:cell")
    undetermined(report, "signer.other-product")


@pytest.mark.parametrize("role", ["body", "accreditor"])
def test_who_is_no_issuer_issues_nothing(role: str) -> None:
    world = World()
    line = world.lines()["maker"].replace("issuer", role, 1)
    undetermined(world.verify(world.passport(), maker=line), "signer.not-listed")


def test_history_within_one_passport() -> None:
    world = World()
    report = world.verify(world.passport(), history="require history")
    assert report.verdict is Verdict.VERIFIED
    assert "history.shown" in codes(report)
    assert "history.not-asked" not in codes(report)


def test_trust_survives_its_file() -> None:
    world = World()
    passport = world.passport()
    trust = parse_trust(world.trust().encode())
    assert trust == world.trust()
    assert verify(passport, world.policy(), trust, at=AT).verdict is Verdict.VERIFIED
    assert trust.joined(world.trusted) == trust


def test_a_record_that_two_credentials_list_is_reported_in_full_once() -> None:
    """Thousands of credentials may list one record, and its seal may have hundreds of anchors: each learns what it
    comes to."""
    world = World()
    part = world.passport(world.supplier, "sensor")
    shared = part.credential.document["credentialSubject"]["records"][0]
    report = world.verify(
        world.passport(
            components=[part],
            change=lambda draft: draft["credentialSubject"]["records"].append({**shared, "role": "sensor"}),
        )
    )
    assert report.verdict is Verdict.VERIFIED
    seals = Counter(one.place[:2] for one in report.findings if one.place[1:] and one.place[1].startswith("record"))
    assert sorted(seals.values()) == [2, 6, 6]  # the last: that it is disclosed, and that its seal holds


def test_a_record_that_two_credentials_list_is_checked_where_it_is_reported() -> None:
    world = World()
    part = world.passport(world.supplier, "sensor")
    shared = part.credential.document["credentialSubject"]["records"][0]
    passport = world.passport(
        components=[part],
        change=lambda draft: draft["credentialSubject"]["records"].append({**shared, "role": "sensor"}),
    )
    commitment = bytes.fromhex(shared["commitment"])
    seals = {key: seal for key, seal in passport.seals.items() if key != commitment}
    report = world.verify(replace(passport, seals=seals))
    assert report.verdict is Verdict.UNDETERMINED
    assert [one.code.name for one in report.findings].count("record.not-sealed") == 2


def test_what_a_source_says_again_keeps_the_instant_when_it_first_did() -> None:
    world = World()
    world.passport()  # rests on some
    trust = world.trust()
    assert trust.items
    again = [replace(item, when="2027-01-01T00:00:00Z") for item in trust.items]
    other = [replace(item, source="somebody else") for item in again]
    assert trust.joined(again) == trust
    assert trust.joined(other).items == (*trust.items, *other)
