"""Brings the passports that references mean into a folder: digests, and addresses with a digest (docs/spec.md, section 27).

- Who is asked: the nodes that the caller names, in their order, and nobody else. Without any, the host of each https address. So
  nothing in a document that somebody handed in makes this ask a host beside those that the caller named.
- The digest decides: a file is written if its root has the digest that is meant, as ``DIGEST.json``; else it is not.
- What is in the folder stays as it is: a file of that name is looked at, and never written.
- A host that does not answer is not asked again, and one that stays busy is waited for once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from carbonseal.cli.files.carriers import is_address
from carbonseal.cli.outputs import Output
from carbonseal.cli.public.passports import TRIES, NotHad, passport_at
from carbonseal.examining.files.items import read_passport
from carbonseal.findings import Refused
from carbonseal.goods.data_carrier import DataCarrier, parse_carrier
from carbonseal.keys.endpoints import redacted
from carbonseal.passport.passports import parse
from carbonseal.values import dataclass

HEXADECIMAL = frozenset("0123456789abcdef")
Asking = Callable[[str], object]  # told each host before it is asked for the first time


class State(Enum):
    """What became of one passport."""

    FETCHED = "fetched"
    THERE = "already there"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Brought:
    """One passport that was wanted, by its digest in hexadecimal or, where a reference has none, by that: where it is or comes
    from, or why it is missing."""

    name: str
    state: State
    detail: str = ""


def may_mean(reference: str) -> bool:
    """Whether a document reference means a passport, if anything known: it is a digest or an address."""
    return _is_digest(reference) or is_address(reference)


def meant_by(reference: str) -> DataCarrier:
    """The passport that a reference means. Raises Refused (`goods.*`) where it does not say which."""
    if _is_digest(reference):
        return DataCarrier(reference, bytes.fromhex(reference))
    return parse_carrier(reference)


def _is_digest(reference: str) -> bool:
    return len(reference) == 64 and HEXADECIMAL.issuperset(reference.lower())


class Bringing:
    """Brings passports into `folder`, which exists, from `nodes`: their addresses (`answers.is_address`, no query)."""

    def __init__(self, folder: Path, nodes: Sequence[str], asking: Asking) -> None:
        self._folder = folder
        self._nodes = [node.rstrip("/") for node in nodes]
        self._asking = asking
        self._asked: set[str] = set()
        self._silent: dict[str, str] = {}  # hosts that do not answer, and why
        self._busy: set[str] = set()  # hosts that were busy to the last
        self._failed: dict[str, str] = {}  # addresses at which a passport cannot be had, and why
        self._brought: dict[bytes, Brought] = {}

    def bring(self, wanted: DataCarrier) -> Brought:
        """What becomes of a passport that is wanted; of one that was had before, the same again. Raises `BrokeOff` where it cannot
        be written."""
        found = self._brought.get(wanted.digest)
        if found is None or found.state is State.MISSING:  # another address may have it
            found = self._there(wanted.digest) or self._fetched(wanted)
            self._brought[wanted.digest] = found
        return found

    def _path(self, digest: bytes) -> Path:
        return self._folder / f"{digest.hex()}.json"

    def _there(self, digest: bytes) -> Brought | None:
        """What the folder has under the passport's name; None where it has nothing."""
        path = self._path(digest)
        if not (path.exists() or path.is_symlink()):
            return None
        try:
            if parse(read_passport(str(path))).root == digest:
                return Brought(digest.hex(), State.THERE, str(path))
        except (Refused, OSError):
            pass
        return Brought(
            digest.hex(), State.MISSING, f"{path} is there, is not this passport, and was kept: move it away"
        )

    def _fetched(self, wanted: DataCarrier) -> Brought:
        addresses = self._addresses(wanted)
        if not addresses:
            return Brought(
                wanted.digest.hex(), State.MISSING, "it is not an https address: name a node to ask, with --from"
            )
        for address in addresses:
            raw = self._ask(address, wanted.digest)
            if raw is not None:
                with Output(self._path(wanted.digest), over=False).stream() as file:
                    file.write(raw)
                return Brought(wanted.digest.hex(), State.FETCHED, redacted(address))
        reasons = (f"{redacted(address)}: {self._failed[address]}" for address in addresses)
        return Brought(wanted.digest.hex(), State.MISSING, "; ".join(reasons))

    def _addresses(self, wanted: DataCarrier) -> list[str]:
        if self._nodes:
            return [f"{node}/p/{wanted.digest.hex()}" for node in self._nodes]
        return [wanted.text] if wanted.text[:8].lower() == "https://" else []

    def _ask(self, address: str, digest: bytes) -> bytes | None:
        """The passport at an address; None where it cannot be had there, for the reason in `_failed`."""
        host = redacted(address)
        if address not in self._failed and host in self._silent:
            self._failed[address] = f"{self._silent[host]}; it was not asked again"
        if address in self._failed:
            return None
        if host not in self._asked:
            self._asked.add(host)
            self._asking(host)
        try:
            raw, root = passport_at(address, 1 if host in self._busy else TRIES)
        except NotHad as error:
            self._failed[address] = str(error)
            if error.is_busy:
                self._busy.add(host)
            if error.is_silent:
                self._silent[host] = str(error)
            return None
        if root != digest:
            self._failed[address] = f"what comes is the passport of the credential {root.hex()}"
            return None
        return raw
