"""Everything that a package which extends carbonseal is written against, importable from here.

==========================  =================================================================================================
what you write              what you use
==========================  =================================================================================================
a ledger adapter            `Connect`, `Ledger`, `Capabilities`, `Anchor`, `Attempt`, `AttemptStatus`, `Observation`, `Balance`,
                            `Secrets`, and the errors `TransientError`, `UnreachableError`, `PermanentError`,
                            `OutcomeUnknownError`
its evidence verifier       `EvidenceVerifier`, `Evidence`, `Statement`, `Pins`, `Checked`, `Proved`, `TrustItem`, `TrustItems`
its trust gatherer          `TrustGatherer`, `GatherRequest`, `GatherResult`, `TrustReview`
a profile of records        `Profile`, `Node`, `Footprint` and what is in one: `Figure`, `Unit`, `Basis`, `Sum`, `Part`, `Sign`,
                            `StageFigure`, `Stages`, `Period`, `Verification`, `Methods`, `Metric`, `Flow`, `TransportLeg`;
                            `read_decimal`, `find_unit`, `span`, `PRODUCTION`
a carbon-flow check         `Check`, `Setting`; the `Graph` of `Product` and `Edge` that it reads, `amount_in`; `Comparison`,
                            `Grade`, `exact_sum`, `decimal_text`; what it gives: `Result` of a `Rule`, made by `holds`,
                            `remark`, `fails` (with `Rejects`), `not_checkable`; `Missing`, `Phrase`, `Template`
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

For a profile with figures see docs/format-of-your-own.md, for a check docs/check-of-your-own.md, for a ledger
docs/ledger-of-your-own.md, for a signer scheme `carbonseal.keys.signers`. Programs that verify import from `carbonseal`. Every
module that is named neither here nor there is private, and changes without notice.
"""

from __future__ import annotations

from carbonseal.findings import Code, Finding, Outcome, Phrase, Refused, Template, noted, rejected, shown, undetermined
from carbonseal.flow.checks import Check, Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Edge, Graph, Product, amount_in
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, Rule, fails, holds, not_checkable, remark
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure, decimal_text, exact_sum, read_decimal
from carbonseal.footprints.model import (
    Basis,
    Flow,
    Footprint,
    Methods,
    Metric,
    Part,
    Period,
    Sign,
    StageFigure,
    Sum,
    TransportLeg,
    Verification,
)
from carbonseal.footprints.stages import PRODUCTION, Stages, span
from carbonseal.footprints.units import Unit
from carbonseal.footprints.units import find as find_unit
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
    "PRODUCTION",
    "Anchor",
    "Attempt",
    "AttemptStatus",
    "Balance",
    "Basis",
    "Capabilities",
    "Check",
    "Checked",
    "Code",
    "Comparison",
    "Connect",
    "Curve",
    "Edge",
    "Evidence",
    "EvidenceVerifier",
    "Figure",
    "Finding",
    "Flow",
    "Footprint",
    "GatherRequest",
    "GatherResult",
    "Grade",
    "Graph",
    "KeyKind",
    "KeyUri",
    "Ledger",
    "Methods",
    "Metric",
    "Missing",
    "Node",
    "Observation",
    "Outcome",
    "OutcomeUnknownError",
    "Part",
    "Period",
    "PermanentError",
    "Phrase",
    "Pins",
    "Product",
    "Profile",
    "Proved",
    "Refused",
    "Rejects",
    "Result",
    "Rule",
    "Secret",
    "Secrets",
    "Setting",
    "Sign",
    "Signer",
    "SignerScheme",
    "StageFigure",
    "Stages",
    "Statement",
    "Sum",
    "Template",
    "TransientError",
    "TransportLeg",
    "TrustGatherer",
    "TrustItem",
    "TrustItems",
    "TrustReview",
    "Unit",
    "UnreachableError",
    "Verification",
    "amount_in",
    "decimal_text",
    "exact_sum",
    "fails",
    "find_unit",
    "holds",
    "log_id",
    "not_checkable",
    "noted",
    "read_decimal",
    "read_uri",
    "rejected",
    "remark",
    "shown",
    "span",
    "undetermined",
]
