"""Vectors of fraud proofs of the kind *batch*: what holds, what accuses nobody, and what is not such a proof.

Sealed credentials and policies are in the file once, by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.flow.chains import Made, used
from tests.vectors.cases import Case, case, refused, undetermined
from tests.verification.proofs.lots import Lots
from tests.world import MemoryLog

ALONE = refused("fraud-proof.lot-exceeded")
TOGETHER = undetermined("fraud-proof.lot-exceeded-together")
NOTHING = refused("fraud-proof.shows-nothing")
MALFORMED = refused("fraud-proof.malformed")


def batch_proofs() -> dict[str, Any]:
    """Sealed credentials and policies by name, and the cases that name them."""
    lots = Lots()
    made: dict[str, Made] = {}
    made["metal"] = metal = lots.metal()
    made["less"], made["more"] = (lots.metal(kilograms, supersedes=metal) for kilograms in ("9000", "11000"))
    made["another lot"] = lots.metal("1", number="C")
    made["half"], made["other half"] = lots.metal("5000", number="D"), lots.metal("5000", number="D")
    for name, kilograms in (("6000", "6000"), ("4000", "4000"), ("3500", "3500"), ("10420", "10420")):
        made[name] = lots.taker(f"M-{name}", [(metal, kilograms)])
    made["6000 again"] = lots.taker("M-6000", [(metal, "6000")], supersedes=made["6000"])
    made["6000 corrected"] = lots.taker("M6000", [(metal, "6000")], supersedes=made["6000"])
    made["4420"] = lots.taker("M-4420", [(made["more"], "4420")])
    made["4420 of another issuer"] = lots.taker("F", [(metal, "4420")], by="forge")
    made["20000 pieces"] = lots.took("M-pieces", [used(metal, "20000")])
    loose = lots.chain.product("sheet", parts=[used(metal, "12000", "kilogram")], issuer="mill")
    made["without a batch"] = lots.sealed(loose)
    made["both halves"] = lots.taker("M-halves", [(made["half"], "5000"), (made["other half"], "5000")])
    made["changed"] = lots.unsigned(made["6000"])
    sealed = {name: lots.item(one).to_json() for name, one in made.items()}
    sealed["metal, forged"] = lots.forged(metal).to_json()
    elsewhere = Lots(log=MemoryLog("other.example/log"))
    foreign = elsewhere.metal()
    items = {"metal, elsewhere": foreign, "10420 elsewhere": elsewhere.taker("M1", [(foreign, "10420")])}
    sealed |= {name: elsewhere.item(one).to_json() for name, one in items.items()}
    cases = [*_holding(), *_nothing(), *_not_listed(), *_changed()]
    return {"sealed": sealed, "batchPolicies": _policies(lots), "cases": cases}


def _policies(lots: Lots) -> dict[str, str]:
    """One that lists the log, a mine and two who take of its metal; and others that lack something."""
    mill = lots.lines()["mill"]
    changes: dict[str, dict[str, str]] = {
        "all": {},
        "no log": {"log": ""},
        "no taker": {"mill": ""},
        "no maker": {"mine": ""},
        "other products": {"mill": f"{mill} products=urn:other"},
        "a window": {"mill": f"{mill} from=2020-01-01T00:00:00Z"},
        "5 %": {"batch": "require batch within=5%"},
    }
    return {
        name: "\n".join(line for line in {**lots.lines(), **lines}.values() if line) + "\n"
        for name, lines in changes.items()
    }


def _case(
    name: str, expect: dict[str, Any], yields: Sequence[str], takes: Sequence[str], *patch: Any, policy: str = "all"
) -> Case:
    proof = {"yields": [*yields], "takes": [*takes], **({"patch": [*patch]} if patch else {})}
    return case(f"batch: {name}", "fraud", expect, proof=proof, policy={"named": policy})


def _holding() -> list[Case]:
    return [
        _case("two issuers claim 10,420 of 10,000", TOGETHER, ["metal"], ["6000", "4420 of another issuer"]),
        _case("one issuer, in three credentials", TOGETHER, ["metal"], ["6000", "4000", "3500"]),
        _case("one credential", ALONE, ["metal"], ["10420"]),
        _case("one credential among others", ALONE, ["metal"], ["10420", "6000"]),
    ]


def _nothing() -> list[Case]:
    return [
        _case("all of it", NOTHING, ["metal"], ["6000", "4000"]),
        _case("a yield that was lowered", NOTHING, ["metal", "less"], ["6000", "3500"]),
        _case("a yield that was raised", NOTHING, ["metal", "more"], ["6000", "4420"]),
        _case("a take that was replaced", NOTHING, ["metal"], ["6000", "6000 again"]),
        _case("a batch number that was corrected", NOTHING, ["metal"], ["6000", "6000 corrected"]),
        _case("a credential for each half of a lot", TOGETHER, ["half", "other half"], ["both halves"]),
        _case("yields of another lot", NOTHING, ["another lot"], ["10420"]),
        _case("yields of two lots", NOTHING, ["metal", "another lot"], ["10420"]),
        _case("takes in another measure", NOTHING, ["metal"], ["20000 pieces"]),
        _case("a take without a batch", NOTHING, ["metal"], ["without a batch"]),
        _case("a take that shows nothing among others", NOTHING, ["metal"], ["10420", "both halves"]),
    ]


def _not_listed() -> list[Case]:
    lacking = {
        "no log": "fraud-proof.log-not-listed",
        "no taker": "signer.not-listed",
        "no maker": "signer.not-listed",
        "other products": "signer.other-product",
        "a window": "signer.time-unknown",
    }
    elsewhere = ["metal, elsewhere"], ["10420 elsewhere"]
    return [
        *(_case(name, undetermined(code), ["metal"], ["10420"], policy=name) for name, code in lacking.items()),
        _case("another log", undetermined("fraud-proof.log-not-listed"), *elsewhere),
        _case("5 % are tolerated", NOTHING, ["metal"], ["10420"], policy="5 %"),
    ]


def _changed() -> list[Case]:
    take = "/takes/0"
    edits: dict[str, tuple[dict[str, Any], str, Any]] = {
        "checkpoints beside them": (MALFORMED, "/checkpoints", []),
        "no takes": (MALFORMED, "/takes", []),
        "17 yields": (MALFORMED, "/yields", [{}] * 17),
        "65 takes": (MALFORMED, "/takes", [{}] * 65),
        "a member too many": (MALFORMED, f"{take}/entry", "AA=="),
        "half a hash": (MALFORMED, f"{take}/proof", "AAAA"),
        "another salt": (refused("inclusion.root-differs"), f"{take}/salt", "11" * 32),
        "another index": (refused("inclusion.root-differs"), f"{take}/index", 1),
        "an index outside the log": (refused("inclusion.index-beyond-size"), f"{take}/index", 99),
        "a proof too short": (refused("inclusion.too-short"), f"{take}/proof", ""),
        "not a credential": (refused("credential.malformed"), f"{take}/credential", {}),
        "an unknown member": (undetermined("credential.unknown-member"), f"{take}/credential/more", 1),
        "another yield": (NOTHING, "/yields/0/credential/credentialSubject/batch/quantity", "1"),
    }
    return [
        *(
            _case(name, code, ["metal"], ["10420"], {"op": "add", "path": path, "value": value})
            for name, (code, path, value) in edits.items()
        ),
        _case("one take twice", MALFORMED, ["metal"], ["10420", "10420"]),
        _case("a forged head", refused("note.signature-fails"), ["metal, forged"], ["10420"]),
        _case("changed after it was signed", refused("credential.bad-signature"), ["metal"], ["changed"]),
    ]
