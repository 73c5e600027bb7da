"""Classes of ledger lines: the search against all choices tried out, and what must hold of any lines and identities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.log.quorums import Group, Quorum, satisfied
from carbonseal.verification.ledger_classes import Class, choice, classes, earliest, one_each

LINES = tuple("abcdefgh")
Identities = Mapping[str, frozenset[str]]
IDENTITIES: st.SearchStrategy[Identities] = st.dictionaries(
    st.sampled_from(LINES), st.frozensets(st.sampled_from("12345678"), max_size=2)
)


@st.composite
def quorums(draw: st.DrawFn) -> Quorum:
    """A quorum of some of the lines, of groups in groups."""
    names = list(draw(st.permutations(LINES)))[: draw(st.integers(1, len(LINES)))]
    members: list[str | Group] = list(names)
    for number in range(draw(st.integers(0, 4))):
        size = draw(st.integers(1, len(members)))
        group = Group(f"g{number}", draw(st.integers(1, size)), tuple(members[:size]))
        members = [*members[size:], group]
    return Group("all of it", draw(st.integers(1, len(members))), tuple(members))


def choices(lines: Iterable[str], among: Iterable[Class]) -> Iterable[frozenset[str]]:
    """Every choice of one line a class."""
    return map(frozenset, product(*(sorted(one & frozenset(lines)) for one in among if one & frozenset(lines))))


@given(IDENTITIES)
def test_classes_are_what_sharing_leads_to(identities: Identities) -> None:
    found = classes(identities)
    assert sorted(line for one in found for line in one) == sorted(identities)
    of = {line: one for one in found for line in one}
    for line, other in product(identities, repeat=2):
        if identities[line] & identities[other]:
            assert of[line] is of[other]
    for one in found:  # and nothing else: each is connected
        reached = {min(one)}
        for _ in one:
            common = frozenset[str]().union(*(identities[line] for line in reached))
            reached |= {line for line in one if identities[line] & common}
        assert reached == one


@given(quorums(), IDENTITIES)
def test_a_choice_is_found_where_there_is_one(quorum: Quorum, identities: Identities) -> None:
    among = classes(identities)
    found = choice(quorum, frozenset(identities), among)
    assert (found is not None) == any(satisfied(quorum, one) for one in choices(identities, among))
    if found is not None:
        assert satisfied(quorum, found)
        assert all(len(found & one) <= 1 for one in among)


@given(quorums(), IDENTITIES, st.lists(st.sampled_from(LINES), unique=True))
def test_fewer_lines_never_satisfy_more(quorum: Quorum, identities: Identities, kept: list[str]) -> None:
    """Adding evidence never lowers: of whatever ledger it is, as long as it does not show that two are one."""
    among = classes(identities)
    fewer = frozenset(identities) & frozenset(kept)
    if choice(quorum, fewer, among) is not None:
        assert choice(quorum, frozenset(identities), among) is not None


@given(quorums(), IDENTITIES, st.lists(st.integers(0, 5), min_size=8, max_size=8))
def test_the_earliest_time_is_the_first_that_a_choice_allows(
    quorum: Quorum, identities: Identities, hours: list[int]
) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    times = {line: begin + timedelta(hours=hour) for line, hour in zip(identities, hours, strict=False)}
    among = classes(identities)
    met = [
        max(times[line] for line in one)
        for part in range(6)
        for one in choices([line for line in times if times[line] <= begin + timedelta(hours=part)], among)
        if one and satisfied(quorum, one)
    ]
    assert earliest(quorum, times, among) == min(met, default=None)


@given(st.integers(1, 8), st.data())
def test_one_ledger_counts_once_whatever_it_is_called(ledgers: int, data: st.DataObject) -> None:
    """Any number of lines of so many ledgers never satisfies more than that many of them."""
    of = data.draw(st.lists(st.integers(0, ledgers - 1), min_size=1, max_size=12))
    identities = {f"line {at}": frozenset({f"ledger {ledger}"}) for at, ledger in enumerate(of)}
    among, lines = classes(identities), tuple(identities)
    for threshold in range(1, len(lines) + 1):
        found = choice(Group("g", threshold, lines), frozenset(lines), among)
        assert (found is not None) == (threshold <= len(set(of)))


def test_the_longest_search_that_a_policy_can_ask_for() -> None:
    """32 lines of eleven ledgers, in groups of all that no choice satisfies, and that are only seen at the end."""
    ledgers = [[f"{at}.{name}" for name in "xyz"[: 2 if at == 10 else 3]] for at in range(11)]
    among = tuple(frozenset(lines) for lines in ledgers)
    lines = frozenset(line for one in ledgers for line in one)
    named = {name: tuple(sorted(line for line in lines if line[-1] == name)) for name in "xyz"}
    groups = tuple(Group(name, 10 if name == "z" else 11, members) for name, members in named.items())
    assert choice(Group("any", 1, groups), lines, among) is not None
    assert choice(Group("two", 2, groups), lines, among) is None


def test_one_of_each_is_reported() -> None:
    among = classes({"b": {"1"}, "a": {"1"}, "c": {"2"}})
    assert among == (frozenset("ab"), frozenset("c"))
    assert one_each({"b", "c"}, among) == {"b", "c"}
    assert one_each({"a", "b"}, among) == {"a"}
