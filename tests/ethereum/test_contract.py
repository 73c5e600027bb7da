"""AnchorRegistry on every chain: what it takes, refuses, stores, tells and costs."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak

from carbonseal.ledger import Anchor, Statement
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_adapters.ethereum.sending.fees import Fees
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_adapters.ethereum.sending.transactions import Transaction, hash_of
from carbonseal_devnet.ethereum.network import Network

from .networks import connected, statement

ZEROS = "0x" + "00" * 32


@pytest.fixture
def contract(carbonseal_every_chain: Network, request: pytest.FixtureRequest) -> SimpleNamespace:
    """The chain is everybody's, and the logs are each test's own."""
    chain = carbonseal_every_chain
    address = chain.deployment.registry

    def transact(data: bytes, account: int = 0) -> dict[str, Any]:
        """Send it whatever it does; the receipt."""
        signer = DigestSigner(LocalKey(chain.key(account)))
        nonce = int(chain.ask("eth_getTransactionCount", signer.account, "latest"), 16)
        to, fees = bytes.fromhex(address[2:]), Fees(10**10, 10**9)
        payload = asyncio.run(signer.sign(Transaction(1337, nonce, to, data, 200_000, fees)))
        chain.ask("eth_sendRawTransaction", "0x" + payload.hex())
        receipt: dict[str, Any] = chain.ask("eth_getTransactionReceipt", hash_of(payload))
        return receipt

    def call(data: bytes, account: int = 0) -> str:
        return str(chain.ask("eth_call", {"from": chain.publisher(account), "to": address, "data": "0x" + data.hex()}))

    def stored(said: Statement, account: int = 0) -> str:
        return call(registry.call_anchors(bytes.fromhex(chain.publisher(account)[2:]), said))

    def about(size: int, log: str = "log", root: str = "root") -> Statement:
        return statement(size, f"{request.node.name} {log}", root)

    return SimpleNamespace(chain=chain, address=address, transact=transact, call=call, stored=stored, about=about)


def raw_anchor(log: bytes, size: int, root: bytes) -> bytes:
    return keccak(text="anchor(bytes32,uint64,bytes32)")[:4] + encode(
        ["bytes32", "uint256", "bytes32"], [log, size, root]
    )


def test_an_anchor_is_stored_and_has_an_event(contract: SimpleNamespace) -> None:
    said = contract.about(7)
    receipt = contract.transact(registry.call_anchor(said))
    assert receipt["status"] == "0x1"
    assert contract.stored(said) == "0x" + said.digest().hex()
    (event,) = receipt["logs"]
    assert event["address"] == contract.address
    assert event["topics"] == [
        "0x" + registry.ANCHORED.hex(),
        "0x" + "00" * 12 + contract.chain.publisher(0)[2:],
        "0x" + said.log_id.hex(),
        f"0x{7:064x}",
    ]
    assert event["data"] == "0x" + said.root.hex() + said.digest().hex()


@pytest.mark.parametrize("size", [1, 255, 256, 2**32, 2**64 - 1])
def test_the_digest_is_the_same_as_everywhere(contract: SimpleNamespace, size: int) -> None:
    said = Statement(b"\x00" * 31 + b"\x01", size, b"\xff" * 32)
    contract.transact(registry.call_anchor(said))
    assert contract.stored(said) == "0x" + said.digest().hex()


def test_the_same_again_succeeds_and_changes_nothing(contract: SimpleNamespace) -> None:
    said = contract.about(7)
    contract.transact(registry.call_anchor(said))
    again = contract.transact(registry.call_anchor(said))
    assert (again["status"], again["logs"]) == ("0x1", [])
    assert contract.stored(said) == "0x" + said.digest().hex()


def test_another_root_for_the_size_is_refused(contract: SimpleNamespace) -> None:
    contract.transact(registry.call_anchor(contract.about(7)))
    other = contract.about(7, root="other")
    assert contract.transact(registry.call_anchor(other))["status"] == "0x0"
    with pytest.raises(RuntimeError, match="another root"):
        contract.call(registry.call_anchor(other))
    assert contract.stored(other) == "0x" + contract.about(7).digest().hex()


def test_publishers_logs_and_sizes_are_kept_apart(contract: SimpleNamespace) -> None:
    contract.transact(registry.call_anchor(contract.about(7)))
    assert contract.stored(contract.about(7), account=1) == ZEROS
    assert contract.transact(registry.call_anchor(contract.about(7, root="other")), account=1)["status"] == "0x1"
    assert contract.transact(registry.call_anchor(contract.about(7, log="other")))["status"] == "0x1"
    assert contract.transact(registry.call_anchor(contract.about(8)))["status"] == "0x1"
    assert contract.stored(contract.about(7)) == "0x" + contract.about(7).digest().hex()


def test_sizes_that_no_log_has(contract: SimpleNamespace) -> None:
    with pytest.raises(RuntimeError, match="size zero"):
        contract.call(raw_anchor(b"\x01" * 32, 0, b"\x02" * 32))
    with pytest.raises(RuntimeError, match="reverted"):
        contract.call(raw_anchor(b"\x01" * 32, 2**64, b"\x02" * 32))
    with pytest.raises(RuntimeError, match="reverted"):
        contract.call(raw_anchor(b"\x01" * 32, 1, b"\x02" * 32)[:-1])


def test_it_takes_no_money_and_knows_nothing_else(contract: SimpleNamespace) -> None:
    chain, call = contract.chain, "0x" + registry.call_anchor(contract.about(1)).hex()
    for wrong in ({"data": call, "value": "0x1"}, {"data": "0x"}, {"data": "0x12345678"}, {"value": "0x1"}):
        with pytest.raises(RuntimeError, match="reverted"):
            chain.ask("eth_call", {"from": chain.publisher(0), "to": contract.address, **wrong})


def test_the_slot_is_where_the_verifier_looks(contract: SimpleNamespace) -> None:
    said = contract.about(7)
    contract.transact(registry.call_anchor(said))
    place = registry.slot(bytes.fromhex(contract.chain.publisher(0)[2:]), said)
    held = contract.chain.ask("eth_getStorageAt", contract.address, "0x" + place.hex(), "latest")
    assert held == "0x" + said.digest().hex()


def test_gas(contract: SimpleNamespace) -> None:
    """At or below what the design reckons with."""
    first = int(contract.transact(registry.call_anchor(contract.about(7)))["gasUsed"], 16)
    repeated = int(contract.transact(registry.call_anchor(contract.about(8)))["gasUsed"], 16)
    again = int(contract.transact(registry.call_anchor(contract.about(7)))["gasUsed"], 16)
    print(f"gas: first anchor {first:,}, the next one {repeated:,}, the same again {again:,}")
    assert first <= 69_000
    assert repeated <= 51_500
    assert again <= 26_000


def test_the_call_data_is_what_the_abi_says() -> None:
    from web3 import Web3

    abi = Web3().eth.contract(abi=registry.artifact()["abi"])
    said, publisher = statement(7), b"\x11" * 20
    assert "0x" + registry.call_anchor(said).hex() == abi.encode_abi("anchor", [said.log_id, said.size, said.root])
    view = abi.encode_abi("anchors", [Web3.to_checksum_address(publisher), said.log_id, said.size])
    assert "0x" + registry.call_anchors(publisher, said).hex() == view
    assert abi.events.Anchored().topic == "0x" + registry.ANCHORED.hex()


def test_the_adapter_writes_what_the_contract_holds(contract: SimpleNamespace) -> None:
    async def scenario() -> Statement | None:
        async with connected(contract.chain) as ledger:
            anchor = Anchor(contract.about(9), b"a signed note, which Ethereum does not look at")
            await ledger.send(await ledger.prepare(anchor, []))
            return await ledger.latest(contract.about(9).log_id)

    assert asyncio.run(scenario()) == contract.about(9)
    assert contract.stored(contract.about(9)) == "0x" + contract.about(9).digest().hex()
