"""The policy template: what a verifier can read, and what it requires."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.cli.policy_template import Witnesses, policy_template
from carbonseal.log.notes import Cosigner, NoteSigner
from carbonseal.log.quorums import satisfied
from carbonseal.verification.policy import parse_policy

LOG = NoteSigner("certifier.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32)).verifier.encode()
TODAY = date(2026, 11, 29)
NAMES = ("one.example/w", "two.example/w")
WITNESSES = {
    Cosigner(
        name, Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"\0"))
    ).verifier.encode(): f"https://{name}"
    for name in NAMES
}


@pytest.mark.parametrize("quorum", [1, 2])
def test_a_nodes_witnesses_are_required(quorum: int) -> None:
    policy = parse_policy(policy_template([LOG], [], [], TODAY, Witnesses(WITNESSES, quorum)))
    assert tuple(policy.witnesses) == NAMES
    assert satisfied(policy.quorum, set(NAMES))
    assert satisfied(policy.quorum, {NAMES[0]}) == (quorum == 1)
    assert not satisfied(policy.quorum, set())


def test_without_witnesses_none_is_required() -> None:
    policy = parse_policy(policy_template([LOG], [], [], TODAY))
    assert policy.quorum is None
