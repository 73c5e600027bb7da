"""Key windows (docs/spec.md, section 17, "Key windows"): whether a signer's key was in force when it signed.

One rule for every signer that a policy lists, about two times of the document that it signed:

- T, the time that the document's own seal proves: an upper bound. Who hands the document on can only raise it, by leaving
  heads out.
- C, `created` in its proof: the signer's word, which a thief of the key can make as early as it likes.

The document is inside the window [from, until] if from ≤ min(C, T) and T ≤ until: neither a head left out nor a date made
early brings anything in. Without T it is undetermined; a line with neither option has no window.
"""

from __future__ import annotations

from datetime import datetime

from carbonseal.findings import Finding
from carbonseal.instants import format_instant
from carbonseal.verification.policy import Signer

from . import codes


def outside_window(signer: Signer, *, created: datetime, time: datetime | None) -> Finding | None:
    """The finding where `signer`'s key is not shown to have been in force. `created` is C; `time` is T, or None where no time
    is required or none is proved."""
    if signer.since is None and signer.until is None:
        return None
    if time is None:
        return codes.SIGNER_TIME_UNKNOWN(name=signer.name)
    if signer.until is not None and time > signer.until:
        return codes.SIGNER_KEY_ENDED(name=signer.name, until=format_instant(signer.until), time=format_instant(time))
    begun = min(created, time)
    if signer.since is not None and begun < signer.since:
        return codes.SIGNER_KEY_NOT_YET(
            name=signer.name, start=format_instant(signer.since), time=format_instant(begun)
        )
    return None
