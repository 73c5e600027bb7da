"""Seals as the service's JSON: a passport's form, with checkpoints and evidence in place of their digests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonseal.ledger import Evidence
from carbonseal.passport.base64 import decode_base64, decode_hashes, encode_base64
from carbonseal.passport.bundles import evidence_to_json
from carbonseal.passport.seals import Head, Seal, SealedAnchor


def seal_to_json(seal: Seal) -> dict[str, Any]:
    """``{"entry", "index", "heads": [{"checkpoint", "inclusion", "consistency", "anchors": [{"ledger", "evidence"}]}]}``;
    checkpoints are text, the hashes of a proof are one base64 string, and consistency may be null."""
    return {
        "entry": encode_base64(seal.entry),
        "index": seal.index,
        "heads": [_head_to_json(head) for head in seal.heads],
    }


def _head_to_json(head: Head) -> dict[str, Any]:
    return {
        "checkpoint": head.checkpoint.decode(),
        "inclusion": encode_base64(b"".join(head.inclusion)),
        "consistency": None if head.consistency is None else encode_base64(b"".join(head.consistency)),
        "anchors": [
            {"ledger": anchor.ledger, "evidence": evidence_to_json(anchor.evidence)} for anchor in head.anchors
        ],
    }


def seal_from_json(value: Mapping[str, Any]) -> Seal:
    """The inverse of `seal_to_json`. Raises KeyError, TypeError, ValueError or Refused where `value` is not a valid seal."""
    heads = tuple(_head_from_json(head) for head in value["heads"])
    return Seal(decode_base64(value["entry"]), int(value["index"]), heads)


def _head_from_json(value: Mapping[str, Any]) -> Head:
    consistency = value["consistency"]
    return Head(
        value["checkpoint"].encode(),
        decode_hashes(value["inclusion"]),
        None if consistency is None else decode_hashes(consistency),
        tuple(SealedAnchor(anchor["ledger"], _evidence_from_json(anchor["evidence"])) for anchor in value["anchors"]),
    )


def _evidence_from_json(value: Mapping[str, Any]) -> Evidence:
    return Evidence(value["type"], int(value["version"]), decode_base64(value["data"]))
