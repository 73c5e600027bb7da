"""`log`, `witness`, `group` and `quorum` are C2SP tlog-policy's, in its whole range."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonseal.log.notes import NoteSigner, UnknownKey
from carbonseal.verification.policy import parse_policy
from tests.verification.policy.lines import log, policy, refused, unknown_key, witness
from tests.world import key


class TestTlogPolicy:
    """C2SP tlog-policy in its whole range."""

    @given(
        st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters=" \t\n\x7f" + "".join(map(chr, range(32)))),
            min_size=1,
            max_size=80,
        )
    )
    def test_any_name(self, name: str) -> None:
        assume(name not in ("none", "w2"))
        text = policy((3, f"witness {name} {witness('one.example')}"), (5, f"group ws any {name} w2"))
        assert name in parse_policy(text.encode()).witnesses

    def test_a_name_that_is_not_utf8(self) -> None:
        text = policy().encode().replace(b" w1 ", b" \xff\xe2\x84 ")
        assert list(parse_policy(text).witnesses) == ["\udcff\udce2\udc84", "w2"]
        refused(text.replace(b"any \xff", b"any \xfe"), "group.member-unknown", 5, 14)

    def test_names_are_never_normalised(self) -> None:
        text = policy((3, f"witness K {witness('one.example')}"), (5, "group ws any \u212a w2"))  # the kelvin sign
        refused(text, "group.member-unknown", 5, 14)

    def test_several_keys_of_one_log(self) -> None:
        second = NoteSigner("log.example", key("second")).verifier
        read = parse_policy(policy() + f"log {second.encode()}\n")
        assert read.logs["log.example"] == (NoteSigner("log.example", key("log.example")).verifier, second)

    def test_several_keys_of_one_witness(self) -> None:
        read = parse_policy(policy((4, f"witness w2 {witness('one.example', 'another')}")))
        assert {one.name for one in read.witnesses.values()} == {"one.example"}

    def test_a_key_of_an_unknown_type_is_a_member_that_never_agrees(self) -> None:
        unknown = unknown_key("two.example")
        read = parse_policy(policy((4, f"witness w2 {unknown}")))
        assert isinstance(read.witnesses["w2"], UnknownKey)
        refused(policy((4, f"witness w2 {unknown}")) + f"witness w3 {unknown}\n", "policy.key-twice", 15, 12)
        assert parse_policy(policy((2, f"log {unknown_key('log.example')}"))).logs == {"log.example": ()}

    def test_no_witness_is_in_two_groups(self) -> None:
        refused(policy() + "group again any w1\n", "group.member-taken", 15, 17)

    @pytest.mark.parametrize("keyword", ["log", "witness w"])
    def test_thirty_two_of_each_and_more(self, keyword: str) -> None:
        make = log if keyword == "log" else witness
        names = [f"{number}.example" for number in range(200)]
        lines = [f"{keyword}{'' if keyword == 'log' else number} {make(name)}" for number, name in enumerate(names)]
        parse_policy("\n".join(["carbonseal-policy v1", *lines]))
