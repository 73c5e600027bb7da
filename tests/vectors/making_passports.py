"""Vectors of passports and verdicts. What must come of each is written by hand."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from carbonseal.instants import format_instant
from carbonseal.passport.passports import Passport
from tests.vectors import changes
from tests.vectors.cases import Case, case, patch, refused, repeated
from tests.vectors.scene import Scene, Value
from tests.world import AT, BLOCK_TIME, CHAIN, OTHER_ORIGIN, SIGNED, Issuer, key

DAY = timedelta(days=1)
OTHER = f"tlog:{OTHER_ORIGIN}"
Change = Callable[[Value], Any]


class _Verdicts:
    """The cases so far; passports, trusts and policies that several share are written out once, and named."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.passports: dict[str, Value] = {}
        self.trusts: dict[str, Value] = {"none": {"carbonseal": "trust/1", "items": []}}
        self.policies = {"both": _policy({})}

    def base(self, name: str, make: Callable[[Scene], Passport], timestamp: int | None = None) -> Value:
        scene = Scene(timestamp=timestamp)
        self.passports[name] = make(scene).to_json()
        self.trusts[name] = scene.trust_value()
        return self.passports[name]

    def add(
        self,
        name: str,
        verdict: str,
        *codes: str,
        of: str = "plain",
        change: Change | None = None,
        raw: Any = None,
        trust: Any = None,
        at: datetime = AT,
        since: str | None = None,
        **lines: str,
    ) -> None:
        passport: Value = {"raw": raw} if raw is not None else {"of": of}
        if change is not None:
            value = copy.deepcopy(self.passports[of])
            change(value)
            passport["patch"] = patch(self.passports[of], value)
            assert passport["patch"], f"{name}: nothing was changed"
        expect: dict[str, Any] = {"verdict": verdict, "codes": sorted(codes)}
        if verdict == "verified":
            expect["existsSince"] = since
        given = {
            "passport": passport,
            "policy": _policy(lines) if lines else {"named": "both"},
            "trust": trust or {"named": of},
            "at": format_instant(at),
        }
        self.cases.append(case(name, "verify", expect, **given))


def _policy(changes: dict[str, str]) -> str:
    lines = Scene().lines() | {name.replace("_", "-"): line for name, line in changes.items()}
    return "\n".join(line for line in lines.values() if line) + "\n"


def passports() -> dict[str, Any]:
    made = _Verdicts()
    made.base("plain", lambda scene: scene.passport())
    _sound(made)
    _policies_decide(made)
    _times(made)
    _status(made)
    _files(made)
    _documents(made)
    _seals(made)
    _heads(made)
    _evidence(made)
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
        ("a value that is no object", {**sound, "items": [{**item, "value": []}]}),
    ):
        found.append(case(name, "trust", malformed, trust=json.dumps(value)))
    return found


SINCE = format_instant(BLOCK_TIME)
ANY = "ledger-group both any chain other"


def _sound(made: _Verdicts) -> None:
    add = made.add
    told = ("credential.signed", "record.disclosed", "seal.included", "ethereum.anchored", "tlog.included")
    met = ("ledger-quorum.met", "time-quorum.met", "status.current", "witness-quorum.not-asked", "flow.not-asked")
    add("a passport on two ledgers", "verified", *told, *met, since=SINCE)
    spaced = json.dumps(made.passports["plain"], indent=2)
    add("the same value, other white space", "verified", raw=spaced, since=SINCE)
    made.base("parts", _parts)
    add("components, one of them shared", "verified", of="parts", since=SINCE)
    made.base("witnessed", lambda scene: scene.passport(witnessed=True))
    witness = f"witness watcher {Scene().witness.verifier.encode()}\nquorum watcher"
    add("a witness", "verified", "witness-quorum.met", of="witnessed", since=SINCE, quorum=witness)
    add("no witness", "undetermined", "witness-quorum.unmet", quorum=witness)
    made.base("refreshed", lambda scene: scene.refreshed(scene.passport()))
    add("two linked heads", "verified", of="refreshed", since=SINCE)
    add("a withheld record", "verified", "record.withheld", change=lambda v: v["records"].clear(), since=SINCE)


def _parts(scene: Scene) -> Passport:
    shared = scene.passport(scene.supplier, "controller")
    board = scene.passport(name="board", components=[shared])
    sensor = scene.passport(name="sensor", components=[shared])
    return scene.passport(name="door reader", components=[board, sensor])


def _policies_decide(made: _Verdicts) -> None:
    add, none = made.add, {"named": "none"}
    add("no trust", "undetermined", "ethereum.block-not-pinned", "ledger-quorum.unmet", "time-quorum.unmet", trust=none)
    loose: dict[str, Any] = {"both": ANY, "time_quorum": "time-quorum none"}
    add("no trust, one ledger of two", "verified", "ethereum.block-not-pinned", trust=none, **loose)
    nothing: dict[str, Any] = {
        "ledger_quorum": "ledger-quorum none",
        "time_quorum": "time-quorum none",
        "status": "status none",
    }
    asked = ("ledger-quorum.not-asked", "time-quorum.not-asked", "status.not-asked", "witness-quorum.not-asked")
    add("nothing asked but signature and seal", "verified", *asked, "flow.not-asked", trust=none, **nothing)
    alone: dict[str, Any] = {"other": "", "both": "", "ledger_quorum": "ledger-quorum chain"}
    add("an unlisted ledger", "verified", "ledger.not-listed", since=SINCE, **alone)
    lines = Scene().lines()
    publisher = lines["chain"].replace("0x" + "11" * 20, "0x" + "12" * 20)
    add("an unlisted publisher", "undetermined", "ethereum.publisher-not-listed", chain=publisher)
    contract = lines["chain"].replace("0x" + "22" * 20, "0x" + "23" * 20)
    add("another contract pinned", "rejected", "ethereum.registry-differs", chain=contract)
    add("an unlisted issuer", "undetermined", "issuer.not-listed", maker="")
    add("an unlisted issuer of a component", "undetermined", "issuer.not-listed", of="parts", supplier="")
    other_key = lines["maker"].split()
    other_key[3] = lines["supplier"].split()[3]
    add("another key of the issuer", "undetermined", "issuer.key-not-listed", maker=" ".join(other_key), supplier="")
    stranger = f"log {Scene().other.signer.verifier.encode()}"
    unlisted: dict[str, Any] = {"log": stranger, "other": "", "both": "", "ledger_quorum": "ledger-quorum chain"}
    add("an unlisted log", "undetermined", "log.not-listed", "seal.without-head", **unlisted)
    impostor = replace(Scene().log.signer, private_key=key("impostor"))
    add("another key of the log", "undetermined", "head.unsigned", log=f"log {impostor.verifier.encode()}")
    add("a check that version 1 lacks", "undetermined", "check.unavailable", check="check over-allocation")
    made.base("undated", lambda scene: scene.passport(), timestamp=1 << 62)
    add("a time that is no date", "undetermined", "time.no-date", "time-quorum.unmet", of="undated")
    add("no ledger dates it", "undetermined", "time-quorum.unmet", time_quorum="time-quorum both")


def _times(made: _Verdicts) -> None:
    add, maker = made.add, Scene().lines()["maker"]
    second = timedelta(seconds=1)
    add("at the proven instant", "verified", at=BLOCK_TIME, since=SINCE)
    add("a second before", "undetermined", "time.after-instant", at=BLOCK_TIME - second)
    ends = f"{maker} from={format_instant(SIGNED)} until={SINCE}"
    add("sealed as the key ends", "verified", maker=ends, since=SINCE)
    ended = f"{maker} until={format_instant(BLOCK_TIME - second)}"
    add("sealed after the key's end", "undetermined", "issuer.key-ended", maker=ended)
    later = f"{maker} from={format_instant(BLOCK_TIME + second)}"
    add("sealed before the key began", "undetermined", "issuer.key-not-yet", maker=later)
    timeless: dict[str, Any] = {"maker": f"{maker} until={format_instant(AT)}", "time_quorum": "time-quorum none"}
    add("a key with an end, and no time asked", "undetermined", "issuer.time-unknown", **timeless)
    made.base("expiring", lambda scene: scene.passport(change=lambda d: d.update(validUntil=format_instant(AT))))
    add("a second before the credential ends", "verified", of="expiring", at=AT - second, since=SINCE)
    add("as the credential ends", "undetermined", "credential.expired", of="expiring")
    made.base("future", lambda scene: scene.passport(change=lambda d: d.update(validFrom=format_instant(AT + DAY))))
    add("before the credential is valid", "undetermined", "credential.not-yet-valid", of="future")


def _status(made: _Verdicts) -> None:
    add = made.add
    made.base("revoked", lambda scene: scene.passport(revoked=[7]))
    add("revoked", "rejected", "status.revoked", of="revoked")
    add(
        "revoked, and nobody asks", "rejected", "status.revoked", "status.not-asked", of="revoked", status="status none"
    )
    week = timedelta(days=7)
    add("a stale status list", "undetermined", "status.stale", at=SIGNED + week)
    add("revoked in a stale list", "rejected", "status.revoked", of="revoked", at=SIGNED + week)
    add("no status list", "undetermined", "status.missing", change=changes.without_list)
    made.base("unnamed", lambda scene: scene.passport(change=lambda d: d.pop("credentialStatus")))
    add("no status named", "undetermined", "status.not-named", of="unnamed")
    add("no status named, and nobody asks", "verified", of="unnamed", status="status none", since=SINCE)
    made.base(
        "far", lambda scene: scene.passport(change=lambda d: d["credentialStatus"].update(statusListIndex="131072"))
    )
    add("a position beyond the list", "undetermined", "status.no-position", of="far")


def _files(made: _Verdicts) -> None:
    add, plain = made.add, made.passports["plain"]
    text = json.dumps(plain)
    add("nothing", "rejected", "json.truncated", raw="")
    add("cut off", "rejected", "json.truncated", raw=text[:-1])
    add("a key twice", "rejected", "json.duplicate-key", raw='{"carbonseal":"passport/1",' + text[1:])
    add("a list", "rejected", "passport.malformed", raw="[]")
    add("deep", "undetermined", "json.too-deep", raw=repeated(("[", 100), ("]", 100)))
    made.base("of another", lambda scene: scene.passport(name="gate"))
    other = made.passports["of another"]
    add("version 2", "undetermined", "passport.unknown-version", change=lambda v: v.update(carbonseal="passport/2"))
    for name, code, change in (
        ("another kind of file", "passport.malformed", lambda v: v.update(carbonseal="trust/1")),
        ("an unknown member", "passport.malformed", lambda v: v.update(more={})),
        ("a section missing", "passport.malformed", lambda v: v.pop("statusLists")),
        ("a digest in capitals", "passport.malformed", lambda v: v.update(credential=v["credential"].upper())),
        ("a negative index", "passport.malformed", lambda v: changes.seal(v).update(index=-1)),
        ("an index that is no integer", "passport.malformed", lambda v: changes.seal(v).update(index=1.5)),
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
        ("a status list in two versions", "passport.status-list-twice", changes.two_lists),
        ("a foreign status list", "passport.uncited", changes.foreign_list),
    ):
        add(name, "rejected", code, change=change)
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


def _documents(made: _Verdicts) -> None:
    add = made.add
    stranger = Issuer("did:web:maker.example", key("stranger"))
    made.base("by a stranger", lambda scene: scene.passport(stranger))
    add("the attacker's own key in the proof", "undetermined", "issuer.key-not-listed", of="by a stranger")
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


def _seals(made: _Verdicts) -> None:
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


def _heads(made: _Verdicts) -> None:
    add, second = made.add, lambda v: changes.seal(v)["heads"][1]
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
        "a checkpoint that is none",
        "rejected",
        "note.without-signatures",
        change=lambda v: changes.recited(v, "checkpoints", next(iter(v["checkpoints"])), "x"),
    )
    made.base("forked", lambda scene: scene.forked(scene.passport()))
    add("equivocation: two heads of one size, one on each ledger", "rejected", "log.equivocation", of="forked")
    made.base("rewritten", lambda scene: scene.rewritten(scene.passport()))
    add("two entries at one index", "rejected", "log.two-entries", of="rewritten")
    add("a checkpoint with an extension line", "undetermined", "checkpoint.extension", change=changes.extended)
    add("a head of another log in the seal", "rejected", "seal.two-logs", change=changes.other_log)


def _evidence(made: _Verdicts) -> None:
    add = made.add
    for ledger, name in ((CHAIN, "the chain's"), (OTHER, "the other log's")):
        left = OTHER if ledger == CHAIN else CHAIN
        add(
            f"without {name} evidence",
            "undetermined",
            "ledger-quorum.unmet",
            change=partial(changes.only, ledger=left),
        )
    add("evidence of another checkpoint", "rejected", "tlog.not-included", of="refreshed", change=changes.crossed)
    add("one ledger twice", "undetermined", "tlog.unknown-evidence", "ledger-quorum.unmet", change=changes.relabelled)
    add("evidence of version 2", "undetermined", "ethereum.evidence-unknown", change=changes.newer)
    add("evidence changed, its digest made to fit", "rejected", "ethereum.node-hash", change=changes.spoilt)
    items = made.trusts["plain"]["items"]
    differs = {
        "carbonseal": "trust/1",
        "items": [{**items[0], "value": {**items[0]["value"], "hash": "0x" + "66" * 32}}],
    }
    add("another block pinned", "undetermined", "ethereum.block-differs", trust=differs)
