"""Checks time-stamps offline. A ledger is named after the certificate of its authority, so its line needs no options::

ledger stamps timestamp:<SHA-256 of the certificate> package=carbonseal-timestamp
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carbonseal.api import Checked, Evidence, Proved, Refused, Statement, TrustItem, noted, rejected, shown
from carbonseal_timestamp.token import CONTENT_TYPE, MESSAGE_DIGEST, TST_INFO, Token, content, imprint, parts

TYPE, VERSION = "timestamp-token", 1
HASHES: dict[int, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]
HASHES = {32: hashes.SHA256, 48: hashes.SHA384, 64: hashes.SHA512}  # by the length of a digest
STAMPED = shown("timestamp.stamped", "the authority stamped the anchor at {time}")
UNKNOWN = noted(
    "timestamp.unknown", "evidence of type {type}, version {version} is not known here", "update the package"
)
OTHER = noted("timestamp.other-certificate", "the certificate has hash {found}; the policy pins {pinned}")
EXPIRED = noted("timestamp.expired", "the authority's certificate was not valid at {time}")
WRONG = rejected("timestamp.wrong", "this is not a time-stamp of the anchor: {problem}")
LINE = rejected("timestamp.line", "{name} is not timestamp: and 64 hexadecimal digits, without options")


@dataclass(frozen=True, slots=True)
class Pins:
    """What a policy's line pins: the authority's certificate."""

    certificate: str  # SHA-256 in hexadecimal
    keys: frozenset[bytes] = frozenset()


class TimestampVerifier:
    """Checks time-stamps offline; a `carbonseal.api.EvidenceVerifier`."""

    scheme = "timestamp"

    def pin(self, name: str, options: Mapping[str, str]) -> Pins:
        if options or not re.fullmatch("timestamp:[0-9a-f]{64}", name):
            raise Refused(LINE(name=name))
        return Pins(name.partition(":")[2])

    def check(self, evidence: Evidence, statement: Statement, pins: Pins, trust: Sequence[TrustItem]) -> Checked:
        del trust  # the policy pins all that a time-stamp rests on
        if (evidence.type, evidence.version) != (TYPE, VERSION):
            return Checked((UNKNOWN(type=evidence.type, version=evidence.version),))
        try:
            return _check(Token.decode(evidence.data), statement, pins)
        except (ValueError, TypeError, IndexError, InvalidSignature) as error:
            return Checked((WRONG(problem=repr(error)),))

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        return f"{kind} {dict(value)}, on which no time-stamp rests"


VERIFIER = TimestampVerifier()


def _check(token: Token, statement: Statement, pins: Pins) -> Checked:
    if (found := hashlib.sha256(token.certificate).hexdigest()) != pins.certificate:
        return Checked((OTHER(found=found, pinned=pins.certificate),))
    certificate = x509.load_der_x509_certificate(token.certificate)
    key, digest = certificate.public_key(), content(token.attribute(MESSAGE_DIGEST))
    algorithm = HASHES.get(len(digest), hashes.SHA256)()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(token.signature, token.attributes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(token.signature, token.attributes, ec.ECDSA(algorithm))
    else:
        raise ValueError("the certificate's key is neither RSA nor ECDSA")
    if token.attribute(CONTENT_TYPE) != TST_INFO or hashlib.new(algorithm.name, token.info).digest() != digest:
        raise ValueError("other contents were signed")
    info = parts(token.info)  # version, policy, imprint, serial number, time, accuracy...
    if info[2] != imprint(statement.digest()):
        raise ValueError("it is of another statement")
    text = content(info[4]).decode()
    time = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
        return Checked((EXPIRED(time=time),))
    accuracy = parts(info[5]) if len(info) > 5 and info[5][0] == 0x30 else []
    late = sum(int.from_bytes(content(part), "big") if part[0] == 0x02 else 1 for part in accuracy) + ("." in text)
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    identity = f"timestamp-key:{hashlib.sha256(spki).hexdigest()}"
    return Checked((STAMPED(time=time),), Proved("any", int(time.timestamp()) + late, (), frozenset({identity})))
