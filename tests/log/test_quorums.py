"""Groups and quorums, as C2SP tlog-policy has them."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.log.quorums import MAX_NAMES, Group, Groups, Quorum, lacking, missing_in, satisfied
from tests.log.refusals import refusal


def names(*members: str) -> Groups:
    groups = Groups()
    for member in members:
        groups.member(member)
    return groups


def test_the_specifications_example() -> None:
    groups = names("X1", "X2", "X3", "Y1", "Y2", "Y3")
    groups.group("X-witnesses", "2", ["X1", "X2", "X3"])
    groups.group("Y-witnesses", "any", ["Y1", "Y2", "Y3"])
    groups.group("X-and-Y", "all", ["X-witnesses", "Y-witnesses"])
    quorum = groups.quorum("X-and-Y")
    for count in range(7):
        for have in combinations(("X1", "X2", "X3", "Y1", "Y2", "Y3"), count):
            xs = sum(name.startswith("X") for name in have)
            assert satisfied(quorum, set(have)) == (xs >= 2 and count > xs)


def test_one_member_is_a_quorum() -> None:
    assert satisfied(names("a").quorum("a"), {"a"})
    assert not satisfied(names("a").quorum("a"), {"b"})


def test_none_is_always_satisfied() -> None:
    assert satisfied(names("a").quorum("none"), set())


def test_strangers_never_count() -> None:
    assert not satisfied(Group("g", 2, ("a", "b", "c")), {"a", "x", "y", "g"})


@given(st.integers(1, 12), st.data())
def test_a_threshold_counts_members(size: int, data: st.DataObject) -> None:
    members = [f"m{i}" for i in range(size)]
    threshold = data.draw(st.integers(1, size))
    have = data.draw(st.sets(st.sampled_from(members)))
    group = names(*members).group("g", str(threshold), members)
    assert satisfied(group, have) == (len(have) >= threshold)
    assert satisfied(names(*members).group("g", "all", members), have) == (len(have) == size)
    assert satisfied(names(*members).group("g", "any", members), have) == bool(have)


@pytest.mark.parametrize(
    ("name", "threshold", "members", "code"),
    [
        ("g", "all", [], "group.empty"),
        ("g", "0", ["a"], "group.threshold"),
        ("g", "3", ["a", "b"], "group.threshold"),
        ("g", "-1", ["a"], "group.threshold-malformed"),
        ("g", "01", ["a"], "group.threshold-malformed"),
        ("g", "most", ["a"], "group.threshold-malformed"),
        ("g", "", ["a"], "group.threshold-malformed"),
        ("g", "1", ["a", "a"], "group.member-twice"),
        ("g", "1", ["a", "x"], "group.member-unknown"),
        ("g", "1", ["a", "none"], "group.member-unknown"),
        ("g", "1", ["a", "g"], "group.in-itself"),
        ("g", "1", ["taken"], "group.member-taken"),
        ("a", "1", ["b"], "group.name-taken"),
        ("other", "1", ["b"], "group.name-taken"),
        ("none", "1", ["b"], "group.name-reserved"),
    ],
)
def test_groups_that_are_refused(name: str, threshold: str, members: list[str], code: str) -> None:
    groups = names("a", "b", "taken")
    groups.group("other", "1", ["taken"])
    assert refusal(groups.group, name, threshold, members) == code


def test_names_are_given_once() -> None:
    assert refusal(names("a").member, "a") == "group.name-taken"
    assert refusal(names().member, "none") == "group.name-reserved"
    assert refusal(names("a").quorum, "b") == "group.member-unknown"


def test_nobody_counts_twice_by_nesting() -> None:
    inner = Group("inner", 1, ("a", "b"))
    assert refusal(Group, "outer", 2, (inner, "a")) == "group.member-twice"
    assert refusal(Group, "outer", 2, (inner, Group("second", 1, ("b",)))) == "group.member-twice"
    assert refusal(Group, "inner", 1, (inner,)) == "group.member-twice"
    groups = Groups(exclusive=False)
    for name in "abc":
        groups.member(name)
    groups.group("one", "any", ["a", "b"])
    groups.group("two", "any", ["a", "c"])
    assert refusal(groups.group, "both", "all", ["one", "two"]) == "group.member-twice"


def test_names_are_bounded_and_so_is_nesting() -> None:
    groups = names("g0")
    for depth in range(1, MAX_NAMES):
        groups.group(f"g{depth}", "all", [f"g{depth - 1}"])
    assert satisfied(groups.quorum(f"g{MAX_NAMES - 1}"), {"g0"})
    assert refusal(groups.member, "more") == "group.too-many-names"


@st.composite
def quorums(draw: st.DrawFn, names: tuple[str, ...] = tuple("abcdefgh"), depth: int = 2) -> Quorum:
    """A member, or a group of members and groups, each member once."""
    if len(names) == 1 or depth == 0:
        return names[0]
    parts = draw(st.integers(1, min(3, len(names))))
    members = tuple(draw(quorums(names[part::parts], depth - 1)) for part in range(parts))
    present = tuple(member for member in members if member is not None)
    return Group(f"g{''.join(names)}{depth}", draw(st.integers(1, len(present))), present)


@given(quorums(), st.sets(st.sampled_from("abcdefgh")))
def test_what_is_lacking_would_satisfy_it_and_is_not_there(quorum: Quorum, have: set[str]) -> None:
    missing = missing_in(quorum, have)
    assert bool(lacking(quorum, have)) == (not satisfied(quorum, have)) == bool(missing)
    assert not missing & have
    assert satisfied(quorum, have | missing)
    assert set(re.findall("[a-z]", re.sub("and|of", "", lacking(quorum, have)))) == missing


@pytest.mark.parametrize(
    ("have", "words"),
    [
        (set(), "x and 2 of (y, z, 1 of (u, v))"),
        ({"y"}, "x and 1 of (z, 1 of (u, v))"),
        ({"x", "u"}, "1 of (y, z)"),
        ({"x", "u", "z"}, ""),
    ],
)
def test_what_is_lacking_in_words(have: set[str], words: str) -> None:
    inner = Group("inner", 2, ("y", "z", Group("choice", 1, ("u", "v"))))
    assert lacking(Group("all", 2, ("x", inner)), have) == words
