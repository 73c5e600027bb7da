"""Evidence of type ``fabric-anchor`` as bytes: one JSON value in its RFC 8785 form, in which all bytes are base64.

    {"attestations": [{"endorser", "payload", "proposal", "signature"}, ...],
     "block": {"data_hash", "envelopes": [...], "number", "previous_hash", "signatures"},
     "config": [a block of the same form, ...],
     "index": n}

Nothing in it is left unsigned or unhashed: a byte changed is a proof broken.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from carbonseal.findings import Refused
from carbonseal.ledger import Evidence
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.attestations import MAX_ATTESTATIONS, Attestation
from carbonseal_adapters.fabric.checking.blocks import Block

TYPE, VERSION = "fabric-anchor", 1
MAX_EVIDENCE = 8 << 20
MAX_CONFIGS = 256
MAX_ENVELOPES = 16_384
MAX_DEPTH = 4
MAX_VALUES = 1024  # lists and objects; with all that may be there, 583
_TOKENS = re.compile(rb'(?:"[A-Za-z0-9+/=_]*+"|[][{}:,]|[0-9]{1,16}+)*+')
_BRACKETS = re.compile(rb"[][{}]")
_ATTESTATION = ("endorser", "payload", "proposal", "signature")


@dataclass(frozen=True, slots=True)
class FabricEvidence:
    """The evidence's parts, unchecked but for their form."""

    block: Block
    index: int  # of the transaction in the block
    config: tuple[Block, ...]  # configuration blocks from the pinned one's successor on, oldest first
    attestations: tuple[Attestation, ...]

    def encode(self) -> Evidence:
        """The bytes of evidence, in canonical form (RFC 8785), as section 9 of the specification has them."""
        value = {
            "attestations": [{name: _text(getattr(one, name)) for name in _ATTESTATION} for one in self.attestations],
            "block": _packed(self.block),
            "config": [_packed(block) for block in self.config],
            "index": self.index,
        }
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))  # RFC 8785: all of it is ASCII and integers
        return Evidence(TYPE, VERSION, text.encode())

    @staticmethod
    def decode(data: bytes) -> FabricEvidence:
        """Raises `Refused` (fabric.evidence-malformed) on anything but the one form that `encode` gives."""
        _check_shape(data)
        try:
            value = json.loads(data)
        except ValueError as error:
            raise _malformed(f"it is not JSON: {error}") from None
        found = _object(value, "attestations", "block", "config", "index")
        evidence = FabricEvidence(
            _block(found["block"]),
            _number(found["index"]),
            tuple(_block(one) for one in _list(found["config"], MAX_CONFIGS)),
            tuple(_attestation(one) for one in _list(found["attestations"], MAX_ATTESTATIONS)),
        )
        if evidence.encode().data != data:
            raise _malformed("it is not in its RFC 8785 form")
        return evidence


def _check_shape(data: bytes) -> None:
    """Nothing but what `encode` writes, and no deeper: the standard library's parser recurses, and where somebody has raised
    Python's limit, deep nesting would end the process."""
    if data.count(b"[") + data.count(b"{") > MAX_VALUES or not _TOKENS.fullmatch(data):
        raise _malformed("it is not in its RFC 8785 form")
    depth = 0
    for bracket in _BRACKETS.finditer(data):  # none of them is inside a text
        depth += 1 if bracket[0] in (b"[", b"{") else -1
        if depth > MAX_DEPTH:
            raise _malformed(f"it is nested more than {MAX_DEPTH} deep")


def _packed(block: Block) -> dict[str, Any]:
    return {
        "data_hash": _text(block.data_hash),
        "envelopes": [_text(envelope) for envelope in block.envelopes],
        "number": block.number,
        "previous_hash": _text(block.previous_hash),
        "signatures": _text(block.signatures),
    }


def _block(value: Any) -> Block:
    found = _object(value, "data_hash", "envelopes", "number", "previous_hash", "signatures")
    previous, data = _bytes(found["previous_hash"]), _bytes(found["data_hash"])
    if len(previous) != 32 or len(data) != 32:
        raise _malformed("a hash has not 32 bytes")
    envelopes = tuple(_bytes(one) for one in _list(found["envelopes"], MAX_ENVELOPES))
    return Block(_number(found["number"]), previous, data, envelopes, _bytes(found["signatures"]))


def _attestation(value: Any) -> Attestation:
    found = _object(value, *_ATTESTATION)
    return Attestation(*(_bytes(found[name]) for name in ("proposal", "payload", "endorser", "signature")))


def _object(value: Any, *names: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise _malformed(f"an object has not the members {', '.join(names)}")
    return value


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise _malformed(f"a member is not a list of at most {most}")
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise _malformed("a number is not from 0 to 2^53 - 1")
    return value


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str):
        raise _malformed("a member is not base64")
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:
        raise _malformed(f"a member is not base64: {error}") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _malformed(problem: str) -> Refused:
    return Refused(codes.EVIDENCE_MALFORMED(problem=problem))
