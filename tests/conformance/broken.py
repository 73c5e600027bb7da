"""Adapters and verifiers with one defect each, and the check of the kit that finds it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from carbonseal.findings import Refused
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Capabilities,
    Checked,
    Evidence,
    Observation,
    Proved,
    Statement,
    TrustItem,
)
from carbonseal_adapters.conformance import Subject
from tests.conformance.memory import (
    LINE,
    WRONG,
    Authority,
    Block,
    MemoryLedger,
    MemoryVerifier,
    StampLedger,
    World,
)
from tests.conformance.subjects import LOG, memory, stamp


@dataclass(frozen=True)
class Broken:
    """An adapter with one defect, and a check that must find it."""

    name: str
    found_by: str
    make: Callable[[], Subject]


class SendsInPrepare(MemoryLedger):
    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        attempt = await super().prepare(anchor, earlier)
        await self.send(attempt)
        return attempt


class SpendsInPrepare(MemoryLedger):
    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        self.world.balances[self.publisher] = self.world.balances.get(self.publisher, 1000) - 1
        return await super().prepare(anchor, earlier)


class RefusesToSendAgain(MemoryLedger):
    async def send(self, attempt: Attempt) -> bytes:
        if attempt.id in self.world.included:
            raise KeyError(attempt.id)
        return await super().send(attempt)


class ProvesOnlyItsFirstAnswer(StampLedger):
    """Each answer is another one, and only the first is a proof."""

    sent: ClassVar[set[str]] = set()

    async def send(self, attempt: Attempt) -> bytes:
        answer = await super().send(attempt)
        first = attempt.id not in self.sent
        self.sent.add(attempt.id)
        return answer if first else answer[::-1]


class LosesTheAnswer(StampLedger):
    """Keeps in memory what `send` should have returned."""

    def __init__(self, world: Authority, publisher: str) -> None:
        super().__init__(world, publisher)
        self.answers: dict[str, bytes] = {}

    async def send(self, attempt: Attempt) -> bytes:
        self.answers[attempt.id] = await super().send(attempt)
        return b""

    async def follow(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None = None, /) -> Observation:
        return await super().follow([replace(one, answer=self.answers.get(one.id, b"")) for one in attempts], proved)

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        return Evidence("stamp", 1, self.answers[attempt.id])


class CountsInMemory(MemoryLedger):
    """Its next nonce is known to itself alone."""

    def __init__(self, world: World, publisher: str) -> None:
        super().__init__(world, publisher)
        self.next = 0

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        attempt = await super().prepare(anchor, [])
        nonce, self.next = max(int(attempt.slot), self.next), max(int(attempt.slot), self.next) + 1
        payload = json.dumps([self.publisher, nonce, anchor.statement.encode().hex()]).encode()
        return Attempt(anchor.statement, hashlib.sha256(payload).hexdigest(), str(nonce), payload)


class ReplacesInANewSlot(MemoryLedger):
    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        other = [replace(one, statement=replace(one.statement, size=1 << 63)) for one in earlier]
        return await super().prepare(anchor, other)


class TakesAnothersSlot(MemoryLedger):
    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        return await super().prepare(anchor, [one for one in earlier if one.statement == anchor.statement])


class RefusesTheSameAgain(MemoryLedger):
    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        attempt = await super().prepare(anchor, earlier)
        there = self.world.roots(self.publisher)
        if not earlier and (anchor.statement.log_id, anchor.statement.size) in there:
            raise RuntimeError("it is there already")
        return attempt


class ForgetsWhatWasFinal(MemoryLedger):
    async def follow(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None = None, /) -> Observation:
        seen = await super().follow(attempts, proved)
        number = seen.facts["number"] if seen.facts else len(self.world.blocks)
        old = len(self.world.blocks) - number > self.confirmations + 1
        return Observation(AttemptStatus.MISSING, seen.attempt) if old else seen


class RaisesWhatItLikes(MemoryLedger):
    def reach(self) -> World:
        if self.world.down:
            raise ConnectionError("the ledger is down")
        return self.world


class ProvesAfterwards(MemoryLedger):
    """Evidence is there once an anchor is final."""

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        if observation.status is not AttemptStatus.FINAL:
            return Evidence("memory", 1, b"[]")
        return await super().evidence(attempt, observation)


class PinsWhatItsVerifierRefuses(MemoryLedger):
    async def pins(self) -> Mapping[str, str]:
        return {**await super().pins(), "colour": "blue"}


class PinsSomebodyElse(MemoryLedger):
    async def pins(self) -> Mapping[str, str]:
        return {"publisher": "other"}


class ForgetsOldBlocks(MemoryVerifier):
    """Evidence holds for as long as its block is the newest one that the trust knows."""

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        newest = max((item.value.get("number", 0) for item in trust), default=0)
        return super().check(
            evidence, statement, pins, [item for item in trust if item.value.get("number", 0) > newest - 4]
        )


class TakesAnyStatement(MemoryVerifier):
    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        if (evidence.type, evidence.version) == ("memory", 1):
            try:
                statement = Statement.decode(bytes.fromhex(json.loads(evidence.data)[2][0][1]))
            except (ValueError, TypeError, IndexError, KeyError):
                return Checked((WRONG(),))
        return super().check(evidence, statement, pins, trust)


class TakesAnyVersion(MemoryVerifier):
    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        return super().check(replace(evidence, version=1), statement, pins, trust)


class ReadsWhatFollows(MemoryVerifier):
    """Bytes after the end are not read."""

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        return super().check(replace(evidence, data=evidence.data.rstrip(b"\0")), statement, pins, trust)


class ChokesOnBadBytes(MemoryVerifier):
    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        json.loads(evidence.data)
        return super().check(evidence, statement, pins, trust)


class BlamesThePassport(MemoryVerifier):
    """What is wrong with the verifier's own trust rejects."""

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        if any(set(item.value) != {"number", "hash"} for item in trust):
            return Checked((WRONG(),))
        return super().check(evidence, statement, pins, trust)


class NeedsNoTrust(MemoryVerifier):
    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        checked = super().check(evidence, statement, pins, trust)
        if checked.proved is None and not trust and statement.root == b"\x01" * 32:
            return Checked((), Proved(pins, 1, (), frozenset({"memory-chain:1"})))
        return checked


class HasNoIdentity(MemoryVerifier):
    def identities(self, block: Block) -> frozenset[str]:
        return frozenset()


class HasAnIdentityForEachBlock(MemoryVerifier):
    def identities(self, block: Block) -> frozenset[str]:
        return frozenset({f"memory-block:{block.hash}"})


class IgnoresPublishers(MemoryVerifier):
    """Whoever wrote the anchor: the policy's publisher is not looked at."""

    def publishers(self, block: Block, statement: Statement, listed: str) -> list[str]:
        return [who for who, text in block.entries if text == statement.encode().hex()]


class NamesTheListedPublisher(IgnoresPublishers):
    """The same, and it claims that the listed one wrote it."""

    def publishers(self, block: Block, statement: Statement, listed: str) -> list[str]:
        return [listed] if super().publishers(block, statement, listed) else []


class AccusesOthers(MemoryVerifier):
    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        checked = super().check(evidence, statement, pins, trust)
        return checked if checked.proved or evidence.version != 1 else Checked((WRONG(),))


class TellsPublishersAndDoesNotSay(MemoryLedger):
    capabilities: Capabilities = replace(MemoryLedger.capabilities, tells_publisher=False)


class LetsOthersIn(MemoryLedger):
    """Its latest anchor is anybody's."""

    async def latest(self, log: bytes) -> Statement | None:
        found = [one for who in ("ours", "other") for one, _ in self.reach().roots(who).values() if one.log_id == log]
        return max(found, key=lambda statement: statement.size, default=None)


class TakesASecondRoot(MemoryLedger):
    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        used = self.reach().nonces.get(self.publisher, 0)
        payload = json.dumps([self.publisher, used, anchor.statement.encode().hex()]).encode()
        return Attempt(anchor.statement, hashlib.sha256(payload).hexdigest(), str(used), payload)


class RefusesASecondRootAndDoesNotSay(MemoryLedger):
    capabilities: Capabilities = replace(MemoryLedger.capabilities, refuses_second_root=False)


class KnowsTheNewestNotTheLargest(MemoryLedger):
    async def latest(self, log: bytes) -> Statement | None:
        found = [statement for statement, _ in self.reach().roots(self.publisher).values() if statement.log_id == log]
        return found[-1] if found else None


class RemembersTheLatestItself(StampLedger):
    """An outbox of its own: it declares that the ledger does not know, and it is not the ledger that does."""

    anchored: ClassVar[list[Statement]] = []

    async def send(self, attempt: Attempt) -> bytes:
        self.anchored.append(attempt.statement)
        return await super().send(attempt)

    async def latest(self, log: bytes) -> Statement | None:
        return max(self.anchored, key=lambda statement: statement.size) if log == LOG else None


class HidesItsCosts(MemoryLedger):
    async def balance(self) -> Balance | None:
        return None


class TakesMoreThanItSays(MemoryLedger):
    async def follow(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None = None, /) -> Observation:
        return replace(await super().follow(attempts, proved), cost=50)


class CostsAndDoesNotSay(StampLedger):
    async def balance(self) -> Balance | None:
        return Balance("stamps", 0, 1)


class CannotBeAskedLater(StampLedger):
    capabilities: Capabilities = replace(StampLedger.capabilities, can_be_asked_later=True)


class CanBeAskedLaterAndDoesNotSay(MemoryLedger):
    capabilities: Capabilities = replace(MemoryLedger.capabilities, can_be_asked_later=False)


class HasNoTime(StampLedger):
    capabilities: Capabilities = replace(StampLedger.capabilities, gives_time=True)


class HasATimeAndDoesNotSay(MemoryLedger):
    capabilities: Capabilities = replace(MemoryLedger.capabilities, gives_time=False)


class RefusesEveryLine(MemoryVerifier):
    def pin(self, name: str, options: Mapping[str, str]) -> Any:
        raise Refused(LINE())


BROKEN = [
    *(
        Broken(ledger.__name__, check, lambda ledger=ledger: memory(ledger))  # type: ignore[misc]
        for check, ledger in (
            ("preparing_sends_and_spends_nothing", SendsInPrepare),
            ("preparing_sends_and_spends_nothing", SpendsInPrepare),
            ("sending_again_is_success", RefusesToSendAgain),
            ("a_restart_forgets_nothing", ReplacesInANewSlot),
            ("a_replacement_keeps_its_slot", ReplacesInANewSlot),
            ("a_replacement_keeps_its_slot", CountsInMemory),
            ("other_anchors_have_slots_of_their_own", CountsInMemory),
            ("other_anchors_have_slots_of_their_own", TakesAnothersSlot),
            ("the_same_anchor_again_is_success", RefusesTheSameAgain),
            ("what_is_final_stays_final", ForgetsWhatWasFinal),
            ("an_outage_is_transient", RaisesWhatItLikes),
            ("its_own_pins_are_a_policy", PinsWhatItsVerifierRefuses),
            ("its_own_pins_are_a_policy", PinsSomebodyElse),
            ("what_is_included_is_proved_already", ProvesAfterwards),
            ("tells_publisher_is_true", TellsPublishersAndDoesNotSay),
            ("tells_publisher_is_true", LetsOthersIn),
            ("refuses_second_root_is_true", TakesASecondRoot),
            ("refuses_second_root_is_true", RefusesASecondRootAndDoesNotSay),
            ("knows_latest_is_true", KnowsTheNewestNotTheLargest),
            ("needs_money_is_true", HidesItsCosts),
            ("needs_money_is_true", TakesMoreThanItSays),
            ("can_be_asked_later_is_true", CanBeAskedLaterAndDoesNotSay),
            ("gives_time_is_true", HasATimeAndDoesNotSay),
        )
    ),
    *(
        Broken(ledger.__name__, check, lambda ledger=ledger: stamp(ledger))  # type: ignore[misc]
        for check, ledger in (
            ("sending_again_is_success", ProvesOnlyItsFirstAnswer),
            ("a_restart_forgets_nothing", LosesTheAnswer),
            ("knows_latest_is_true", RemembersTheLatestItself),
            ("needs_money_is_true", CostsAndDoesNotSay),
            ("can_be_asked_later_is_true", CannotBeAskedLater),
            ("gives_time_is_true", HasNoTime),
        )
    ),
    *(
        Broken(verifier.__name__, check, lambda verifier=verifier: memory(verifier=verifier()))  # type: ignore[misc]
        for check, verifier in (
            ("an_anchor_is_proved_offline", RefusesEveryLine),
            ("old_evidence_still_verifies", ForgetsOldBlocks),
            ("evidence_proves_nothing_else", TakesAnyStatement),
            ("evidence_proves_nothing_else", TakesAnyVersion),
            ("changed_bytes_prove_nothing", ReadsWhatFollows),
            ("changed_bytes_prove_nothing", ChokesOnBadBytes),
            ("trust_is_never_held_against_evidence", BlamesThePassport),
            ("trust_is_never_held_against_evidence", NeedsNoTrust),
            ("identities_name_the_ledger", HasNoIdentity),
            ("identities_name_the_ledger", HasAnIdentityForEachBlock),
            ("tells_publisher_is_true", IgnoresPublishers),
            ("tells_publisher_is_true", NamesTheListedPublisher),
            ("tells_publisher_is_true", AccusesOthers),
        )
    ),
]
