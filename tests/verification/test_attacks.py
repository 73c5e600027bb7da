"""A passport as a file: damaged, padded, cut, too large. Each has its own code; nothing verifies and nothing raises.

What forgers, thieves of keys and dishonest logs do is in the modules beside this one.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.notes import MAX_NOTE, Signature
from carbonseal.passport.bundles import MAX_COMPONENTS, MAX_TIERS
from carbonseal.passport.seals import MAX_EVIDENCE, SealedAnchor
from tests.verification.tampering import (
    Json,
    as_root,
    every_head,
    first,
    in_file,
    rejected,
    undetermined,
    unsigned,
)
from tests.world import (
    ORIGIN,
    SIGNED,
    Issuer,
    MemoryLog,
    World,
    key,
)


class TestBytes:
    """What is not JSON, or not a passport, is refused where it is read."""

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda raw: raw[: len(raw) // 2], "json.truncated"),
            (lambda raw: raw + b"{}", "json.trailing"),
            (lambda raw: raw.replace(b"door reader", b"door r\\ud800der"), "json.lone-surrogate"),
            (lambda raw: raw.replace(b"door reader", b"door\nreader"), "json.control-character"),
            (lambda raw: raw.replace(b"door reader", b"door\\x20reader"), "json.bad-escape"),
            (lambda raw: raw.replace(b'"index":1', b'"index":NaN'), "json.not-a-number"),
            (lambda raw: raw.replace(b'"index":1', b'"index":9007199254740992'), "json.integer-too-large"),
            (lambda raw: raw.replace(b'"index":1', b'"index":0.10000000000000000001'), "json.number-changes"),
            (lambda raw: raw.replace(b'"evidence":{', b'"evidence":{},"evidence":{', 1), "json.duplicate-key"),
            (lambda raw: raw.replace(b'"records":{', b'"record\\u0073":{},"records":{', 1), "json.duplicate-key"),
            (lambda raw: raw.replace(b'"name":', b'"n\\u0061me":"X","name":', 1), "json.duplicate-key"),
        ],
    )
    def test_malformed(self, change: Callable[[bytes], bytes], code: str) -> None:
        world = World()
        raw = world.passport().encode()
        changed = change(raw)
        assert changed != raw
        rejected(world.verify(changed), code)

    @pytest.mark.parametrize(
        "change",
        [
            lambda raw: b"",
            lambda raw: b"null",
            lambda raw: b"{}",
            lambda raw: b"[" + raw + b"]",
            lambda raw: b"\xef\xbb\xbf" + raw,
            lambda raw: raw.decode().encode("utf-16"),
            gzip.compress,
            lambda raw: raw.replace(b"passport/1", b"certificate"),
        ],
    )
    def test_what_is_not_a_passport_accuses_nobody(self, change: Callable[[bytes], bytes]) -> None:
        world = World()
        undetermined(world.verify(change(world.passport().encode())), "passport.other-file")

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
    def test_a_passport_that_an_editor_saved_otherwise(self, encoding: str) -> None:
        """An honest holder's program did so: it is named, and no verdict on anybody."""
        world = World()
        named = world.passport(change=lambda draft: draft["credentialSubject"].update(name="T\u00fcrleser"))
        text = named.encode().decode()
        assert world.verify(text.encode()).verdict is Verdict.VERIFIED
        undetermined(world.verify(text.encode(encoding)), "passport.other-file")

    def test_ten_thousand_deep(self) -> None:
        undetermined(World().verify(b"[" * 10_000 + b"]" * 10_000), "json.too-deep")

    def test_larger_than_the_limit(self) -> None:
        undetermined(World().verify(b" " * ((64 << 20) + 1)), "json.too-large")

    def test_another_version(self) -> None:
        world = World()
        raw = world.passport().encode()
        undetermined(world.verify(raw.replace(b"passport/1", b"passport/2")), "passport.unknown-version")

    @pytest.mark.parametrize(
        "change",
        [
            lambda value: value.pop("records"),
            lambda value: value.update(credential=value["credential"].upper()),
            lambda value: first(value["seals"]).update(index=-1),
            lambda value: first(value["seals"]).update(index=0.5),
            lambda value: first(value["seals"]).update(index=True),
            lambda value: first(value["seals"]).update(heads=[]),
            lambda value: first(value["seals"])["heads"][0].update(consistency=""),
            lambda value: first(value["seals"])["heads"][0].update(inclusion="AAAA"),
            lambda value: first(value["seals"])["heads"][0].update(inclusion="A" * 44 * 200),
            lambda value: first(value["seals"]).update(entry="AB=="),
            lambda value: first(value["seals"]).update(entry="AAA"),
            lambda value: first(value["seals"]).update(entry="AA A"),
            lambda value: first(value["evidence"]).update(version=0),
            lambda value: first(value["evidence"]).update(data="-_-_"),
            lambda value: first(value["records"]).update(document=[]),
            lambda value: value["records"].update({"00": first(value["records"])}),
        ],
    )
    def test_another_shape(self, change: Callable[[Json], None]) -> None:
        world = World()
        rejected(world.verify(in_file(world.passport(), change)), "passport.malformed")

    @pytest.mark.parametrize(
        "change",
        [
            lambda value: value.update(comment="trust me"),
            lambda value: value.update({"carbonseal:": 1}),
            lambda value: first(value["seals"])["heads"][0].update(comment="trust me"),
            lambda value: first(value["evidence"]).update(comment="trust me"),
        ],
    )
    def test_a_member_that_is_not_known(self, change: Callable[[Json], None]) -> None:
        """A later version may have it: nothing is shown to be false, and nothing is waved through."""
        world = World()
        undetermined(world.verify(in_file(world.passport(), change)), "passport.unknown-member")


class TestCitations:
    """Every key is the digest of what it names; all that is cited is there, and nothing else."""

    @pytest.mark.parametrize("section", ["credentials", "records", "checkpoints", "evidence", "statusLists"])
    def test_a_key_that_is_another_digest(self, section: str) -> None:
        world = World()

        def rename(value: Json) -> None:
            digest = next(iter(value[section]))
            value[section]["00" * 32] = value[section].pop(digest)

        rejected(world.verify(in_file(world.passport(), rename)), "passport.wrong-key")

    @pytest.mark.parametrize("section", ["credentials", "records", "seals", "checkpoints", "evidence", "statusLists"])
    def test_what_nothing_cites(self, section: str) -> None:
        world = World()
        passport = world.passport()
        stranger = World(log=MemoryLog(ORIGIN), maker=Issuer("did:web:stranger.example", key("stranger")))
        foreign = json.loads(stranger.passport(name="something else").encode())

        def smuggle(value: Json) -> None:
            more = {"00" * 32: first(value["seals"])} if section == "seals" else foreign[section]
            value[section] = {**more, **value[section]}

        report = world.verify(in_file(passport, smuggle))
        rejected(report, "passport.uncited")
        assert report.findings[0].place[0] == section

    @pytest.mark.parametrize("section", ["credentials", "checkpoints", "evidence"])
    def test_what_is_cited_and_not_there(self, section: str) -> None:
        world = World()
        gone = in_file(world.passport(), lambda value: value[section].clear())
        rejected(world.verify(gone), "passport.not-carried")

    def test_no_seals_at_all(self) -> None:
        world = World()
        undetermined(world.verify(replace(world.passport(), seals={})), "seal.missing", "record.not-sealed")

    def test_the_same_anchor_twice(self) -> None:
        world = World()

        def twice(value: Json) -> None:
            head = first(value["seals"])["heads"][0]
            head["anchors"].append(head["anchors"][-1])

        rejected(world.verify(in_file(world.passport(), twice)), "passport.anchors-unsorted")

    def test_anchors_in_another_order(self) -> None:
        world = World()
        changed = in_file(world.passport(), lambda value: first(value["seals"])["heads"][0]["anchors"].reverse())
        rejected(world.verify(changed), "passport.anchors-unsorted")

    def test_more_versions_of_a_status_list_than_allowed(self) -> None:
        world = World()
        passport = world.passport()
        newer = [world.status_list(world.maker, valid_from=SIGNED + timedelta(hours=n)) for n in range(1, 17)]
        many = {**passport.status_lists, **{one.signed.digest: one for one in newer}}
        undetermined(world.verify(replace(passport, status_lists=many)), "passport.over-limit")


class TestLimits:
    def test_components(self) -> None:
        world = World()

        def crowd(value: Json) -> None:
            value["credentials"] = {f"{n:064x}": {} for n in range(MAX_COMPONENTS + 2)}

        undetermined(world.verify(in_file(world.passport(), crowd)), "passport.over-limit")

    def test_components_that_are_not_even_there(self) -> None:
        world = World()

        def crowd(draft: Json) -> None:
            share = {"quantity": "1", "unit": "piece", "per": {"amount": "1", "unit": "piece"}, "basis": "listed"}
            draft["credentialSubject"]["components"] = [
                {"digest": f"{n:064x}", **share} for n in range(MAX_COMPONENTS + 1)
            ]

        undetermined(world.verify(world.passport(change=crowd)), "passport.over-limit")

    def test_heads(self) -> None:
        world = World()

        def pile(value: Json) -> None:
            seal = first(value["seals"])
            seal["heads"] = seal["heads"] * 17

        undetermined(world.verify(in_file(world.passport(), pile)), "passport.over-limit")

    def test_anchors(self) -> None:
        world = World()

        def pile(value: Json) -> None:
            head = first(value["seals"])["heads"][0]
            head["anchors"] = [{"ledger": f"x:{n:02}", "evidence": next(iter(value["evidence"]))} for n in range(17)]

        undetermined(world.verify(in_file(world.passport(), pile)), "passport.over-limit")

    def test_evidence(self) -> None:
        world = World()
        large = SealedAnchor("x:1", Evidence("x", 1, bytes(MAX_EVIDENCE + 1)))
        passport = every_head(world.passport(), lambda head: replace(head, anchors=(*head.anchors, large)))
        undetermined(world.verify(passport), "passport.over-limit")

    @pytest.mark.parametrize(("tiers", "verdict"), [(MAX_TIERS, Verdict.VERIFIED), (MAX_TIERS + 1, None)])
    def test_tiers(self, tiers: int, verdict: Verdict | None) -> None:
        world = World()
        passport = world.passport(name="part 0")
        for number in range(tiers):
            passport = world.passport(name=f"part {number + 1}", components=[passport])
        report = world.verify(passport)
        if verdict:
            assert report.verdict is verdict
        else:
            undetermined(report, "passport.over-limit")

    def test_a_note(self) -> None:
        world = World()
        line = Signature("someone", b"abcd", bytes(MAX_NOTE)).encode().encode()
        passport = every_head(world.passport(), lambda head: replace(head, checkpoint=head.checkpoint + line))
        undetermined(world.verify(passport), "note.too-large")

    def test_signatures_of_a_note(self) -> None:
        world = World()
        lines = "".join(Signature(f"someone{n}", b"abcd", b"x").encode() for n in range(32)).encode()
        passport = every_head(world.passport(), lambda head: replace(head, checkpoint=head.checkpoint + lines))
        undetermined(world.verify(passport), "note.too-many-signatures")

    def test_the_same_record_listed_very_often(self) -> None:
        world = World()

        def crowd(draft: Json) -> None:
            records = draft["credentialSubject"]["records"]
            one = records[0]
            records += [{**one, "commitment": f"{n:064x}"} for n in range(100_000)] + [{**one, "commitment": "0" * 64}]

        document = world.maker.sign(unsigned(world.passport().credential.document, crowd))
        rejected(world.verify(as_root(world.passport(), document)), "credential.listed-twice")


def test_the_order_of_findings_follows_from_the_passport_alone() -> None:
    world = World()
    parts = [world.passport(name=f"part {number}") for number in range(8)]
    whole = world.passport(components=parts)
    names = [finding.place[0].split(" (")[0] for finding in world.verify(whole).findings if len(finding.place) == 1]
    tiers = [name for name in dict.fromkeys(names) if not name.startswith("status list")]
    assert tiers == ["door reader", *(f"part {number}" for number in range(8))]
