"""What was checked for one passport and is the same for the next (docs/adr/0039). Private.

Many passports of one issuer have the same head, the same anchors of it, and the same status list. Each of these is checked
once, and kept in a cache that is bounded by number and by bytes. No verdict and no finding depends on what is kept:

- A key is the whole of what the outcome depends on, to the byte. A digest stands for a document only where it was made of that
  document, here: what a file says that a digest is never is a key.
- What depends on the policy or the trust has a `Scope` in its key.
- The instant is in no key: nothing that looks at it is kept.
- What code of an installed package found is not kept.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from carbonseal.cache import Cache, Keepless
from carbonseal.findings import Finding
from carbonseal.ledger import Checked, Statement
from carbonseal.log.shown_trees import ShownTrees
from carbonseal.passport.bundles import Earlier
from carbonseal.passport.seals import SealedAnchor
from carbonseal.values import cached_property, dataclass
from carbonseal.verification.checked.shown import CheckedAnchors, CheckedHead, CheckedRun
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust

MOST = 4096  # of each kind
MOST_BYTES = 16 << 20  # of each kind, about
MOST_SCOPES = 8

Anchors = tuple[SealedAnchor, ...]  # of one head


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What outcomes depend on beside the passport: of the policy the logs, witnesses, ledgers and quorums, in their order, and the
    trust. Two scopes are two keys, whatever they hold."""

    rules: tuple[Any, ...]
    trust: Trust


class Caches:
    """What is kept between passports, for whoever verifies many: one for each thread.

    `most` and `most_bytes` bound each kind.
    """

    # of heads by their notes, of single anchors, and of all anchors of one head
    heads: Cache[tuple[Scope, bytes], CheckedHead]
    anchors: Cache[tuple[Scope, SealedAnchor, Statement], Checked]
    anchored: Cache[tuple[Scope, Anchors, Statement], CheckedAnchors]
    runs: Cache[tuple[Scope, Hashable], CheckedRun]
    # why the proof of a document is no signature by the key in it; by the digest of the document, proof included
    proofs: Cache[bytes, Finding | None]

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self.heads, self.anchors = Cache(most, most_bytes), Cache(most, most_bytes)
        self.anchored, self.runs, self.proofs = (Cache(most, most_bytes) for _ in range(3))
        self.trees = ShownTrees(8 * most)  # nodes, of about 400 bytes each
        self._scopes: list[Scope] = []

    @cached_property
    def read(self) -> Earlier:
        """What was read of earlier files."""
        return Earlier(self._most, self._most_bytes)

    def scope(self, policy: Policy, trust: Trust) -> Scope:
        """The scope of outcomes under a policy and a trust: one that is held, where they say the same."""
        rules = _rules(policy)
        for scope in self._scopes:
            if scope.trust is trust and scope.rules == rules:
                return scope
        scope = Scope(rules, trust)
        self._scopes = [scope, *self._scopes[: MOST_SCOPES - 1]]
        return scope


class OfOne(Caches):
    """For one passport alone: what many of its own seals may have, and nothing else."""

    def __init__(self) -> None:
        self._most, self._most_bytes = MOST, MOST_BYTES
        self.heads, self.anchors, self.runs = (Cache(MOST, MOST_BYTES) for _ in range(3))
        self.anchored = self.proofs = NOTHING  # each is asked for once
        self.trees = ShownTrees()

    def scope(self, policy: Policy, trust: Trust) -> Scope:  # noqa: ARG002
        """The only one."""
        return Scope((), trust)


NOTHING: Keepless[Any, Any] = Keepless()


def _rules(policy: Policy) -> tuple[Any, ...]:
    """A copy: a policy that is changed afterwards is another. In order: findings follow that of the lines."""
    listed = (tuple(one.items()) for one in (policy.logs, policy.witnesses, policy.ledgers))
    return *listed, policy.quorum, policy.anchors, policy.time
