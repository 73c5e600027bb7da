"""Policies of a channel's configuration: what they are satisfied by (Fabric docs, "Policies")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fabric_protos.common import policies_pb2
from fabric_protos.msp import identities_pb2, msp_principal_pb2

from carbonseal_devnet.fabric.msp import Member
from carbonseal_devnet.fabric.wire import decode


def satisfied(group: Any, name: str, members: Sequence[Member]) -> bool:
    """Whether these members satisfy the policy `name` of a ConfigGroup; one that is not there is satisfied by nobody."""
    if name not in group.policies:
        return False
    policy = group.policies[name].policy
    if policy.type == policies_pb2.Policy.SIGNATURE:
        return signature_satisfied(decode(policies_pb2.SignaturePolicyEnvelope, policy.value), members)
    meta = decode(policies_pb2.ImplicitMetaPolicy, policy.value)
    held = [satisfied(each, meta.sub_policy, members) for each in group.groups.values()]
    majority = len(held) // 2 + 1 if held else 0
    needed = {meta.ANY: min(1, len(held)), meta.ALL: len(held), meta.MAJORITY: majority}[meta.rule]
    return sum(held) >= needed


def signature_satisfied(envelope: Any, members: Sequence[Member]) -> bool:
    """A SignaturePolicyEnvelope; nobody counts for two principals."""
    principals = [_principal(each) for each in envelope.identities]

    def walk(rule: Any, free: list[Member]) -> list[Member] | None:
        """Who is still free afterwards, or None if the rule isn't met."""
        if rule.HasField("signed_by"):
            for member in free:
                if principals[rule.signed_by](member):
                    return [each for each in free if each is not member]
            return None
        met = 0
        for part in rule.n_out_of.rules:
            if (left := walk(part, free)) is not None:
                met, free = met + 1, left
        return free if met >= rule.n_out_of.n else None

    return walk(envelope.rule, list(members)) is not None


def _principal(principal: Any) -> Any:
    if principal.principal_classification == msp_principal_pb2.MSPPrincipal.ROLE:
        role = decode(msp_principal_pb2.MSPRole, principal.principal)
        wanted = msp_principal_pb2.MSPRole.MSPRoleType.Name(role.role).lower()
        return lambda member: member.msp_id == role.msp_identifier and (wanted == "member" or wanted in member.roles)
    if principal.principal_classification == msp_principal_pb2.MSPPrincipal.IDENTITY:
        identity = decode(identities_pb2.SerializedIdentity, principal.principal)
        return lambda member: member.msp_id == identity.mspid and member.certificate == identity.id_bytes
    return lambda _member: False
