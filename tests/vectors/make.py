"""Makes the specification's test vectors and its examples again: `python -m tests.vectors.make`, or `make vectors`. The same
bytes every time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.flow import vector_cases
from tests.vectors import examples
from tests.vectors.cases import Case
from tests.vectors.making import (
    eas,
    evidence,
    fabric,
    goods,
    histories,
    log,
    notes,
    passports,
    policies,
    records,
)
from tests.vectors.making.documents import audit, conformity, consignments, credentials, products, results, statements
from tests.vectors.making.documents import files as file_records

FOLDER = Path(__file__).parent

# What each file is about, the section of docs/spec.md that it illustrates, and what makes its cases.
SUBJECTS: dict[str, tuple[str, Callable[[], list[Case] | dict[str, Any]]]] = {
    "canonical": ("2", records.canonical),
    "admission": ("3", lambda: records.admission() + file_records.admission()),
    "commitments": ("4", records.commitments),
    "entries": ("5", log.entries),
    "tree": ("6.1", log.tree),
    "subtrees": ("6.6", histories.subtrees),
    "tiles": ("6.2", log.tiles),
    "notes": ("6.3", notes.notes),
    "checkpoints": ("6.4", notes.checkpoints),
    "tlog-proofs": ("6.5", notes.tlog_proofs),
    "witness-requests": ("19", notes.witness_requests),
    "anchors": ("7", log.anchors),
    "audit": ("29", audit.audit),
    "result-lines": ("31", results.result_lines),
    "ethereum-evidence": ("8", evidence.ethereum),
    "eas-evidence": ("8", eas.eas),
    "tlog-evidence": ("10", evidence.tlog),
    "fabric-evidence": ("9", fabric.fabric),
    "credentials": ("12", credentials.credentials),
    "batches": ("12", products.batches),
    "status-lists": ("13", credentials.status_lists),
    "passports": ("14 and 17", passports.passports),
    "issue-requests": ("18", lambda: products.issue_requests() + conformity.requests()),
    "trusts": ("16", passports.trusts),
    "policies": ("15", policies.policies),
    "observations": ("22", histories.observations),
    "fraud-proofs": ("23", histories.fraud_proofs),
    "consignments": ("28", consignments.consignments),
    "identifiers": ("25", goods.identifiers),
    "data-carriers": ("27", goods.data_carriers),
    "carbon-flow": ("24", vector_cases.flow),
    "statements": ("26", conformity.conformity),
    "statement-verdicts": ("17", statements.verdicts),
}


def files() -> dict[str, str]:
    """The name and text of every file."""
    return {f"{subject}.json": _text(subject) for subject in SUBJECTS}


def _text(subject: str) -> str:
    section, make = SUBJECTS[subject]
    made = make()
    body = made if isinstance(made, dict) else {"cases": made}
    names = [(case["do"], case["name"]) for case in body["cases"]]
    assert len(set(names)) == len(names), f"{subject}: a name occurs twice"
    return (
        json.dumps({"subject": subject, "specification": f"docs/spec.md, section {section}", **body}, indent=1) + "\n"
    )


def main() -> None:
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="ascii", newline="\n")
    examples.main()


if __name__ == "__main__":
    main()
