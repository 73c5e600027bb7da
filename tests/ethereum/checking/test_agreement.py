"""Several endpoints of one chain, and of others: honest, lying, lagging, forked, unreachable, busy, garbled; and the verdict."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from carbonseal.findings import Code, Refused
from carbonseal.gathering import GatherRequest
from carbonseal.ledger import Evidence, TransientError
from carbonseal.verification.trust import Trust
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.gathering import inquiry
from carbonseal_adapters.ethereum.gathering.trust import Gatherer
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.ethereum.starting import in_thread
from tests.ethereum.checking.agreements import GATHERER, WHEN, anchored, gathered, pins
from tests.ethereum.endpoints import Answer, before
from tests.ethereum.networks import statement


def checked(chain: Network, evidence: Evidence, trust: Trust, agree: int = 2) -> tuple[list[Code], bool]:
    checked = VERIFIER.check(evidence, statement(1), pins(chain, agree), trust.on(chain.ledger))
    return [finding.code for finding in checked.findings], checked.proved is not None


def forging(chain: Network) -> AbstractContextManager[str]:
    """What lies about every block but the first: whole, with a header that has its hash."""

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        given = answer()
        if method == "eth_getBlockByNumber" and params[0] not in {"0x0", "finalized"}:
            block = given["result"]
            block["stateRoot"] = "0x" + "66" * 32
            block["hash"] = "0x" + keccak256(write_header(block)).hex()
        return given

    return before(chain, change)


def test_three_honest_endpoints_agree(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    chain = carbonseal_fresh_chain
    trust, findings = gathered(
        chain, [evidence], chain.endpoint, chain.another().endpoint, chain.another().endpoint + "/"
    )
    assert findings == []
    assert len(trust.items) == 6
    assert checked(chain, evidence, trust, 3) == ([codes.ANCHORED], True)


def test_a_liar_among_three_is_outvoted_and_named(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    chain = carbonseal_fresh_chain
    with forging(chain) as liar:
        trust, _ = gathered(chain, [evidence], liar, chain.endpoint, chain.another().endpoint)
        assert checked(chain, evidence, trust) == ([codes.ANCHORED, codes.ENDPOINT_OUTVOTED], True)
        assert checked(chain, evidence, trust, 1) == ([codes.TRUST_CONTRADICTS], False)
        (remark,) = GATHERER.review(chain.ledger, GatherRequest(WHEN, known=trust.items), 2).remarks
        assert remark.facts["source"] == liar
        alone, _ = gathered(chain, [evidence], liar, chain.endpoint)
        assert checked(chain, evidence, alone) == ([codes.AGREEMENT_LACKING], False)


def test_liars_are_outvoted_on_every_engine(carbonseal_every_fresh_chain: Network) -> None:
    """Two honest endpoints, one that forges blocks, and one that forges the first one too."""
    chain = carbonseal_every_fresh_chain
    (evidence,) = anchored(chain, 1)
    chain.mine(12)
    stranger = chain.another()
    stranger.fault("lie")
    with forging(chain) as liar:
        endpoints = liar, chain.endpoint, stranger.endpoint, chain.another().endpoint
        trust, findings = gathered(chain, [evidence], *endpoints)
    assert findings == []
    seen = [codes.ANCHORED, codes.ENDPOINT_OUTVOTED, codes.TRUST_OTHER_CHAIN]
    assert checked(chain, evidence, trust) == (seen, True)
    assert checked(chain, evidence, trust, 3) == ([codes.AGREEMENT_LACKING, codes.TRUST_OTHER_CHAIN], False)


def test_a_liar_about_every_block_shows_at_the_first(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    """The devnet's own lie is about block 0 too: who tells it speaks of another chain."""
    chain, liar = carbonseal_fresh_chain, carbonseal_fresh_chain.another()
    liar.fault("lie")
    trust, _ = gathered(chain, [evidence], chain.endpoint, liar.endpoint, chain.another().endpoint)
    assert checked(chain, evidence, trust) == ([codes.ANCHORED, codes.TRUST_OTHER_CHAIN], True)


def test_a_fork_of_the_same_genesis(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    """Another chain that runs for itself from the same first block, as after a split: one source against two."""
    chain = carbonseal_fresh_chain
    with in_thread() as fork:
        fork.skew(-500)
        fork.mine(20)
        assert fork.deployment.genesis == chain.deployment.genesis
        trust, _ = gathered(chain, [evidence], fork.endpoint, chain.endpoint, chain.another().endpoint)
        assert checked(chain, evidence, trust) == ([codes.ANCHORED, codes.ENDPOINT_OUTVOTED], True)
        others, _ = gathered(chain, [evidence], fork.endpoint, fork.another().endpoint, chain.endpoint)
        assert checked(chain, evidence, others) == ([codes.BLOCK_DIFFERS, codes.ENDPOINT_OUTVOTED], False)


def test_one_that_lags_says_nothing_yet(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    chain = carbonseal_fresh_chain

    def behind(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_getBlockByNumber" and params[0] == "finalized":
            return {"result": chain.ask(method, "0x1", False)}
        return answer()

    with before(chain, behind) as lagging:
        trust, findings = gathered(chain, [evidence], lagging, chain.endpoint)
        assert findings == [codes.ENDPOINT_BLOCK_UNFINAL]
        assert checked(chain, evidence, trust) == ([codes.AGREEMENT_LACKING], False)
        lacking = GATHERER.review(chain.ledger, GatherRequest(WHEN, [evidence], trust.items), 2).lacking
        assert [finding.facts["number"] for finding in lacking] == ["2"]
        trust, findings = gathered(chain, [evidence], lagging, trust=trust, confirmations=1)
        assert (findings, checked(chain, evidence, trust)) == ([], ([codes.ANCHORED], True))


@pytest.mark.parametrize("fault", ["garbage", "half", "hang-up", "busy", "failing"])
def test_one_that_is_of_no_use_takes_nothing_away(
    fault: str, carbonseal_fresh_chain: Network, evidence: Evidence
) -> None:
    chain, broken = carbonseal_fresh_chain, carbonseal_fresh_chain.another()
    broken.fault(fault)
    with pytest.raises((Refused, TransientError)):
        gathered(chain, [evidence], broken.endpoint)
    broken.heal()
    broken.fault(fault, "eth_getBlockByNumber")
    trust, findings = gathered(chain, [evidence], broken.endpoint, confirmations=1)
    answered = fault in {"garbage", "half"}
    assert (trust.items, {*findings}) == ((), {codes.ENDPOINT_ANSWER if answered else codes.ENDPOINT_UNREACHABLE})
    broken.heal()
    trust, _ = gathered(chain, [evidence], broken.endpoint, chain.endpoint)
    assert checked(chain, evidence, trust) == ([codes.ANCHORED], True)


def test_one_that_never_answers(
    carbonseal_fresh_chain: Network, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiry, "TIMEOUT", 0.1)
    stalling = carbonseal_fresh_chain.another()
    stalling.fault("stall")
    with pytest.raises(TransientError, match="timed out"):
        gathered(carbonseal_fresh_chain, [evidence], stalling.endpoint)


def test_nothing_is_pinned_in_haste(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    (early,) = anchored(chain, 1)
    trust, findings = gathered(chain, [early], chain.endpoint)
    assert findings == [codes.ENDPOINT_BLOCK_UNFINAL]
    assert [item.value["number"] for item in trust.items] == [0]
    assert gathered(chain, [early], chain.endpoint, confirmations=1)[1] == []
    assert gathered(chain, [early], chain.endpoint, confirmations=2)[1] == [codes.ENDPOINT_BLOCK_UNFINAL]
    assert gathered(chain, [early], chain.endpoint, confirmations=0)[1] == []
    assert len(gathered(chain, [early], chain.endpoint, confirmations=9_999_999)[0].items) == 1
    chain.mine(12)
    assert len(gathered(chain, [early], chain.endpoint, trust=trust)[0].items) == 2


@pytest.mark.parametrize("answer", [{"result": None}, {"error": {"message": "unknown block"}}, {"result": []}])
def test_a_chain_that_calls_no_block_final(
    answer: dict[str, Any], carbonseal_fresh_chain: Network, evidence: Evidence
) -> None:
    chain = carbonseal_fresh_chain

    def without(method: str, params: list[Any], asked: Answer) -> Any:
        return answer if "finalized" in params else asked()

    with before(chain, without) as endpoint:
        with pytest.raises(Refused) as refused:
            gathered(chain, [evidence], endpoint)
        assert refused.value.finding.code is codes.ENDPOINT_NO_FINALITY
        assert gathered(chain, [evidence], endpoint, confirmations=3)[1] == []


def test_only_what_is_new_is_asked_for(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    first, second = anchored(chain, 1, 2)
    asked = []

    def listening(method: str, params: list[Any], answer: Answer) -> Any:
        asked.append(params[:1])
        return answer()

    with before(chain, listening) as endpoint:
        trust, _ = gathered(chain, [first], endpoint, confirmations=0)
        asked.clear()
        again, _ = gathered(chain, [first], endpoint, trust=trust, confirmations=0)
        assert (asked, again) == ([[]], trust)
        more, _ = gathered(chain, [first, second], endpoint, trust=trust, confirmations=0)
        assert asked == [[], [], ["0x3"]]
        assert more.items[:2] == trust.items
        asked.clear()
        with_another, _ = gathered(chain, [], chain.endpoint, trust=more, confirmations=0)
        assert len(with_another.items) == 6, "an update asks who was not asked yet about all that is there"


def test_a_reorg_is_noticed_and_reported(carbonseal_fresh_chain: Network) -> None:
    """A block that was pinned before it was final is replaced by the endpoint's new answer, and the change is reported."""
    chain = carbonseal_fresh_chain
    (fell_out,) = anchored(chain, 1)
    trust, _ = gathered(chain, [fell_out], chain.endpoint, confirmations=0)
    assert checked(chain, fell_out, trust, 1) == ([codes.ANCHORED], True)
    chain.reorg(1, drop=True)
    other = chain.another().endpoint
    trust, _ = gathered(chain, [fell_out], other, trust=trust, confirmations=0)
    assert checked(chain, fell_out, trust, 1) == ([codes.TRUST_CONTRADICTS], False)
    trust, findings = gathered(chain, [fell_out], chain.endpoint, trust=trust, confirmations=0)
    assert findings == [codes.ENDPOINT_CHANGED]
    assert checked(chain, fell_out, trust, 2) == ([codes.BLOCK_DIFFERS], False)
    assert len(trust.items) == 4


def test_who_falls_silent_on_the_way_keeps_what_was_said(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    evidence = anchored(chain, *range(1, 9))

    def tiring(method: str, params: list[Any], answer: Answer) -> Any:
        return None if params[:1] == ["0x6"] else answer()

    with before(chain, tiring) as endpoint:
        trust, findings = gathered(chain, evidence, endpoint, confirmations=0)
    assert findings == [codes.ENDPOINT_UNREACHABLE]
    assert [item.value["number"] for item in trust.items] == [0, 2, 3, 4, 5]


def test_one_that_is_busy_is_waited_for(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    chain, busy = carbonseal_fresh_chain, carbonseal_fresh_chain.another()
    busy.fault("busy", times=3)
    pauses: list[float] = []
    found = Gatherer(pause=pauses.append).gather(chain.ledger, GatherRequest(WHEN, [evidence]), busy.endpoint)
    assert (len(found.items), pauses) == (2, [1, 2, 4])
    busy.fault("busy")
    with pytest.raises(TransientError, match="429"):
        Gatherer(pause=pauses.append).gather(chain.ledger, GatherRequest(WHEN, [evidence]), busy.endpoint)
    assert pauses[3:] == [*inquiry.PAUSES]


def test_the_verifier_asks_whom_it_named_and_nobody_else(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    """A redirect would be somebody else's word under the first one's name."""
    chain = carbonseal_fresh_chain
    for status in (301, 302, 303, 307, 308):
        said = f"HTTP {status}, a redirect to "
        with before(chain, lambda *_: status) as endpoint, pytest.raises(TransientError, match=said):  # noqa: B023
            gathered(chain, [evidence], endpoint)


def test_by_hand(carbonseal_fresh_chain: Network) -> None:
    digest = "0x" + "ab" * 32
    pinned = GATHERER.pin("eip155:1", ["23000000", digest, "0", digest])
    assert pinned == [("block", {"number": number, "hash": digest}) for number in (23_000_000, 0)]
    for words in (
        [],
        ["1"],
        [digest],
        ["1", digest, "2"],
        ["-1", digest],
        ["٢", digest],
        ["0x1", digest],
        ["9" * 16, digest],
    ):
        with pytest.raises(Refused) as refused:
            GATHERER.pin("eip155:1", words)
        assert refused.value.finding.code is codes.PIN_MALFORMED
    with pytest.raises(Refused) as refused:
        GATHERER.pin("eip155:1", ["1", digest.upper()])
    assert refused.value.finding.code is codes.HASH_MALFORMED
