"""Endpoints that give little: each leads to a final anchor, or is refused with a remedy before anything is paid."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from carbonseal.cli.main import carbonseal
from carbonseal.ledger import AttemptStatus, Observation, PermanentError, TransientError
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.node import Node
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.deploy import deploy
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.ethereum.starting import in_thread
from tests.ethereum.networks import anchor, command

from ..chains import sent_by, through
from ..conftest import RPC
from ..test_sending_node import checked, make_node, new_head, opened
from . import limited
from .limited import Limit

WHEN = "2026-01-01T00:00:00Z"


@pytest.fixture
def public_chain() -> Iterator[Network]:
    """A chain whose id says nothing of how it is to be taken."""
    with in_thread(chain_id=4242) as network:
        yield network


async def _until_final(node: Node, chain: Network) -> None:
    (ledger,) = node.config.ledgers
    for _ in range(60):
        await node._workers[0].advance()
        if [one.state for one in node._outbox.anchors(ledger.name)] == [State.FINAL]:
            return
        await command(chain, "evm_mine")
        await node._sleep(20)
    raise AssertionError(f"not final: {[one.to_json() for one in node._outbox.anchors(ledger.name)]}")


def anchored_finally(directory: Path, chain: Network, endpoint: str, **options: str) -> None:
    """A node anchors through the endpoint, and its evidence verifies once the block that it rests on is final."""
    make_node(directory, replace(chain, endpoint=endpoint), options)

    async def scenario() -> None:
        async with opened(directory) as node:
            commitment = await new_head(node, "a")
            await _until_final(node, chain)
            (head,) = node.seal(commitment).heads
            (evidence,) = [each.evidence for each in head.anchors]
            trust = gather(chain.ledger, [evidence], chain.endpoint, WHEN)
            assert checked(chain, head, evidence, trust).proved

    asyncio.run(scenario())
    assert sent_by(chain) == 1  # paid once


LIMITS: dict[str, Callable[[], list[Limit]]] = {
    "narrow": lambda: [limited.narrow],
    "late": lambda: [limited.late()],
    "narrow and late": lambda: [limited.late(), limited.narrow],
    "few events": lambda: [limited.few_events],
    "no fees": lambda: [limited.without("eth_feeHistory", "eth_maxPriorityFeePerGas")],
    "busy": lambda: [limited.busy()],
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limited_endpoint_leads_to_a_final_anchor(
    name: str, carbonseal_fresh_chain: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{RPC}.PAUSES", (0.0,) * 4)
    carbonseal_fresh_chain.mine(8)
    with limited.limited(carbonseal_fresh_chain, LIMITS[name]()) as endpoint:
        anchored_finally(tmp_path / "node", carbonseal_fresh_chain, endpoint, confirmations="4")


def test_all_limits_at_once(
    carbonseal_every_fresh_chain: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{RPC}.PAUSES", (0.0,) * 4)
    chain = carbonseal_every_fresh_chain
    every = [one for make in LIMITS.values() for one in make()]
    with limited.limited(chain, [*every, limited.tagless]) as endpoint:
        anchored_finally(tmp_path / "node", chain, endpoint, confirmations="4")


@pytest.mark.parametrize("limit", [limited.tagless, limited.null_tags])
def test_without_finality_tags_confirmations_decide(limit: Limit, public_chain: Network, tmp_path: Path) -> None:
    with limited.limited(public_chain, [limit]) as endpoint:
        anchored_finally(tmp_path / "node", public_chain, endpoint)


def test_a_chain_without_a_safe_block_is_followed_all_the_same(public_chain: Network) -> None:
    def unsafe(chain: Network, method: str, params: list[object]) -> object:
        return limited.tagless(chain, method, params) if params and params[0] == "safe" else None

    async def scenario(endpoint: str) -> None:
        async with through(endpoint, public_chain) as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            seen = await ledger.follow([attempt])
            assert (seen.status, seen.stage) == (AttemptStatus.INCLUDED, "latest")

    with limited.limited(public_chain, [unsafe]) as endpoint:
        asyncio.run(scenario(endpoint))


# --- before anything is paid ---------------------------------------------------------------------------------------

LACKING = {
    "no proofs": (limited.without("eth_getProof"), PermanentError, "eth_getProof, which anchors need"),
    "no proofs yet": (
        lambda _chain, method, _params: limited.refusal(-32602, limited.WINDOW) if method == "eth_getProof" else None,
        TransientError,
        "eth_getProof, which anchors need .*: use an endpoint that answers it, or try again later",
    ),
    "no events": (limited.without("eth_getLogs"), PermanentError, "eth_getLogs, which anchors need"),
    "refused events": (
        limited.refused_events,
        TransientError,
        "eth_getLogs, which anchors need .*limit exceeded.*: use an endpoint that answers it, or try again later",
    ),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_anchors_need_is_asked_for_before_anything_is_paid(name: str, carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    limit, error, words = LACKING[name]

    async def connects(endpoint: str) -> None:
        async with through(endpoint, chain):
            pass

    with limited.limited(chain, [limit]) as endpoint:
        with pytest.raises(error, match=words):
            asyncio.run(connects(endpoint))
        with pytest.raises(error, match=words):
            asyncio.run(deploy(endpoint, DigestSigner(LocalKey(chain.key(0)))))
    assert sent_by(chain) == 0


def test_a_chosen_finality_that_the_endpoint_lacks(public_chain: Network) -> None:
    async def connects(endpoint: str) -> None:
        async with through(endpoint, public_chain, finality="finalized"):
            pass

    words = "names no finalized block: set confirmations"
    with limited.limited(public_chain, [limited.tagless]) as endpoint, pytest.raises(TransientError, match=words):
        asyncio.run(connects(endpoint))


def test_states_that_are_forgotten_before_they_are_final(carbonseal_fresh_chain: Network) -> None:
    """Whether an anchor is there for good cannot be told, so that none is signed."""
    chain = carbonseal_fresh_chain
    chain.mine(4)

    async def prepares(endpoint: str) -> None:
        async with through(endpoint, chain, confirmations="4") as ledger:
            with pytest.raises(TransientError, match="missing trie node: use an endpoint that keeps the states"):
                await ledger.prepare(anchor(1), [])
        async with through(endpoint, chain, confirmations="2") as ledger:
            assert await ledger.prepare(anchor(1), [])

    with limited.limited(chain, [limited.forgetful]) as endpoint:
        asyncio.run(prepares(endpoint))


def test_init_says_what_is_lacking_and_makes_nothing(carbonseal_fresh_chain: Network, tmp_path: Path) -> None:
    chain = carbonseal_fresh_chain
    with limited.limited(chain, [limited.without("eth_getProof")]) as endpoint:
        line = f"chain ethereum+{endpoint} registry={chain.deployment.registry} key=file:keys/chain.key"
        done = CliRunner().invoke(
            carbonseal, ["init", str(tmp_path / "node"), "--origin", "a.example/log", "--ledger", line]
        )
    assert done.exit_code == 2
    assert "does not answer eth_getProof, which anchors need" in done.stderr
    assert "\n  use an endpoint that answers it\n" in done.stderr
    assert not (tmp_path / "node").exists()


# --- evidence, until the block that it rests on is final -----------------------------------------------------------


def test_evidence_of_a_later_block_is_taken_again_where_a_reorg_replaces_that_block(
    carbonseal_every_fresh_chain: Network,
) -> None:
    """The anchor itself stays where it is. It is final once the block is that its evidence rests on, and not before."""
    chain = carbonseal_every_fresh_chain

    async def scenario(endpoint: str) -> None:
        async with through(endpoint, chain, confirmations="5") as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            first = await ledger.follow([attempt])
            with pytest.raises(TransientError, match="use an endpoint that answers it"):
                await ledger.evidence(attempt, first)
            later = await ledger.follow([attempt])
            assert await ledger.evidence(attempt, later)
            assert _number(later) == _number(first) + 2
            await command(chain, "dev_reorg", 1)
            again = await ledger.follow([attempt], later.facts)
            assert again.status is AttemptStatus.INCLUDED
            assert again.facts != later.facts
            assert await ledger.evidence(attempt, again)
            while chain.height < _number(again) + 4:
                seen = await ledger.follow([attempt], again.facts)
                assert (seen.status, seen.facts) == (AttemptStatus.INCLUDED, again.facts)
                await command(chain, "evm_mine")
            assert (await ledger.follow([attempt], again.facts)).status is AttemptStatus.FINAL

    with limited.limited(chain, [limited.late(1)]) as endpoint:
        asyncio.run(scenario(endpoint))


def _number(seen: Observation) -> int:
    assert seen.facts is not None
    return int(seen.facts["number"])
