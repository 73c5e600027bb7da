"""Batch proofs: more was taken of a lot than it yielded; and nothing that somebody puts together accuses an honest party."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from carbonseal.findings import Outcome
from carbonseal.languages.language import LANGUAGES, language
from carbonseal.passport.multibase import encode_key
from carbonseal.verification.proofs.batch_proofs import MOST_NAMED, BatchProof
from tests.flow.chains import used
from tests.verification.proofs.lots import Lots, findings, judged, read
from tests.world import Issuer, MemoryLog, key

TOGETHER, ALONE, NOTHING = (
    f"fraud-proof.{name}" for name in ("lot-exceeded-together", "lot-exceeded", "shows-nothing")
)
Change = Callable[[Lots], BatchProof]


def sold_twice(lots: Lots) -> BatchProof:
    """Two issuers took 10,420 of 10000 kilograms."""
    metal = lots.metal()
    return lots.proof([metal], [lots.taker("M1", [(metal, "6000")]), lots.taker("F1", [(metal, "4420")], by="forge")])


def one_takes_too_much(lots: Lots) -> BatchProof:
    metal = lots.metal()
    return lots.proof([metal], [lots.taker("M1", [(metal, "10420")])])


def test_two_issuers_claim_more_than_a_batch_yielded_and_nobody_is_named_guilty() -> None:
    lots = Lots()
    proof = sold_twice(lots)
    assert read(proof.encode()) == proof
    (found,) = findings(proof.encode(), lots.policy())
    assert (found.code.name, found.code.outcome) == (TOGETHER, Outcome.UNDETERMINED)
    assert "batch B of urn:product:example:metal (did:web:mine.example) yielded 10000 kilogram" in found.message
    assert "10420 are claimed by 2 credentials of did:web:forge.example, did:web:mill.example: 420 too" in found.message


def test_one_credential_contradicts_what_it_cites() -> None:
    lots = Lots()
    (found,) = findings(one_takes_too_much(lots).encode(), lots.policy())
    assert (found.code.name, found.code.outcome) == (ALONE, Outcome.REJECTED)
    assert "one credential of did:web:mill.example: 420 too many" in found.message


def test_several_credentials_of_one_issuer_may_have_been_replaced() -> None:
    """The mill corrected M1 from 6,000 to 4,000 before it took 4,420 for M2; whoever makes the proof leaves the correction out."""
    lots = Lots()
    metal = lots.metal()
    wrong = lots.taker("M1", [(metal, "6000")])
    right = lots.taker("M1", [(metal, "4000")], supersedes=wrong)
    second = lots.taker("M2", [(metal, "4420")])
    assert judged(lots.proof([metal], [wrong, second]).encode(), lots.policy()) == (TOGETHER,)
    assert judged(lots.proof([metal], [wrong, right, second]).encode(), lots.policy()) == (NOTHING,)


def test_more_than_two_takes() -> None:
    lots = Lots()
    metal = lots.metal()
    takes = [lots.taker(f"M{number}", [(metal, "3500")]) for number in range(3)]
    assert judged(lots.proof([metal], takes).encode(), lots.policy()) == (TOGETHER,)
    assert judged(lots.proof([metal], takes[:2]).encode(), lots.policy()) == (NOTHING,)


def test_units_of_one_measure_are_converted() -> None:
    lots = Lots()
    metal = lots.metal("10", "tonne")
    takes = [lots.took(name, [used(metal, "5500000", "gram")]) for name in ("M1", "M2")]
    (found,) = findings(lots.proof([metal], takes).encode(), lots.policy())
    assert "yielded 10 tonne; 11 are claimed" in found.message


# --- what is honest ------------------------------------------------------------------------------------------------

HONEST: dict[str, Change] = {}
ATTACKS: dict[str, tuple[Change, str]] = {}


def honest(make: Change) -> Change:
    HONEST[make.__name__.replace("_", " ")] = make
    return make


def attack(code: str) -> Callable[[Change], Change]:
    def add(make: Change) -> Change:
        ATTACKS[make.__name__.replace("_", " ")] = make, code
        return make

    return add


@honest
def no_more_than_the_yield(lots: Lots) -> BatchProof:
    metal = lots.metal()
    return lots.proof([metal], [lots.taker("M1", [(metal, "6000")]), lots.taker("M2", [(metal, "4000")])])


@honest
def no_more_than_half_a_unit_over_it(lots: Lots) -> BatchProof:
    metal = lots.metal()
    return lots.proof([metal], [lots.taker("M1", [(metal, "10000.5")])])


@honest
def a_yield_that_was_lowered_after_the_takes(lots: Lots) -> BatchProof:
    metal = lots.metal()
    less = lots.metal("9000", supersedes=metal)
    return lots.proof([metal, less], [lots.taker("M1", [(metal, "6000")]), lots.taker("M2", [(metal, "3500")])])


@honest
def a_yield_that_was_raised_before_the_second_take(lots: Lots) -> BatchProof:
    metal = lots.metal()
    more = lots.metal("11000", supersedes=metal)
    return lots.proof([metal, more], [lots.taker("M1", [(metal, "6000")]), lots.taker("M2", [(more, "4420")])])


@honest
def a_take_that_a_newer_one_replaces(lots: Lots) -> BatchProof:
    metal = lots.metal()
    first = lots.taker("M1", [(metal, "6000")])
    return lots.proof([metal], [first, lots.taker("M1", [(metal, "6000")], supersedes=first)])


@honest
def a_take_whose_batch_number_was_corrected(lots: Lots) -> BatchProof:
    metal = lots.metal()
    first = lots.taker("M1", [(metal, "6000")])
    return lots.proof([metal], [first, lots.taker("M-1", [(metal, "6000")], supersedes=first)])


@honest
def a_lot_that_was_issued_again_without_saying_so(lots: Lots) -> BatchProof:
    metal = lots.metal()
    return lots.proof([metal], [lots.taker("M1", [(metal, "6000")]), lots.taker("M1", [(metal, "6001")])])


@honest
def takes_that_measure_something_else(lots: Lots) -> BatchProof:
    metal = lots.metal()
    return lots.proof([metal], [lots.took("M1", [used(metal, "20000", "piece")]), lots.taker("M2", [(metal, "9000")])])


@honest
def a_credential_for_each_half_of_a_lot(lots: Lots) -> BatchProof:
    """The mine states 5,000 twice; whoever took both halves cites both."""
    halves = [lots.metal("5000"), lots.metal("5000")]
    return lots.proof(halves, [lots.taker("M1", [(half, "5000") for half in halves])])


@pytest.mark.parametrize("name", HONEST)
def test_no_honest_history_is_accused(name: str) -> None:
    lots = Lots()
    for found in findings(HONEST[name](lots).encode(), lots.policy()):
        assert found.code.name in {NOTHING, TOGETHER}
        assert found.code.name == NOTHING or "half" in name


# --- attacks -------------------------------------------------------------------------------------------------------


@attack(NOTHING)
def yields_of_another_lot(lots: Lots) -> BatchProof:
    metal, small = lots.metal(), lots.metal("1", number="C")
    return lots.proof([small], [lots.taker("M1", [(metal, "6000")])])


@attack(NOTHING)
def yields_of_two_lots(lots: Lots) -> BatchProof:
    metal, small = lots.metal(), lots.metal("1", number="C")
    return lots.proof([metal, small], [lots.taker("M1", [(metal, "6000")]), lots.taker("M2", [(small, "6000")])])


@attack(NOTHING)
def the_same_number_under_another_salt(lots: Lots) -> BatchProof:
    """Another product's lot has the same number, and its key is another."""
    metal = lots.metal()
    other = lots.sealed(lots.chain.product("ore", batch=("B", "10000", "kilogram"), issuer="mine"))
    return lots.proof([metal, other], [lots.taker("M1", [(metal, "6000")]), lots.taker("M2", [(other, "6000")])])


@attack(NOTHING)
def yields_in_two_measures(lots: Lots) -> BatchProof:
    metal, pieces = lots.metal(), lots.metal("5", "piece")
    return lots.proof([metal, pieces], [lots.taker("M1", [(metal, "6000")]), lots.taker("M2", [(metal, "6000")])])


@attack(NOTHING)
def a_yield_without_a_batch(lots: Lots) -> BatchProof:
    metal = lots.sealed(lots.chain.product("metal", issuer="mine"))
    return lots.proof([metal], [lots.taker("M1", [(metal, "6000")])])


@attack(NOTHING)
def a_yield_in_an_unknown_unit(lots: Lots) -> BatchProof:
    metal = lots.metal("1", "shipload")
    return lots.proof([metal], [lots.taker("M1", [(metal, "6000")])])


@attack(NOTHING)
def a_take_without_a_batch(lots: Lots) -> BatchProof:
    metal = lots.metal()
    loose = lots.sealed(lots.chain.product("sheet", parts=[used(metal, "12000", "kilogram")], issuer="mill"))
    return lots.proof([metal], [loose])


@attack(NOTHING)
def a_credential_that_took_nothing_beside_takes(lots: Lots) -> BatchProof:
    proof = sold_twice(lots)
    bystander = lots.item(lots.took("X", [], by="forge"))
    takes = sorted([*proof.takes, bystander], key=lambda one: one.credential.digest)
    return replace(proof, takes=tuple(takes))


@attack("inclusion.root-differs")
def a_take_under_another_salt(lots: Lots) -> BatchProof:
    proof = sold_twice(lots)
    first, second = proof.takes
    other = replace(first.carried, salt=bytes(31) + b"\1")
    return replace(proof, takes=(replace(first, carried=other), second))


@attack("inclusion.root-differs")
def a_take_that_was_never_sealed(lots: Lots) -> BatchProof:
    proof = sold_twice(lots)
    first, second = proof.takes
    return replace(proof, takes=(first, replace(second, index=first.index, inclusion=first.inclusion)))


@attack("inclusion.too-short")
def an_entry_whose_proof_is_too_short(lots: Lots) -> BatchProof:
    proof = sold_twice(lots)
    return replace(proof, yields=(replace(proof.yields[0], inclusion=()),))


@attack("note.signature-fails")
def a_checkpoint_that_nobody_signed(lots: Lots) -> BatchProof:
    metal = lots.metal()
    proof = lots.proof([metal], [lots.taker("M1", [(metal, "12000")])])
    return replace(proof, yields=(lots.forged(metal),))


@attack("credential.bad-signature")
def a_credential_that_was_changed_after_it_was_signed(lots: Lots) -> BatchProof:
    metal = lots.metal()
    return lots.proof([metal], [lots.unsigned(lots.taker("M1", [(metal, "6000")]))])


@attack("fraud-proof.log-not-listed")
def a_log_of_somebody_elses(lots: Lots) -> BatchProof:
    elsewhere = Lots(chain=lots.chain, log=MemoryLog("other.example/log"))
    return sold_twice(elsewhere)


@attack("signer.not-listed")
def an_issuer_that_nobody_knows(lots: Lots) -> BatchProof:
    metal = lots.metal()
    return lots.proof([metal], [lots.taker("M1", [(metal, "12000")], by="stranger")])


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name: str) -> None:
    lots = Lots()
    make, code = ATTACKS[name]
    assert judged(make(lots).encode(), lots.policy()) == (code,)


EDITS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another member": (lambda v: v.update(checkpoints=[]), "fraud-proof.malformed"),
    "no takes": (lambda v: v.update(takes=[]), "fraud-proof.malformed"),
    "no yields": (lambda v: v.update(yields=[]), "fraud-proof.malformed"),
    "takes that are not a list": (lambda v: v.update(takes={}), "fraud-proof.malformed"),
    "one take twice": (lambda v: v["takes"].insert(0, v["takes"][0]), "fraud-proof.malformed"),
    "takes in another order": (lambda v: v["takes"].reverse(), "fraud-proof.malformed"),
    "a member too many in a take": (lambda v: v["takes"][0].update(entry="AA=="), "fraud-proof.malformed"),
    "a salt in capitals": (lambda v: v["takes"][0].update(salt="A" * 64), "fraud-proof.malformed"),
    "a negative index": (lambda v: v["takes"][0].update(index=-1), "fraud-proof.malformed"),
    "half a hash": (lambda v: v["takes"][0].update(proof="AAAA"), "fraud-proof.malformed"),
    "a checkpoint that is not a text": (lambda v: v["yields"][0].update(checkpoint=1), "fraud-proof.malformed"),
    "a checkpoint that is not a note": (lambda v: v["yields"][0].update(checkpoint="x"), "note.without-signatures"),
    "another version": (lambda v: v.update(carbonseal="fraud-proof/2"), "fraud-proof.unknown-version"),
    "another kind": (lambda v: v.update(kind="bunch"), "fraud-proof.unknown-kind"),
    "a kind that is not a text": (lambda v: v.update(kind=1), "fraud-proof.malformed"),
    "a quantity that was changed": (
        lambda v: v["yields"][0]["credential"]["credentialSubject"]["batch"].update(quantity="100"),
        NOTHING,
    ),
    "a credential with an unknown member": (
        lambda v: v["takes"][0]["credential"].update(more=1),
        "credential.unknown-member",
    ),
    "a credential that is something else": (
        lambda v: v["takes"][0].update(credential={"type": 1}),
        "credential.malformed",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_file_that_was_changed(name: str) -> None:
    lots = Lots()
    value = json.loads(sold_twice(lots).encode())
    edit, code = EDITS[name]
    edit(value)
    assert judged(json.dumps(value).encode(), lots.policy()) == (code,)


# --- what the policy says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"log": ""}, ("fraud-proof.log-not-listed",)),
        ({"mill": ""}, ("signer.not-listed",)),
        ({"mine": ""}, ("signer.not-listed",)),
        ({"mill": "", "log": ""}, ("fraud-proof.log-not-listed", "signer.not-listed")),
    ],
)
def test_what_the_policy_does_not_list_accuses_nobody(changes: dict[str, str], codes: tuple[str, ...]) -> None:
    lots = Lots()
    raw = one_takes_too_much(lots).encode()
    assert tuple(sorted(judged(raw, lots.policy(**changes)))) == codes


def test_another_key_another_product_and_a_window() -> None:
    lots = Lots()
    raw = one_takes_too_much(lots).encode()
    mill, forge = (lots.lines()[name] for name in ("mill", "forge"))
    other = " ".join([*mill.split(" ")[:4], forge.split(" ")[4]])
    assert judged(raw, lots.policy(mill=other, forge="")) == ("signer.key-not-listed",)
    assert judged(raw, lots.policy(mill=f"{mill} products=urn:example:other")) == ("signer.other-product",)
    assert judged(raw, lots.policy(mill=f"{mill} from=2020-01-01T00:00:00Z")) == ("signer.time-unknown",)


def test_what_the_policy_tolerates_is_not_fraud() -> None:
    lots = Lots()
    raw = one_takes_too_much(lots).encode()
    assert judged(raw, lots.policy(batch="require batch within=5%")) == (NOTHING,)
    assert judged(raw, lots.policy(batch="require batch within=4%")) == (ALONE,)


def test_issuers_that_are_not_named_are_counted_in_every_language() -> None:
    lots = Lots()
    metal = lots.metal()
    names = [f"mill-{letter}" for letter in "abcdefg"]
    takes = [lots.taker(f"M {name}", [(metal, "3500")], by=name) for name in names]
    signers = {
        name: f"signer {name} issuer did:web:{name}.example {encode_key(Issuer(name, key(name)).public)}"
        for name in names
    }
    (found,) = findings(lots.proof([metal], takes).encode(), lots.policy(**signers))
    left = len(names) - MOST_NAMED
    assert f"{names[MOST_NAMED - 1]}.example, and {left} more" in found.message
    for tag in LANGUAGES[1:]:
        said = language(tag).message(found) + language(tag).remedy(found)
        assert f"{names[0]}.example" in said
        assert "more" not in said
