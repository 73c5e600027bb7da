"""Policies: whom a verifier trusts, and what is required (docs/spec.md, section 15). Private.

    carbonseal-policy v1
    log     <vkey> [<url>]
    witness <name> <vkey> [<url>]
    ledger  <name> <ledger name> [package=<distribution>] [quorum=<witnesses>] [<key>=<value>]...
    signer  <name> issuer|body|accreditor <id> <public key, z6Mk…> [from=<instant>] [until=<instant>] [products=<prefix>]
    group   <name> all|any|<k> <member>...
    quorum  <name>|none
    require <check> [<key>=<value>]...

`log`, `witness`, `group` and `quorum` are C2SP tlog-policy's. What no line requires is not asked, and reported as that.

- `model`: what a policy says, as `verify` and others read it.
- `words`: the text, its lines, and the words on them.
- `names`: names that are defined before they are used, groups of one sort, keys with one role.
- `requirements`: the checks that `require` names. A new check is an entry there.
- `language`: the seven keywords.
"""

from __future__ import annotations

from .language import MAX_BYTES, parse_policy
from .model import PinnedLedger, Policy, Role, Signer, StatementRequirement, StatusRequirement

__all__ = [
    "MAX_BYTES",
    "PinnedLedger",
    "Policy",
    "Role",
    "Signer",
    "StatementRequirement",
    "StatusRequirement",
    "parse_policy",
]
