"""What an endpoint can do wrong, as a plain JSON-RPC client sees it, while another endpoint of the same chain is well."""

from __future__ import annotations

import http.client
import threading
import urllib.error
from typing import TypeVar

import pytest

from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_devnet.ethereum.network import Network

from .clients import asked, block, place, post, send, transfer


@pytest.fixture
def faulty(carbonseal_every_chain: Network) -> Network:
    """An endpoint of its own for each test."""
    return carbonseal_every_chain.another()


E = TypeVar("E", bound=Exception)


def breaks(network: Network, *errors: type[E]) -> E:
    with pytest.raises(errors) as broken:
        post(network.endpoint, asked("eth_blockNumber"))
    network.heal()
    assert post(network.endpoint, asked("eth_blockNumber"))["result"] == network.ask("eth_blockNumber")
    return broken.value


@pytest.mark.parametrize(("kind", "status"), [("busy", 429), ("failing", 503)])
def test_a_status_that_refuses(kind: str, status: int, faulty: Network) -> None:
    faulty.fault(kind)
    refused = breaks(faulty, urllib.error.HTTPError)
    assert refused.code == status
    assert (refused.headers["Retry-After"] is not None) == (kind == "busy")
    refused.close()


def test_garbage(faulty: Network) -> None:
    faulty.fault("garbage")
    breaks(faulty, ValueError)


def test_half_an_answer(faulty: Network) -> None:
    faulty.fault("half")
    assert breaks(faulty, http.client.IncompleteRead).partial.startswith(b'{"jsonrpc"')


def test_no_answer(faulty: Network) -> None:
    faulty.fault("hang-up")
    breaks(faulty, http.client.RemoteDisconnected, ConnectionResetError)


def test_an_endpoint_that_stalls(faulty: Network) -> None:
    faulty.fault("stall", "eth_chainId")
    with pytest.raises(TimeoutError):
        post(faulty.endpoint, asked("eth_chainId"), timeout=0.05)
    assert faulty.ask("eth_blockNumber")  # the only one that stalls is the one that was named
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(post(faulty.endpoint, asked("eth_chainId"))))
    waiting.start()
    assert not answers
    faulty.heal()
    waiting.join()
    assert answers[0]["result"] == "0x539"


def test_an_endpoint_that_is_slow(faulty: Network) -> None:
    faulty.fault("delay", seconds=0.3)
    with pytest.raises(TimeoutError):
        post(faulty.endpoint, asked("eth_chainId"), timeout=0.05)
    assert post(faulty.endpoint, asked("eth_chainId"))["result"] == "0x539"


def test_a_lie_about_a_block_is_whole_and_the_other_endpoint_tells_the_truth(
    carbonseal_every_chain: Network, faulty: Network
) -> None:
    faulty.fault("lie")
    given, true = block(faulty), block(carbonseal_every_chain)
    assert given["number"] == true["number"]
    assert given["hash"] != true["hash"]
    assert int(given["timestamp"], 16) == int(true["timestamp"], 16) - 3600
    assert given["hash"] == "0x" + keccak256(write_header(given)).hex()
    assert block(faulty)["hash"] == given["hash"]
    faulty.heal()
    assert block(faulty) == true


def test_a_lie_in_a_batch(faulty: Network) -> None:
    true = block(faulty)
    faulty.fault("lie")
    batch = b"[" + asked("eth_chainId") + b"," + asked("eth_getBlockByNumber", "latest", False) + b",1]"
    chain_id, given, nothing = post(faulty.endpoint, batch)
    assert chain_id["result"] == "0x539"
    assert given["result"]["hash"] != true["hash"]
    assert nothing["error"]["code"] == -32600


def test_sends_that_are_dropped(faulty: Network) -> None:
    nonce = int(faulty.ask("eth_getTransactionCount", faulty.publisher(5), "latest"), 16)
    faulty.fault("swallow")
    name = send(faulty, nonce, account=5)
    assert faulty.ask("eth_getTransactionByHash", name) is None
    faulty.heal()
    assert send(faulty, nonce, account=5) == name
    assert place(faulty, name) is not None


def test_a_send_whose_answer_is_lost(faulty: Network) -> None:
    nonce = int(faulty.ask("eth_getTransactionCount", faulty.publisher(6), "latest"), 16)
    faulty.fault("lose", "eth_sendRawTransaction")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        send(faulty, nonce, account=6)
    raw = transfer(faulty, nonce, account=6)
    assert place(faulty, "0x" + keccak256(bytes.fromhex(raw[2:])).hex()) is not None


def test_faults_for_some_requests_of_some_methods(faulty: Network) -> None:
    faulty.fault("busy", "eth_chainId", times=2)
    for _ in range(2):
        assert faulty.ask("eth_blockNumber")
        with pytest.raises(urllib.error.HTTPError) as refused:
            faulty.ask("eth_chainId")
        refused.value.close()
    assert faulty.ask("eth_chainId") == "0x539"


def test_faults_that_are_none(faulty: Network) -> None:
    with pytest.raises(RuntimeError, match="the faults are stall, "):
        faulty.fault("explode")
    with pytest.raises(RuntimeError, match="invalid parameters"):
        faulty.ask("dev_fault", "busy", {"colour": "red"})
