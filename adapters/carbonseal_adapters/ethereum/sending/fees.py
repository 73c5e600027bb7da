"""What a transaction offers to pay (EIP-1559, or a gas price where a chain knows no other), and within which caps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median_low
from typing import Any

from carbonseal.ledger import TransientError
from carbonseal_adapters.ethereum.sending.rpc import Rpc, RpcError

GWEI = 10**9
BLOCKS = 20  # of fee history
CONTESTED = 0.05  # a block of which less is used shows what somebody offered (us, maybe), not what was asked
PERCENTILE = 50.0


@dataclass(frozen=True, slots=True)
class Fees:
    """In wei per gas. On a chain without EIP-1559 both are the gas price."""

    limit: int  # maxFeePerGas
    tip: int  # maxPriorityFeePerGas

    def outbidding(self, other: Fees) -> Fees:
        """At least 12.5 % more than `other` on both, which is enough for every node's pool (geth asks for 10 %)."""
        return Fees(max(self.limit, _more(other.limit)), max(self.tip, _more(other.tip)))

    def outbids(self, other: Fees) -> bool:
        """Whether a node would take it for a replacement: at least 10 % more on both."""
        return self.limit * 10 >= other.limit * 11 and self.tip * 10 >= other.tip * 11 and self.limit > other.limit


@dataclass(frozen=True, slots=True)
class Market:
    """What the chain asks now, in wei per gas."""

    least: int  # the next block's base fee, or the usual gas price
    tip: int  # what makes a block's maker take it soon; 0 where there is a gas price alone
    legacy: bool

    def fees(self) -> Fees:
        """Twice the base fee, which holds through six full blocks, and the tip."""
        return Fees(self.least, self.least) if self.legacy else Fees(2 * self.least + self.tip, self.tip)

    def affordable(self, balance: int, gas: int) -> Market:
        """The same; without a tip where the chain has no base fee and an account with `balance` (wei) cannot pay one: chains
        whose gas is free take that, and endpoints suggest a tip all the same."""
        is_free = self.least == 0 and balance < gas * self.fees().limit
        return replace(self, tip=0) if is_free else self


@dataclass(frozen=True, slots=True)
class Caps:
    """What is paid at most, in wei: per gas, as a tip per gas, and for one anchor in all."""

    fee: int
    tip: int
    anchor: int

    def first(self, market: Market, gas: int, spent: int) -> Fees:
        """The first offer of an anchor that has cost `spent` already. Raises `TransientError` where the caps are below what the
        chain asks: fees fall again, and until then nothing is signed that would only wait."""
        fees = self._clamp(market.fees(), gas, spent, market.legacy)
        if fees.limit < market.least:
            asked, allowed = _gwei(market.least), _gwei(fees.limit)
            raise TransientError(f"the chain asks for {asked} gwei per gas, and max-fee or max-cost allow {allowed}")
        return fees

    def next(self, market: Market, old: Fees, gas: int, spent: int) -> Fees | None:
        """An offer that replaces `old`; None where the caps leave no room for one, or gas is free."""
        if not market.fees().limit:
            return None
        fees = self._clamp(market.fees().outbidding(old), gas, spent, market.legacy)
        return fees if fees.outbids(old) else None

    def _clamp(self, fees: Fees, gas: int, spent: int, legacy: bool) -> Fees:
        limit = min(fees.limit, self.fee, max(0, self.anchor - spent) // gas)
        return Fees(limit, limit if legacy else min(fees.tip, self.tip, limit))


async def suggest(rpc: Rpc, percentile: float = PERCENTILE) -> Market:
    """What the chain asks now. The tip is the median of what that percentile of the gas in recent blocks has paid; what
    the endpoint suggests where hardly anything was in them. A chain whose blocks have no base fee has a gas price. Raises
    `TransientError`."""
    block = await rpc.ask("eth_getBlockByNumber", "latest", False)
    with rpc.reading("eth_getBlockByNumber"):
        raw = block.get("baseFeePerGas")
        newest = None if raw is None else int(raw, 16)
    if newest is None:
        return Market(await rpc.number("eth_gasPrice"), 0, legacy=True)
    try:
        history = await rpc.question("eth_feeHistory", hex(BLOCKS), "latest", [percentile])
    except RpcError:  # a chain with base fees and an endpoint without their history
        history = {"baseFeePerGas": [hex(newest * 9 // 8)]}
    with rpc.reading("eth_feeHistory"):
        base, tips = int(history["baseFeePerGas"][-1], 16), _tips(history)
    return Market(base, median_low(tips) if tips else await _suggested_tip(rpc, newest), legacy=False)


def _tips(history: dict[str, Any]) -> list[int]:
    """What blocks with some competition in them were paid."""
    rewards, used = history.get("reward") or [], history.get("gasUsedRatio") or []
    return [int(reward[0], 16) for reward, ratio in zip(rewards, used, strict=False) if ratio >= CONTESTED]


async def _suggested_tip(rpc: Rpc, base: int) -> int:
    """What the endpoint would offer, in wei per gas; where it says no more, what its gas price leaves beside `base`, the
    newest block's base fee."""
    try:
        suggested = await rpc.question("eth_maxPriorityFeePerGas")
    except RpcError:
        return max(0, await rpc.number("eth_gasPrice") - base)
    with rpc.reading("eth_maxPriorityFeePerGas"):
        return int(suggested, 16)


def _more(fee: int) -> int:
    return fee + fee // 8 + 1


def _gwei(fee: int) -> str:
    return f"{fee / GWEI:,.3f}".rstrip("0").rstrip(".")
