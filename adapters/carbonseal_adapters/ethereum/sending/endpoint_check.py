"""Endpoint check: asks an endpoint once for what anchors will need of it, before anything is paid there.

- `eth_getProof` (EIP-1186): without it there is no evidence of an anchor that is paid.
- `eth_getLogs`: without it a node cannot compare itself with the newest anchor of its log when it starts.
"""

from __future__ import annotations

from typing import Any

from carbonseal.ledger import PermanentError, TransientError
from carbonseal_adapters.ethereum.sending.rpc import Rpc, RpcError

OTHER = "use an endpoint that answers it"


async def check_endpoint(rpc: Rpc, address: str, *, logs: bool) -> None:
    """Ask for a proof of the account at `address`, and, where `logs` are needed, for its events in the newest block.

    Raises `PermanentError` where the endpoint does not serve a method, `TransientError` where it does not answer now.
    """
    await _ask(rpc, "eth_getProof", address, [], "latest")
    if logs:
        newest = hex(await rpc.number("eth_blockNumber"))
        await _ask(rpc, "eth_getLogs", {"address": address, "fromBlock": newest, "toBlock": newest})


async def _ask(rpc: Rpc, method: str, *params: Any) -> None:
    try:
        await rpc.question(method, *params)
    except RpcError as error:
        reason = f"{rpc.endpoint} does not answer {method}, which anchors need ({error})"
        if error.is_unsupported:
            raise PermanentError(reason, OTHER) from error
        raise TransientError(f"{reason}: {OTHER}, or try again later") from error
