"""Whatever changes a passport's JSON value never verifies, and nothing raises.

The passport is one of the smallest that verifies, and its policy asks for all that it shows. One freedom is left to
mutations: a record may be withheld, which the report tells. What else may differ between two passports that verify takes
more than a mutation, because keys are digests; it is at the end of this module, with the reason why it does no harm.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Refused, Verdict
from carbonseal.passport.passports import PASSPORT_LIMITS
from carbonseal.records.canonical import canonicalise, jcs
from carbonseal.records.commitments import commit
from carbonseal.verification.verify import Report, verify
from tests.programs.effort import examples, stride
from tests.verification.mutants import Way, at, made, value
from tests.world import AT, World, codes


def checked(raw: bytes) -> Report:
    _, policy, trust = made()
    return verify(raw, policy, trust, at=AT)


def same_value(raw: bytes) -> bool:
    try:
        return canonicalise(raw, PASSPORT_LIMITS).bytes == made()[0].strip()
    except Refused:
        return False


def holds(raw: bytes) -> None:
    """It verifies only where it is the same value, however it is written."""
    report = checked(raw)
    assert report.findings
    if report.verdict is Verdict.VERIFIED and not same_value(raw):
        assert "record.withheld" in codes(report)
        assert {**json.loads(raw), "records": value()["records"]} == value()


def test_what_is_mutated_verifies() -> None:
    raw, _, _ = made()
    assert checked(raw).verdict is Verdict.VERIFIED
    assert same_value(raw)
    assert len(raw) < 16_000


def flipped(byte: int) -> bytes:
    return bytes([byte ^ 1])


def exchanged(byte: int) -> bytes:
    """Another character of the same kind: what a careful forger would write."""
    for kind in (
        b"0123456789",
        b"abcdef",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        b"ghijklmnopqrstuvwxyz",
        b"+/=-_.",
        b'{}[]":,',
    ):
        if byte in kind:
            return bytes([kind[(kind.index(byte) + 1) % len(kind)]])
    return b" "


def deleted(byte: int) -> bytes:
    return b""


def doubled(byte: int) -> bytes:
    return bytes([byte, byte])


def with_high_bit(byte: int) -> bytes:
    return bytes([byte ^ 0x80])


@pytest.mark.parametrize(
    ("mutations", "step"),
    [((exchanged,), 1), ((flipped, deleted, doubled, with_high_bit), stride(5))],
    ids=["exchanged", "flipped, deleted, doubled or no ASCII"],
)
def test_every_byte(mutations: tuple[Callable[[int], bytes], ...], step: int) -> None:
    """Every byte is changed to another character of its kind; a part of them also in one of the other ways, which take turns: they
    seldom leave a document."""
    raw, _, _ = made()
    for place in range(0, len(raw), step):
        mutate = mutations[(place + place // 64) % len(mutations)]
        holds(raw[:place] + mutate(raw[place]) + raw[place + 1 :])


def test_the_order_of_keys_means_nothing() -> None:
    def reversed_keys(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reversed_keys(value[key]) for key in reversed(value)}
        return [reversed_keys(item) for item in value] if isinstance(value, list) else value

    world = World()
    shared = world.passport(world.supplier, "controller")
    whole = world.passport(components=[world.passport(name=name, components=[shared]) for name in ("board", "sensor")])
    other_way_round = json.dumps(reversed_keys(json.loads(whole.encode())), indent=3).encode()
    assert world.verify(other_way_round) == world.verify(whole)
    assert world.verify(whole).verdict is Verdict.VERIFIED


def test_every_length() -> None:
    raw, _, _ = made()
    for end in range(0, len(raw) - 2, 37):  # without its line feed it is the same value
        assert checked(raw[:end]).verdict is not Verdict.VERIFIED


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """The way to every value in the tree, the root's own first."""
    yield way
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield from ways(member, (*way, step))


@cache
def every_way() -> list[Way]:
    return [way for way in ways(value()) if way]


def changed(way: Way, change: Callable[[Any, Any], None]) -> bytes:
    """The file after `change`, which gets the container that the way ends in, and the last step."""
    tree = copy.deepcopy(value())
    change(at(tree, way[:-1]), way[-1])
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def drop(container: Any, step: Any) -> None:
    del container[step]


def double(container: Any, step: Any) -> None:
    if isinstance(container, list):
        container.insert(step, copy.deepcopy(container[step]))
    else:
        container[f"{step}'"] = container[step]


def wrap(container: Any, step: Any) -> None:
    container[step] = [container[step]]


def null(container: Any, step: Any) -> None:
    container[step] = None


def rename(container: Any, step: Any) -> None:
    if isinstance(container, dict):
        container[step[:-1] + ("0" if step[-1] != "0" else "1")] = container.pop(step)
    else:
        container[step] = {"": container[step]}


def another(container: Any, step: Any) -> None:
    """A value of the same type."""
    old = container[step]
    match old:
        case str():
            container[step] = old[:-1] + ("A" if not old.endswith("A") else "B")
        case bool():
            container[step] = not old
        case int():
            container[step] = old + 1
        case dict():
            container[step] = {}
        case list():
            container[step] = []
        case _:
            container[step] = 0


@pytest.mark.parametrize("change", [drop, double, wrap, null, rename, another])
def test_every_member(change: Callable[[Any, Any], None]) -> None:
    for way in every_way():
        holds(changed(way, change))


def test_every_list_in_another_order() -> None:
    """Nothing in a passport may stand in another order: lists that are sets are sorted."""
    lists = [way for way in every_way() if isinstance(at(value(), way), list) and len(at(value(), way)) > 1]
    assert len(lists) >= 3
    for way in lists:
        for first in range(len(at(value(), way)) - 1):

            def swap(container: Any, step: Any, first: int = first) -> None:
                items = container[step]
                items[first], items[first + 1] = items[first + 1], items[first]

            holds(changed(way, swap))


@settings(max_examples=examples(100))
@given(st.data())
def test_members_exchanged_for_others_of_the_same_type(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(every_way()))
    kind = type(at(value(), one))
    other = data.draw(st.sampled_from([way for way in every_way() if type(at(value(), way)) is kind]))
    tree = copy.deepcopy(value())
    taken = copy.deepcopy(at(tree, other))
    if data.draw(st.booleans()) and one[: len(other)] != other and other[: len(one)] != one:
        at(tree, other[:-1])[other[-1]] = copy.deepcopy(at(tree, one))
    at(tree, one[:-1])[one[-1]] = taken
    holds(json.dumps(tree, ensure_ascii=False).encode())


def refitted(tree: Any) -> bytes:
    """The file with every key made the digest of what it names again, wherever that can be done without a signature."""
    renamed: dict[str, str] = {}

    def rekey(section: str, digest: Callable[[Any], bytes]) -> None:
        for old in list(tree[section]):
            new = digest(tree[section][old]).hex()
            renamed[old] = new
            tree[section][new] = tree[section].pop(old)

    def sealed(section: str, profile: str) -> None:
        for key, one in tree[section].items():
            old = at(value(), (section, renamed_from(key)))
            was = commit(profile, bytes.fromhex(old["salt"]), jcs(old["document"])).hex()
            renamed[was] = commit(profile, bytes.fromhex(one["salt"]), jcs(one["document"])).hex()

    def renamed_from(key: str) -> str:
        return next(old for old, new in renamed.items() if new == key)

    rekey("evidence", lambda one: sha256(jcs(one)).digest())
    rekey("checkpoints", lambda one: sha256(one.encode()).digest())
    for section, profile in (("credentials", "credential/1"), ("statusLists", "status-list/1")):
        rekey(section, lambda one: sha256(jcs(one["document"])).digest())
        sealed(section, profile)
    tree["credential"] = renamed[tree["credential"]]
    tree["seals"] = {renamed.get(key, key): seal for key, seal in tree["seals"].items()}
    for key, seal in tree["seals"].items():
        seal["entry"] = base64.b64encode(b"\1" + bytes.fromhex(key)).decode()
        for head in seal["heads"]:
            head["checkpoint"] = renamed.get(head["checkpoint"], head["checkpoint"])
            for anchor in head["anchors"]:
                anchor["evidence"] = renamed.get(anchor["evidence"], anchor["evidence"])
    return json.dumps(tree, ensure_ascii=False).encode()


def test_what_is_refitted_without_a_change_is_the_same() -> None:
    assert same_value(refitted(copy.deepcopy(value())))


@pytest.mark.parametrize("change", [drop, double, null, another])
def test_a_forger_who_makes_every_digest_fit(change: Callable[[Any, Any], None]) -> None:
    """Signatures, proofs and evidence are what is left to stop him, and they do, each with a code of its own."""
    inside: list[Way] = [
        way for way in every_way() if len(way) >= 3 and way[0] in ("credentials", "statusLists", "evidence")
    ]
    texts: list[Way] = [way for way in every_way() if way[0] == "checkpoints" and len(way) == 2]
    assert len(inside) > 60
    for way in inside if change in (drop, double) else inside + texts:
        tree = copy.deepcopy(value())
        change(at(tree, way[:-1]), way[-1])
        try:
            raw = refitted(tree)
        except (KeyError, TypeError, ValueError, AttributeError, Refused):
            continue  # nothing is left to take a digest of
        holds(raw)


@pytest.mark.parametrize("mutate", [flipped, exchanged])
def test_every_character_of_a_note_refitted(mutate: Callable[[int], bytes]) -> None:
    """No character of a checkpoint or of its signatures is free."""
    (key, note) = next(iter(value()["checkpoints"].items()))
    raw = note.encode()
    for place, byte in enumerate(raw):
        tree = copy.deepcopy(value())
        tree["checkpoints"][key] = (raw[:place] + mutate(byte) + raw[place + 1 :]).decode(errors="replace")
        holds(refitted(tree))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=examples(100))
@given(st.data(), JSON)
def test_members_replaced_by_anything(data: st.DataObject, anything: Any) -> None:
    way = data.draw(st.sampled_from(every_way()))

    def put(container: Any, step: Any) -> None:
        container[step] = anything

    holds(changed(way, put))


@settings(max_examples=examples(100))
@given(st.data(), st.binary(max_size=24))
def test_any_stretch_of_bytes(data: st.DataObject, noise: bytes) -> None:
    """In its place comes noise, nothing, or another stretch of the file, which is what may still be a document."""
    raw, _, _ = made()
    start = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 80) | st.integers(0, len(raw) - start))
    other = data.draw(st.integers(0, len(raw)))
    for put in (noise, b"", raw[other : other + length]):
        holds(raw[:start] + put + raw[start + length :])


@settings(max_examples=examples(100))
@given(st.data())
def test_any_stretch_of_a_text_for_one_of_the_same_length(data: st.DataObject) -> None:
    """It stays a document: the replacement is from another text, often of the same alphabet."""
    raw, _, _ = made()
    texts = [found.span() for found in re.finditer(rb'(?<=")[^"\\]{8,}(?=")', raw)]
    (begin, end), (other, last) = data.draw(st.sampled_from(texts)), data.draw(st.sampled_from(texts))
    length = data.draw(st.integers(1, min(end - begin, last - other)))
    start = data.draw(st.integers(begin, end - length))
    taken = data.draw(st.integers(other, last - length))
    forged = raw[:start] + raw[taken : taken + length] + raw[start + length :]
    json.loads(forged)
    holds(forged)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_at_all(raw: bytes) -> None:
    assert checked(raw).verdict is not Verdict.VERIFIED
