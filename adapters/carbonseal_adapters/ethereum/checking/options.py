"""Options of policy lines and of `node.toml`: names of chains, hashes, addresses. Pure, on the base install."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.keccak import keccak256

HASH = re.compile("0x[0-9a-f]{64}")


def read_exactly(options: Mapping[str, str], names: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Check that `options` has these names, all of them but the `optional`, and no others. Raises `Refused`
    (ethereum.option-…)."""
    for option in options:
        if option not in names and option not in optional:
            raise Refused(codes.OPTION_UNKNOWN(option, option=option, known=", ".join((*names, *optional))))
    for option in names:
        if option not in options:
            raise Refused(codes.OPTION_MISSING(option, option=option))


def chain_id(name: str) -> int:
    """The chain id in a ledger's name. Raises `Refused` (ethereum.name-malformed)."""
    if not re.fullmatch(r"eip155:[1-9][0-9]{0,31}", name, re.ASCII):
        raise Refused(codes.NAME_MALFORMED(name=name))
    return int(name.partition(":")[2])


def read_hash(text: str, *place: str) -> bytes:
    """32 bytes from 0x and 64 lower-case digits. Raises `Refused` (ethereum.hash-malformed)."""
    if not HASH.fullmatch(text):
        raise Refused(codes.HASH_MALFORMED(*place, value=text))
    return bytes.fromhex(text[2:])


def read_address(text: str, *place: str) -> bytes:
    """20 bytes from an address in lower case or with its EIP-55 checksum. Raises `Refused` (ethereum.address-…)."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        raise Refused(codes.ADDRESS_MALFORMED(*place, value=text))
    lower = text[2:].lower()
    digest = keccak256(lower.encode()).hex()
    checksummed = "".join(c.upper() if int(d, 16) >= 8 else c for c, d in zip(lower, digest, strict=False))
    if text[2:] not in {lower, checksummed}:
        raise Refused(codes.ADDRESS_CHECKSUM(*place, value=text))
    return bytes.fromhex(lower)


def to_hex(data: bytes) -> str:
    """Hashes and addresses as findings, publishers and trust items write them: 0x and lower-case digits."""
    return "0x" + data.hex()


def read_agree(options: Mapping[str, str]) -> int:
    """How many sources must name a block's hash: 1 where the option is left out. Raises `Refused` (ethereum.agree-malformed)."""
    text = options.get("agree", "1")
    if not re.fullmatch("[1-9][0-9]?", text, re.ASCII):
        raise Refused(codes.AGREE_MALFORMED("agree", value=text))
    return int(text)
