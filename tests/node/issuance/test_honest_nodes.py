"""Whatever an honest node does, and whatever its clock says: none of its passports is rejected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused, Verdict
from carbonseal.node.node import Node
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import parse
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.verify import verify
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, START, Clock, issue, part, within

CLOCKS = {  # seconds: by how much the clock is set, before, behind, or as time goes by
    "a clock that is set forward": 290,
    "a clock that is set back": -290,
    "a clock that is an hour behind": -3600,
    "a day": 86_400,
    "a month": 30 * 86_400,
}
STEPS = ("issue", "assemble", "refresh", "refresh an older copy", "suspend", "reinstate", *CLOCKS)
NUMBERS = count()


class Honest:
    """A node that is opened anew for each step, and every passport that it handed out."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.clock = directory, Clock()
        self.handed_out = [self._issue()]
        self.records = 1

    def _issue(self, *components: bytes) -> bytes:
        number = next(NUMBERS)
        record, subject = json.dumps({"n": number}).encode(), f"urn:example:product:{number}"
        parts = [part(json.loads(raw), "1") for raw in components]
        return within(self.directory, self.clock, lambda node: issue(node, record, subject=subject, components=parts))

    def step(self, name: str) -> None:
        newest, oldest = self.handed_out[-1], self.handed_out[0]
        self.clock.now += timedelta(seconds=CLOCKS.get(name, 1))
        with suppress(Refused):  # a suspended part is not assembled, and nothing is suspended twice
            match name:
                case "issue":
                    self.handed_out.append(self._issue())
                case "assemble":
                    self.handed_out.append(self._issue(newest))
                case "refresh":
                    self.handed_out.append(within(self.directory, self.clock, lambda node: node.refresh(newest)))
                case "refresh an older copy":
                    self.handed_out.append(within(self.directory, self.clock, lambda node: node.refresh(oldest)))
                case "suspend":
                    within(self.directory, self.clock, lambda node: node.suspend(parse(newest).root))
                case "reinstate":
                    within(self.directory, self.clock, lambda node: node.reinstate(parse(newest).root))

    def policy(self) -> str:
        async def log(node: Node) -> str:
            return node.log().verifier.encode()

        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex((self.directory / "keys/maker.key").read_text()))
        key = encode_key(private.public_key().public_bytes_raw())
        lines = [f"log {within(self.directory, self.clock, log)}", f"signer maker issuer {MAKER.id} {key}"]
        return "\n".join(["carbonseal-policy v1", *lines, "quorum none", "require status", "require history", ""])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=7))
def test_no_passport_of_an_honest_node_is_rejected(begin: Begin, steps: Sequence[str]) -> None:
    node = Honest(begin(f"node{next(NUMBERS)}", issuers=(MAKER,)))
    for step in steps:
        node.step(step)
    policy = parse_policy(node.policy())
    for raw in node.handed_out:
        for at in (START - timedelta(days=1), START, node.clock.now, node.clock.now + timedelta(days=400)):
            report = verify(raw, policy, at=at)
            assert [str(one) for one in report.findings if one.code.outcome is Outcome.REJECTED] == []
    if not any(step in CLOCKS for step in steps) and "suspend" not in steps:
        assert verify(node.handed_out[-1], policy, at=node.clock.now).verdict is Verdict.VERIFIED
