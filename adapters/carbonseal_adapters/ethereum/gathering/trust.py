"""Trust gatherer for Ethereum: queries endpoints that the verifier chose for the block hashes that evidence rests on. On the base
install.

An endpoint's answer is its own claim: each becomes a trust item with source and date. The policy says how many must agree.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Finding, Refused
from carbonseal.gathering import GatherRequest, GatherResult, TrustReview
from carbonseal.ledger import Evidence, TransientError, TrustItem, TrustItems
from carbonseal_adapters.ethereum.checking import blocks, codes, registry
from carbonseal_adapters.ethereum.checking.blocks import BLOCK, number_and_hash, source_identity
from carbonseal_adapters.ethereum.checking.evidence import Pins, decode
from carbonseal_adapters.ethereum.checking.headers import Header, read_header
from carbonseal_adapters.ethereum.checking.options import chain_id, read_hash, to_hex
from carbonseal_adapters.ethereum.gathering.endpoints import origin
from carbonseal_adapters.ethereum.gathering.inquiry import Inquiry

AT_ONCE = 8  # queries at one time
ANY = 1 << 64  # beyond all blocks


class Gatherer:
    """Serves `eip155:` ledgers; see `carbonseal.ledger.TrustGatherer`. `pause` waits that many seconds."""

    def __init__(self, pause: Callable[[float], None] = time.sleep) -> None:
        self._pause = pause

    def wanted(self, ledger: str) -> str:
        return f"--from {ledger}=URL"

    def source(self, endpoint: str) -> str:
        return origin(endpoint)

    def gather(
        self, ledger: str, request: GatherRequest, endpoint: str, step: Callable[[], None] = lambda: None
    ) -> GatherResult:
        """The hashes of block 0, of every block that the evidence rests on, and of every block that others spoke of; where
        `request.since` says from which on, also of those in which the policy's publishers anchored.

        What the endpoint said before is not asked again, unless somebody else says otherwise. Where it has another hash than
        the evidence (a reorg, or a lie) its own is what is returned: the verifier then says so.
        """
        inquiry = Inquiry(endpoint, self._pause)
        expected, found = chain_id(ledger), inquiry.chain_id()
        if found != expected:
            raise Refused(codes.ENDPOINT_OTHER_CHAIN(endpoint=inquiry.source, found=found, expected=expected))
        final = _final(inquiry, request.confirmations)
        findings: list[Finding] = []
        try:
            anchored = _anchored(inquiry, request, final)
        except Refused as refused:  # its answers about blocks that others found still count
            anchored = frozenset()
            findings.append(refused.finding)
        headers, malformed = _headers(request.evidence)
        findings += malformed
        own, wanted = _wanted(request, headers, inquiry.source, anchored)
        early = [number for number in wanted if number <= final]
        findings += (
            codes.ENDPOINT_BLOCK_UNFINAL(endpoint=inquiry.source, number=number, final=final)
            for number in wanted[len(early) :]
        )
        items: list[TrustItem] = []
        replaced: list[TrustItem] = []
        for number, answer in _ask(inquiry, early):
            step()
            if isinstance(answer, Finding):
                findings.append(answer)
                continue
            now = to_hex(answer)
            items.append(TrustItem(ledger, BLOCK, {"number": number, "hash": now}, inquiry.source, request.when))
            for item in own.having(BLOCK, "number", number):
                if (before := item.value["hash"]) != now:
                    facts = {"endpoint": inquiry.source, "number": number}
                    findings.append(codes.ENDPOINT_CHANGED(**facts, before=before, now=now))
                    replaced.append(item)
        return GatherResult(items, replaced, findings)

    def pin(self, ledger: str, words: Sequence[str]) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Blocks, each by its number and its hash. A source counts only with block 0, so that is one of them sooner or later."""
        chain_id(ledger)
        numbers = words[::2]
        if not words or len(words) % 2 or not all(re.fullmatch("[0-9]{1,15}", number) for number in numbers):
            raise Refused(codes.PIN_MALFORMED(words=" ".join(words)))
        pairs = zip(numbers, words[1::2], strict=True)
        return [(BLOCK, {"number": int(number), "hash": to_hex(read_hash(digest))}) for number, digest in pairs]

    def review(self, ledger: str, request: GatherRequest, agree: int | None) -> TrustReview:
        headers, _ = _headers(request.evidence)
        if request.pins is None:
            return blocks.review(ledger, request.known, agree or 1, None, headers)
        return blocks.review(ledger, request.known, agree or request.pins.agree, request.pins.genesis, headers)


GATHERER = Gatherer()


def gather(ledger: str, evidence: Sequence[Evidence], endpoint: str, when: str) -> Sequence[TrustItem]:
    """The hashes of block 0 and of every block that `evidence` rests on, as `endpoint` has them now, final or not.

    Raises `Refused` at the first that it lacks; `TransientError` where it cannot be reached.
    """
    found = GATHERER.gather(ledger, GatherRequest(when, evidence, confirmations=0), endpoint)
    for finding in found.findings:
        raise Refused(finding)
    return found.items


def _wanted(
    request: GatherRequest, headers: Sequence[Header], source: str, anchored: Set[int]
) -> tuple[TrustItems, Sequence[int]]:
    """The items that this endpoint gave before, and the numbers of the blocks to ask it for, ascending: all but those that it
    gave already and nobody contradicts."""
    hashes: dict[int, set[bytes]] = {number: set() for number in {0, *anchored}}
    for header in headers:
        hashes.setdefault(header.number, set()).add(header.hash)
    own: list[TrustItem] = []
    for item in request.known:
        if item.kind == BLOCK:
            number, digest = number_and_hash(item)
            hashes.setdefault(number, set()).add(digest)
            if source_identity(item.source) == source_identity(source):
                own.append(item)
    given = TrustItems(own)
    known = {number for number, found in hashes.items() if len(found) == 1 and given.having(BLOCK, "number", number)}
    return given, sorted(hashes.keys() - known)


def _headers(evidence: Sequence[Evidence]) -> tuple[Sequence[Header], Sequence[Finding]]:
    """The headers of the blocks that evidence of a known kind rests on, and what is malformed: the verifier refuses it, and
    the rest is gathered all the same."""
    headers: list[Header] = []
    malformed: list[Finding] = []
    for one in evidence:
        try:
            if (parts := decode(one)) is not None:
                headers.append(read_header(parts.header))
        except Refused as refused:
            malformed.append(refused.finding)
    return headers, malformed


def _anchored(inquiry: Inquiry, request: GatherRequest, final: int) -> Set[int]:
    """The blocks in which the policy's publishers anchored, as far as the endpoint reports. EAS names no publisher."""
    if request.since is None or not isinstance(request.pins, Pins):
        return frozenset()
    publishers = [to_hex(publisher.rjust(32, b"\0")) for publisher in sorted(request.pins.publishers)]
    events = {"address": to_hex(request.pins.registry), "topics": [to_hex(registry.ANCHORED), publishers]}
    return inquiry.blocks_with(events, request.since, min(final, inquiry.height()))


def _final(inquiry: Inquiry, confirmations: int | None) -> int:
    """The number of the newest block that may be pinned. Raises `Refused` where the endpoint reports none."""
    if confirmations == 0:
        return ANY
    if confirmations is not None:
        return max(0, inquiry.height() - confirmations + 1)
    final = inquiry.final()
    if final is None:
        raise Refused(codes.ENDPOINT_NO_FINALITY(endpoint=inquiry.source))
    return final


def _ask(inquiry: Inquiry, numbers: Sequence[int]) -> Iterator[tuple[int, bytes | Finding]]:
    """Each block's hash, or why there is none. What an endpoint answered before it became unreachable is kept."""

    def one(number: int) -> bytes | Finding:
        try:
            return inquiry.block_hash(number)
        except Refused as refused:
            return refused.finding

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            yield from zip(numbers, pool.map(one, numbers), strict=True)
        except TransientError as paused:
            pool.shutdown(cancel_futures=True)
            yield -1, codes.ENDPOINT_UNREACHABLE(problem=paused)


if TYPE_CHECKING:
    from carbonseal.gathering import TrustGatherer

    _: TrustGatherer = GATHERER
