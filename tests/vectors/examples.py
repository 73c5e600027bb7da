"""The examples of docs/spec.md, made from one small world: `python -m tests.vectors.examples` writes them into the page again.

The page marks each with a comment, `<!-- example: NAME -->`, and a fenced block below it. All but those of sections 3 and 9
are of one passport, which the vectors have as `plain`: a reader can follow a record from section to section. What is long is
cut, which `…` shows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from carbonseal.instants import format_instant
from carbonseal.log.notes import Cosigner
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tree import consistency_proof, leaf_hash, tree_root
from carbonseal.log.witness_requests import WitnessRequest
from carbonseal.passport.passports import Passport
from carbonseal.records.canonical import jcs
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_adapters.fabric.checking import anchors
from tests.fabric.scenes.wire import TIME
from tests.passport.stated import Stated, opinion
from tests.vectors.making import fabric
from tests.vectors.making.evidence import STATEMENT
from tests.vectors.scene import Scene
from tests.world import AT, SALT_KEY, SIGNED, World, key

PAGE = Path(__file__).parents[2] / "docs" / "spec.md"
BLOCK = re.compile(r"^(<!-- example: ([a-z0-9-]+) -->\n```[a-z]*\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
LONGEST = 72  # characters of a text that are shown
BEGINNING = 40

FOOTPRINT = {
    "id": "8c5f2d6e-3b1a-4f7c-9e0d-2a4b6c8d0e1f",
    "specVersion": "3.0.0",
    "created": "2026-03-02T08:00:00Z",
    "status": "Active",
    "companyName": "Example Cells",
    "companyIds": ["urn:company:example:cells"],
    "productDescription": "Lithium cell, 2.4 Ah",
    "productIds": ["urn:product:example:cell-2400"],
    "productNameCompany": "Cell 2400",
    "pcf": {
        "declaredUnitOfMeasurement": "piece",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "0.046",
        "referencePeriodStart": "2025-01-01T00:00:00Z",
        "referencePeriodEnd": "2026-01-01T00:00:00Z",
        "pcfExcludingBiogenicUptake": "0.812",
        "pcfIncludingBiogenicUptake": "0.812",
        "fossilGhgEmissions": "0.809",
        "fossilCarbonContent": "0",
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": "0",
    },
}


@cache
def scene() -> tuple[Scene, Passport]:
    made = Scene()
    return made, made.passport()


def passport() -> dict[str, Any]:
    return scene()[1].to_json()


def cut(value: Any) -> Any:
    """The value with what is long cut."""
    match value:
        case str() if len(value) > LONGEST:
            return value[:BEGINNING] + "…"
        case dict():
            return {name: cut(member) for name, member in value.items()}
        case list():
            return [cut(member) for member in value]
    return value


def abbreviated(value: Any) -> str:
    return json.dumps(cut(value), indent=2, ensure_ascii=False)


def lines(**named: str | bytes) -> str:
    width = max(map(len, named))
    texts = {name: value.hex() if isinstance(value, bytes) else value for name, value in named.items()}
    return "\n".join(f"{name.replace('_', ' '):<{width}}  {text}" for name, text in texts.items())


def wrapped(line: str) -> str:
    """A policy's line, with every option of a ledger on a line of its own. In a policy it is one line."""
    return re.sub(r" (?=[a-z]+=)", "\n    ", line) if line.startswith("ledger ") else line


def folded(text: str, width: int, indent: str) -> str:
    """A text without spaces in rows of so many characters."""
    return f"\n{indent}".join(text[at : at + width] for at in range(0, len(text), width))


# --- one for each section of the page ---------------------------------------------------------------------------------


def _document() -> Any:
    (record,) = passport()["records"].values()
    return record["document"]


def _json() -> str:
    written = '{ "name": "the footprint of a door reader",\n  "kilograms": "12.50" }'
    assert jcs(json.loads(written)) == jcs(_document())
    return f"{written}\n\n{jcs(_document()).decode()}"


def _footprint() -> str:
    return json.dumps(FOOTPRINT, indent=2)


def _commitment() -> str:
    ((commitment, record),) = passport()["records"].items()
    return lines(
        profile=record["profile"],
        canonical=jcs(record["document"]).decode(),
        salt_key=SALT_KEY,
        salt=record["salt"],
        commitment=commitment,
    )


def _entries() -> str:
    genesis, record = scene()[0].log.encoded[:2]
    return lines(entry_0=f"00 {genesis[1:].decode()}", entry_1=f"01 {record[1:].hex()}")


def _tree() -> str:
    entries = scene()[0].log.encoded
    leaves = [leaf_hash(entry) for entry in entries]
    return lines(
        leaf_0=leaves[0],
        leaf_1=leaves[1],
        leaf_2=leaves[2],
        leaf_3=leaves[3],
        node_0_1=tree_root(leaves[:2]),
        node_2_3=tree_root(leaves[2:]),
        root=tree_root(leaves),
        inclusion_of_1=f"{leaves[0].hex()}\n{tree_root(leaves[2:]).hex():>80}",
    )


def _key() -> str:
    return scene()[0].log.signer.verifier.encode()


def _checkpoint() -> str:
    (note,) = passport()["checkpoints"].values()
    return str(note)


def _in_other_log() -> TlogProof:
    made, _ = scene()
    return TlogProof(1, made.other.inclusion(1, 2), made.other.head(2))


def _tlog_proof() -> str:
    return _in_other_log().encode().decode()


def _anchor() -> str:
    made, _ = scene()
    statement = made.log.checkpoint(made.log.size).statement()
    digest = hashlib.sha256(b"carbonseal/anchor/v1\0" + statement.encode()).digest()
    assert digest == statement.digest()
    parts = f"{statement.log_id.hex()} {statement.size:016x}\n{statement.root.hex():>75}"
    return lines(log_id=statement.log_id, statement=parts, digest=digest)


def _ethereum_policy() -> str:
    return wrapped(scene()[0].lines()["chain"])


def _ethereum_slot() -> str:
    made, _ = scene()
    statement = made.log.checkpoint(made.log.size).statement()
    publisher = bytes.fromhex(made.options["publisher"][2:])
    slot = registry.slot(publisher, statement)
    return lines(publisher=publisher, log_id=statement.log_id, size=str(statement.size), slot=slot)


def _fabric_policy() -> str:
    options = [f"{name}={value}" for name, value in fabric.RAFT.options.items()]
    return wrapped(" ".join([f"ledger consortium {fabric.RAFT.ledger}", *options]))


def _fabric_state() -> str:
    publisher = bytes.fromhex(fabric.RAFT.options["publisher"])
    key = anchors.anchor_key(publisher, STATEMENT).replace("/", "/\n       ", 2)
    return lines(key=key, value=folded(anchors.anchor_value(STATEMENT, TIME).hex(), 64, "       "))


def _fabric_evidence() -> str:
    return abbreviated(json.loads(fabric.RAFT.evidence().encode().data))


def _tlog_policy() -> str:
    return wrapped(scene()[0].lines()["other"])


def _seal() -> str:
    commitment = next(iter(passport()["records"]))
    return abbreviated({commitment: passport()["seals"][commitment]})


def _credential() -> str:
    found = passport()
    return abbreviated(found["credentials"][found["credential"]]["document"])


def _status_list() -> str:
    (carried,) = passport()["statusLists"].values()
    return abbreviated(carried["document"])


def _passport() -> str:
    """Each section with one member, and what is inside of it left out where another section shows it."""
    found = passport()
    inside = {"document": "as in section 12"}
    first = {name: dict([*found[name].items()][:1]) for name in found if isinstance(found[name], dict)}
    for name, where in (("credentials", inside), ("statusLists", {"document": "as in section 13"})):
        first[name] = {key: {**value, **where} for key, value in first[name].items()}
    first["seals"] = dict.fromkeys(first["seals"], "as in section 11")
    text = abbreviated({**found, **first})
    return re.sub(r'"(as in section \d+)"', r"… \1 …", text)


def _policy() -> str:
    return "\n".join(map(wrapped, scene()[0].lines().values()))


def _trust() -> str:
    return abbreviated(scene()[0].trust_value())


def _report() -> str:
    made, found = scene()
    report = made.verify(found)
    assert report.existed_by is not None
    lists = f"urn:example:status:{made.maker.id}"
    rows = [
        (one.code.outcome.value, one.code.name, " / ".join(one.place).replace(lists, "…")) for one in report.findings
    ]
    found_lines = [f"{outcome:<12}  {code:<26}  {place}".rstrip() for outcome, code, place in rows]
    facts = f"at {format_instant(AT)}: {report.verdict.value}, existed by {format_instant(report.existed_by)}"
    return "\n".join([facts, "", *found_lines])


def _receipt() -> str:
    ((commitment, record),) = passport()["records"].items()
    receipt = {
        "acknowledged": format_instant(SIGNED),
        "commitment": commitment,
        "profile": record["profile"],
        "salt": record["salt"],
    }
    return abbreviated(receipt)


def _issue_request() -> str:
    commitment = next(iter(passport()["records"]))
    return abbreviated(
        {
            "issuer": "maker",
            "subject": "urn:example:product:door-reader",
            "name": "door reader",
            "records": [{"role": "footprint", "commitment": commitment}],
            "components": [],
        }
    )


def _statement() -> str:
    commitment = bytes.fromhex(next(iter(passport()["records"])))
    made = Stated(World()).statement(opinion([commitment]))
    return abbreviated(made.statement.document)


def _statement_request() -> str:
    request = {"body": "body", "credentialSubject": "SUBJECT", "attach": True}
    return abbreviated(request).replace('"SUBJECT"', "… as in section 26 …")


def _accreditation_request() -> str:
    (carried,) = Stated(World()).accreditation().accreditations.values()
    subject = carried.signed.document["credentialSubject"]
    return abbreviated({"accreditor": "accreditor", "credentialSubject": subject, "validUntil": "2028-01-01T00:00:00Z"})


def _foreign_anchor() -> str:
    made, _ = scene()
    size = made.log.size
    statement = made.log.checkpoint(size).statement()
    state = {"state": "sequenced", "index": 1, "size": statement.size, "root": statement.root.hex()}
    cosigner = Cosigner("other.example/witness", key("other.example/witness"))
    cosignature = cosigner.sign(made.log.checkpoint(size).encode(), int(AT.timestamp())).encode()
    body = WitnessRequest(1, consistency_proof(1, size, made.log), _checkpoint().encode()).encode().decode()
    answer = abbreviated({**state, "cosignature": cosignature})
    return f"POST /v1/logs/default/foreign-anchors\n\n{body}\n200\n{answer}"


EXAMPLES: dict[str, Callable[[], str]] = {
    "json": _json,
    "footprint": _footprint,
    "commitment": _commitment,
    "entries": _entries,
    "tree": _tree,
    "key": _key,
    "checkpoint": _checkpoint,
    "tlog-proof": _tlog_proof,
    "anchor": _anchor,
    "ethereum-policy": _ethereum_policy,
    "ethereum-slot": _ethereum_slot,
    "fabric-policy": _fabric_policy,
    "fabric-state": _fabric_state,
    "fabric-evidence": _fabric_evidence,
    "tlog-policy": _tlog_policy,
    "seal": _seal,
    "credential": _credential,
    "status-list": _status_list,
    "passport": _passport,
    "policy": _policy,
    "trust": _trust,
    "report": _report,
    "receipt": _receipt,
    "issue-request": _issue_request,
    "foreign-anchor": _foreign_anchor,
    "statement": _statement,
    "statement-request": _statement_request,
    "accreditation-request": _accreditation_request,
}


def written(page: str) -> dict[str, str]:
    """The examples that a page has, by name."""
    return {name: text for _, name, text, _ in BLOCK.findall(page)}


def rewritten(page: str) -> str:
    """The page with every example made again."""

    def block(found: re.Match[str]) -> str:
        return found[1] + EXAMPLES[found[2]]().rstrip("\n") + "\n" + found[4]

    return BLOCK.sub(block, page)


def main() -> None:
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
