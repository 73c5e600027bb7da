"""`require` lines: each check that this version knows is one entry of `REQUIREMENTS`.

A check that it does not know is kept by name, and makes every verdict undetermined (`check.unavailable`). An option that a
known check does not have refuses the policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from carbonseal.verification import codes

from .model import Policy, StatusRequirement
from .names import Names, Sort
from .words import Option, Word, options

_DURATION = re.compile(r"([1-9][0-9]{0,4})([dh])", re.ASCII)
_UNITS = {"d": "days", "h": "hours"}

Options = Mapping[str, Option]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One check: its line as errors show it, its options, and what it sets in the policy."""

    form: str
    read: Callable[[Policy, Options, Names], None]
    needed: tuple[str, ...] = ()  # options
    optional: tuple[str, ...] = ()
    often: bool = False  # whether several lines may require it


def require(words: Sequence[Word], policy: Policy, names: Names, seen: set[str]) -> None:
    """Read what follows `require`; `seen` are the checks that earlier lines have. Raises Refused."""
    check = words[0]
    known = REQUIREMENTS.get(check.text)
    if known is None:
        options(words[1:], None, f"require {check.text} [<key>=<value>]...")
        if check.text not in policy.checks:
            policy.checks += (check.text,)
        return
    if check.text in seen and not known.often:
        raise check.refused(codes.POLICY_LINE_TWICE, word=f"require {check.text}")
    seen.add(check.text)
    given = options(words[1:], (*known.needed, *known.optional), known.form)
    if not given.keys() >= set(known.needed):
        raise check.refused(codes.POLICY_FORM, form=known.form)
    known.read(policy, given, names)


def _anchors(policy: Policy, given: Options, names: Names) -> None:
    policy.anchors = names.quorum(given["by"].word, given["by"].value, Sort.LEDGER)


def _time(policy: Policy, given: Options, names: Names) -> None:
    policy.time = names.quorum(given["by"].word, given["by"].value, Sort.LEDGER)


def _status(policy: Policy, given: Options, _: Names) -> None:
    policy.status = StatusRequirement(_duration(given["within"]) if "within" in given else None)


def _history(policy: Policy, _: Options, __: Names) -> None:
    policy.history = True


def _disclosed(policy: Policy, given: Options, _: Names) -> None:
    role = given["role"]
    if role.value in policy.disclosed:
        raise role.word.refused(codes.POLICY_LINE_TWICE, word=f"require disclosed {role.word.text}")
    policy.disclosed += (role.value,)


REQUIREMENTS: Mapping[str, Requirement] = {
    "anchors": Requirement("require anchors by=<ledger or group>", _anchors, needed=("by",)),
    "time": Requirement("require time by=<ledger or group>", _time, needed=("by",)),
    "status": Requirement("require status [within=<number>d|<number>h]", _status, optional=("within",)),
    "history": Requirement("require history", _history),
    "disclosed": Requirement("require disclosed role=<role>", _disclosed, needed=("role",), often=True),
}


def _duration(option: Option) -> timedelta:
    found = _DURATION.fullmatch(option.value)
    if found is None:
        raise option.word.refused(codes.POLICY_VALUE, problem="expected 1 to 99999 days or hours, such as 60d or 36h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
