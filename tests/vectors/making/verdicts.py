"""What verdicts come of policies, times and status, and the collection that all cases of passports go into."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from carbonseal.instants import format_instant
from carbonseal.ledger import Evidence
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import ForeignAnchor, Heartbeat
from carbonseal.log.notes import Note
from carbonseal.log.proofs import TlogProof
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, SealedAnchor
from tests.vectors import changes
from tests.vectors.cases import Case, case, patch
from tests.vectors.scene import Scene, Value
from tests.verification.tampering import every_head
from tests.world import AT, BLOCK_TIME, OTHER_ORIGIN, SIGNED, MemoryLog, key, suspendable

DAY = timedelta(days=1)
OTHER = f"tlog:{OTHER_ORIGIN}"
Change = Callable[[Value], Any]
SINCE = format_instant(BLOCK_TIME)
ANY = "group both any chain other"


class Verdicts:
    """The cases so far; passports, trusts and policies that several share are written out once, and named."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.passports: dict[str, Value] = {}
        self.trusts: dict[str, Value] = {"none": {"carbonseal": "trust/1", "items": []}}
        self.policies = {"both": policy_with({})}

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
            expect["existedBy"] = since
        given = {
            "passport": passport,
            "policy": policy_with(lines) if lines else {"named": "both"},
            "trust": trust or {"named": of},
            "at": format_instant(at),
        }
        self.cases.append(case(name, "verify", expect, **given))


def _forked(made: Verdicts) -> None:
    """A ledger that is a log and signed two trees of one size: the passport has an anchor in each, and neither counts."""

    def forked(scene: Scene) -> Passport:
        def twice(head: Head) -> Head:
            fork = MemoryLog(OTHER_ORIGIN)
            statement = Checkpoint.parse(Note.parse(head.checkpoint).text).statement()
            fork.encoded = [Heartbeat(7).encode(), ForeignAnchor(statement).encode()]
            proof = TlogProof(1, fork.inclusion(1, fork.size), fork.head(fork.size))
            anchor = SealedAnchor(OTHER, Evidence("tlog-proof", 1, proof.encode()))
            return replace(head, anchors=(*head.anchors, anchor))

        return every_head(scene.passport(), twice)

    made.base("forked ledger", forked)
    made.add("a ledger that forked", "undetermined", "ledger.fraud", "ledger-quorum.unmet", of="forked ledger")
    made.add(
        "a ledger that forked, and another is enough",
        "verified",
        "ledger.fraud",
        "ledger-quorum.met",
        of="forked ledger",
        since=SINCE,
        both=ANY,
    )


def policy_with(changes: dict[str, str]) -> str:
    lines = Scene().lines() | {name.replace("_", "-"): line for name, line in changes.items()}
    return "\n".join(line for line in lines.values() if line) + "\n"


def sound(made: Verdicts) -> None:
    add = made.add
    held = ("credential.signed", "record.disclosed", "seal.included", "ethereum.anchored", "tlog.included")
    met = (
        "ledger-quorum.met",
        "time-quorum.met",
        "status.current",
        "witness-quorum.not-asked",
        "flow.not-asked",
        "history.not-asked",
        "record.not-asked",
    )
    add("a passport on two ledgers", "verified", *held, *met, since=SINCE)
    spaced = json.dumps(made.passports["plain"], indent=2)
    add("the same value, other white space", "verified", raw=spaced, since=SINCE)
    made.base("parts", _parts)
    add("components, one of them shared", "verified", of="parts", since=SINCE)
    made.base("witnessed", lambda scene: scene.passport(witnessed=True))
    witness = f"witness watcher {Scene().witness.verifier.encode()}\nquorum watcher"
    add(
        "a witness",
        "verified",
        "witness-quorum.met",
        "witness-quorum.cosigned",
        of="witnessed",
        since=SINCE,
        quorum=witness,
    )
    add("no witness", "undetermined", "witness-quorum.unmet", quorum=witness)
    made.base("refreshed", lambda scene: scene.refreshed(scene.passport()))
    add("two linked heads", "verified", of="refreshed", since=SINCE)
    add("a withheld record", "verified", "record.withheld", change=lambda v: v["records"].clear(), since=SINCE)


def _parts(scene: Scene) -> Passport:
    shared = scene.passport(scene.supplier, "controller")
    board = scene.passport(name="board", components=[shared])
    sensor = scene.passport(name="sensor", components=[shared])
    return scene.passport(name="door reader", components=[board, sensor])


def policies_decide(made: Verdicts) -> None:
    add, none = made.add, {"named": "none"}
    unmet = ("ledger-quorum.unmet", "time-quorum.unmet", "ledger.not-shown")
    add("no trust", "undetermined", "ethereum.block-not-pinned", *unmet, trust=none)
    loose: dict[str, Any] = {"both": ANY, "time": ""}
    add("no trust, one ledger of two", "verified", "ethereum.block-not-pinned", trust=none, **loose)
    nothing: dict[str, Any] = {
        "anchors": "",
        "time": "",
        "status": "",
    }
    asked = ("ledger-quorum.not-asked", "time-quorum.not-asked", "status.not-asked", "witness-quorum.not-asked")
    add("nothing asked but signature and seal", "verified", *asked, "flow.not-asked", trust=none, **nothing)
    alone: dict[str, Any] = {"other": "", "both": "", "anchors": "require anchors by=chain"}
    add("an unlisted ledger", "verified", "ledger.not-listed", since=SINCE, **alone)
    lines = Scene().lines()
    publisher = lines["chain"].replace("0x" + "11" * 20, "0x" + "12" * 20)
    add("an unlisted publisher", "undetermined", "ethereum.publisher-not-listed", chain=publisher)
    contract = lines["chain"].replace("0x" + "22" * 20, "0x" + "23" * 20)
    add("another contract pinned", "undetermined", "ethereum.registry-differs", chain=contract)
    add("an unlisted issuer", "undetermined", "signer.not-listed", maker="")
    add("an unlisted issuer of a component", "undetermined", "signer.not-listed", of="parts", supplier="")
    other_key = lines["maker"].split()
    other_key[4] = lines["supplier"].split()[4]
    add("another key of the issuer", "undetermined", "signer.key-not-listed", maker=" ".join(other_key), supplier="")
    stranger = f"log {Scene().other.signer.verifier.encode()}"
    unlisted: dict[str, Any] = {"log": stranger, "other": "", "both": "", "anchors": "require anchors by=chain"}
    add("an unlisted log", "undetermined", "log.not-listed", "seal.without-head", **unlisted)
    impostor = replace(Scene().log.signer, private_key=key("impostor"))
    add("another key of the log", "undetermined", "head.unsigned", log=f"log {impostor.verifier.encode()}")
    add("a check that version 1 lacks", "undetermined", "check.unavailable", check="require over-allocation")
    elsewhere = "require over-allocation package=acme-checks within=2%"
    add("a check of a package that is not installed", "undetermined", "check.not-installed", check=elsewhere)
    history: dict[str, Any] = {"history": "require history"}
    add("one head", "verified", "history.shown", since=SINCE, **history)
    add(
        "two linked heads of one history",
        "verified",
        "history.shown",
        of="refreshed",
        since=SINCE,
        history="require history",
    )
    add(
        "two heads that nothing links",
        "undetermined",
        "history.unlinked",
        of="refreshed",
        change=changes.unlinked,
        **history,
    )
    products = f"{lines['maker']} products=urn:example:product:"
    add("a product of the issuer's line", "verified", since=SINCE, maker=products)
    add("another product than the issuer's line names", "undetermined", "signer.other-product", maker=products + "cell")
    footprint: dict[str, Any] = {"disclosed": "require disclosed role=footprint"}
    add("a required record", "verified", since=SINCE, **footprint)
    withheld: Change = lambda value: value["records"].clear()  # noqa: E731
    add("a required record that is withheld", "undetermined", "record.required", change=withheld, **footprint)
    add(
        "a required record that is not listed",
        "undetermined",
        "record.not-listed",
        disclosed="require disclosed role=use",
    )
    made.base("undated", lambda scene: scene.passport(), timestamp=1 << 62)
    add("a time that is not a date", "undetermined", "time.no-date", "time-quorum.unmet", of="undated")
    add("no ledger dates it", "undetermined", "time-quorum.unmet", "ledger.not-dated", time="require time by=both")


def ledgers_count_once(made: Verdicts) -> None:
    """One chain under two chain ids: the same evidence, cited for both, and the same blocks trusted for both."""
    again = "eip155:31338"

    def twice(value: Value) -> None:
        for seal in value["seals"].values():
            for head in seal["heads"]:
                head["anchors"].insert(1, {**head["anchors"][0], "ledger": again})

    trust = made.trusts["plain"]
    both = {**trust, "items": trust["items"] + [{**item, "ledger": again} for item in trust["items"]]}
    line = Scene().lines()["chain"]
    lines = f"{line}\n{line.replace('chain eip155:31337', f'again {again}')}"
    found = ("ledger.same", "ledger-quorum.unmet")
    given: dict[str, Any] = {"change": twice, "trust": both, "chain": lines}
    made.add("one chain under two names", "undetermined", *found, both="group both all chain again", **given)
    dated = {**given, "both": "group both 2 chain again other", "time": "require time by=both"}
    made.add("one chain dates once", "undetermined", "ledger.same", "time-quorum.unmet", **dated)
    any_two = "group both 2 chain again other"
    made.add("one chain under two names, and a log", "verified", "ledger.same", both=any_two, since=SINCE, **given)


def logs_with_witnesses(made: Verdicts) -> None:
    """A log as a ledger, whose line asks for its witnesses."""

    def cosigned(scene: Scene) -> Passport:
        scene.other_cosigned = True
        return scene.passport()

    _forked(made)
    made.base("cosigned ledger", cosigned)
    lines = Scene().lines()
    witness = f"witness watcher {Scene().witness.verifier.encode()}\n"
    asked: dict[str, Any] = {
        "other": f"{witness}{lines['other']} quorum=watcher",
        "both": "",
        "anchors": "require anchors by=other",
        "time": "require time by=other",
    }
    dated = format_instant(BLOCK_TIME + timedelta(minutes=1))
    made.add("a log that its witness dates", "verified", "ledger.witnessed", of="cosigned ledger", since=dated, **asked)
    found = ("ledger.not-witnessed", "ledger-quorum.unmet")
    made.add("a log that its witness does not cosign", "undetermined", *found, **asked)


def times(made: Verdicts) -> None:
    add, maker = made.add, Scene().lines()["maker"]
    second = timedelta(seconds=1)
    add("at the proven instant", "verified", at=BLOCK_TIME, since=SINCE)
    add("a second before", "undetermined", "time.after-instant", at=BLOCK_TIME - second)
    ends = f"{maker} from={format_instant(SIGNED)} until={SINCE}"
    add("sealed as the key ends", "verified", maker=ends, since=SINCE)
    ended = f"{maker} until={format_instant(BLOCK_TIME - second)}"
    add("sealed after the key's end", "undetermined", "signer.key-ended", maker=ended)
    later = f"{maker} from={format_instant(BLOCK_TIME + second)}"
    add("sealed before the key began", "undetermined", "signer.key-not-yet", maker=later)
    between = f"{maker} from={format_instant(SIGNED + second)}"
    add("signed before the key began, sealed after", "undetermined", "signer.key-not-yet", maker=between)
    thief = f"{maker} until={format_instant(BLOCK_TIME - second)}"
    made.base("early", lambda scene: scene.passport(change=lambda d: d.update(validFrom="2020-01-01T00:00:00Z")))
    add("dated before the key's end, sealed after", "undetermined", "signer.key-ended", of="early", maker=thief)
    timeless: dict[str, Any] = {"maker": f"{maker} until={format_instant(AT)}", "time": ""}
    add("a key with an end, and no time asked", "undetermined", "signer.time-unknown", **timeless)
    made.base("expiring", lambda scene: scene.passport(change=lambda d: d.update(validUntil=format_instant(AT))))
    add("a second before the credential ends", "verified", of="expiring", at=AT - second, since=SINCE)
    add("as the credential ends", "undetermined", "credential.expired", of="expiring")
    made.base("future", lambda scene: scene.passport(change=lambda d: d.update(validFrom=format_instant(AT + DAY))))
    add("before the credential is valid", "undetermined", "credential.not-yet-valid", of="future")


def status(made: Verdicts) -> None:
    add = made.add
    made.base("revoked", lambda scene: scene.passport(revoked=[7]))
    add("revoked", "rejected", "status.revoked", of="revoked")
    add("revoked, and nobody asks", "rejected", "status.revoked", "status.not-asked", of="revoked", status="")
    week = timedelta(days=7)
    add("a stale status list", "undetermined", "status.stale", at=SIGNED + week)
    add("revoked in a stale list", "rejected", "status.revoked", of="revoked", at=SIGNED + week)
    add("no status list", "undetermined", "status.missing", change=changes.without_list)
    made.base("unnamed", lambda scene: scene.passport(change=lambda d: d.pop("credentialStatus")))
    add("no status named", "undetermined", "status.not-named", of="unnamed")
    add("no status named, and nobody asks", "verified", of="unnamed", status="", since=SINCE)
    made.base(
        "far", lambda scene: scene.passport(change=lambda d: d["credentialStatus"].update(statusListIndex="131072"))
    )
    add("a position beyond the list", "undetermined", "status.no-position", of="far")
    _versions(made)
    _suspension(made)


def _versions(made: Verdicts) -> None:
    """Several versions of one list."""
    add, later, earlier = made.add, SIGNED + DAY, SIGNED - DAY

    def several(name: str, *versions: tuple[tuple[int, ...], datetime], revoked: tuple[int, ...] = ()) -> None:
        also = [(positions, start, REVOCATION) for positions, start in versions]
        made.base(name, lambda scene: scene.passport(revoked=revoked, versions=also))

    several("renewed", ((), later))
    add("two versions", "verified", "status.current", of="renewed", since=SINCE)
    add("the earlier has ended", "verified", of="renewed", at=SIGNED + timedelta(days=7), since=SINCE)
    add("both have ended", "undetermined", "status.stale", of="renewed", at=SIGNED + timedelta(days=8))
    more = ("status.version-not-shown", "status.current")
    add("the later is not anchored", "verified", *more, of="renewed", change=changes.unanchored_list, since=SINCE)
    alone = ("ledger-quorum.unmet", "time-quorum.unmet")
    add("the only one is not anchored", "undetermined", *alone, change=changes.unanchored_list)
    several("revoked later", ((7,), later))
    add("revoked in the later version", "rejected", "status.revoked", of="revoked later")
    unanchored: Any = {"of": "revoked later", "change": changes.unanchored_list}
    add("revoked in one that is not anchored", "rejected", "status.revoked", **unanchored)
    add("revoked after the instant", "rejected", "status.revoked", of="revoked later", at=BLOCK_TIME)
    several("unrevoked", ((), later), revoked=(7,))
    add("no later version takes it back", "rejected", "status.revoked", of="unrevoked")
    several("revoked before", ((7,), earlier))
    add("nor one that was there before", "rejected", "status.revoked", of="revoked before")
    several("of one second", ((9,), SIGNED))
    add("two of one second", "verified", "status.current", of="of one second", since=SINCE)
    made.base("of tomorrow", lambda scene: scene.passport(starting=AT + DAY))
    add("all versions are later", "undetermined", "status.not-yet", of="of tomorrow")
    add("once they have begun", "verified", of="of tomorrow", at=AT + DAY, since=SINCE)


def _suspension(made: Verdicts) -> None:
    add, later = made.add, SIGNED + DAY

    def listed(name: str, *versions: tuple[tuple[int, ...], datetime]) -> None:
        also = [(positions, start, SUSPENSION) for positions, start in versions]
        made.base(name, lambda scene: scene.passport(versions=also, change=suspendable))

    listed("not suspended", ((), SIGNED))
    add("not suspended", "verified", "status.current", of="not suspended", since=SINCE)
    listed("suspended", ((9,), SIGNED))
    add("suspended", "undetermined", "status.suspended", of="suspended")
    add("suspended, and nobody asks", "verified", "status.not-asked", of="suspended", status="", since=SINCE)
    listed("reinstated", ((9,), SIGNED), ((), later))
    add("reinstated", "verified", "status.current", of="reinstated", since=SINCE)
    add("before it was reinstated", "undetermined", "status.suspended", of="reinstated", at=BLOCK_TIME)
    listed("both in one second", ((), SIGNED), ((9,), SIGNED))
    add("suspended in one of two of one second", "undetermined", "status.suspended", of="both in one second")
    made.base("no suspension list", lambda scene: scene.passport(change=suspendable))
    add("no suspension list", "undetermined", "status.missing", of="no suspension list")
    made.base("wrong purpose", lambda scene: scene.passport(change=_wrong_purpose))
    add("a list of the other purpose", "undetermined", "status.other-purpose", of="wrong purpose")


def _wrong_purpose(draft: Value) -> None:
    """Name the revocation list as one for suspension too."""
    suspendable(draft)
    revocation, suspension = draft["credentialStatus"]
    suspension["statusListCredential"] = revocation["statusListCredential"]
