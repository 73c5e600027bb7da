"""Documents to what is stored of them, many at one time: what a worker process does with them.

The tenant's salt key comes with each call, and stays nowhere. Documents and results are columns, which cost little to send.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from carbonseal.findings import Finding, Refused
from carbonseal.records.admission import admit
from carbonseal.records.codes import JSON_TOO_LARGE
from carbonseal.records.commitments import commit, salt_for

TIME = b"\0" * 20  # where a receipt's text has its time, once that is known: a NUL is in no JSON text


@dataclass(slots=True)
class Admitted:
    """What documents became: of those that were taken, in their order, the columns; of the others findings, by their positions
    among all of them."""

    salts: list[bytes] = field(default_factory=list)
    commitments: list[bytes] = field(default_factory=list)
    canonicals: list[bytes] = field(default_factory=list)
    refused: dict[int, Finding] = field(default_factory=dict)

    def add(self, raw: bytes, media: str, position: int, profile: str, salt_key: bytes) -> Finding | None:
        """Take a document, or note why not, and give that. `media` is the media type of a file."""
        try:
            canonical = admit(raw, profile, media=media).canonical
        except Refused as refused:
            self.refused[position] = refused.finding
            return refused.finding
        salt = salt_for(salt_key, profile, canonical)
        self.salts.append(salt)
        self.commitments.append(commit(profile, salt, canonical))
        self.canonicals.append(canonical)
        return None


@dataclass(slots=True)
class AdmittedLines(Admitted):
    """The same of a stream's lines; findings have the line as their place, and `receipts` are JSON texts that lack the time."""

    receipts: list[bytes] = field(default_factory=list)


def admit_documents(raws: Sequence[bytes], medias: Sequence[str], profile: str, salt_key: bytes) -> Admitted:
    """Admit each of these, which come as columns."""
    admitted = Admitted()
    for position, (raw, media) in enumerate(zip(raws, medias, strict=True)):
        admitted.add(raw, media, position, profile, salt_key)
    return admitted


def admit_lines(data: bytes, first: int, most: int, profile: str, salt_key: bytes) -> AdmittedLines:
    """Admit the documents on these lines, of which the first has the number `first`. Empty ones are left out; one of more than
    `most` bytes is refused."""
    admitted = AdmittedLines()
    named = json.dumps(profile)
    for position, (number, raw) in enumerate(_documents(data, first)):
        place = f"line {number}"
        if len(raw) > most:
            admitted.refused[position] = JSON_TOO_LARGE(place, limit=most)
        elif finding := admitted.add(raw, "", position, profile, salt_key):
            admitted.refused[position] = finding.under(place)
        else:
            commitment, salt = admitted.commitments[-1].hex(), admitted.salts[-1].hex()
            head = f'{{"place":["{place}"],"receipt":{{"profile":{named},"commitment":"{commitment}","salt":"{salt}"'
            admitted.receipts.append(b'%b,"acknowledged":"%b"}}\n' % (head.encode(), TIME))
    return admitted


def _documents(data: bytes, first: int) -> Iterable[tuple[int, bytes]]:
    for number, line in enumerate(data.split(b"\n"), first):
        raw = line.removesuffix(b"\r")
        if raw.strip(b" \t\r"):
            yield number, raw
