"""Everything that a package which extends carbonseal is written against, importable from here.

==========================  =================================================================================================
what you write              what you use
==========================  =================================================================================================
a ledger adapter            `Connect`, `Ledger`, `Capabilities`, `Anchor`, `Attempt`, `AttemptStatus`, `Observation`, `Balance`,
                            `Secrets`, and the errors `TransientError`, `UnreachableError`, `PermanentError`,
                            `OutcomeUnknownError`
its evidence verifier       `EvidenceVerifier`, `Evidence`, `Statement`, `Pins`, `Checked`, `Proved`, `TrustItem`, `TrustItems`
its trust gatherer          `TrustGatherer`, `GatherRequest`, `GatherResult`, `TrustReview`
a profile of records        `Profile`
a signer scheme             `SignerScheme`, `Signer`, `KeyKind`, `Curve`, `Secret`, `KeyUri`, `read_uri`
a command                   a `click.Command`; nothing of carbonseal
what all of them report     `Finding`, `Outcome`, `Code`, made by `shown`, `noted`, `undetermined`, `rejected`; `Refused`
==========================  =================================================================================================

Packages announce what they bring by entry points: `carbonseal.plugins` lists the groups. A whole profile::

    from carbonseal.api import Refused, rejected

    TOO_COLD = rejected("foundry.too-cold", "{found} is not a temperature above 1538 °C", "check the unit")

    class Foundry:
        id = "foundry/1"

        def recognises(self, value):
            return "a foundry's record" if isinstance(value, dict) and "celsius" in value else ""

        def check(self, value):
            found = value.get("celsius") if isinstance(value, dict) else None
            if not isinstance(found, int | float) or found < 1538:
                raise Refused(TOO_COLD("/celsius", found=found))

        def footprint(self, value):
            return None  # it has no figures; see docs/format-of-your-own.md for one that has

    FOUNDRY = Foundry()

    # pyproject.toml
    # [project.entry-points."carbonseal.profiles"]
    # "foundry/1" = "foundry_profiles:FOUNDRY"

For a ledger see docs/ledger-of-your-own.md; for a signer scheme, `carbonseal.keys.signers`. Programs that verify import from
`carbonseal`. Every module that is named neither here nor there is private, and changes without notice.
"""

from __future__ import annotations

from carbonseal.findings import Code, Finding, Outcome, Refused, noted, rejected, shown, undetermined
from carbonseal.gathering import GatherRequest, GatherResult, TrustGatherer, TrustReview
from carbonseal.keys.signers import Curve, KeyKind, Secret, Signer, SignerScheme
from carbonseal.keys.uris import KeyUri, read_uri
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Capabilities,
    Checked,
    Connect,
    Evidence,
    EvidenceVerifier,
    Ledger,
    Observation,
    OutcomeUnknownError,
    PermanentError,
    Pins,
    Proved,
    Secrets,
    Statement,
    TransientError,
    TrustItem,
    TrustItems,
    UnreachableError,
    log_id,
)
from carbonseal.records.profiles import Profile

__all__ = [
    "Anchor",
    "Attempt",
    "AttemptStatus",
    "Balance",
    "Capabilities",
    "Checked",
    "Code",
    "Connect",
    "Curve",
    "Evidence",
    "EvidenceVerifier",
    "Finding",
    "GatherRequest",
    "GatherResult",
    "KeyKind",
    "KeyUri",
    "Ledger",
    "Observation",
    "Outcome",
    "OutcomeUnknownError",
    "PermanentError",
    "Pins",
    "Profile",
    "Proved",
    "Refused",
    "Secret",
    "Secrets",
    "Signer",
    "SignerScheme",
    "Statement",
    "TransientError",
    "TrustGatherer",
    "TrustItem",
    "TrustItems",
    "TrustReview",
    "UnreachableError",
    "log_id",
    "noted",
    "read_uri",
    "rejected",
    "shown",
    "undetermined",
]
