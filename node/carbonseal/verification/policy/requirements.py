"""`require` lines: each check that this version knows is one entry of `REQUIREMENTS`.

A line with ``package=`` requires a check of that installed package (`carbonseal.verification.verifiers`). A check that is not
known is kept by name, and makes every verdict undetermined (`check.unavailable`, `check.not-installed`). An option that a known
check does not have refuses the policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from carbonseal.flow.rules import CheckRequirement
from carbonseal.log.quorums import names_in
from carbonseal.passport.conformity.words import (
    AGREED_UPON_PROCEDURES,
    ASSURANCES,
    COVERS,
    ENGAGEMENTS,
    MODIFIED,
    PRODUCT,
    STANDARDS,
    UNMODIFIED,
    VERIFICATION,
)
from carbonseal.plugins import CHECKS
from carbonseal.values import dataclass
from carbonseal.verification import codes
from carbonseal.verification.verifiers import policy_check

from .model import Policy, Role, StatementRequirement, StatusRequirement
from .names import Names, Sort
from .words import Option, Word, options

_DURATION = re.compile(r"([1-9][0-9]{0,4})([dh])", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,3}(?:[.][0-9]{1,6})?)%", re.ASCII)
_UNITS = {"d": "days", "h": "hours"}

Options = Mapping[str, Option]

# Agreed-upon procedures give no opinion, so no such statement could count.
WITH_OPINION = tuple(one for one in ENGAGEMENTS if one != AGREED_UPON_PROCEDURES)


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
    if known is None and any(word.text.startswith("package=") for word in words[1:]):
        known = _installed(check)
    if known is None:
        options(words[1:], None, f"require {check.text} [<key>=<value>]...")
        if check.text not in policy.unknown_checks:
            policy.unknown_checks += (check.text,)
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


def _statement(policy: Policy, given: Options, names: Names) -> None:
    by = names.quorum(given["by"].word, given["by"].value, Sort.SIGNER)
    issuers = {one.name for one in policy.signers.values() if one.role is Role.ISSUER}
    if by is None or issuers & names_in(by):
        problem = "expected a body or an accreditor, or a group of such: an issuer makes no statements"
        raise given["by"].word.refused(codes.POLICY_VALUE, problem=problem)
    assurance = _one_of(given["assurance"], ASSURANCES) if "assurance" in given else ""
    requirement = StatementRequirement(
        text=" ".join(["require statement", *(option.word.text for option in given.values())]),
        by=by,
        covers=_listed(given["covers"], COVERS) if "covers" in given else (PRODUCT,),
        engagements=_listed(given["engagement"], WITH_OPINION) if "engagement" in given else (VERIFICATION,),
        opinions=(UNMODIFIED, *([_one_of(given["opinion"], (MODIFIED,))] if "opinion" in given else [])),
        assurances=ASSURANCES[: ASSURANCES.index(assurance) + 1] if assurance else (),
        standards=_listed(given["standard"], tuple(STANDARDS)) if "standard" in given else (),
        share=_share(given["share"]) if "share" in given else Fraction(1),
    )
    policy.statements += (requirement,)


def _one_of(option: Option, known: Sequence[str]) -> str:
    if option.value not in known:
        raise option.word.refused(codes.POLICY_VALUE, problem=f"expected {' or '.join(known)}")
    return option.value


def _share(option: Option) -> Fraction:
    """A share above 0: of nothing, no statement would be needed."""
    share = _percent(option)
    if not share:
        raise option.word.refused(
            codes.POLICY_VALUE, problem="expected a share above 0%: nobody has to vouch for nothing"
        )
    return share


def _listed(option: Option, known: Sequence[str]) -> tuple[str, ...]:
    """The words of `a,b`, each once."""
    words = tuple(option.value.split(","))
    if len(set(words)) < len(words) or not set(words) <= set(known):
        problem = f"expected one or several of {', '.join(known)}, with commas between them, each once"
        raise option.word.refused(codes.POLICY_VALUE, problem=problem)
    return words


def _carbon_flow(policy: Policy, given: Options, _: Names) -> None:
    policy.carbon_flow = _check_requirement(given)


def _check(name: str) -> Requirement:
    """The line of one carbon-flow check."""

    def read(policy: Policy, given: Options, _: Names) -> None:
        policy.checks[name] = _check_requirement(given)

    bounded = name in WITH_A_BOUND
    form = f"require {name} [if-unknown=undetermined]{' [within=<percent>%]' if bounded else ''}"
    return Requirement(form, read, optional=("if-unknown", *(["within"] if bounded else [])))


def _installed(check: Word) -> Requirement:
    """The line of a check of an installed package, which it names."""

    def read(policy: Policy, given: Options, _: Names) -> None:
        package = given["package"].value
        with check.placing():
            found = policy_check(check.text, package, _check_requirement(given))
        if found is None:
            policy.absent_checks[check.text] = package
        else:
            policy.installed_checks[check.text] = found

    form = f"require {check.text} package=<distribution> [if-unknown=undetermined] [within=<percent>%]"
    return Requirement(form, read, needed=("package",), optional=("if-unknown", "within"))


def _check_requirement(given: Options) -> CheckRequirement:
    unknown = given.get("if-unknown")
    if unknown is not None and unknown.value != "undetermined":
        raise unknown.word.refused(codes.POLICY_VALUE, problem="expected undetermined; without the option it is noted")
    within = _percent(given["within"]) if "within" in given else None
    return CheckRequirement(is_required=True, unknown_counts=unknown is not None, within=within)


# Checks that compare figures, and the one that compares a share with a limit.
WITH_A_BOUND = frozenset(
    {"total", "biogenic", "consistency", "exemption", "contributions", "batch", "mass", "duplicate", "transport"}
)

REQUIREMENTS: Mapping[str, Requirement] = {
    "anchors": Requirement("require anchors by=<ledger or group>", _anchors, needed=("by",)),
    "time": Requirement("require time by=<ledger or group>", _time, needed=("by",)),
    "status": Requirement("require status [within=<number>d|<number>h]", _status, optional=("within",)),
    "history": Requirement("require history", _history),
    "disclosed": Requirement("require disclosed role=<role>", _disclosed, needed=("role",), often=True),
    "statement": Requirement(
        "require statement by=<body, accreditor or group> [covers=<product,program,model>] [assurance=reasonable|limited]"
        " [engagement=<words>] [standard=<words>] [opinion=modified] [share=<percent>%]",
        _statement,
        needed=("by",),
        optional=("covers", "assurance", "engagement", "opinion", "standard", "share"),
        often=True,
    ),
    "carbon-flow": Requirement(
        "require carbon-flow [if-unknown=undetermined] [within=<percent>%]",
        _carbon_flow,
        optional=("if-unknown", "within"),
    ),
    **{name: _check(name) for name in CHECKS.built_in},
}


def _percent(option: Option) -> Fraction:
    found = _PERCENT.fullmatch(option.value)
    if found is None or Fraction(found[1]) > 100:
        raise option.word.refused(
            codes.POLICY_VALUE, problem="expected a percentage of at most 100, such as 1% or 0.5%"
        )
    return Fraction(found[1]) / 100


def _duration(option: Option) -> timedelta:
    found = _DURATION.fullmatch(option.value)
    if found is None:
        raise option.word.refused(codes.POLICY_VALUE, problem="expected 1 to 99999 days or hours, such as 60d or 36h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
