"""Files that commands read: passports and issue requests. What is refused in them has the file's name before its place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbonseal.cli.errors import Failed
from carbonseal.cli.options import STDIN
from carbonseal.cli.verify_jobs import NamedBytes, read_passport
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.passport.passports import Passport


def read_named(file: Path) -> tuple[bytes, Passport]:
    """A passport's bytes, and the passport. Raises `Refused`, OSError."""
    from carbonseal.passport.passports import parse

    named = NamedBytes(str(file), read_passport(str(file)))
    return named.raw, named.parse(parse)


def read_request(file: Path) -> Any:
    """An issue request (JSON), with the passports of its components in the place of their paths. Nothing else of it is checked
    here: the node does. Raises `Failed` where a component cannot be read, `Refused` where something is not strict JSON."""
    from carbonseal.passport.passports import PASSPORT_LIMITS
    from carbonseal.records.strict import parse

    raw = sys.stdin.buffer.read(PASSPORT_LIMITS.max_bytes + 1) if str(file) == STDIN else file.read_bytes()
    request = NamedBytes(str(file), raw).parse(lambda text: parse(text, PASSPORT_LIMITS))
    components = request.get("components", []) if isinstance(request, dict) else []
    for number, component in enumerate(components if isinstance(components, list) else []):
        if isinstance(component, dict) and isinstance(component.get("passport"), str):
            path = file.parent / component["passport"]
            place = str(file), "components", str(number), str(path)
            try:
                component["passport"] = parse(read_passport(str(path)), PASSPORT_LIMITS)
            except OSError as error:
                raise Failed(
                    f"{' > '.join(place)}: {error.strerror}", "paths are relative to the folder of the request"
                ) from error
            except Refused as refused:
                raise refused.under(*place) from refused
    return request


def additions(old: Passport, new: Passport) -> list[str]:
    """What the refreshed passport `new` has more than `old`, in words."""
    before = _anchors(old)
    ledgers = [ledger for ledger, evidence in _anchors(new) if (ledger, evidence) not in before]
    found = [f"{ledgers.count(ledger)} more on {ledger}" for ledger in dict.fromkeys(ledgers)]
    if new.status_lists.keys() - old.status_lists.keys():
        found.append("a newer status list")
    if not found and new != old:
        found.append("newer heads")
    return found


def _anchors(passport: Passport) -> dict[tuple[str, bytes], None]:
    """Each piece of evidence that a passport carries, by its ledger, in order."""
    seals = passport.seals.values()
    anchors = (anchor for seal in seals for head in seal.heads for anchor in head.anchors)
    return {(anchor.ledger, anchor.evidence.data): None for anchor in anchors}
