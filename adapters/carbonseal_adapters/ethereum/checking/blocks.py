"""Which block a verifier's trust names: by whom, and whether enough of them agree. Pure, and at home on the base install.

Trust items have kind ``block`` and value ``{"number": n, "hash": "0x…"}``, one for each answer of each endpoint (or person).
An endpoint is one *voice*, however its address is spelled. A policy's ``agree=k`` says that fewer than k voices err or lie.
So what k of them say is so; what fewer say is not shown; and where k of them say one thing and k another, nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Protocol, TypeAlias

from carbonseal.findings import Finding, Refused
from carbonseal.gathering import TrustReview
from carbonseal.ledger import Checked, Proved, TrustItem, TrustItems
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.headers import Header
from carbonseal_adapters.ethereum.checking.options import read_hash, to_hex

BLOCK = "block"  # the kind of a trust item

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#\\]*)", re.ASCII)
_NUMBER = "(?:0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9})"
_NUMBERS = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}", re.ASCII)
_ESCAPE = re.compile("%([0-9a-f]{2})")
_WEB_PORTS = {"", "80", "443"}


class Chain(Protocol):
    """What a policy's line pins of a chain, and how many voices it asks for."""

    @property
    def name(self) -> str: ...
    @property
    def genesis(self) -> bytes: ...
    @property
    def agree(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Pinned:
    """What the trust says of a block: the items that pin it (none: it is not shown), and what there is to tell."""

    items: tuple[TrustItem, ...]
    findings: tuple[Finding, ...]

    def checked(self, shown: Finding, publisher: str, time: int) -> Checked:
        """The result for evidence that rests on this block, and would show this."""
        if not self.items:
            return Checked(self.findings)
        return Checked((shown, *self.findings), Proved(publisher, time, self.items))


def source_identity(source: str) -> str:
    """Whose word an item is. Of an address: host, and port unless it is 80 or 443; of anything else: the words in it.

    That two hosts have two operators is for the verifier to know: nothing here could tell.
    """
    words = " ".join(source.split()).casefold()
    address = _ADDRESS.match(words)
    if address is None:
        return words
    host, port = _ESCAPE.sub(_letter, address[1].rpartition("@")[2]), ""
    if not host.endswith("]"):
        before, colon, after = host.rpartition(":")
        host, port = (before, after.lstrip("0")) if colon else (host, "")
    host = _address(host.strip("[]").partition("%")[0].removesuffix("."))
    return host if port in _WEB_PORTS else f"{host} port {port}"


def _letter(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)).casefold()


def _address(host: str) -> str:
    """A host; an IP address in its one canonical text, for the system takes several spellings (inet_aton) for one."""
    with suppress(ValueError):
        ip = ip_address(host)
        return str((ip.ipv4_mapped if isinstance(ip, IPv6Address) else None) or ip)
    if not _NUMBERS.fullmatch(host):
        return host
    *first, last = (
        int(part, 16 if part[:2] == "0x" else 8) if part[0] == "0" else int(part) for part in host.split(".")
    )
    with suppress(OverflowError, ValueError):  # a number is too large for its place
        return str(ip_address(bytes(first) + last.to_bytes(4 - len(first), "big")))
    return host


def pinned(header: Header, chain: Chain, trust: Sequence[TrustItem]) -> Pinned:
    """Whether enough of the verifier's trust names this block. Raises `Refused` where an item is malformed."""
    items = TrustItems.of(trust)
    strangers = _strangers(chain.name, chain.genesis, items)
    words = _words(chain.name, items, header.number, strangers)
    amiss = _amiss(words, header.number, header.hash, chain.agree)
    remarks = (*_outvoted(words, header.number, chain.agree), *strangers.values())
    if amiss is None:
        return Pinned(tuple(item for said in words[header.hash].values() for item in said), remarks)
    if not words and strangers:
        return Pinned((), remarks)
    return Pinned((), (amiss, *remarks))


def review(
    ledger: str,
    trust: Sequence[TrustItem],
    agree: int,
    genesis: bytes | None = None,
    evidence: Iterable[Header] = (),
) -> TrustReview:
    """What there is to say of every block in the trust, and of those that evidence rests on. Raises `Refused` as `pinned`."""
    items = TrustItems.of(trust)
    strangers = {} if genesis is None else _strangers(ledger, genesis, items)
    asked: dict[int, set[bytes | None]] = {}
    for header in evidence:
        asked.setdefault(header.number, set()).add(header.hash)
    for item in items:
        if (item.ledger, item.kind) == (ledger, BLOCK):
            asked.setdefault(number_and_hash(item)[0], {None})
    lacking: list[Finding] = []
    remarks = [*strangers.values()]
    for number, digests in sorted(asked.items()):
        if number == 0 and genesis is not None:
            continue  # the policy pins it: who says otherwise is among the strangers
        words = _words(ledger, items, number, strangers)
        lacking += (amiss for digest in digests if (amiss := _amiss(words, number, digest, agree)))
        remarks += _outvoted(words, number, agree)
    return TrustReview(lacking, remarks)


def number_and_hash(item: TrustItem) -> tuple[int, bytes]:
    """A trust item's number and hash. What is wrong with the verifier's own trust is never held against the passport:
    raises `Refused` (ethereum.trust-malformed, noted)."""
    number, digest = item.value.get("number"), item.value.get("hash")
    if set(item.value) == {"number", "hash"} and type(number) is int and number >= 0 and isinstance(digest, str):
        with suppress(Refused):
            return number, read_hash(digest)
    raise Refused(codes.TRUST_MALFORMED(value=dict(item.value)))


_Words: TypeAlias = dict[bytes, dict[str, list[TrustItem]]]  # who names a hash, by voice


def _words(ledger: str, items: TrustItems, number: int, unheard: Container[str] = ()) -> _Words:
    """Which hashes are named for a block, and by whom."""
    words: _Words = {}
    for item in items.having(BLOCK, "number", number):
        if item.ledger == ledger:
            _, digest = number_and_hash(item)
            if (who := source_identity(item.source)) not in unheard:
                words.setdefault(digest, {}).setdefault(who, []).append(item)
    return words


def _strangers(ledger: str, genesis: bytes, items: TrustItems) -> Mapping[str, Finding]:
    """Voices that speak of another chain, as their block 0 shows. Nothing that they say counts."""
    return {
        who: codes.TRUST_OTHER_CHAIN(source=said[0].source, pinned=to_hex(digest), genesis=to_hex(genesis))
        for digest, sources in _words(ledger, items, 0).items()
        if digest != genesis
        for who, said in sources.items()
    }


def _agreed(words: _Words, agree: int) -> list[bytes]:
    return [digest for digest, sources in words.items() if len(sources) >= agree]


def _amiss(words: _Words, number: int, digest: bytes | None, agree: int) -> Finding | None:
    """Why it is not shown that a block has this hash (None: any), if so."""
    match _agreed(words, agree):
        case [one] if digest in {None, one}:
            return None
        case [one]:
            return codes.BLOCK_DIFFERS(number=number, hash=to_hex(digest or b""), pinned=to_hex(one))
        case [_, *_]:
            return codes.TRUST_CONTRADICTS(number=number, pinned=_told(words))
    if words:
        return codes.AGREEMENT_LACKING(number=number, agree=agree, pinned=_told(words))
    return codes.BLOCK_NOT_PINNED(number=number, hash=to_hex(digest or b""))


def _outvoted(words: _Words, number: int, agree: int) -> Sequence[Finding]:
    """Who names another hash than the one that is agreed on."""
    match _agreed(words, agree):
        case [agreed]:
            return [
                codes.ENDPOINT_OUTVOTED(
                    source=said[0].source, number=number, hash=to_hex(digest), agreed=to_hex(agreed)
                )
                for digest, sources in words.items()
                if digest != agreed
                for said in sources.values()
            ]
    return ()


def _told(words: _Words) -> str:
    return "; ".join(
        f"{to_hex(digest)} (says {', '.join(said[0].source for said in sources.values())})"
        for digest, sources in words.items()
    )
