"""`require`: checks with their options, and checks that this version lacks."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from carbonseal.findings import Refused
from carbonseal.flow.rules import CheckRequirement
from carbonseal.plugins import CHECKS
from carbonseal.verification.policy import StatusRequirement, parse_policy
from tests.verification.policy.lines import policy, public, refused


class TestRequire:
    @pytest.mark.parametrize(
        ("line", "code", "column"),
        [
            ("require", "policy.form", 1),
            ("require anchors", "policy.form", 9),
            ("require anchors both", "policy.form", 17),
            ("require anchors by=both all=yes", "policy.form", 25),
            ("require anchors by=ws", "policy.sort", 17),
            ("require anchors by=maker", "policy.sort", 17),
            ("require anchors by=nobody", "group.member-unknown", 17),
            ("require anchors by=both by=both", "policy.name-twice", 25),
            ("require history since=2026", "policy.form", 17),
            ("require disclosed", "policy.form", 9),
            ("require disclosed role=", "policy.form", 19),
        ],
    )
    def test_refused(self, line: str, code: str, column: int) -> None:
        refused(policy((11, line)), code, 11, column)

    @pytest.mark.parametrize("value", ["60", "d", "0d", "-1d", "1.5d", "60D", "100000d", "٣d", "1w"])
    def test_an_age_that_is_none(self, value: str) -> None:
        refused(policy((13, f"require status within={value}")), "policy.value", 13, 16)

    def test_an_age(self) -> None:
        read = parse_policy(policy((13, "require status within=36h")))
        assert read.status == StatusRequirement(timedelta(hours=36))
        assert parse_policy(policy((13, "require status"))).status == StatusRequirement()

    @pytest.mark.parametrize("check", ["anchors by=both", "time by=chain", "status"])
    def test_each_once(self, check: str) -> None:
        refused(policy((14, f"require {check}")), "policy.line-twice", 14, 9)

    def test_history_and_records(self) -> None:
        lines = "require history\nrequire disclosed role=footprint\nrequire disclosed role=use\n"
        read = parse_policy(policy() + lines)
        assert read.history
        assert read.disclosed == ("footprint", "use")
        refused(policy() + lines + "require disclosed role=use", "policy.line-twice", 18, 19)
        refused(policy() + lines + "require history", "policy.line-twice", 18, 9)

    def test_what_this_version_lacks_is_kept_with_any_options(self) -> None:
        more = "require weather standard=iso-14067 by=bodies\nrequire weather standard=iso-14064\n"
        assert parse_policy(policy() + more).unknown_checks == ("over-allocation", "weather")
        refused(policy() + "require weather standard", "policy.form", 15, 17)

    def test_who_may_state_is_a_body_or_an_accreditor(self) -> None:
        signers = f"signer bureau body did:web:bureau.example {public('bureau')}\ngroup some any maker bureau\n"
        read = parse_policy(policy() + signers + "require statement by=bureau\nrequire statement by=bureau share=5%\n")
        assert [one.share for one in read.statements] == [1, Fraction(1, 20)]
        for name in ("maker", "some", "none"):
            refused(policy() + signers + f"require statement by={name}", "policy.value", 17, 19)
        for name, code in (("nobody", "group.member-unknown"), ("chain", "policy.sort")):
            refused(policy() + signers + f"require statement by={name}", code, 17, 19)

    @pytest.mark.parametrize(
        "option",
        [
            "covers=batch",
            "covers=product,product",
            "covers=product,",
            "assurance=absolute",
            "assurance=limited,reasonable",
            "opinion=adverse",
            "engagement=audit",
            "standard=iso-9001:2015",
            "engagement=agreed-upon-procedures",
            "share=101%",
            "share=60",
            "share=0%",  # which a passport without any statement would meet
            "share=0.0%",
        ],
    )
    def test_what_a_statement_cannot_be_asked_for(self, option: str) -> None:
        signers = f"signer bureau body did:web:bureau.example {public('bureau')}\n"
        refused(policy() + signers + f"require statement by=bureau {option}", "policy.value", 16, 29)

    def test_carbon_flow_is_every_check(self) -> None:
        read = parse_policy(policy() + "require carbon-flow if-unknown=undetermined within=1%\n")
        every = CheckRequirement(is_required=True, unknown_counts=True, within=Fraction(1, 100))
        assert read.required_checks() == dict.fromkeys(CHECKS.built_in, every)

    def test_a_check_of_its_own_line_goes_before(self) -> None:
        lines = ["require mass within=2.5%", "require carbon-flow", "require order"]
        for order in (lines, lines[::-1]):
            required = parse_policy(policy() + "\n".join(order)).required_checks()
            assert required["mass"] == CheckRequirement(is_required=True, within=Fraction(1, 40))
            assert required["total"] == required["order"] == CheckRequirement(is_required=True)

    def test_one_check_alone(self) -> None:
        required = parse_policy(policy() + "require total\n").required_checks()
        assert required == {"total": CheckRequirement(is_required=True)}

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("require order within=1%", "policy.form"),
            ("require total if-unknown=noted", "policy.value"),
            ("require total within=1", "policy.value"),
            ("require total within=-1%", "policy.value"),
            ("require total within=101%", "policy.value"),
            ("require total within=1e1%", "policy.value"),
            ("require total within=٣%", "policy.value"),
            ("require total\nrequire total", "policy.line-twice"),
            ("require carbon-flow package=x", "policy.form"),
            ("require total package=x", "policy.form"),
            ("require disclosed package=x role=use", "policy.form"),
            ("require clinker package=", "policy.form"),
            ("require clinker package=x since=2026", "policy.form"),
            ("require clinker package=x package=y", "policy.name-twice"),
            ("require clinker package=x\nrequire clinker package=x", "policy.line-twice"),
            ("require clinker package=x within=2", "policy.value"),
        ],
    )
    def test_options_of_checks_that_are_refused(self, line: str, code: str) -> None:
        with pytest.raises(Refused) as caught:
            parse_policy(policy() + line)
        assert caught.value.finding.code.name == code
