"""Whatever is changed in evidence, wherever: it proves nothing any more, and the verifier reports why and never crashes."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Outcome
from carbonseal.ledger import Evidence
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.packing import MAX_EVIDENCE, FabricEvidence
from tests.fabric.evidence.test_blocks import chained
from tests.fabric.evidence.verdicts import BFT, SOUND, check, code_of
from tests.programs.effort import examples

MADE = {"raft": SOUND, "bft": BFT, "updates": chained()}
SEALED = {name: made.evidence().encode() for name, made in MADE.items()}
VALUES = {name: json.loads(evidence.data) for name, evidence in SEALED.items()}


def refuses(name: str, data: bytes) -> None:
    checked = check(MADE[name], Evidence("fabric-anchor", 1, data))
    assert checked.proved is None
    assert checked.findings[-1].code.outcome in {Outcome.REJECTED, Outcome.NOTED}


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every base64 text in the evidence."""
    if isinstance(value, str):
        yield path
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(one, (*path, key))


def changed(value: Any, path: tuple[str | int, ...], new: str) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


def at(value: dict[str, Any], path: tuple[str | int, ...]) -> str:
    found: Any = value
    for key in path:
        found = found[key]
    return str(found)


def text(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("name", MADE)
def test_every_region(name: str) -> None:
    """One bit in every leaf, at its start, in its middle and at its end; each leaf cut, grown and emptied."""
    for path in leaves(VALUES[name]):
        raw = base64.b64decode(at(VALUES[name], path))
        flips = [raw[:n] + bytes([raw[n] ^ 1]) + raw[n + 1 :] for n in {0, len(raw) // 2, len(raw) - 1}]
        for new in (*flips, raw[:-1], raw + b"\0", b"", raw * 2):
            refuses(name, text(changed(VALUES[name], path, base64.b64encode(new).decode())))


@settings(max_examples=examples(100))
@given(st.sampled_from(sorted(MADE)), st.data())
def test_any_byte(name: str, data: st.DataObject) -> None:
    """Anywhere in the bytes below base64."""
    paths = list(leaves(VALUES[name]))
    path = data.draw(st.sampled_from(paths))
    raw = bytearray(base64.b64decode(at(VALUES[name], path)))
    where = data.draw(st.integers(0, len(raw) - 1))
    raw[where] ^= data.draw(st.integers(1, 255))
    refuses(name, text(changed(VALUES[name], path, base64.b64encode(raw).decode())))


@settings(max_examples=examples(100))
@given(st.sampled_from(sorted(MADE)), st.data())
def test_any_byte_of_the_json(name: str, data: st.DataObject) -> None:
    raw = bytearray(SEALED[name].data)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    refuses(name, bytes(raw))


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    assert code_of(SOUND, Evidence("fabric-anchor", 1, data)) is codes.EVIDENCE_MALFORMED


def test_lists_changed() -> None:
    evidence = chained().evidence()
    for change in (
        {"config": ()},
        {"config": evidence.config[1:]},
        {"config": evidence.config * 2},
        {"index": 1},
        {"attestations": evidence.attestations[1:]},
    ):
        assert check(chained(), replace(evidence, **change)).proved is None


def test_other_forms_of_the_same() -> None:
    value = VALUES["raft"]
    evidence = SEALED["raft"]
    for data in (
        json.dumps(value).encode(),
        evidence.data + b"\n",
        evidence.data.replace(b'"index":0', b'"index":0,"index":0'),
        evidence.data.replace(b'"index":0', b'"index":0.0'),
        evidence.data.replace(b'"index":0', b'"index":false'),
        evidence.data.replace(b'"index":0', b'"index":-0'),
        evidence.data.replace(b'"index":0', b'"index":1e999'),
        evidence.data.replace(b'"index":0', b'"index":' + b"9" * 5000),
        b"[" * 100_000,
        text({**value, "more": 1}),
        text([]),
    ):
        assert code_of(SOUND, replace(evidence, data=data)) is codes.EVIDENCE_MALFORMED


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000, b'["]",' * 100_000, b"[[]," * 100_000])
def test_deep_nesting_ends_no_process(deep: bytes) -> None:
    """Not even where another library has raised Python's limit."""
    code = (
        "import sys; sys.setrecursionlimit(10**6); from carbonseal.findings import Refused;"
        "from carbonseal_adapters.fabric.checking.packing import FabricEvidence\n"
        "try: FabricEvidence.decode(sys.stdin.buffer.read())\n"
        "except Refused as refused: sys.exit(refused.finding.code.name)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=deep, capture_output=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, b"fabric.evidence-malformed")


def test_other_kinds_and_sizes() -> None:
    evidence = SEALED["raft"]
    assert code_of(SOUND, replace(evidence, type="fabric-block")) is codes.EVIDENCE_UNKNOWN
    assert code_of(SOUND, replace(evidence, version=2)) is codes.EVIDENCE_UNKNOWN
    assert code_of(SOUND, replace(evidence, data=b" " * (MAX_EVIDENCE + 1))) is codes.EVIDENCE_TOO_LARGE


def test_packing_is_the_inverse_of_reading() -> None:
    for evidence in SEALED.values():
        assert FabricEvidence.decode(evidence.data).encode() == evidence


def test_a_base_install_checks() -> None:
    code = (
        "import sys; import carbonseal_adapters.fabric.checking.evidence, carbonseal_adapters.fabric.gathering.trust;"
        "sys.exit(any(name.split('.')[0] in ('grpc', 'google', 'fabric_protos') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
