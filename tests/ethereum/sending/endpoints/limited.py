"""Endpoints as people meet them, in front of a chain: each limit is a change of answers for `endpoints.before`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.endpoints import Answer, before

Limit = Callable[[Network, str, list[Any]], Any]  # what to give in place of the chain's answer; None: the chain's
WINDOW = "distance to target block exceeds maximum proof window"


def refusal(code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}


def without(*methods: str) -> Limit:
    """These methods do not exist."""

    def limit(_chain: Network, method: str, _params: list[Any]) -> Any:
        unknown = refusal(-32601, f"the method {method} does not exist/is not available")
        return unknown if method in methods else None

    return limit


def refused_events(_chain: Network, method: str, _params: list[Any]) -> Any:
    return refusal(-32005, "limit exceeded") if method == "eth_getLogs" else None


def few_events(_chain: Network, method: str, params: list[Any]) -> Any:
    """Of three blocks at a time."""
    if method != "eth_getLogs" or int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) < 3:
        return None
    return refusal(-32602, "range exceeds limit of 3")


def tagless(_chain: Network, method: str, params: list[Any]) -> Any:
    """No block is called safe or finalized: the tags are errors."""
    is_tag = method == "eth_getBlockByNumber" and params[0] in {"safe", "finalized"}
    return refusal(-39001, "Unknown block") if is_tag else None


def null_tags(chain: Network, method: str, params: list[Any]) -> Any:
    """The same, and the answer is null."""
    return {"jsonrpc": "2.0", "id": 1, "result": None} if tagless(chain, method, params) else None


def narrow(chain: Network, method: str, params: list[Any]) -> Any:
    """Only the newest two blocks are proved."""
    if method != "eth_getProof":
        return None
    newest = chain.height
    wanted = newest if params[2] == "latest" else int(params[2], 16)
    return refusal(-32602, WINDOW) if wanted < newest - 1 else None


def forgetful(chain: Network, method: str, params: list[Any]) -> Any:
    """Only the states of the newest two blocks are kept."""
    if method not in {"eth_call", "eth_getTransactionCount"} or not params[1].startswith("0x"):
        return None
    return refusal(-32000, "missing trie node") if int(params[1], 16) < chain.height - 1 else None


def late(refused: int = 5) -> Limit:
    """The first proof is given, so many next ones are refused, and meanwhile the chain goes on."""
    asked = count()

    def limit(chain: Network, method: str, _params: list[Any]) -> Any:
        if method != "eth_getProof" or not 0 < next(asked) <= refused:
            return None
        chain.mine(2)
        return refusal(-32602, WINDOW)

    return limit


def busy() -> Limit:
    """Two of three requests are refused with 429."""
    asked = count(1)
    return lambda _chain, _method, _params: (429, 0) if next(asked) % 3 else None


@contextmanager
def limited(chain: Network, limits: Sequence[Limit]) -> Iterator[str]:
    """The address of an endpoint with all these limits."""

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        for limit in limits:
            given = limit(chain, method, params)
            if given is not None:
                return given
        return answer()

    with before(chain, change) as endpoint:
        yield endpoint
