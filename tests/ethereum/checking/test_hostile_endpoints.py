"""Looking for anchors, at endpoints that answer anything."""

from __future__ import annotations

import socketserver
import threading
from contextlib import AbstractContextManager
from typing import Any

import pytest

from carbonseal.findings import Outcome, Refused
from carbonseal.gathering import GatherRequest
from carbonseal.ledger import Evidence, TransientError
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.gathering import inquiry
from carbonseal_devnet.ethereum.evidence import synthesise
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.checking.agreements import GATHERER, WHEN, anchored, gathered, pins
from tests.ethereum.endpoints import Answer, before
from tests.ethereum.networks import statement


def test_the_policys_anchors_are_found(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    evidence = anchored(chain, 1, 2, 3)
    trust, findings = gathered(chain, [], chain.endpoint, pins=pins(chain), since=0, confirmations=1)
    assert findings == []
    assert [item.value["number"] for item in trust.items] == [0, 2, 3, 4]
    for size, one in enumerate(evidence, start=1):
        assert VERIFIER.check(one, statement(size), pins(chain, 1), trust.on(chain.ledger)).proved
    later, _ = gathered(chain, [], chain.endpoint, pins=pins(chain), since=3, confirmations=2)
    assert [item.value["number"] for item in later.items] == [0, 3]
    stranger = VERIFIER.pin(chain.ledger, chain.options(chain.publisher(4)))
    nothing, _ = gathered(chain, [], chain.endpoint, pins=stranger, since=0, confirmations=0)
    assert len(nothing.items) == 1
    assert len(gathered(chain, [], chain.endpoint, pins=pins(chain), confirmations=0)[0].items) == 1


def test_a_range_that_is_too_wide_is_halved(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    anchored(chain, 1, 2, 3)
    chain.mine(20)
    widths = []

    def narrow(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_getLogs":
            width = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
            widths.append(width)
            if width > 4:
                return {"error": {"message": "range too wide"}}
        return answer()

    with before(chain, narrow) as endpoint:
        trust, findings = gathered(chain, [], endpoint, pins=pins(chain), since=0, confirmations=1)
    assert findings == []
    assert [item.value["number"] for item in trust.items] == [0, 2, 3, 4]
    assert sum(width for width in widths if width <= 4) == chain.height + 1


@pytest.mark.parametrize("events", [None, 1, [{}], [{"blockNumber": "0xffffff"}], [{"blockNumber": 1}], "0x"])
def test_events_that_are_none(
    events: int | str | list[dict[str, str | int]] | None, carbonseal_fresh_chain: Network, evidence: Evidence
) -> None:
    chain = carbonseal_fresh_chain

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        return {"result": events} if method == "eth_getLogs" else answer()

    with before(chain, change) as endpoint:
        trust, findings = gathered(chain, [evidence], endpoint, pins=pins(chain), since=0, confirmations=1)
    assert findings == [codes.ENDPOINT_ANSWER]
    assert len(trust.items) == 2, "its word on blocks still counts"


def answering(chain: Network, given: dict[str, Any]) -> AbstractContextManager[str]:
    """What gives these results, by method, and the truth else."""
    return before(chain, lambda method, params, answer: {"result": given[method]} if method in given else answer())


def test_a_chain_id_of_ten_thousand_digits(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    chain = carbonseal_fresh_chain
    for given in ("0x" + "f" * 10_000, "0x" + "0" * 65, 1, None, "0x", "0xg"):
        with answering(chain, {"eth_chainId": given}) as liar, pytest.raises(Refused) as refused:
            gathered(chain, [evidence], liar)
        assert refused.value.finding.code is codes.ENDPOINT_ANSWER


def test_a_block_of_a_number_that_no_trust_can_hold(carbonseal_fresh_chain: Network) -> None:
    """A passport rests on it, and an accomplice makes one up that has the hash of its header."""
    chain = carbonseal_fresh_chain
    far = synthesise(statement(1), number=2**63, account_nodes=2, storage_nodes=1)

    def accomplice(method: str, params: list[Any], answer: Answer) -> Any:
        if params and params[0] == hex(2**63):
            block = chain.ask(method, "0x1", False)
            block["number"] = params[0]
            return {"result": {**block, "hash": "0x" + keccak256(write_header(block)).hex()}}
        return answer()

    with before(chain, accomplice) as liar:
        trust, findings = gathered(chain, [far.evidence], liar, chain.endpoint, confirmations=0)
    assert findings == [codes.ENDPOINT_BLOCK_MISSING] * 2
    assert [item.value["number"] for item in trust.items] == [0, 0]


def test_events_without_end(carbonseal_fresh_chain: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """It claims an impossible height, and reports one block at a time."""
    monkeypatch.setattr(inquiry, "MOST_RANGES", 200)
    chain = carbonseal_fresh_chain

    def endless(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_blockNumber":
            return {"result": hex(2**60)}
        if method == "eth_getLogs":
            one = params[0]["fromBlock"] == params[0]["toBlock"]
            return {"result": []} if one else {"error": {"message": "range too wide"}}
        return answer()

    with before(chain, endless) as liar:
        trust, findings = gathered(chain, [], liar, pins=pins(chain), since=0, confirmations=1)
    assert findings == [codes.ENDPOINT_ANSWER]
    assert len(trust.items) == 1, "its word on blocks still counts"


def test_events_in_every_block(carbonseal_fresh_chain: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other endpoints would be queried about what it reports; and a trust file that is too large could not be read at all."""
    monkeypatch.setattr(inquiry, "MOST_BLOCKS", 50)
    chain = carbonseal_fresh_chain
    many = [{"blockNumber": hex(number)} for number in range(100)]
    given = {"eth_blockNumber": "0xffff", "eth_getLogs": many}
    with answering(chain, given) as liar:
        trust, findings = gathered(chain, [], liar, pins=pins(chain), since=0, confirmations=1)
    assert findings == [codes.ENDPOINT_ANSWER]
    assert len(trust.items) == 1


def test_evidence_that_is_none_is_no_endpoints_fault(carbonseal_fresh_chain: Network, evidence: Evidence) -> None:
    chain = carbonseal_fresh_chain
    bad = [Evidence("ethereum-storage", 1, data) for data in (b"", b"\xc0", evidence.data[:-1], b"\xff" * 1000)]
    trust, findings = gathered(chain, [*bad, evidence], chain.endpoint)
    assert {code.outcome for code in findings} == {Outcome.REJECTED}
    assert (len(findings), len(trust.items)) == (4, 2)
    assert GATHERER.review(chain.ledger, GatherRequest(WHEN, [*bad, evidence], trust.items), 1).lacking == []


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
def test_one_that_answers_byte_by_byte(
    begins: bytes, carbonseal_fresh_chain: Network, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiry, "DEADLINE", 0.3)
    ends = threading.Event()

    class Dripping(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(begins)
            while not ends.wait(0.02):
                self.request.sendall(b"a")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with pytest.raises(TransientError, match=r"takes more than 0\.3 seconds"):
                gathered(carbonseal_fresh_chain, [evidence], f"http://127.0.0.1:{server.server_address[1]}")
        finally:
            ends.set()
            server.shutdown()
            thread.join()
