"""A passport from an address with its digest (docs/spec.md, section 27). The server vouches for nothing: the digest decides.

- Asked is the host of the address alone, as `answers.get` asks it.
- An answer that is not a passport is not had: what some server puts at an address is no verdict on anybody.
- A node that is busy (503) is asked again, `TRIES` times in all.
"""

from __future__ import annotations

import time

import orjson

from carbonseal.cli.public.answers import Answer, NoAnswer, UnusableAnswer, get, is_address
from carbonseal.findings import CarbonsealError, Refused
from carbonseal.passport.passports import parse
from carbonseal.transport import backoff

ACCEPT = "application/json"
BUSY = 503  # HTTP status
TRIES = 4
FIRST_DELAY, LONGEST_DELAY = 1.0, 4.0  # seconds between tries


class NotHad(CarbonsealError):
    """A passport could not be had from an address: why, in words. `is_silent`: its host does not answer at all; `is_busy`: it was
    busy to the last."""

    def __init__(self, reason: str, *, is_silent: bool = False, is_busy: bool = False) -> None:
        super().__init__(reason)
        self.is_silent = is_silent
        self.is_busy = is_busy


def passport_at(address: str, tries: int = TRIES) -> tuple[bytes, bytes]:
    """The bytes of the passport at `address`, and the digest of its root credential (32 bytes), which was computed from them. A
    host that is busy is asked `tries` times. Raises `NotHad`."""
    if not is_address(address):
        raise NotHad("it is not an address that can be asked")
    try:
        answer = _patiently(address, tries)
    except UnusableAnswer as error:
        raise NotHad(f"it answers {error}") from error
    except NoAnswer as error:
        raise NotHad(f"it does not answer: {error}", is_silent=True) from error
    if answer.status != 200:
        raise NotHad(f"it answers with {_refusal(answer)}", is_busy=answer.status == BUSY)
    try:
        return answer.body, parse(answer.body).root
    except Refused as refused:
        raise NotHad(f"what comes is not a passport: {refused.finding.message}") from refused
    except MemoryError:
        raise NotHad("there is not enough memory to read it") from None


def _patiently(address: str, tries: int) -> Answer:
    answer = get(address, ACCEPT)
    for failures in range(1, tries):
        if answer.status != BUSY:
            break
        time.sleep(backoff(failures, FIRST_DELAY, LONGEST_DELAY))
        answer = get(address, ACCEPT)
    return answer


def _refusal(answer: Answer) -> str:
    """HTTP's status, and what a node says to it."""
    try:
        said = f": {orjson.loads(answer.body)['detail']}"
    except (KeyError, TypeError, ValueError):
        said = ""
    return f"HTTP status {answer.status}{said[:400]}"
