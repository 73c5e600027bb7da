"""Rules: the ways in which a carbon-flow check can come out, and the code of each under a policy.

A check *holds* (perhaps with a *remark*), *fails*, or is *not checkable*. What that means for the verdict depends on whether the
policy requires the check, so a rule has one code for each meaning; the heaviest has the rule's plain name:

===============  ================================  ======================================================
outcome          where the check is required       elsewhere
===============  ================================  ======================================================
holds            shown                             nothing is said
remark           noted                             noted
fails            rejected, or undetermined         noted: what fails is always told
not checkable    noted, or undetermined where      nothing is said
                 ``if-unknown=undetermined``
===============  ================================  ======================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from fractions import Fraction

from carbonseal.findings import Code, Finding, Place, noted, rejected, shown, undetermined
from carbonseal.values import dataclass


class Kind(Enum):
    """The outcome of a check in one place."""

    HOLDS = "holds"
    REMARK = "holds, with a remark"
    FAILS = "fails"
    NOT_CHECKABLE = "not checkable"


class Rejects(Enum):
    """Whether a failure rejects where the check is required."""

    ALWAYS = "always"
    DEPENDS = "depends"  # on the result: `Result.is_decisive`
    NEVER = "never"


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """One way in which a check comes out, equal to itself alone; what it lacks cannot arise."""

    kind: Kind
    shown: Code | None = None
    noted: Code | None = None
    undetermined: Code | None = None
    rejected: Code | None = None

    def codes(self) -> tuple[Code, ...]:
        """All codes of this rule, the heaviest first."""
        return tuple(code for code in (self.rejected, self.undetermined, self.noted, self.shown) if code is not None)

    @property
    def name(self) -> str:
        """The name of its heaviest code."""
        return self.codes()[0].name


def holds(name: str, text: str) -> Rule:
    """The check holds: `text` has the fact `count`, of the places where it does."""
    return Rule(Kind.HOLDS, shown=shown(name, text))


def remark(name: str, text: str, remedy: str = "") -> Rule:
    """The check holds, and there is something to say."""
    return Rule(Kind.REMARK, noted=noted(name, text, remedy))


def fails(name: str, text: str, remedy: str, rejects: Rejects) -> Rule:
    """The check fails."""
    lighter = {
        "noted": noted(f"{name}-noted", text, remedy),
        "undetermined": undetermined(name if rejects is Rejects.NEVER else f"{name}-undetermined", text, remedy),
        "rejected": rejected(name, text, remedy),
    }
    if rejects is Rejects.NEVER:
        del lighter["rejected"]
    if rejects is Rejects.ALWAYS:
        del lighter["undetermined"]
    return Rule(Kind.FAILS, **lighter)


def not_checkable(check: str, remedy: str = "") -> Rule:
    """The check cannot be made: the fact `missing` says for want of what."""
    text = "not checkable: {missing}"
    return Rule(
        Kind.NOT_CHECKABLE,
        noted=noted(f"{check}.not-checkable-noted", text, remedy),
        undetermined=undetermined(f"{check}.not-checkable", text, remedy),
    )


@dataclass(frozen=True, slots=True)
class Result:
    """How one check came out in one place. `facts` are those of the rule's codes."""

    rule: Rule
    place: Place = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    is_decisive: bool = True  # of a failure that rejects only sometimes: whether it does

    def under(self, place: Place) -> Result:
        """The same result, with `place` put in front of its place; of results that hold, the places are not told."""
        if self.rule.kind is Kind.HOLDS:
            return self
        return Result(self.rule, (*place, *self.place), self.facts, self.is_decisive)


@dataclass(frozen=True, slots=True)
class CheckRequirement:
    """What a policy says of one check."""

    is_required: bool = False
    unknown_counts: bool = False  # ``if-unknown=undetermined``
    within: Fraction | None = None  # ``within=2%``: the bound, in place of the check's own


def finding(result: Result, requirement: CheckRequirement) -> Finding | None:
    """The finding of a result under a policy; None where nothing is said. Results that hold are summed up: see `holding`."""
    code = _code(result, requirement)
    return None if code is None else code(*result.place, **result.facts)


def _code(result: Result, requirement: CheckRequirement) -> Code | None:
    rule = result.rule
    match rule.kind:
        case Kind.HOLDS:
            return None
        case Kind.REMARK:
            return rule.noted
        case Kind.NOT_CHECKABLE if not requirement.is_required:
            return None
        case Kind.NOT_CHECKABLE:
            return rule.undetermined if requirement.unknown_counts else rule.noted
        case Kind.FAILS if not requirement.is_required:
            return rule.noted
        case Kind.FAILS:
            rejects = rule.rejected is not None and (rule.undetermined is None or result.is_decisive)
            return rule.rejected if rejects else rule.undetermined
