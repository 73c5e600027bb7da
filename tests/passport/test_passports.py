"""The passport's file: encoded and read again, whatever is in it."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.ledger import Evidence
from carbonseal.passport.bundles import Disclosed, evidence_digest, evidence_to_json
from carbonseal.passport.citations import citations
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from carbonseal.records.canonical import jcs
from tests.world import World

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
DOCUMENTS = st.dictionaries(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple)
NAMES = st.from_regex(r"[a-z0-9][a-z0-9._/-]{0,12}", fullmatch=True)
ANCHORS = st.builds(
    SealedAnchor,
    st.sampled_from(["eip155:1", "tlog:other.example", "x"]),
    st.builds(Evidence, NAMES, st.integers(1, 65535), st.binary(max_size=40)),
)


def ordered(anchors: list[SealedAnchor]) -> tuple[SealedAnchor, ...]:
    def place(anchor: SealedAnchor) -> tuple[str, str]:
        return anchor.ledger, evidence_digest(evidence_to_json(anchor.evidence)).hex()

    return tuple(sorted(set(anchors), key=place))


HEADS = st.builds(
    Head,
    st.text(st.characters(codec="utf-8"), max_size=30).map(str.encode),
    HASHES,
    st.none() | HASHES,
    st.lists(ANCHORS, max_size=4).map(ordered),
)


@st.composite
def seals(draw: st.DrawFn) -> Seal:
    first, *others = draw(st.lists(HEADS, min_size=1, max_size=4))
    heads = (Head(first.checkpoint, first.inclusion, None, first.anchors), *others)
    return Seal(draw(st.binary(max_size=40)), draw(st.integers(0, 2**53 - 1)), heads)


@cache
def simple() -> Passport:
    return World().passport()


@settings(max_examples=80)
@given(st.data())
def test_round_trip(data: st.DataObject) -> None:
    """Whatever its seals and evidence hold: reading checks the form, and nothing else."""
    passport = simple()
    changed = Passport(
        passport.root,
        passport.credentials,
        passport.records if data.draw(st.booleans()) else {},
        {commitment: data.draw(seals()) for commitment in passport.seals if data.draw(st.booleans())},
        passport.status_lists,
    )
    raw = changed.encode()
    assert parse(raw) == changed
    assert parse(raw).encode() == raw
    assert parse(json.dumps(json.loads(raw), indent=1).encode()) == changed


@given(DOCUMENTS, st.binary(min_size=32, max_size=32), NAMES)
def test_a_disclosed_record_is_its_commitment(document: dict[str, object], salt: bytes, profile: str) -> None:
    record = Disclosed(profile, salt, document)
    assert len(record.commitment()) == 32
    assert record.commitment() == Disclosed(profile, salt, json.loads(jcs(document))).commitment()
    assert record.commitment() != Disclosed(profile + "x", salt, document).commitment()
    assert record.commitment() != Disclosed(profile, bytes(31) + b"x", document).commitment()


@given(st.builds(Evidence, NAMES, st.integers(1, 65535), st.binary(max_size=100)))
def test_evidence_is_cited_by_its_canonical_bytes(evidence: Evidence) -> None:
    import hashlib

    member = evidence_to_json(evidence)
    assert evidence_digest(member) == hashlib.sha256(jcs(member)).digest()
    assert evidence_digest(member) != evidence_digest({**member, "version": member["version"] + 1})


def test_what_stands_once_is_written_once() -> None:
    world = World()
    shared = world.passport(name="shared part")
    whole = world.passport(
        components=[world.passport(name="one", components=[shared]), world.passport(name="two", components=[shared])]
    )
    value = json.loads(whole.encode())
    assert len(value["credentials"]) == 4
    assert len(value["seals"]) == 4 * 3 - 3  # one status list for all four, of one issuer
    assert next(iter(citations(whole.root, whole.credentials).credentials)) == whole.root
    assert parse(whole.encode()) == whole


def test_a_file_ends_with_a_line_feed_and_may_lack_it() -> None:
    raw = simple().encode()
    assert raw.endswith(b"}\n")
    assert parse(raw[:-1]) == parse(raw) == parse(b"\n\t " + raw)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"\xff", b"1", b'{"carbonseal":{}}', b'{"carbonseal":"passport/1"}']
)
def test_other_files(raw: bytes) -> None:
    with pytest.raises(Refused):
        parse(raw)


def test_of_many_misfits_the_first_is_reported() -> None:
    """Each reported violation holds a copy of the value: of thousands of bad keys, only the first is reported."""
    value = {**json.loads(World().passport().encode()), "evidence": {f"key {number}": 1 for number in range(20_000)}}
    with pytest.raises(Refused) as caught:
        parse(json.dumps(value).encode())
    assert caught.value.finding.code.name == "passport.malformed"
    assert caught.value.finding.place[0].startswith("/evidence")
