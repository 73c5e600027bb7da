"""Callers: on whose behalf something is done. A caller of a tenant sees and changes what is that tenant's, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from carbonseal.findings import Refused
from carbonseal.node.codes import NODE_UNKNOWN_TENANT
from carbonseal.node.config import DEFAULT

from .scopes import Scope


class Kind(StrEnum):
    """What a caller is. Two tokens of one person are one person."""

    PERSON = "person"
    SYSTEM = "system"
    OPERATOR = "operator"  # who can read the node's directory, and so its keys


@dataclass(frozen=True, slots=True)
class Caller:
    """`tenant` None: every tenant, which only the operator has. `token` is the name of the token that was presented, if one was."""

    name: str
    kind: Kind
    tenant: str | None
    scopes: frozenset[Scope]
    token: str = ""

    @property
    def client(self) -> str:
        """By which its requests are told from those of others, who take turns with it."""
        return f"{self.kind} {self.name}"

    def may_see(self, tenant: str) -> bool:
        """Whether what this tenant submitted is the caller's to see."""
        return self.tenant is None or self.tenant == tenant

    def tenant_for(self, wanted: str) -> str:
        """The tenant for which the caller submits, who may name it (else empty). Raises Refused where it is not the caller's."""
        if self.tenant is None:
            return wanted or DEFAULT
        if wanted not in ("", self.tenant):
            raise Refused(NODE_UNKNOWN_TENANT(tenant=wanted, known=self.tenant))
        return self.tenant


OPERATOR = Caller("operator", Kind.OPERATOR, None, frozenset(Scope))
