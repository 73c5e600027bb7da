"""Who signs: the bodies or accreditors of a node that a caller may speak for, and the acts on the status of what they signed."""

from __future__ import annotations

from collections.abc import Mapping

from carbonseal.findings import Code, Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.issuance.signers import Signer


class Signers:
    """The signers of one role, by their names in node.toml. A caller speaks for those of its tenant."""

    def __init__(self, signers: Mapping[str, Signer], unknown: Code) -> None:
        self._signers = signers
        self._unknown = unknown

    def names(self, caller: Caller) -> list[str]:
        """The names of those that the caller speaks for."""
        return sorted(name for name, one in self._signers.items() if caller.may_see(one.config.tenant))

    def named(self, name: str, caller: Caller, place: str) -> Signer:
        """The one of this name. Raises Refused where the caller does not speak for it, or there is none."""
        known = self.names(caller)
        if name not in known:
            raise Refused(self._unknown(place, name=name, known=", ".join(known) or "none"))
        return self._signers[name]

    def with_ids(self, ids: frozenset[str]) -> list[Signer]:
        """Those whose ids are among these."""
        return [one for one in self._signers.values() if one.config.id in ids]
