"""A channel's policies, and whether signers meet them (Fabric docs, "Policies", "Endorsement policies").

As in Fabric, each signer counts for one place in a signature policy, first come first served.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.certificates import der
from carbonseal_adapters.fabric.checking.identities import Identity, Member, Role
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.protobuf import Message, read

MAX_DEPTH = 16
MAX_RULES = 1024  # in one n-out-of
SIGNATURE, IMPLICIT_META = 1, 3  # Policy.PolicyType
ANY, ALL, MAJORITY = 0, 1, 2  # ImplicitMetaPolicy.Rule
ROLE, UNIT, IDENTITY = 0, 1, 2  # MSPPrincipal.Classification


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom one place of a policy is for; `text` is its description."""

    text: str
    accepts: Callable[[Member], bool]


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A rule that one signer of a principal meets."""

    principal: Principal

    def __str__(self) -> str:
        return self.principal.text


@dataclass(frozen=True, slots=True)
class OutOf:
    """So many of these rules, each signer taking one place."""

    count: int
    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        return f"{self.count} of ({', '.join(map(str, self.rules))})"


@dataclass(frozen=True, slots=True)
class Meta:
    """So many of the policies of one name below, each evaluated for itself; None is one that is missing."""

    count: int
    rules: tuple[Rule | None, ...]

    def __str__(self) -> str:
        return f"{self.count} of ({', '.join(str(rule) for rule in self.rules if rule)})"


Rule: TypeAlias = "SignedBy | OutOf | Meta"


def meets(rule: Rule, members: Sequence[Member]) -> bool:
    """Do these signers, each listed once, meet the rule?"""
    if isinstance(rule, Meta):
        return sum(one is not None and meets(one, members) for one in rule.rules) >= rule.count
    return _take(rule, members) is not None


def _take(rule: Rule, members: Sequence[Member]) -> Sequence[Member] | None:
    """The signers that are left when the rule is met; None where it is not."""
    if isinstance(rule, SignedBy):
        for at, member in enumerate(members):
            if rule.principal.accepts(member):
                return [*members[:at], *members[at + 1 :]]
        return None
    assert isinstance(rule, OutOf)
    met, left = 0, members
    for one in rule.rules:
        after = _take(one, left)
        if after is not None:
            met, left = met + 1, after
    return left if met >= rule.count else None


def read_policy(raw: bytes, below: Callable[[str], Sequence[Rule | None]]) -> Rule:
    """A configuration's Policy. `below` gives the policies of a name in the groups below the policy's own."""
    policy = read(raw, shapes.POLICY)
    if policy.number(1) == SIGNATURE:
        return read_signature_policy(policy.data(2))
    if policy.number(1) != IMPLICIT_META:
        raise _unsupported(f"a policy of type {policy.number(1)}")
    meta = read(policy.data(2), shapes.IMPLICIT_META_POLICY)
    rules = tuple(below(meta.text(1)))
    counts = {ANY: 1, ALL: len(rules), MAJORITY: len(rules) // 2 + 1}
    if meta.number(2) not in counts or not rules:
        raise _unsupported("an implicit policy over nothing" if not rules else f"rule {meta.number(2)}")
    return Meta(counts[meta.number(2)], rules)


def read_signature_policy(raw: bytes) -> Rule:
    """From a serialised SignaturePolicyEnvelope. Raises `Refused` (fabric.config-unsupported, fabric.protobuf-malformed)."""
    envelope = read(raw, shapes.SIGNATURE_POLICY_ENVELOPE)
    principals = [_principal(one) for one in envelope.messages(3, shapes.PRINCIPAL)]
    return _rule(envelope.message(2, shapes.SIGNATURE_POLICY), principals, MAX_DEPTH)


def _rule(message: Message, principals: Sequence[Principal], depth: int) -> Rule:
    if message.has(1) == message.has(2) or depth == 0:
        raise _unsupported("a signature policy without a rule, or too deep")
    if message.has(1):
        if message.number(1) >= len(principals):
            raise _unsupported("a signature policy without that principal")
        return SignedBy(principals[message.number(1)])
    out_of = message.message(2, shapes.N_OUT_OF)
    rules = out_of.messages(2, shapes.SIGNATURE_POLICY)
    if not 0 < out_of.number(1) <= len(rules) <= MAX_RULES:
        raise _unsupported(f"a signature policy of {out_of.number(1)} out of {len(rules)}")
    return OutOf(out_of.number(1), tuple(_rule(one, principals, depth - 1) for one in rules))


def _principal(message: Message) -> Principal:
    kind, raw = message.number(1), message.data(2)
    if kind == ROLE:
        role = read(raw, shapes.ROLE)
        if role.number(2) not in set(Role):
            raise _unsupported(f"role {role.number(2)}")
        return of_role(role.text(1), Role(role.number(2)))
    if kind == UNIT:
        return _of_unit(read(raw, shapes.ORGANIZATION_UNIT))
    if kind == IDENTITY:
        return _of_identity(Identity.read(raw))
    raise _unsupported(f"a principal of kind {kind}")


def of_role(msp: str, role: Role) -> Principal:
    """The principal that a member of that MSP with that role is."""
    return Principal(f"{msp}.{role.name.lower()}", lambda member: member.msp == msp and role in member.roles)


def _of_unit(unit: Message) -> Principal:
    if unit.data(3):
        raise _unsupported("a unit of a named authority")
    msp, name = unit.text(1), unit.text(2)
    return Principal(f"{msp}.{name}", lambda member: member.msp == msp and name in member.units)


def _of_identity(identity: Identity) -> Principal:
    wanted: bytes = der(identity.certificate)
    return Principal(
        f"{identity.msp}.{identity.name}",
        lambda member: member.msp == identity.msp and member.certificate == wanted,
    )


def _unsupported(what: str) -> Refused:
    return Refused(codes.CONFIG_UNSUPPORTED(what=what))
