"""Observations of logs (docs/spec.md, section 22): what signed heads and valid proofs show, as a set keyed by content.

An observation has a place of a log, the value there, and the file that shows it. As written, one a line::

    {"carbonseal":"observations/1"}
    {"place":["head","log.example/1","24"],"shows":"9a29…","signed":"log.example/1\\n24\\n…","source":{"file":"1f0a…","name":"a.json"}}
    {"place":["subtree","log.example/1","3","2"],"shows":"77c0…","source":{"file":"1f0a…","name":"a.json"}}

- Kinds of logs: *head* (origin, size) shows a root, and has the signed note of just that; *subtree* (origin, level, index) shows
  a complete subtree's hash. An entry is the complete subtree of level 0 at its index. Kinds of lots are those of
  `carbonseal.verification.observing.lot_observations` and `presented`. Others are refused.
- Lines are RFC 8785, sorted by their bytes. Of one place, value and note there is one line, the least. So a file is a set, and
  merging (`merge`) is commutative, associative and idempotent, to the byte. No note that somebody makes up displaces a signed one.
- Two values at one place are equivocation (`contradictions`), also under heads of different sizes.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from carbonseal.findings import Refused
from carbonseal.flow.lots import Take, Yield
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.log.text import MAX_SIZE, decode_decimal
from carbonseal.records import strict
from carbonseal.records.canonical import jcs
from carbonseal.values import dataclass
from carbonseal.verification import codes
from carbonseal.verification.observing.log_facts import LogFacts, SignedHead, signed_head
from carbonseal.verification.observing.lot_observations import KINDS as LOT_KINDS
from carbonseal.verification.observing.lot_observations import read_lot
from carbonseal.verification.observing.presented import KIND as PRESENTED
from carbonseal.verification.observing.presented import Seen, key_of, read_presented

if TYPE_CHECKING:
    from carbonseal.log.fraud_proofs import LogKeys

HEADER = b'{"carbonseal":"observations/1"}\n'
LONGEST_LINE = 64 << 10  # bytes
LIMITS = strict.Limits(max_bytes=LONGEST_LINE, max_depth=4)
KINDS = {"head": 1, "subtree": 2}  # and how many numbers follow the origin
LONGEST_NAME = 1024  # characters
_DIGEST = re.compile("[0-9a-f]{64}")
_OF_LOTS = tuple(b'{"place":["%s",' % kind.encode() for kind in (*LOT_KINDS, PRESENTED))
_SHOWS = b'],"shows":"'  # ends a place: it cannot stand in a JSON string, where a quotation mark is escaped
_SOURCE = b',"source":{'  # nor can this


@dataclass(frozen=True, slots=True)
class Source:
    """The file that shows something: SHA-256 of its bytes, in hex, and its name, for people."""

    file: str
    name: str


@dataclass(frozen=True, slots=True)
class Observation:
    """The place `numbers` of the log `origin` has the value `shows` (32 bytes in hex)."""

    kind: str  # of KINDS
    origin: str
    numbers: tuple[int, ...]
    shows: str
    source: Source
    signed: str | None = None  # the note, of a head alone

    @property
    def what(self) -> str:
        """The place in words."""
        match self.kind, self.numbers:
            case "head", (size,):
                return f"size {size}"
            case _, (0, index):
                return f"index {index}"
            case _, (level, index):
                return f"the subtree of level {level} at index {index}"
        raise AssertionError(self)


# --- writing -------------------------------------------------------------------------------------------------------


def rows(facts: LogFacts, source: Source) -> dict[bytes, bytes]:
    """The observations that the facts of one file show: place, value and note, and the rest of the line."""
    behind = b',"source":' + jcs({"file": source.file, "name": source.name[:LONGEST_NAME]}) + b"}\n"
    found = {}
    for head in facts.heads:
        place = _text(head.checkpoint.origin), head.checkpoint.size, head.checkpoint.root.hex().encode()
        found[b'{"place":["head",%s,"%d"],"shows":"%s"' % place + _signed(head)] = behind
    for proof in facts.proofs:
        before = b'{"place":["subtree",' + _text(proof.head.checkpoint.origin)
        for level, index, node in proof.path.nodes():
            found[b'%s,"%d","%d"],"shows":"%s"' % (before, level, index, node.hex().encode())] = behind
    return found


def lot_lines(lots: Mapping[bytes, str], source: Source) -> dict[bytes, bytes]:
    """As `rows`, of what `lot_observations.lot_rows` gives."""
    behind = b',"source":' + jcs({"file": source.file, "name": source.name[:LONGEST_NAME]}) + b"}\n"
    return {b'{"place":%s,"shows":%s' % (place, jcs(shows)): behind for place, shows in lots.items()}


@lru_cache(maxsize=1024)
def _text(text: str) -> bytes:
    return jcs(text)


def _signed(head: SignedHead) -> bytes:
    return b',"signed":' + _text(head.note.decode())


def merge(*files: Iterable[bytes]) -> Iterator[bytes]:
    """The union of sorted lines: sorted, and of each place, value and note the least line alone. Holds one line of each file.
    Raises Refused (`observations.other-key`) where goods were presented under different keys."""
    before, known = b"", b""
    for line in heapq.merge(*files):
        if (own := key_of(line)) and known and own != known:
            raise Refused(codes.OBSERVATIONS_OTHER_KEY())
        known = own or known
        if (key := _before_source(line)) != before:
            yield line
            before = key


def as_rows(lines: Iterable[bytes]) -> dict[bytes, bytes]:
    """Lines that were written by this program, as `rows` gives them."""
    parted = ((line, line.find(_SOURCE)) for line in lines)
    return {line[:at]: line[at:] for line, at in parted}


def _before_source(line: bytes) -> bytes:
    """Place, value and note of a line."""
    return line[: line.find(_SOURCE)]


def _before_note(line: bytes) -> bytes:
    """Place and value of a line."""
    return line[: line.find(_SHOWS) + len(_SHOWS) + 64]


def _place(line: bytes) -> bytes:
    return line[: line.find(_SHOWS)]


# --- reading -------------------------------------------------------------------------------------------------------


def contradictions(lines: Iterable[bytes]) -> Iterator[tuple[Observation, Observation]]:
    """For each place with more than one value, the first two, from sorted lines. Raises Refused as `parse_line`."""
    first, place, done = b"", b"", False
    for line in lines:
        if line.startswith(_OF_LOTS):  # a credential says one thing
            continue
        if (here := _place(line)) != place:
            first, place, done = line, here, False
        elif not done and _before_note(line) != _before_note(first):
            yield parse_line(first), parse_line(line)
            done = True


def signed_heads(lines: Iterable[bytes], keys: LogKeys) -> Iterator[tuple[SignedHead, Source]]:
    """Of checked lines, the heads whose notes listed keys signed, and their sources: what nobody has to believe."""
    for line in lines:
        if line.startswith(b'{"place":["head",'):
            seen = parse_line(line)
            head = None if seen.signed is None else signed_head(seen.signed.encode(), keys)
            if head is not None:
                yield head, seen.source


def check_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file behind its header, each checked. Raises Refused (`observations.*`): undetermined on another version and
    on a kind that is not known here."""
    before = b""
    number = 0
    for number, line in enumerate(lines, start=1):
        try:
            if number == 1:
                _check_header(line)
                continue
            _read_line(line)
            if _before_source(line) <= before:
                raise Refused(codes.OBSERVATIONS_UNSORTED())
        except Refused as refused:
            raise refused.under(f"line {number}") from refused
        before = _before_source(line)
        yield line
    if not number:
        raise Refused(codes.OBSERVATIONS_MALFORMED(problem="the file is empty"))


def _check_header(line: bytes) -> None:
    if line == HEADER:
        return
    if line.startswith(b'{"carbonseal":"observations/'):
        raise Refused(codes.OBSERVATIONS_UNKNOWN_VERSION(version=line.split(b'"')[3][:80].decode("utf-8", "replace")))
    raise Refused(codes.OBSERVATIONS_MALFORMED(problem="the first line is not that of observations/1"))


def parse_line(line: bytes) -> Observation:
    """One observation of a log. Raises Refused as `_read_line`."""
    found = _read_line(line)
    if not isinstance(found, Observation):
        raise Refused(codes.OBSERVATIONS_MALFORMED(problem="expected an observation of a log"))
    return found


def _read_line(line: bytes) -> Observation | Take | Yield | Seen:
    """What a line says. Raises Refused: `observations.malformed` on what is not its one spelling, `observations.unknown-kind`
    (undetermined), and the codes of strict JSON."""
    value, canonical = strict.read(line.removesuffix(b"\n"), LIMITS)
    if line != (canonical or jcs(value)) + b"\n":
        raise Refused(codes.OBSERVATIONS_MALFORMED(problem="the line is not in RFC 8785 form, with a line feed"))
    match value:
        case {
            "place": [str(kind), *texts],
            "shows": str(shows),
            "source": {"file": str(file), "name": str(), **unknown},
            **more,
        } if kind in LOT_KINDS and not unknown and not more and _DIGEST.fullmatch(file):
            return read_lot(kind, texts, shows)
        case {
            "place": [str(kind), *texts],
            "shows": str(shows),
            "source": {"file": str(file), "name": str(), **unknown},
            **more,
        } if kind == PRESENTED and not unknown and not more and _DIGEST.fullmatch(file):
            return read_presented(texts, shows)
        case {"place": [str(kind), *_]} if kind not in (*KINDS, *LOT_KINDS, PRESENTED):
            raise Refused(codes.OBSERVATIONS_UNKNOWN_KIND(kind=kind[:80]))
        case {
            "place": [str(kind), str(origin), *numbers],
            "shows": str(shows),
            "source": {"file": str(file), "name": str(name), **unknown},
            **signed,
        } if not unknown and origin and _DIGEST.fullmatch(shows) and _DIGEST.fullmatch(file):
            observation = Observation(
                kind, origin, _numbers(kind, numbers), shows, Source(file, name), _note(kind, signed)
            )
        case _:
            raise Refused(codes.OBSERVATIONS_MALFORMED(problem="expected a place, what it shows and a source"))
    if observation.signed is not None:
        _check_note(observation, observation.signed)
    return observation


def _check_note(head: Observation, signed: str) -> None:
    """Raise Refused unless the note is of the checkpoint that the line says: else it would accuse another log, or another size."""
    try:
        found = Checkpoint.parse(Note.parse(signed.encode()).text)
    except Refused as refused:
        raise Refused(codes.OBSERVATIONS_MALFORMED(problem=f"the note: {refused.finding.message}")) from refused
    if (found.origin, (found.size,), found.root.hex()) != (head.origin, head.numbers, head.shows):
        raise Refused(codes.OBSERVATIONS_MALFORMED(problem="the note is of another log, size or root than the line"))


def _numbers(kind: str, texts: list[object]) -> tuple[int, ...]:
    numbers = [decode_decimal(text) if isinstance(text, str) else None for text in texts]
    found = tuple(number for number in numbers if number is not None and number <= MAX_SIZE)
    if not len(found) == len(texts) == KINDS[kind]:
        raise Refused(
            codes.OBSERVATIONS_MALFORMED(problem=f"expected {KINDS[kind]} decimals behind {kind} and the origin")
        )
    return found


def _note(kind: str, rest: dict[object, object]) -> str | None:
    match kind, rest:
        case "head", {"signed": str(note)} if len(rest) == 1:
            return note
        case "subtree", {} if not rest:
            return None
    raise Refused(codes.OBSERVATIONS_MALFORMED(problem="expected a signed note for a head, and for nothing else"))
