"""What a transaction offers to pay (EIP-1559), and how much more its replacement must offer."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal_adapters.ethereum.rpc import Rpc


@dataclass(frozen=True, slots=True)
class Fees:
    """In wei per gas."""

    limit: int  # maxFeePerGas
    tip: int  # maxPriorityFeePerGas

    def outbidding(self, other: Fees) -> Fees:
        """At least 12.5 % more than `other` on both, which is enough for every node's pool (geth asks for 10 %)."""
        return Fees(max(self.limit, _more(other.limit)), max(self.tip, _more(other.tip)))


async def suggest(rpc: Rpc) -> Fees:
    """Twice the base fee, which holds through six full blocks, and the tip that the endpoint suggests."""
    history = await rpc.ask("eth_feeHistory", "0x1", "latest", [])
    with rpc.reading("eth_feeHistory"):
        base = int(history["baseFeePerGas"][-1], 16)
    tip = await rpc.number("eth_maxPriorityFeePerGas")
    return Fees(2 * base + tip, tip)


def _more(fee: int) -> int:
    return fee + fee // 8 + 1
