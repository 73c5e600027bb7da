"""Drafts as a machine: every state, act and caller; and histories of any length, in which fewer than three never prepared, reviewed
and released one draft."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.drafts.machine import OPEN, Act, Doing, Draft, State, by_node, do, waits_for

SEEN, OTHER = b"\1" * 32, b"\2" * 32
EVERYTHING = frozenset({Scope.ISSUE, Scope.REVIEW, Scope.RELEASE, Scope.READ, Scope.REVOKE, Scope.SUBMIT})


def person(name: str, *scopes: Scope) -> Caller:
    return Caller(name, Kind.PERSON, "default", frozenset(scopes) or EVERYTHING)


FIRST, PREPARER, REVIEWER, OTHERS = (person(name) for name in ("first", "preparer", "reviewer", "other"))
SYSTEM = Caller("erp", Kind.SYSTEM, "default", frozenset({Scope.ISSUE, Scope.READ}))
WRONG_SYSTEM = Caller("mes", Kind.SYSTEM, "default", EVERYTHING)  # which no node makes
ADMIN = Caller("admin", Kind.PERSON, "default", EVERYTHING | {Scope.ADMIN})  # nor this one
READER = person("reader", Scope.READ)
CALLERS = (FIRST, PREPARER, REVIEWER, OTHERS, SYSTEM, WRONG_SYSTEM, ADMIN, READER, OPERATOR)
DOINGS = (Act.CHANGE, Act.COMMENT, Act.REVIEW, Act.RETURN, Act.RELEASE, Act.DISCARD)

# Who may do each act to a draft that `first` and then `preparer` prepared, and that `reviewer` reviewed where it is reviewed.
ISSUERS = {"first", "preparer", "reviewer", "other", "erp", "mes", "admin", "operator"}
MAY = {
    Act.CHANGE: ISSUERS,
    Act.COMMENT: ISSUERS,
    Act.DISCARD: ISSUERS,
    Act.REVIEW: {"reviewer", "other"},
    Act.RETURN: {"reviewer", "other"},
    Act.RELEASE: {"other"},
}
# What comes of it, where it can be done.
BECOMES = {
    **{(state, Act.CHANGE): State.DRAFT for state in OPEN},
    **{(state, Act.COMMENT): state for state in OPEN},
    **{(state, Act.DISCARD): State.DISCARDED for state in OPEN},
    (State.DRAFT, Act.REVIEW): State.REVIEWED,
    (State.DRAFT, Act.RETURN): State.RETURNED,
    (State.REVIEWED, Act.RETURN): State.RETURNED,
    (State.REVIEWED, Act.RELEASE): State.RELEASING,
}


def draft(state: State) -> Draft:
    was_reviewed = state in (State.REVIEWED, State.RELEASING, State.RELEASED)
    was_released = state in (State.RELEASING, State.RELEASED)
    return Draft(
        1,
        state,
        SEEN,
        ("first", "preparer"),
        "reviewer" if was_reviewed else "",
        "releaser" if was_released else "",
    )


def outcome(before: Draft, doing: Doing) -> Draft | str:
    try:
        return do(before, doing)
    except Refused as refused:
        return refused.finding.code.name


@pytest.mark.parametrize("who", CALLERS, ids=lambda who: who.name)
@pytest.mark.parametrize("act", DOINGS)
@pytest.mark.parametrize("state", State)
def test_every_state_act_and_caller(state: State, act: Act, who: Caller) -> None:
    before = draft(state)
    after = outcome(before, Doing(act, who, SEEN, OTHER))
    allowed = set(MAY[act]) | ({"reviewer"} if act is Act.RELEASE and not before.reviewer else set())
    if who.name not in allowed:
        assert after in {"access.scope-missing", "draft.persons-only", "draft.same-person"}
    elif (state, act) not in BECOMES:
        assert after == "draft.state"
    else:
        assert isinstance(after, Draft)
        assert after.state is BECOMES[state, act]
        if act is Act.CHANGE:
            assert (after.content, after.reviewer) == (OTHER, "")
            assert after.preparers[-1] == who.name
            assert {*after.preparers} == {*before.preparers, who.name}
        elif act is Act.COMMENT:
            assert after == before
        else:
            assert (after.content, after.preparers) == (SEEN, before.preparers)


@pytest.mark.parametrize("seen", [None, OTHER], ids=["nothing", "another content"])
@pytest.mark.parametrize(
    ("state", "act"), [(State.DRAFT, Act.CHANGE), (State.DRAFT, Act.REVIEW), (State.REVIEWED, Act.RELEASE)]
)
def test_what_was_not_seen_is_not_judged(state: State, act: Act, seen: bytes | None) -> None:
    assert outcome(draft(state), Doing(act, OTHERS, seen, OTHER)) == "draft.changed"


def test_a_review_does_not_outlive_the_right_to_review() -> None:
    doing = Doing(Act.RELEASE, OTHERS, SEEN, is_void=True)
    assert outcome(draft(State.REVIEWED), doing) == "draft.review-void"


@pytest.mark.parametrize("act", [Act.COMPLETE, Act.FAIL])
@pytest.mark.parametrize("state", State)
def test_the_node_ends_a_release_and_nothing_else(state: State, act: Act) -> None:
    before = draft(state)
    if state is not State.RELEASING:
        with pytest.raises(Refused):
            by_node(before, act)
    elif act is Act.COMPLETE:
        assert by_node(before, act) == Draft(1, State.RELEASED, SEEN, before.preparers, "reviewer", "releaser")
    else:
        assert by_node(before, act) == draft(State.REVIEWED)


@pytest.mark.parametrize(
    ("state", "whom"),
    [
        (State.DRAFT, {"reviewer", "other"}),
        (State.REVIEWED, {"other"}),
        (State.RETURNED, {"preparer"}),
        (State.RELEASING, set()),
        (State.RELEASED, set()),
        (State.DISCARDED, set()),
    ],
)
def test_for_whom_a_draft_waits(state: State, whom: set[str]) -> None:
    assert {who.name for who in CALLERS if waits_for(draft(state), who)} == whom


@dataclass
class History:
    """What happened to one draft, written down by who watches and knows nothing of the machine."""

    draft: Draft
    writers: list[tuple[bytes, str]] = field(default_factory=list)  # every content with who wrote it
    reviews: list[tuple[bytes, str]] = field(default_factory=list)
    releases: list[tuple[bytes, str]] = field(default_factory=list)


PEOPLE = (*(person(name) for name in ("anna", "ben", "carl", "dora")), SYSTEM, OPERATOR)
CONTENTS = [hashlib.sha256(bytes([number])).digest() for number in range(3)]
Step = tuple[Act, Caller, int, bool]  # who does what; the number of a content; whether the one that is there is named
ACTS = [*Act, Act.REVIEW, Act.REVIEW, Act.RELEASE, Act.RELEASE, Act.COMPLETE]
STEP = st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.integers(0, 2), st.booleans())


def live(steps: Iterable[Step], preparer: Caller) -> History:
    """What comes of these steps, each looked at by who knows what was done before, and not what the machine made of it."""
    history = History(Draft(1, State.DRAFT, CONTENTS[0], (preparer.name,)), [(CONTENTS[0], preparer.name)])
    for act, who, which, is_right in steps:
        seen = history.draft.content if is_right else CONTENTS[which]
        try:
            if act in (Act.FAIL, Act.COMPLETE):
                history.draft = by_node(history.draft, act)
                continue
            history.draft = do(history.draft, Doing(act, who, seen, CONTENTS[which]))
        except Refused:
            continue
        if act is Act.CHANGE:
            history.writers.append((CONTENTS[which], who.name))
            history.reviews.clear()
        elif act is Act.RETURN:
            history.reviews.clear()
        elif act is Act.REVIEW:
            history.reviews.append((seen, who.name))
        elif act is Act.RELEASE:
            history.releases.append((seen, who.name))
            look_at(history, who)
    assert history.releases or history.draft.state is not State.RELEASED
    return history


def look_at(history: History, releaser: Caller) -> None:
    """What has to be true of a release at the moment at which it is decided."""
    writers = {name for _, name in history.writers}
    ((reviewed, reviewer),) = history.reviews
    (released, _) = history.releases[-1]
    assert reviewed == released == history.draft.content == history.writers[-1][0]
    assert len({reviewer, releaser.name} - writers) == 2
    kinds = {one.name: one.kind for one in PEOPLE}
    assert {releaser.kind, kinds[reviewer]} == {Kind.PERSON}


@given(st.lists(STEP, max_size=30), st.sampled_from(PEOPLE))
def test_no_history_releases_at_fewer_than_three_words(steps: list[Step], preparer: Caller) -> None:
    live(steps, preparer)


def test_many_histories_end_in_a_release() -> None:
    """Of these 2,000 every tenth or so releases, so that what is looked at there is looked at often."""
    chance = random.Random(20261130)
    released = 0
    for _ in range(2000):
        steps = [
            (chance.choice(ACTS), chance.choice(PEOPLE), chance.randrange(3), chance.random() < 0.8) for _ in range(30)
        ]
        released += bool(live(steps, chance.choice(PEOPLE)).releases)
    assert released > 100
