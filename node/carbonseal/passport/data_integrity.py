"""Cryptosuite eddsa-jcs-2022 (W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3): one proof over RFC 8785 bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import format_instant
from carbonseal.passport.multibase import decode_multibase, encode_multibase
from carbonseal.public_keys import verifies_ed25519
from carbonseal.records.canonical import jcs

from . import codes

Form = Callable[[Mapping[str, Any]], bytes]  # a document to its RFC 8785 bytes
Sign = Callable[[bytes], bytes]  # a message to its 64-byte Ed25519 signature


def add_proof(document: Mapping[str, Any], sign: Sign, verification_method: str, created: datetime) -> dict[str, Any]:
    """`document` with a proof for the purpose `assertionMethod`. Raises what `sign` raises."""
    proof: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": format_instant(created),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    if "@context" in document:
        proof["@context"] = document["@context"]
    signature = sign(signed_bytes({**document, "proof": proof}))
    return {**document, "proof": {**proof, "proofValue": encode_multibase(signature)}}


def signed_bytes(document: Mapping[str, Any], form: Form = jcs) -> bytes:
    """The 64 bytes that are signed: SHA-256 of the proof without its value ‖ SHA-256 of the document without its proof, each in its
    canonical `form`."""
    unsecured = {**document}
    options = {**unsecured.pop("proof")}
    options.pop("proofValue", None)
    return hashlib.sha256(form(options)).digest() + hashlib.sha256(form(unsecured)).digest()


def check_proof(document: Mapping[str, Any], public_key: bytes, form: Form = jcs) -> None:
    """Raise Refused (credential.bad-signature) unless the document's one proof is a valid signature by `public_key` (32 bytes).
    The form of the proof is for the caller to check, and `form` gives the RFC 8785 bytes of such documents."""
    method = document["proof"]["verificationMethod"]
    try:
        signature = decode_multibase(document["proof"]["proofValue"])
    except ValueError as error:
        raise Refused(codes.CREDENTIAL_BAD_SIGNATURE(method=method)) from error
    if not verifies_ed25519(public_key, signature, signed_bytes(document, form)):
        raise Refused(codes.CREDENTIAL_BAD_SIGNATURE(method=method))
