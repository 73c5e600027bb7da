"""Checks of evidence: one rule of `carbonseal.ledger.EvidenceVerifier`, or of `Ledger.evidence`, each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from carbonseal.findings import Outcome
from carbonseal.ledger import AttemptStatus, Evidence, TrustItem
from carbonseal_adapters.conformance.subject import ROUNDS, Check, Subject, connected, stored


async def an_anchor_is_proved_offline(subject: Subject) -> None:
    """From prepare to a proof: the publisher and the scheme are what was declared, and sound evidence has no other finding."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        evidence = await subject.proved(ledger, anchor)
        checked = subject.check(ledger, evidence, anchor.statement)
        assert checked.proved is not None, f"evidence does not hold: {[str(found) for found in checked.findings]}"
        assert checked.proved.publisher == subject.publisher, "evidence names another publisher"
        assert ledger.publisher in {"", subject.publisher}, "the adapter names another publisher"  # "" leaves it open
        assert {found.code.outcome for found in checked.findings} == {Outcome.SHOWN}, "sound evidence has findings"
        assert ledger.name.startswith(subject.verifier.scheme + ":"), "the verifier serves another scheme"


async def its_own_pins_are_a_policy(subject: Subject) -> None:
    """What `carbonseal init` writes into a template is a line that the verifier takes, and under which anchors count."""
    async with connected(subject) as ledger:
        anchor, pins = subject.anchor(), await ledger.pins()
        evidence = await subject.proved(ledger, anchor)
        assert subject.check(ledger, evidence, anchor.statement, options=pins).proved, "its own pins let nothing count"


async def what_is_included_is_proved_already(subject: Subject) -> None:
    """Evidence may be asked for before an anchor is final; what it rests on is for the verifier's trust to decide."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        attempt = await subject.send(ledger, await ledger.prepare(anchor, []))
        for _ in range(ROUNDS):
            seen = await ledger.follow([attempt])
            if seen.status in {AttemptStatus.INCLUDED, AttemptStatus.FINAL}:
                break
            await subject.progress()
        evidence = await ledger.evidence(attempt, stored(seen))
        assert subject.check(ledger, evidence, anchor.statement).proved, f"{seen.status.value} is not proved"
        await subject.until_final(ledger, [attempt])


async def old_evidence_still_verifies(subject: Subject) -> None:
    """Evidence taken before the ledger grew holds with the trust of that time, and with trust gathered now."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        evidence = await subject.proved(ledger, anchor)
        trust = subject.trust(evidence)
        for _ in range(3):
            await subject.write(ledger, subject.anchor())
            await subject.progress()
        then = subject.check(ledger, evidence, anchor.statement, trust=trust)
        assert then.proved, f"with the trust of then, old evidence fails: {[str(found) for found in then.findings]}"
        now = subject.check(ledger, evidence, anchor.statement)
        assert now.proved, f"with trust gathered now, old evidence fails: {[str(found) for found in now.findings]}"
        assert then.proved.time == now.proved.time, "the time of old evidence has changed"


async def evidence_proves_nothing_else(subject: Subject) -> None:
    """Not another root, size or log, and not under a type or version that is not its own."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        statement = anchor.statement
        evidence = await subject.proved(ledger, anchor)
        for other in (
            subject.contradiction(anchor).statement,
            replace(statement, size=statement.size + 1),
            replace(statement, log_id=b"\xee" * 32),
        ):
            assert subject.check(ledger, evidence, other).proved is None, "evidence proves another statement"
        for unknown in (replace(evidence, version=evidence.version + 1), replace(evidence, type="no-such-type")):
            checked = subject.check(ledger, unknown, statement)
            assert checked.proved is None, "an unknown kind of evidence proves"
            assert {found.code.outcome for found in checked.findings} == {Outcome.NOTED}, (
                "an unknown kind of evidence is not noted"
            )


async def changed_bytes_prove_nothing(subject: Subject) -> None:
    """Evidence that was cut, lengthened or changed in one byte is refused with a finding, and without an exception."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        evidence = await subject.proved(ledger, anchor)
        trust = subject.trust(evidence)
        for spoiled in _spoiled(evidence):
            checked = subject.check(ledger, spoiled, anchor.statement, trust=trust)
            assert checked.proved is None, "changed bytes prove"
            assert checked.findings, "changed bytes are refused without a finding"


async def trust_is_never_held_against_evidence(subject: Subject) -> None:
    """What is wrong with the verifier's own trust makes an anchor count for nothing; it rejects no passport."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        evidence = await subject.proved(ledger, anchor)
        sound = subject.trust(evidence)
        assert all(subject.verifier.describe_item(item.kind, item.value) for item in sound), (
            "a trust item cannot be listed"
        )
        odd = [replace(item, value={"any": 1}) for item in sound]
        assert all(subject.verifier.describe_item(item.kind, item.value) for item in odd), (
            "a malformed item cannot be listed"
        )
        worse: list[Sequence[TrustItem]] = [[], odd] if sound else [[TrustItem(ledger.name, "any", {}, "?", "?")]]
        for trust in worse:
            checked = subject.check(ledger, evidence, anchor.statement, trust=trust)
            assert (checked.proved is None) == bool(sound), (
                "evidence does not rest on the trust that is gathered for it"
            )
            assert not [found for found in checked.findings if found.code.outcome is Outcome.REJECTED], (
                "trust that is missing or malformed rejects"
            )


async def identities_name_the_ledger(subject: Subject) -> None:
    """Two anchors on one ledger prove the same identities, each with its kind in front (`genesis:...`)."""
    async with connected(subject) as ledger:
        anchors = subject.anchor(), subject.anchor()
        evidence = [await subject.proved(ledger, anchor) for anchor in anchors]
        found = [
            subject.check(ledger, one, anchor.statement).proved for one, anchor in zip(evidence, anchors, strict=True)
        ]
        first, second = (one.identities if one else frozenset[str]() for one in found)
        assert first, "a proof has no identity"
        assert first == second, "two anchors on one ledger have different identities"
        assert all(":" in identity for identity in first), "an identity does not begin with its kind"


def _spoiled(evidence: Evidence) -> list[Evidence]:
    data = evidence.data
    cut = [data[:length] for length in range(0, len(data), max(1, len(data) // 40))]
    flipped = [data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :] for at in range(0, len(data), 7)]
    return [replace(evidence, data=changed) for changed in (*cut, *flipped, data + b"\0", data * 2)]


CHECKS: tuple[Check, ...] = (
    an_anchor_is_proved_offline,
    its_own_pins_are_a_policy,
    what_is_included_is_proved_already,
    old_evidence_still_verifies,
    evidence_proves_nothing_else,
    changed_bytes_prove_nothing,
    trust_is_never_held_against_evidence,
    identities_name_the_ledger,
)
