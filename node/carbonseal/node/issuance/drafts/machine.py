"""Drafts, as a machine: who may do what to one, and what becomes of it. Pure.

                              change, by who may issue: reviews are forgotten
             +-----------------------+--------------+
             v                       |              |
    prepare draft --- review ---> reviewed --- release ---> releasing --- complete ---> released
             |                     |   ^                        |
             +------ return -------+   +--------- fail ---------+       draft, returned, reviewed --- discard ---> discarded
             v
          returned  (waits for a change)

- Who prepared any content of a draft neither reviews nor releases it, and who reviewed it does not release it: three, of whom the
  two who review and release are persons.
- Who changes, reviews or releases names the content that he saw. Content that was reviewed is the content that is released.
- Only the node completes, and fails where nothing was signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.codes import ACCESS_SCOPE_MISSING
from carbonseal.node.access.scopes import Scope, format_scopes

from . import codes


class State(StrEnum):
    """What a draft waits for, or came to."""

    DRAFT = "draft"  # for a review
    RETURNED = "returned"  # for who prepared it
    REVIEWED = "reviewed"  # for its release
    RELEASING = "releasing"  # for the node, which signs it once
    RELEASED = "released"
    DISCARDED = "discarded"


class Act(StrEnum):
    """What is done to a draft."""

    CHANGE = "change"
    COMMENT = "comment"
    REVIEW = "review"
    RETURN = "return"
    RELEASE = "release"
    DISCARD = "discard"
    FAIL = "fail"  # the node: it could not be issued, and nothing was signed
    COMPLETE = "complete"  # the node: it was signed, and can be had


OPEN = (State.DRAFT, State.RETURNED, State.REVIEWED)
ENDED = (State.RELEASED, State.DISCARDED)


@dataclass(frozen=True, slots=True)
class Draft:
    """`content` is the SHA-256 of what is asked for; `preparers` are the names of all who prepared content of it, who prepared this
    one last. Reviewer and releaser are empty until there is one."""

    number: int
    state: State
    content: bytes
    preparers: tuple[str, ...]
    reviewer: str = ""
    releaser: str = ""


@dataclass(frozen=True, slots=True)
class Doing:
    """An act on a draft. `seen` is the content that was named, where one was; `content` the new one of a change; `is_void` whether
    who reviewed the draft may not review any more."""

    act: Act
    who: Caller
    seen: bytes | None = None
    content: bytes = b""
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """In which states an act can be done, with one of which scopes; whether by persons alone, who did not prepare the draft; and
    whether they name what they saw."""

    states: tuple[State, ...]
    scopes: tuple[Scope, ...]
    by_another_person: bool = False
    names_content: bool = False


ANY_PART = (Scope.ISSUE, Scope.REVIEW, Scope.RELEASE)
RULES: Mapping[Act, Rule] = {
    Act.CHANGE: Rule(OPEN, (Scope.ISSUE,), names_content=True),
    Act.COMMENT: Rule(OPEN, ANY_PART),
    Act.REVIEW: Rule((State.DRAFT,), (Scope.REVIEW,), by_another_person=True, names_content=True),
    Act.RETURN: Rule((State.DRAFT, State.REVIEWED), (Scope.REVIEW, Scope.RELEASE), by_another_person=True),
    Act.RELEASE: Rule((State.REVIEWED,), (Scope.RELEASE,), by_another_person=True, names_content=True),
    Act.DISCARD: Rule(OPEN, ANY_PART),
}
NODES_OWN: Mapping[Act, State] = {Act.FAIL: State.REVIEWED, Act.COMPLETE: State.RELEASED}


def do(draft: Draft, doing: Doing) -> Draft:
    """The draft after this act of a person or system. Raises Refused (`draft.*`, `access.scope-missing`)."""
    act, rule = doing.act, RULES[doing.act]
    require(act, doing.who)
    if rule.by_another_person:
        _refuse_same(draft, doing)
    if draft.state not in rule.states:
        wanted = " or ".join(rule.states)
        raise Refused(codes.DRAFT_STATE(number=draft.number, state=draft.state, act=act, wanted=wanted))
    if rule.names_content and doing.seen != draft.content:
        seen = "none" if doing.seen is None else doing.seen.hex()
        raise Refused(codes.DRAFT_CHANGED(number=draft.number, found=draft.content.hex(), seen=seen))
    if act is Act.RELEASE and doing.is_void:
        raise Refused(codes.DRAFT_REVIEW_VOID(number=draft.number, name=draft.reviewer))
    return _after(draft, doing)


def require(act: Act, who: Caller) -> None:
    """Raise Refused (`access.scope-missing`) where the caller has no scope for this act. Who may change may prepare."""
    scopes = RULES[act].scopes
    if not who.scopes & {*scopes}:
        has = format_scopes(who.scopes) or "none"
        raise Refused(ACCESS_SCOPE_MISSING(scope=" or ".join(scopes), caller=who.name, scopes=has))


def by_node(draft: Draft, act: Act) -> Draft:
    """The draft after the node completed its release, or failed to. Raises Refused (`draft.state`)."""
    if draft.state is not State.RELEASING:
        facts = {"state": draft.state, "act": act, "wanted": State.RELEASING}
        raise Refused(codes.DRAFT_STATE(number=draft.number, **facts))
    releaser = "" if act is Act.FAIL else draft.releaser
    return replace(draft, state=NODES_OWN[act], releaser=releaser)


def waits_for(draft: Draft, who: Caller) -> bool:
    """Whether it is for this caller to do what the draft waits for."""
    match draft.state:
        case State.DRAFT:
            return _may(draft, Act.REVIEW, who)
        case State.REVIEWED:
            return _may(draft, Act.RELEASE, who)
        case State.RETURNED:
            return who.name == draft.preparers[-1]
    return False


def _may(draft: Draft, act: Act, who: Caller) -> bool:
    try:
        do(draft, Doing(act, who, draft.content))
    except Refused:
        return False
    return True


def _refuse_same(draft: Draft, doing: Doing) -> None:
    """Raise Refused unless this is a person who had no part in the draft that is against it."""
    who, act = doing.who, doing.act
    if who.kind is not Kind.PERSON or Scope.ADMIN in who.scopes:
        raise Refused(codes.DRAFT_PERSONS_ONLY(kind=who.kind, act=act))
    if who.name in draft.preparers:
        did = "prepared"
    elif act is Act.RELEASE and who.name == draft.reviewer:
        did = "reviewed"
    else:
        return
    raise Refused(codes.DRAFT_SAME_PERSON(name=who.name, did=did, number=draft.number, act=act))


def _after(draft: Draft, doing: Doing) -> Draft:
    who = doing.who.name
    match doing.act:
        case Act.CHANGE:
            preparers = (*(one for one in draft.preparers if one != who), who)
            return replace(draft, state=State.DRAFT, content=doing.content, preparers=preparers, reviewer="")
        case Act.REVIEW:
            return replace(draft, state=State.REVIEWED, reviewer=who)
        case Act.RETURN:
            return replace(draft, state=State.RETURNED, reviewer="")
        case Act.RELEASE:
            return replace(draft, state=State.RELEASING, releaser=who)
        case Act.DISCARD:
            return replace(draft, state=State.DISCARDED)
    return draft
