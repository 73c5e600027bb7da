"""The embedded chain as a developer's own tools see it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.types import Nonce, TxParams

from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.registry import artifact
from carbonseal_adapters.ethereum.checking.trie import prove
from carbonseal_adapters.ethereum.sending.deploy import Deployment
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.ethereum.starting import in_thread


def post(network: Network, body: bytes) -> Any:
    request = urllib.request.Request(network.endpoint, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def transfer(
    network: Network,
    nonce: int,
    *,
    fee: int = 10**10,
    tip: int = 10**9,
    value: int = 1,
    account: int = 0,
    chain_id: int = 1337,
    gas: int = 21_000,
) -> str:
    fees = {"maxFeePerGas": fee, "maxPriorityFeePerGas": tip}
    fields = {"type": 2, "chainId": chain_id, "nonce": nonce, "to": b"\x77" * 20, "value": value, "gas": gas, **fees}
    return "0x" + bytes(Account.from_key(network.key(account)).sign_transaction(fields).raw_transaction).hex()


def send(network: Network, nonce: int, **fields: int) -> str:
    return str(network.ask("eth_sendRawTransaction", transfer(network, nonce, **fields)))


def height(network: Network) -> int:
    return int(network.ask("eth_blockNumber"), 16)


def test_it_is_the_same_each_time() -> None:
    def seen() -> tuple[Deployment, str]:
        with in_thread(clock=lambda: 1_800_000_000) as network:
            return network.deployment, network.ask("eth_getBlockByNumber", "latest", False)["hash"]

    assert seen() == seen()


def test_web3_can_use_it(carbonseal_fresh_chain: Network) -> None:
    """With web3's own formatters and contract class, as an integrator would."""
    chain = carbonseal_fresh_chain
    provider = HTTPProvider(chain.endpoint)
    web3 = Web3(provider)
    account = Account.from_key(chain.key(0))
    contract = web3.eth.contract(Web3.to_checksum_address(chain.deployment.registry), abi=artifact()["abi"])
    fields: TxParams = {"from": account.address, "nonce": Nonce(0), "chainId": web3.eth.chain_id}
    call = contract.functions.anchor(b"\x01" * 32, 5, b"\x02" * 32).build_transaction(fields)
    name = web3.eth.send_raw_transaction(account.sign_transaction(call).raw_transaction)
    receipt = web3.eth.wait_for_transaction_receipt(name)
    assert receipt["status"] == 1
    (event,) = contract.events.Anchored().process_receipt(receipt)
    assert (event.args.publisher, event.args.size) == (account.address, 5)
    (found,) = contract.events.Anchored().get_logs(from_block=0, argument_filters={"size": 5})
    assert found.transactionHash == name
    assert contract.functions.anchors(account.address, b"\x01" * 32, 5).call() == event.args.digest
    assert web3.eth.get_transaction(name)["blockNumber"] == receipt["blockNumber"]
    assert web3.eth.get_block("latest")["transactions"] == [name]
    assert web3.eth.get_block_receipts("latest")[0]["transactionHash"] == name
    assert web3.eth.get_balance(account.address) < 10_000 * 10**18
    assert web3.eth.fee_history(4, "latest", [50.0])["baseFeePerGas"]
    assert web3.eth.gas_price > web3.eth.max_priority_fee
    assert web3.is_connected()
    assert web3.net.version == "1337"
    for session in provider._request_session_manager.session_cache._data.values():
        session.close()


def test_headers_hash_to_their_blocks_and_proofs_lead_from_them(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    registry = bytes.fromhex(chain.deployment.registry[2:])
    for number in range(height(chain) + 1):
        block = chain.ask("eth_getBlockByNumber", hex(number), False)
        assert "0x" + keccak256(write_header(block)).hex() == block["hash"]
        proof = chain.ask("eth_getProof", chain.deployment.registry, ["0x0"], hex(number))
        nodes = [bytes.fromhex(node[2:]) for node in proof["accountProof"]]
        account = prove(bytes.fromhex(block["stateRoot"][2:]), registry, nodes)
        assert isinstance(account, bytes) == (number >= chain.deployment.block)


# --- the pool ------------------------------------------------------------------------------------------------------


def test_the_pool_speaks_as_a_real_node(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    chain.ask("evm_setAutomine", False)
    send(chain, 0, fee=10**10, tip=10**9)
    for wrong, message in [
        (transfer(chain, 0), "already known"),
        (transfer(chain, 0, fee=109 * 10**8, tip=2 * 10**9), "replacement transaction underpriced"),
        (transfer(chain, 0, fee=2 * 10**10, tip=10**9), "replacement transaction underpriced"),
        (transfer(chain, 0, chain_id=1), "invalid chain id for signer"),
        (transfer(chain, 0, gas=20_000), "intrinsic gas too low"),
        (transfer(chain, 0, value=10**23), "insufficient funds"),
        ("0x02c0", "invalid transaction"),
        ("0x", "invalid transaction"),
        ("0xff", "invalid transaction"),
    ]:
        with pytest.raises(RuntimeError, match=message):
            chain.ask("eth_sendRawTransaction", wrong)
    better = send(chain, 0, fee=11 * 10**9, tip=11 * 10**8)
    before = height(chain)
    chain.ask("evm_mine")
    block = chain.ask("eth_getBlockByNumber", "latest", False)
    assert (height(chain), block["transactions"]) == (before + 1, [better])
    with pytest.raises(RuntimeError, match="nonce too low: next nonce 1, tx nonce 0"):
        send(chain, 0)


def test_gaps_and_low_fees_wait(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    late = send(chain, 1)
    cheap = send(chain, 0, account=1, fee=1, tip=1)
    assert chain.ask("eth_getTransactionReceipt", late) is None
    assert chain.ask("eth_getTransactionByHash", late)["blockHash"] is None
    assert chain.ask("eth_getTransactionByHash", cheap) is not None
    assert chain.ask("eth_getTransactionCount", chain.publisher(0), "pending") == "0x0"
    send(chain, 0)
    assert chain.ask("eth_getTransactionReceipt", late)["status"] == "0x1"
    assert chain.ask("eth_getTransactionReceipt", cheap) is None
    assert chain.ask("eth_getTransactionByHash", "0x" + "00" * 32) is None


# --- reorgs and finality -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_reorgs_return_transactions_to_the_newest_block(depth: int, carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    names = [send(chain, nonce) for nonce in range(5)]
    old = chain.ask("eth_getBlockByNumber", "latest", False)
    places = [chain.ask("eth_getTransactionReceipt", name)["blockNumber"] for name in names]
    new = chain.ask("dev_reorg", depth)
    assert chain.ask("eth_getBlockByNumber", "latest", False)["hash"] == new
    assert height(chain) == int(old["number"], 16) + 1
    for name, place in zip(names[:-depth], places, strict=False):
        assert chain.ask("eth_getTransactionReceipt", name)["blockNumber"] == place
    for name in names[-depth:]:
        assert chain.ask("eth_getTransactionReceipt", name)["blockHash"] == new
    orphan = chain.ask("eth_getBlockByHash", old["hash"], False)
    assert orphan["stateRoot"] == old["stateRoot"]


def test_reorgs_can_drop_transactions_and_send_them_again(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    name = send(chain, 0)
    for _ in range(3):
        chain.ask("dev_reorg", 1, "drop")
        assert chain.ask("eth_getTransactionReceipt", name) is None
        assert chain.ask("eth_getTransactionByHash", name) is None
        assert chain.ask("eth_getTransactionCount", chain.publisher(0), "latest") == "0x0"
        assert send(chain, 0) == name
        assert chain.ask("eth_getTransactionReceipt", name)["status"] == "0x1"


def test_reorgs_that_cannot_be(carbonseal_fresh_chain: Network) -> None:
    for params in ([0], [-1], [99], ["1"], [1, "lose"], []):
        with pytest.raises(RuntimeError):
            carbonseal_fresh_chain.ask("dev_reorg", *params)


def test_finality_tags() -> None:
    with in_thread(finality=4) as chain:
        for _ in range(9):
            chain.ask("evm_mine")
        numbers = {
            tag: int(chain.ask("eth_getBlockByNumber", tag, False)["number"], 16)
            for tag in ("earliest", "finalized", "safe", "latest")
        }
        assert numbers == {"earliest": 0, "finalized": 6, "safe": 8, "latest": 10}
    with in_thread(finality=99) as chain:
        assert chain.ask("eth_getBlockByNumber", "finalized", False)["number"] == "0x0"


# --- requests that are invalid ------------------------------------------------------------------------------------


def test_malformed_requests_get_json_rpc_errors(carbonseal_chain: Network) -> None:
    chain = carbonseal_chain
    for body, code in [
        (b"{", -32700),
        (b"\xff", -32700),
        (b"1", -32600),
        (b"{}", -32601),
        (b'{"method": "eth_nothing"}', -32601),
        (b'{"method": "_find", "params": ["latest"]}', -32601),
        (b'{"method": "__class__"}', -32601),
        (b'{"method": "eth_getBalance"}', -32602),
        (b'{"method": "eth_getBalance", "params": ["0x12"]}', -32602),
        (b'{"method": "eth_getBalance", "params": [1]}', -32602),
        (b'{"method": "eth_getBlockByNumber", "params": ["newest"]}', -32602),
        (b'{"method": "eth_getStorageAt", "params": ["0x", "0xzz"]}', -32602),
        (b'{"method": "eth_getBalance", "params": ["0x1111111111111111111111111111111111111111", "0xffff"]}', -32000),
    ]:
        assert post(chain, body)["error"]["code"] == code, body


def test_batches(carbonseal_chain: Network) -> None:
    one = {"jsonrpc": "2.0", "id": 7, "method": "eth_chainId"}
    answers = post(carbonseal_chain, json.dumps([one, {**one, "id": 8, "method": "eth_nothing"}, 1]).encode())
    assert [answer["id"] for answer in answers] == [7, 8, None]
    assert answers[0]["result"] == "0x539"


def test_requests_are_bounded(carbonseal_chain: Network) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(carbonseal_chain, b" " * (2 << 20))
    assert refused.value.code == 413
    refused.value.close()


def test_calls_change_nothing(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    call = {"from": chain.publisher(0), "to": chain.publisher(1), "value": "0x1"}
    before = chain.ask("eth_getBalance", chain.publisher(1))
    assert chain.ask("eth_call", call) == "0x"
    assert chain.ask("eth_estimateGas", call) == hex(21_000)
    assert chain.ask("eth_getBalance", chain.publisher(1)) == before
    assert chain.ask("eth_getTransactionCount", chain.publisher(0)) == "0x0"
