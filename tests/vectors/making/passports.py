"""Vectors of passports and verdicts. What must come of each is written by hand."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from tests.vectors import changes
from tests.vectors.cases import Case, case, refused, repeated
from tests.vectors.making.documents import files
from tests.vectors.making.verdicts import (
    OTHER,
    SINCE,
    Verdicts,
    ledgers_count_once,
    logs_with_witnesses,
    policies_decide,
    sound,
    status,
    times,
)
from tests.vectors.scene import Scene, Value
from tests.world import CHAIN, Issuer, key

OTHER_FILES = {  # no verdict on anybody: docs/spec.md, section 14, "File kinds"
    "nothing": "",
    "a list": "[]",
    "an object": '{"kilograms":"12.50"}',
    "a trust file": '{"carbonseal":"trust/1","items":[]}',
    "a policy": "carbonseal-policy v1\n",
    "a PDF": "%PDF-1.7\n",
    "a byte order mark": '\ufeff{"carbonseal":"passport/1"}',
    "JSON cut off": '{"kilograms":"12.',
    "a key twice in another document": '{"a":1,"a":2}',
}


def passports() -> dict[str, Any]:
    made = Verdicts()
    made.base("plain", lambda scene: scene.passport())
    sound(made)
    policies_decide(made)
    ledgers_count_once(made)
    logs_with_witnesses(made)
    times(made)
    status(made)
    _files(made)
    _documents(made)
    _seals(made)
    _heads(made)
    _evidence(made)
    files.verdicts(made)
    return {"policies": made.policies, "trusts": made.trusts, "passports": made.passports, "cases": made.cases}


def trusts() -> list[Case]:
    sound = Scene().trust_value()
    item = {"ledger": CHAIN, "kind": "block", "value": {"any": 1}, "source": "a site", "when": "2026-11-21T09:00:00Z"}
    found = [
        case("no items", "trust", {"items": 0}, trust=json.dumps(sound)),
        case("one item", "trust", {"items": 1}, trust=json.dumps({**sound, "items": [item]})),
        case("an item twice", "trust", {"items": 2}, trust=json.dumps({**sound, "items": [item, item]})),
        case("a name twice", "trust", refused("json.duplicate-key"), trust='{"items":[],"items":[]}'),
    ]
    malformed = refused("trust.malformed")
    for name, value in (
        ("version 2", {**sound, "carbonseal": "trust/2"}),
        ("a passport", {**sound, "carbonseal": "passport/1"}),
        ("an unknown member", {**sound, "more": 1}),
        ("an item without source", {**sound, "items": [{k: v for k, v in item.items() if k != "source"}]}),
        ("a day that does not exist", {**sound, "items": [{**item, "when": "2026-11-31T09:00:00Z"}]}),
        ("a value that is not an object", {**sound, "items": [{**item, "value": []}]}),
    ):
        found.append(case(name, "trust", malformed, trust=json.dumps(value)))
    return found


def _files(made: Verdicts) -> None:
    add, plain = made.add, made.passports["plain"]
    text = json.dumps(plain)
    for name, file in OTHER_FILES.items():
        add(name, "undetermined", "passport.other-file", raw=file)
    add("cut off", "rejected", "json.truncated", raw=text[:-1])
    add("a key twice", "rejected", "json.duplicate-key", raw='{"carbonseal":"passport/1",' + text[1:])
    add("a member more", "undetermined", "passport.unknown-member", change=lambda v: v.update(more={}))
    add(
        "a member more in a seal",
        "undetermined",
        "passport.unknown-member",
        change=lambda v: changes.seal(v).update(more=1),
    )
    add("deep", "undetermined", "json.too-deep", raw=repeated(("[", 100), ("]", 100)))
    many = repeated(("[", 1), ("0,", 999_999), ("0]", 1))
    add("more than a million values", "undetermined", "json.too-many-values", raw=many)
    made.base("of another", lambda scene: scene.passport(name="gate"))
    other = made.passports["of another"]
    add("another kind of file", "undetermined", "passport.other-file", change=lambda v: v.update(carbonseal="trust/1"))
    add("from before the first release", "undetermined", "passport.other-file", change=changes.former)
    add("version 2", "undetermined", "passport.unknown-version", change=lambda v: v.update(carbonseal="passport/2"))
    for name, code, change in (
        ("an unknown member of another form", "passport.malformed", lambda v: v.update(more={}, evidence=[])),
        ("a section missing", "passport.malformed", lambda v: v.pop("statusLists")),
        ("a digest in capitals", "passport.malformed", lambda v: v.update(credential=v["credential"].upper())),
        ("a negative index", "passport.malformed", lambda v: changes.seal(v).update(index=-1)),
        ("an index that is not an integer", "passport.malformed", lambda v: changes.seal(v).update(index=1.5)),
        ("no heads", "passport.malformed", lambda v: changes.seal(v).update(heads=[])),
        ("a proof in base64 with stray bits", "passport.malformed", lambda v: changes.head(v).update(inclusion="AB==")),
        ("a proof of 31 bytes", "passport.malformed", lambda v: changes.head(v).update(inclusion="A" * 40 + "AA==")),
        (
            "a first head with a consistency proof",
            "passport.malformed",
            lambda v: changes.head(v).update(consistency=""),
        ),
        (
            "a changed record",
            "passport.wrong-key",
            lambda v: changes.first(v["records"])["document"].update(kilograms="1"),
        ),
        ("a changed salt", "passport.wrong-key", lambda v: changes.first(v["records"]).update(salt="00" * 32)),
        (
            "a changed credential",
            "passport.wrong-key",
            lambda v: changes.first(v["credentials"])["document"].update(id="urn:x:y"),
        ),
        (
            "a changed checkpoint",
            "passport.wrong-key",
            lambda v: v["checkpoints"].update(dict.fromkeys(v["checkpoints"], "x")),
        ),
        ("changed evidence", "passport.wrong-key", lambda v: changes.first(v["evidence"]).update(version=2)),
        ("a root that is not there", "passport.not-carried", lambda v: v.update(credential="00" * 32)),
        ("a checkpoint that is not there", "passport.not-carried", lambda v: v.update(checkpoints={})),
        ("evidence that is not there", "passport.not-carried", lambda v: v.update(evidence={})),
        ("a foreign credential", "passport.uncited", lambda v: v["credentials"].update(other["credentials"])),
        ("a foreign record", "passport.uncited", lambda v: v["records"].update(other["records"])),
        ("a foreign checkpoint", "passport.uncited", lambda v: v["checkpoints"].update(other["checkpoints"])),
        ("foreign evidence", "passport.uncited", lambda v: v["evidence"].update(other["evidence"])),
        ("anchors out of order", "passport.anchors-unsorted", lambda v: changes.head(v)["anchors"].reverse()),
        (
            "an anchor twice",
            "passport.anchors-unsorted",
            lambda v: changes.head(v)["anchors"].insert(0, changes.head(v)["anchors"][0]),
        ),
        ("a record swapped, its key too", "passport.uncited", changes.swapped_record),
        ("a foreign status list", "passport.uncited", changes.foreign_list),
    ):
        add(name, "rejected", code, change=change)
    add("17 versions of a status list", "undetermined", "passport.over-limit", change=changes.many_lists)
    add(
        "17 heads",
        "undetermined",
        "passport.over-limit",
        change=lambda v: changes.seal(v).update(heads=[changes.head(v)] * 17),
    )
    add(
        "17 anchors",
        "undetermined",
        "passport.over-limit",
        change=lambda v: changes.head(v).update(anchors=[changes.head(v)["anchors"][0]] * 17),
    )


def _documents(made: Verdicts) -> None:
    add = made.add
    stranger = Issuer("did:web:maker.example", key("stranger"))
    made.base("by a stranger", lambda scene: scene.passport(stranger))
    add("the attacker's own key in the proof", "undetermined", "signer.key-not-listed", of="by a stranger")
    add(
        "a credential changed, every digest made to fit",
        "rejected",
        "credential.bad-signature",
        "seal.other-entry",
        change=changes.refitted,
    )
    made.base("misnamed", lambda scene: scene.passport(change=changes.misnamed))
    add("a record shown under another profile", "rejected", "record.other-profile", of="misnamed")
    add(
        "a component that is not carried",
        "undetermined",
        "component.not-carried",
        of="parts",
        change=changes.without_parts,
    )


def _seals(made: Verdicts) -> None:
    add = made.add
    for name, verdict, code, change in (
        (
            "a record without its seal",
            "undetermined",
            "record.not-sealed",
            lambda v: v["seals"].pop(changes.record_commitment(v)),
        ),
        (
            "a credential without its seal",
            "undetermined",
            "seal.missing",
            lambda v: v["seals"].pop(changes.credential_commitment(v)),
        ),
        (
            "a status list without its seal",
            "undetermined",
            "seal.missing",
            lambda v: v["seals"].pop(changes.list_commitment(v)),
        ),
        ("seals swapped", "rejected", "seal.other-entry", changes.swapped_seals),
        ("proofs swapped", "rejected", "inclusion.root-differs", changes.swapped_proofs),
        ("another index", "rejected", "inclusion.root-differs", lambda v: changes.seal(v).update(index=0)),
        (
            "an index beyond the log",
            "rejected",
            "inclusion.index-beyond-size",
            lambda v: changes.seal(v).update(index=4),
        ),
        (
            "a hash too few",
            "rejected",
            "inclusion.too-short",
            changes.shortened,
        ),
        ("no hashes", "rejected", "inclusion.too-short", lambda v: changes.head(v).update(inclusion="")),
        (
            "a heartbeat as the entry",
            "rejected",
            "seal.other-entry",
            lambda v: changes.seal(v).update(entry=changes.entry(6, bytes(8))),
        ),
        (
            "an entry cut off",
            "rejected",
            "entry.wrong-length",
            lambda v: changes.seal(v).update(entry=changes.entry(1, bytes(31))),
        ),
        (
            "an entry of a reserved kind",
            "undetermined",
            "entry.reserved-kind",
            lambda v: changes.seal(v).update(entry=changes.entry(2, b"")),
        ),
        (
            "an entry of an unknown kind",
            "undetermined",
            "entry.unknown-kind",
            lambda v: changes.seal(v).update(entry=changes.entry(9, b"")),
        ),
    ):
        add(name, verdict, code, change=change)


def _heads(made: Verdicts) -> None:
    add = made.add

    def second(value: Value) -> Any:
        return changes.seal(value)["heads"][1]

    add(
        "heads that are not linked, each enough",
        "verified",
        "seal.unlinked",
        of="refreshed",
        change=changes.unlinked,
        since=SINCE,
    )
    add(
        "heads that are not linked, neither enough",
        "undetermined",
        "seal.unlinked",
        "ledger-quorum.unmet",
        of="refreshed",
        change=changes.half_each,
    )
    add(
        "heads that are linked, neither enough alone",
        "verified",
        of="refreshed",
        change=changes.half_each_linked,
        since=SINCE,
    )
    add(
        "a consistency proof that fails",
        "rejected",
        "consistency.new-root-differs",
        of="refreshed",
        change=lambda v: second(v).update(consistency=changes.flipped(second(v)["consistency"])),
    )
    add(
        "a consistency proof too short",
        "rejected",
        "consistency.too-short",
        of="refreshed",
        change=lambda v: second(v).update(consistency=""),
    )
    add("heads by descending size", "rejected", "seal.heads-unsorted", of="refreshed", change=changes.descending)
    add(
        "a head twice",
        "rejected",
        "seal.heads-unsorted",
        change=lambda v: changes.seal(v)["heads"].append(changes.head(v)),
    )
    add("a checkpoint changed, its digest made to fit", "rejected", "note.signature-fails", change=changes.resized)
    add(
        "a text that is not a checkpoint",
        "rejected",
        "note.without-signatures",
        change=lambda v: changes.recited(v, "checkpoints", next(iter(v["checkpoints"])), "x"),
    )
    made.base("forked", lambda scene: scene.forked(scene.passport()))
    add("equivocation: two heads of one size, one on each ledger", "rejected", "log.equivocation", of="forked")
    made.base("rewritten", lambda scene: scene.rewritten(scene.passport()))
    add("two entries at one index", "rejected", "log.equivocation", of="rewritten")
    add("a checkpoint with an extension line", "undetermined", "checkpoint.extension", change=changes.extended)
    add("a head of another log in the seal", "rejected", "seal.two-logs", change=changes.other_log)


def _evidence(made: Verdicts) -> None:
    add = made.add
    for ledger, name in ((CHAIN, "the chain's"), (OTHER, "the other log's")):
        left = OTHER if ledger == CHAIN else CHAIN
        add(
            f"without {name} evidence",
            "undetermined",
            "ledger-quorum.unmet",
            "ledger.absent",
            change=partial(changes.only, ledger=left),
        )
    add("evidence of another checkpoint", "rejected", "tlog.not-included", of="refreshed", change=changes.crossed)
    add(
        "one evidence for two checkpoints",
        "verified",
        "seal.evidence-shared",
        of="refreshed",
        change=changes.shared,
        since=SINCE,
    )
    add("one ledger twice", "undetermined", "tlog.unknown-evidence", "ledger-quorum.unmet", change=changes.relabelled)
    add("evidence of version 2", "undetermined", "ethereum.evidence-unknown", change=changes.newer)
    add("evidence changed, its digest made to fit", "rejected", "ethereum.node-hash", change=changes.spoilt)
    items = made.trusts["plain"]["items"]
    differs = {
        "carbonseal": "trust/1",
        "items": [{**items[0], "value": {**items[0]["value"], "hash": "0x" + "66" * 32}}, *items[1:]],
    }
    add("another block pinned", "undetermined", "ethereum.block-differs", trust=differs)
