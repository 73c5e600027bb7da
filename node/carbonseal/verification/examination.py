"""Examination: many files verified together, through their observations (docs/spec.md, section 22).

1. `Collection` takes the observations of one file after another, in bounded memory: sorted runs go to where the caller keeps them.
2. `equivocations` reads the merged lines once, and keeps for each log how many places contradict, and the first of them.
3. `prove` makes a fraud proof of a contradiction, from what both files show. It holds, or there is none.

What is found of logs decides on passports in `carbonseal.verification.known_logs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from carbonseal.findings import Finding, Refused
from carbonseal.passport.bundles import Bundle
from carbonseal.values import dataclass
from carbonseal.verification.observing.log_facts import (
    TLOG_EVIDENCE,
    LogFacts,
    ShownPath,
    find_paths,
    log_facts,
    log_keys,
)
from carbonseal.verification.observing.observations import Observation, Source, contradictions, merge, rows
from carbonseal.verification.policy import Policy

from . import codes

if TYPE_CHECKING:
    from carbonseal.log.fraud_proofs import Contradiction, FraudProof, LogKeys

MOST_ROWS = 100_000  # in memory, of a few hundred bytes each
MOST_RUNS = 64  # on disk, before they are merged into one
MOST_KEPT = 16  # contradictions of one log

Pair = tuple[Observation, Observation]


class Runs(Protocol):
    """Where sorted lines are kept that are too many for the memory: files that are gone when the examination ends."""

    def write(self, lines: Iterable[bytes]) -> None:
        """Keep one more run. Raises OSError."""
        ...

    def read(self) -> Sequence[Iterator[bytes]]:
        """The lines of every run, each from its beginning."""
        ...

    def replace(self, lines: Iterable[bytes]) -> None:
        """Keep one run in the place of all, which are read while it is written."""
        ...


class Collection:
    """The observations of many files, as one set: sorted, and of each place, value and note the least line."""

    def __init__(self, runs: Runs, most: int = MOST_ROWS) -> None:
        self._runs = runs
        self._most = most
        self._rows: dict[bytes, bytes] = {}

    def add(self, rows: Mapping[bytes, bytes]) -> None:
        """The observations of one file, as `observations.rows` gives them."""
        held = self._rows
        for key, rest in rows.items():
            if rest <= held.get(key, rest):
                held[key] = rest
        if len(held) >= self._most:
            self._spill()

    def lines(self) -> Iterator[bytes]:
        """All lines, merged."""
        return merge(*self._runs.read(), self._sorted())

    def _sorted(self) -> Iterator[bytes]:
        return iter(sorted(key + rest for key, rest in self._rows.items()))

    def _spill(self) -> None:
        self._runs.write(self._sorted())
        self._rows = {}
        runs = self._runs.read()
        if len(runs) >= MOST_RUNS:
            self._runs.replace(merge(*runs))


@dataclass(slots=True)
class Equivocation:
    """Of one log: at how many places values contradict, and the first of these."""

    places: int = 0
    first: list[Pair] = field(default_factory=list)

    def finding(self) -> Finding:
        """That the files contradict each other, as long as no fraud proof shows it."""
        one, other = self.first[0]
        facts = {"origin": one.origin, "what": one.what, "places": self.places}
        return codes.LOG_CONTRADICTION(one=name_of(one.source), other=name_of(other.source), **facts)


def name_of(source: Source) -> str:
    """A file as findings name it."""
    return f"{source.name} ({source.file[:8]})"


def equivocations(lines: Iterable[bytes]) -> dict[str, Equivocation]:
    """By origin, what contradicts among sorted lines. Heads come first, then subtrees from level 0 on."""
    found: dict[str, Equivocation] = {}
    for pair in contradictions(lines):
        of_log = found.setdefault(pair[0].origin, Equivocation())
        of_log.places += 1
        if len(of_log.first) < MOST_KEPT:
            of_log.first.append(pair)
    return found


# --- fraud proofs --------------------------------------------------------------------------------------------------


def prove(
    found: Equivocation, facts_of: Callable[[Source], LogFacts | None], keys: LogKeys
) -> tuple[FraudProof, Finding] | None:
    """A fraud proof that holds under `keys`, and the finding that names the files; None where none can be made.

    `facts_of` gives what a file shows, None where the file is not there. Two roots of one size need no file: the notes are in the
    observations.
    """
    for one, other in found.first:
        for proof in _proofs(one, other, facts_of):
            if _holds(proof, keys):
                files = {"one": name_of(one.source), "other": name_of(other.source)}
                return proof, codes.LOG_FRAUD(origin=one.origin, what=one.what, **files)
    return None


def _holds(proof: FraudProof, keys: LogKeys) -> bool:
    try:
        return proof.check(keys).code.name == "fraud-proof.holds"
    except Refused:  # another office's lines may claim what no log signed
        return False


def _proofs(
    one: Observation, other: Observation, facts_of: Callable[[Source], LogFacts | None]
) -> Iterator[FraudProof]:
    from carbonseal.log.fraud_proofs import fraud_proof, of_roots

    if one.signed is not None and other.signed is not None:
        try:
            yield of_roots(one.signed.encode(), other.signed.encode())
        except Refused:
            return
    elif one.kind == "subtree":
        paths = [_path(seen, facts_of(seen.source)) for seen in (one, other)]
        pair = [(path.head.note, path) for path in paths if path is not None]
        if len(pair) == len(paths):
            yield fraud_proof(pair, _two_values)


def _path(seen: Observation, facts: LogFacts | None) -> ShownPath | None:
    """The proof, in what the source shows, of what was observed."""
    if facts is None:
        return None
    paths = [
        path for path in find_paths(facts.proofs, seen.origin, *seen.numbers) if path.path.hash.hex() == seen.shows
    ]
    return max(paths, key=lambda path: path.entry is not None, default=None)


def _two_values(one: ShownPath, other: ShownPath) -> Contradiction:
    from carbonseal.log.fraud_proofs import TwoEntries, TwoSubtrees

    path, proofs = one.path, (one.path.siblings, other.path.siblings)
    if one.entry is not None and other.entry is not None:
        return TwoEntries(path.index, (one.entry, other.entry), proofs)
    return TwoSubtrees(path.level, path.index, (path.hash, other.path.hash), proofs)


def within(passport: Bundle, policy: Policy) -> dict[str, Finding]:
    """The logs of which one passport shows by itself that they equivocate, by origin. Where such a log sealed something that is
    rejected; where it is a ledger alone, it counts for nothing."""
    if not _may_contradict(passport):
        return {}
    keys = log_keys(policy)
    facts = log_facts(passport, keys)
    lines = sorted(key + rest for key, rest in rows(facts, Source("0" * 64, "this passport")).items())
    found: dict[str, Finding] = {}
    for origin, equivocation in equivocations(lines).items():
        if prove(equivocation, lambda _: facts, keys) is None:
            found[origin] = equivocation.finding()
        elif origin in facts.sealing:
            found[origin] = codes.LOG_EQUIVOCATION(origin=origin, what=equivocation.first[0][0].what)
        else:
            found[origin] = codes.LEDGER_FRAUD(ledger=f"tlog:{origin}")
    return found


def _may_contradict(passport: Bundle) -> bool:
    """Whether more than one checkpoint of a log may be there: under one alone nothing contradicts. By the first line of each
    note, in heads and in evidence alike: a log's own evidence is refused as an anchor, and shows its head all the same."""
    heads = [head for seal in passport.seals.values() for head in seal.heads]
    # most heads have the same evidence
    evidence = {id(anchor.evidence): anchor.evidence for head in heads for anchor in head.anchors}.values()
    notes = {head.checkpoint for head in heads}
    notes |= {one.data.partition(b"\n\n")[2] for one in evidence if (one.type, one.version) == TLOG_EVIDENCE}
    return len({note.partition(b"\n")[0] for note in notes}) < len(notes)
