"""Pinned blocks: the block hashes in a verifier's trust, and whether enough sources agree on one (spec section 8, "Which block
the trust names"). Pure.

A trust item of kind ``block`` is one answer of one source::

    {"ledger": "eip155:1", "kind": "block", "source": "https://rpc.example", "when": "2026-01-01T00:00:00Z",
     "value": {"number": 23000000, "hash": "0x44f6..."}}

- A *source* is an endpoint, however its address is spelled, or a person.
- A source counts only if it names the pinned genesis, and no other hash, for block 0: only then is it shown to speak of the
  pinned chain.
- A policy's ``agree=k`` says that fewer than k sources err or lie. What k of them name is agreed. Where k name one hash and k
  another, nothing is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Protocol, TypeAlias
from weakref import WeakKeyDictionary

from carbonseal.findings import Finding, Refused
from carbonseal.ledger import Checked, Proved, TrustItem, TrustItems
from carbonseal.values import dataclass
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.headers import Header
from carbonseal_adapters.ethereum.checking.options import HASH, to_hex

if TYPE_CHECKING:
    from carbonseal.gathering import TrustReview

BLOCK = "block"  # the kind of a trust item
IDENTITY = "block0"  # of a chain: followed by the hash of its genesis block

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#\\]*)", re.ASCII)
_NUMBER = "(?:0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9})"
_NUMBERS = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}", re.ASCII)
_ESCAPE = re.compile("%([0-9a-f]{2})")
_WEB_PORTS = {"", "80", "443"}


class Chain(Protocol):
    """What a policy's line pins of a chain, and how many sources must agree."""

    @property
    def name(self) -> str:
        """The ledger's name, such as "eip155:1"."""
        ...

    @property
    def genesis(self) -> bytes:
        """The hash of block 0, 32 bytes."""
        ...

    @property
    def agree(self) -> int:
        """How many sources have to name the same block, 1 or more."""
        ...


@dataclass(frozen=True, slots=True)
class PinnedBlock:
    """What the trust says of a block: the items that name it and their sources' block 0 (none: it is not shown), the
    identity of the chain, and what there is to report."""

    items: tuple[TrustItem, ...]
    findings: tuple[Finding, ...]
    identity: str

    def checked(self, success: Finding, publisher: str, time: int) -> Checked:
        """The result for evidence that rests on this block and shows what `success` says. `time` is in seconds since 1970."""
        if not self.items:
            return Checked(self.findings)
        return Checked((success, *self.findings), Proved(publisher, time, self.items, frozenset({self.identity})))


@lru_cache(maxsize=1024)  # a verifier has few sources, and asks for each of them at every passport
def source_identity(source: str) -> str:
    """Identifies the source of a trust item: of a URL the host, and the port unless it is 80 or 443; of any other text its words
    in lower case.

    Two hosts of one operator have two identities: the verifier has to know that.
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


def pinned(header: Header, chain: Chain, trust: Sequence[TrustItem]) -> PinnedBlock:
    """Whether enough of the verifier's trust names this block. Raises `Refused` (ethereum.trust-malformed)."""
    items = TrustItems.of(trust)
    sources = _Sources.of(chain.name, items, chain.genesis)
    named, missing = sources.counting(_named(chain.name, items, header.number))
    identity = f"{IDENTITY}:{to_hex(chain.genesis)}"
    problem = _problem(named, header.number, header.hash, chain.agree)
    remarks = (*_outvoted(named, header.number, chain.agree), *sources.strangers.values(), *missing.values())
    if problem is None:
        agreeing = named[header.hash]
        first = [item for who in agreeing for item in sources.block0[who] if header.number]
        return PinnedBlock((*(item for found in agreeing.values() for item in found), *first), remarks, identity)
    if not named and remarks:
        return PinnedBlock((), remarks, identity)
    return PinnedBlock((), (problem, *remarks), identity)


def review(
    ledger: str,
    trust: Sequence[TrustItem],
    agree: int,
    genesis: bytes | None = None,
    evidence: Iterable[Header] = (),
) -> TrustReview:
    """Reviews every block in the trust, and those that evidence rests on. `genesis` None: no policy pins
    it, and sources need to name any block 0. Raises `Refused` as `pinned`."""
    items = TrustItems.of(trust)
    sources = _Sources.of(ledger, items, genesis)
    wanted: dict[int, set[bytes | None]] = {}
    for header in evidence:
        wanted.setdefault(header.number, set()).add(header.hash)
    for item in items:
        if (item.ledger, item.kind) == (ledger, BLOCK):
            wanted.setdefault(number_and_hash(item)[0], {None})
    lacking: list[Finding] = []
    remarks = [*sources.strangers.values()]
    without: dict[str, Finding] = {}  # sources that do not name block 0, each once
    for number, digests in sorted(wanted.items()):
        if number == 0 and genesis is not None:
            continue  # the policy pins it: a source that names another hash is among the strangers
        named, missing = sources.counting(_named(ledger, items, number))
        without |= missing
        lacking += (problem for digest in digests if (problem := _problem(named, number, digest, agree)))
        remarks += _outvoted(named, number, agree)
    from carbonseal.gathering import TrustReview  # verifying needs nothing of gathering

    return TrustReview(lacking, [*remarks, *without.values()])


def number_and_hash(item: TrustItem) -> tuple[int, bytes]:
    """A trust item's number and 32-byte hash. What is wrong with the verifier's own trust is never held against the passport:
    raises `Refused` (ethereum.trust-malformed, noted)."""
    value = item.value
    number, digest = value.get("number"), value.get("hash")
    if type(number) is int and number >= 0 and isinstance(digest, str) and len(value) == 2 and HASH.fullmatch(digest):
        return number, bytes.fromhex(digest[2:])
    raise Refused(codes.TRUST_MALFORMED(value=dict(item.value)))


_Named: TypeAlias = dict[
    bytes, dict[str, list[TrustItem]]
]  # by a block's hash and by source identity: the items that name it


def _named(ledger: str, items: TrustItems, number: int) -> _Named:
    """Which hashes are named for a block, and by which sources."""
    named: _Named = {}
    for item in items.having(BLOCK, "number", number):
        if item.ledger == ledger:
            _, digest = number_and_hash(item)
            named.setdefault(digest, {}).setdefault(source_identity(item.source), []).append(item)
    return named


@dataclass(frozen=True, slots=True)
class _Sources:
    """The sources of a trust, by what they name for block 0."""

    block0: Mapping[str, list[TrustItem]]  # sources that count: what they say of block 0
    strangers: Mapping[str, Finding]  # sources of another chain, each with the finding that says so

    @staticmethod
    def of(ledger: str, items: TrustItems, genesis: bytes | None) -> _Sources:
        """Those of a trust, found once: it does not change, and is the same for many passports."""
        known = _SOURCES.setdefault(items, {})
        if (ledger, genesis) not in known:
            known[ledger, genesis] = _Sources._found(ledger, items, genesis)
        return known[ledger, genesis]

    @staticmethod
    def _found(ledger: str, items: TrustItems, genesis: bytes | None) -> _Sources:
        strangers: dict[str, Finding] = {}
        block0: dict[str, list[TrustItem]] = {}
        for digest, sources in _named(ledger, items, 0).items():
            for who, found in sources.items():
                if genesis in (None, digest):
                    block0.setdefault(who, []).extend(found)
                else:
                    facts = {"source": found[0].source, "pinned": to_hex(digest), "genesis": to_hex(genesis or b"")}
                    strangers[who] = codes.TRUST_OTHER_CHAIN(**facts)
        return _Sources({who: found for who, found in block0.items() if who not in strangers}, strangers)

    def counting(self, named: _Named) -> tuple[_Named, Mapping[str, Finding]]:
        """The hashes named by sources that count, and findings on sources that name no block 0."""
        counted: _Named = {}
        missing: dict[str, Finding] = {}
        for digest, sources in named.items():
            for who, found in sources.items():
                if who in self.block0:
                    counted.setdefault(digest, {})[who] = found
                elif who not in self.strangers:
                    missing[who] = codes.GENESIS_MISSING(source=found[0].source)
        return counted, missing


_SOURCES: WeakKeyDictionary[TrustItems, dict[tuple[str, bytes | None], _Sources]] = WeakKeyDictionary()


def _agreed(named: _Named, agree: int) -> list[bytes]:
    return [digest for digest, sources in named.items() if len(sources) >= agree]


def _problem(named: _Named, number: int, digest: bytes | None, agree: int) -> Finding | None:
    """The finding that says why the trust does not pin this hash (None: any) of a block; None where it does."""
    match _agreed(named, agree):
        case [one] if digest in {None, one}:
            return None
        case [one]:
            return codes.BLOCK_DIFFERS(number=number, hash=to_hex(digest or b""), pinned=to_hex(one))
        case [_, *_]:
            return codes.TRUST_CONTRADICTS(number=number, pinned=_listed(named))
    if named or digest is None:
        return codes.AGREEMENT_LACKING(number=number, agree=agree, pinned=_listed(named) or "no source counts")
    return codes.BLOCK_NOT_PINNED(number=number, hash=to_hex(digest))


def _outvoted(named: _Named, number: int, agree: int) -> Sequence[Finding]:
    """The sources that name another hash than the one that is agreed on."""
    match _agreed(named, agree):
        case [agreed]:
            return [
                codes.ENDPOINT_OUTVOTED(
                    source=found[0].source, number=number, hash=to_hex(digest), agreed=to_hex(agreed)
                )
                for digest, sources in named.items()
                if digest != agreed
                for found in sources.values()
            ]
    return ()


def _listed(named: _Named) -> str:
    return "; ".join(
        f"{to_hex(digest)} (by {', '.join(found[0].source for found in sources.values())})"
        for digest, sources in named.items()
    )
