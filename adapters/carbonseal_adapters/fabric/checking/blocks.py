"""Blocks: what a header's hash covers, and which orderers signed it.

A block's hash is SHA-256 of DER ``SEQUENCE { INTEGER number, OCTET STRING previous hash, OCTET STRING data hash }``, and its
data hash SHA-256 of all envelopes in a row. Orderers sign ``value ‖ signature header ‖ DER header``; the value names the
configuration block that governs the block. The rest of a block's metadata, the validation codes among it, is signed by nobody
and is not read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes, policies
from carbonseal_adapters.fabric.checking.identities import Identity, Member, distinct
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.protobuf import Message, read

MAX_SIGNATURES = 64
SIGNATURES = 0  # the place of the signatures among a block's metadata


@dataclass(frozen=True, slots=True)
class Block:
    """What of a block can be proved: its header, its envelopes and its orderers' signatures."""

    number: int
    previous_hash: bytes
    data_hash: bytes
    envelopes: tuple[bytes, ...]
    signatures: bytes  # the Metadata message in the first place of the block's metadata

    @staticmethod
    def of(raw: bytes) -> Block:
        """From a Block message as peers and orderers deliver it. Raises `Refused`."""
        block = read(raw, shapes.BLOCK)
        header = block.message(1, shapes.BLOCK_HEADER)
        metadata = block.message(3, shapes.BLOCK_METADATA).each(1)
        return Block(
            header.number(1),
            header.data(2),
            header.data(3),
            block.message(2, shapes.BLOCK_DATA).each(1),
            metadata[SIGNATURES] if metadata else b"",
        )

    @property
    def header(self) -> bytes:
        """The header as its hash covers it: ASN.1 DER of number, previous hash and data hash."""
        number = self.number.to_bytes(self.number.bit_length() // 8 + 1, "big")
        content = _der(0x02, number) + _der(0x04, self.previous_hash) + _der(0x04, self.data_hash)
        return _der(0x30, content)

    @property
    def hash(self) -> bytes:
        """SHA-256 of the header: what the next block names."""
        return hashlib.sha256(self.header).digest()

    @property
    def last_config(self) -> int:
        """The number of the configuration block that governs this one. A claim, until the signatures over it are checked.
        Raises `Refused`."""
        value = read(self.signatures, shapes.METADATA).data(1)
        return read(value, shapes.ORDERER_BLOCK_METADATA).message(1, shapes.LAST_CONFIG).number(1)

    def check_data(self) -> None:
        """Are the envelopes those that the header names?"""
        if hashlib.sha256(b"".join(self.envelopes)).digest() != self.data_hash:
            raise Refused(codes.DATA_HASH(number=self.number))


class Orderers(Protocol):
    """What a channel's configuration says about who signs blocks."""

    @property
    def block_validation(self) -> policies.Rule:
        """The policy BlockValidation: whose signatures a block needs."""
        ...

    @property
    def quorum(self) -> int:
        """How many different orderers have to sign."""
        ...

    def orderers_among(self, signers: Sequence[Member]) -> int:
        """How many of these different signers count towards the quorum."""
        ...

    def consenter(self, number: int) -> Identity:
        """The orderer of that number; raises `Refused` where there is none."""
        ...

    def validate(self, identity: Identity, at: datetime) -> Member:
        """The identity as a member of its organisation; raises `Refused`."""
        ...


def check_signatures(block: Block, orderers: Orderers, at: datetime) -> int:
    """The number of the configuration block that governs this one, as the orderers signed it.

    Every signature has to hold. Each signer counts once.
    """
    metadata = read(block.signatures, shapes.METADATA)
    signatures = metadata.messages(2, shapes.METADATA_SIGNATURE)
    if len(signatures) > MAX_SIGNATURES:
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"a block has more than {MAX_SIGNATURES} signatures"))
    value, header = metadata.data(1), block.header
    signers = distinct([_signer(one, value, header, orderers, at) for one in signatures])
    if orderers.orderers_among(signers) < orderers.quorum or not policies.meets(orderers.block_validation, signers):
        wanted = f"{orderers.quorum} orderers, {orderers.block_validation}"
        raise Refused(codes.SIGNERS_MISSING(signers=len(signers), wanted=wanted))
    return block.last_config


def _signer(one: Message, value: bytes, header: bytes, orderers: Orderers, at: datetime) -> Member:
    """Who made this signature: named by a certificate, or by its number among the consenters (BFT)."""
    if one.data(1) and one.data(3):
        raise Refused(codes.EVIDENCE_MALFORMED(problem="a block's signature names its signer twice"))
    signed = value + (one.data(1) or one.data(3)) + header
    if one.data(1):
        identity = Identity.read(one.message(1, shapes.SIGNATURE_HEADER).data(1))
        identity.check_signature(one.data(2), signed)
    else:
        number = one.message(3, shapes.IDENTIFIER_HEADER).number(1)
        identity = orderers.consenter(number)
        try:
            identity.check_signature(one.data(2), signed)
        except Refused as refused:  # the key is the configuration's, which may be another than the signer knew
            if refused.finding.code is codes.SIGNATURE_FAILS:
                raise Refused(codes.CONSENTER_UNKNOWN(number=number)) from refused
            raise
    return orderers.validate(identity, at)


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content
