"""What a transaction offers to pay, within its caps, and what there is to pay with."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.ledger import Balance, TransientError
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.fees import GWEI, Caps, Fees, Market, suggest
from carbonseal_adapters.ethereum.sending.ledger import connect
from carbonseal_adapters.ethereum.sending.rpc import Rpc
from carbonseal_adapters.ethereum.sending.signatures import address_of
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_adapters.ethereum.sending.transactions import fees_of, read_signed
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.calls import transact
from tests.ethereum.endpoints import Answer, Change, before
from tests.ethereum.networks import anchor, command, connected
from tests.ethereum.sending.chains import events_of, sent_by, through

CAPS = Caps(fee=100 * GWEI, tip=5 * GWEI, anchor=10**16)


def test_an_offer_stays_within_every_cap() -> None:
    market = Market(least=10 * GWEI, tip=2 * GWEI, legacy=False)
    assert CAPS.first(market, 90_000, 0) == Fees(22 * GWEI, 2 * GWEI)
    assert CAPS.first(Market(60 * GWEI, 9 * GWEI, legacy=False), 90_000, 0) == Fees(100 * GWEI, 5 * GWEI)
    assert CAPS.first(market, 90_000, 10**16 - 90_000 * 12 * GWEI) == Fees(12 * GWEI, 2 * GWEI)
    assert CAPS.first(Market(30 * GWEI, 0, legacy=True), 90_000, 0) == Fees(30 * GWEI, 30 * GWEI)


@pytest.mark.parametrize(("least", "spent"), [(101 * GWEI, 0), (10 * GWEI, 10**16 - 1), (10 * GWEI, 2 * 10**16)])
def test_what_is_too_dear_waits(least: int, spent: int) -> None:
    with pytest.raises(TransientError, match="gwei"):
        CAPS.first(Market(least, 0, legacy=False), 90_000, spent)


def test_a_replacement_outbids_both_fees_or_is_none() -> None:
    quiet = Market(GWEI, 1, legacy=False)
    offered = Fees(2 * GWEI, GWEI)
    steps = 0
    while (better := CAPS.next(quiet, offered, 90_000, 0)) is not None:
        assert better.limit * 10 >= offered.limit * 11
        assert better.tip * 10 >= offered.tip * 11
        assert better.tip <= CAPS.tip
        assert better.limit <= CAPS.fee
        offered, steps = better, steps + 1
    assert offered.tip * 11 > CAPS.tip * 10  # there was no room for one more
    assert steps > 5
    assert CAPS.next(quiet, Fees(CAPS.fee, GWEI), 90_000, 0) is None
    assert CAPS.next(Market(0, 0, legacy=False), Fees(0, 0), 90_000, 0) is None  # gas is free


def test_the_tip_is_what_recent_blocks_were_paid(carbonseal_fresh_chain: Network) -> None:
    history = {
        "baseFeePerGas": ["0x64", "0x65", "0x66", "0x67"],
        "gasUsedRatio": [0.5, 0, 0.9],
        "reward": [["0x5"], ["0x0"], ["0x9"]],
    }
    nearly_empty = [0.0016, 0.049, 0]
    asked = []

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_feeHistory":
            asked.append(params[2])
            return {"jsonrpc": "2.0", "id": 1, "result": history}
        return answer()

    async def scenario(endpoint: str) -> None:
        rpc = Rpc(endpoint)
        try:
            assert await suggest(rpc, 20.0) == Market(0x67, 5, legacy=False)
            history["gasUsedRatio"] = nearly_empty
            assert (await suggest(rpc)).tip == GWEI  # what was paid there was not asked: the endpoint is
        finally:
            await rpc.close()

    with before(carbonseal_fresh_chain, change) as endpoint:
        asyncio.run(scenario(endpoint))
    assert asked == [[20.0], [50.0]]


def lacking(*methods: str) -> Change:
    """An endpoint without these."""

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        if method in methods:
            return {
                "jsonrpc": "2.0",
                "id": 1,
                "error": {"code": -32601, "message": f"the method {method} does not exist"},
            }
        return answer()

    return change


def test_an_endpoint_without_fee_history(carbonseal_every_fresh_chain: Network) -> None:
    """The newest block says what the next one may ask for at most; the tip is what the endpoint would offer."""
    chain = carbonseal_every_fresh_chain

    async def market(*methods: str) -> Market:
        with before(chain, lacking(*methods)) as endpoint:
            async with through(endpoint, chain) as ledger:
                found = await suggest(ledger._rpc)
                await ledger.send(await ledger.prepare(anchor(len(methods)), []))
                return found

    base = int(chain.ask("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    tip = int(chain.ask("eth_maxPriorityFeePerGas"), 16)
    assert asyncio.run(market("eth_feeHistory")) == Market(base * 9 // 8, tip, legacy=False)
    price, head = int(chain.ask("eth_gasPrice"), 16), chain.ask("eth_getBlockByNumber", "latest", False)
    base = int(head["baseFeePerGas"], 16)
    found = asyncio.run(market("eth_feeHistory", "eth_maxPriorityFeePerGas"))
    assert found == Market(base * 9 // 8, price - base, legacy=False)
    assert len(events_of(chain)) == sent_by(chain) == 2


def test_what_a_node_offers_alone_does_not_drive_its_own_price(carbonseal_fresh_chain: Network) -> None:
    """A crowd and replacements leave high tips behind; on a quiet chain they are the only ones to be seen."""
    chain = carbonseal_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            chain.automine(False)
            first = await ledger.prepare(anchor(1), [])
            attempts = [first]
            for _ in range(8):
                attempts.append(await ledger.prepare(anchor(1), attempts))
            await ledger.send(attempts[-1])
            chain.mine()
            await ledger.follow(attempts[::-1])
            assert fees_of(attempts[-1].payload).tip > 2 * fees_of(first.payload).tip
            assert fees_of((await ledger.prepare(anchor(2), attempts)).payload).tip == fees_of(first.payload).tip

    asyncio.run(scenario())


def test_a_chain_where_gas_is_free(carbonseal_fresh_chain: Network) -> None:
    """As in consortia: an account without money anchors at a gas price of 0, without a warning about its balance."""
    chain = carbonseal_fresh_chain

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_gasPrice":
            return {"jsonrpc": "2.0", "id": 1, "result": "0x0"}
        if method == "eth_getBalance":
            return {"jsonrpc": "2.0", "id": 1, "result": "0x0"}
        reply = answer()
        if method == "eth_getBlockByNumber":
            reply["result"].pop("baseFeePerGas", None)
        return reply

    async def scenario(endpoint: str) -> None:
        async with through(endpoint, chain) as ledger:
            first = await ledger.prepare(anchor(1), [])
            assert fees_of(first.payload) == Fees(0, 0)
            assert await ledger.prepare(anchor(1), [first]) == first
            balance = await ledger.balance()
            assert balance is not None
            assert (balance.amount, balance.warning) == (0, "")

    with before(chain, change) as endpoint:
        asyncio.run(scenario(endpoint))


def test_a_chain_without_base_fees(carbonseal_fresh_chain: Network) -> None:
    """A gas price is all that it knows."""
    chain = carbonseal_fresh_chain

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_feeHistory":
            return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "the method does not exist"}}
        reply = answer()
        if method == "eth_getBlockByNumber":
            reply["result"].pop("baseFeePerGas", None)
        return reply

    async def scenario(endpoint: str) -> None:
        async with through(endpoint, chain) as ledger:
            await command(chain, "evm_setAutomine", False)
            first = await ledger.prepare(anchor(1), [])
            assert first.payload[0] >= 0xC0  # a list: no type before it
            await ledger.send(first)
            second = await ledger.prepare(anchor(1), [first])
            assert (second.slot, read_signed(second.payload)[0].legacy) == (first.slot, True)
            assert fees_of(second.payload).limit * 10 >= fees_of(first.payload).limit * 11
            await ledger.send(second)
            await command(chain, "evm_mine")
            assert (await ledger.follow([second, first])).attempt == second.id

    with before(chain, change) as endpoint:
        asyncio.run(scenario(endpoint))
    assert len(events_of(chain)) == sent_by(chain) == 1


def test_a_low_balance_is_said_before_it_stops_anything(carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain

    async def balance(key: bytes, **options: str) -> Balance:
        chosen = {"registry": chain.deployment.registry, "key": "env:KEY", **options}
        ledger = await connect(chain.uri, chosen, lambda uri: key.hex().encode())
        try:
            found = await ledger.balance()
            assert found is not None
            return found
        finally:
            await ledger.close()

    rich = asyncio.run(balance(chain.key(0)))
    assert (rich.unit, rich.decimals, rich.amount, rich.warning) == ("ETH", 18, 10_000 * 10**18, "")
    poor = asyncio.run(balance(b"\x07" * 32, coin="POL"))
    assert poor.amount == 0
    assert "0 POL left, which pays for 0 anchors" in poor.warning
    low = asyncio.run(balance(chain.key(0), **{"low-balance": "10001"}))
    assert "fund it" in low.warning
    assert (rich.empty, low.empty, poor.empty) == (False, False, True)
    assert asyncio.run(balance(b"\x07" * 32, **{"low-balance": "0"})).warning  # whatever counts as low
    one = 90_000 * 10**9 * 2  # what an anchor may cost where 2 gwei are offered at most
    for anchors, words in ((60, ""), (40, "which pays for 40 anchors")):  # fifty are enough
        key = anchors.to_bytes(32, "big")
        funded = transact(chain, to_hex(address_of(LocalKey(key).public_key[1:])), b"", value=anchors * one)
        assert funded["status"] == "0x1"
        assert words in (reply := asyncio.run(balance(key, **{"max-fee": "2"})).warning)
        assert bool(reply) == bool(words)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("max-fee", "-1"),
        ("max-fee", "much"),
        ("max-tip", ""),
        ("max-cost", "1,5"),
        ("max-cost", "nan"),
        ("fee-percentile", "101"),
        ("replace-after", "٣"),
        ("since", "1.5"),
        ("low-balance", "0x1"),
    ],
)
def test_settings_are_read_strictly(option: str, value: str, carbonseal_chain: Network) -> None:
    async def scenario() -> None:
        with pytest.raises(Refused) as refused:
            async with connected(carbonseal_chain, 0, **{option: value}):
                pass
        assert refused.value.finding.code is codes.SETTING_MALFORMED
        assert refused.value.finding.place == (option,)

    asyncio.run(scenario())
