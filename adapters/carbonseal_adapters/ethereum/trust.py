"""Gathers the block hashes that evidence rests on, from an endpoint of the verifier's choice. Standard library only.

What an endpoint says is a claim. It becomes trust because the verifier chose the endpoint; each item says whence it came.
"""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Sequence
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.ledger import Evidence, Retry, TrustItem
from carbonseal_adapters.ethereum import codes
from carbonseal_adapters.ethereum.endpoints import origin
from carbonseal_adapters.ethereum.evidence import decode
from carbonseal_adapters.ethereum.headers import read_header, write_header
from carbonseal_adapters.ethereum.options import chain_id, read_hash, to_hex
from carbonseal_adapters.ethereum.state import BLOCK
from carbonseal_adapters.ethereum.trie import keccak256

MAX_ANSWER = 4 << 20  # a block's header and the hashes of its transactions
TIMEOUT = 30  # seconds


def gather(name: str, evidence: Sequence[Evidence], endpoint: str, when: str) -> Sequence[TrustItem]:
    """The hashes of block 0 and of every block that `evidence` rests on, as `endpoint` has them now.

    Where the endpoint has another hash than the evidence (a reorg, or a lie) its own is what is returned: the verifier
    then says so. Raises `Refused` where the endpoint serves another chain, contradicts itself or lacks a block, or where
    evidence is malformed; `Retry` where it cannot be reached.
    """
    expected = chain_id(name)
    origin(endpoint)  # refuses what is no address before anything is sent
    found = _ask(endpoint, "eth_chainId")
    if not isinstance(found, str) or not found.startswith("0x") or int(found, 16) != expected:
        raise Refused(codes.ENDPOINT_OTHER_CHAIN(endpoint=origin(endpoint), found=found, expected=expected))
    known = [parts for one in evidence if (parts := decode(one)) is not None]
    numbers = {read_header(parts.header).number for parts in known}
    return [
        TrustItem(
            name, BLOCK, {"number": number, "hash": to_hex(_block_hash(endpoint, number))}, origin(endpoint), when
        )
        for number in sorted({0} | numbers)
    ]


def _block_hash(endpoint: str, number: int) -> bytes:
    """The hash of a block, which its header must have."""
    block = _ask(endpoint, "eth_getBlockByNumber", hex(number), False)
    if block is None:
        raise Refused(codes.ENDPOINT_BLOCK_MISSING(endpoint=origin(endpoint), number=number))
    try:
        digest = read_hash(block["hash"])
        if int(block["number"], 16) != number or keccak256(write_header(block)) != digest:
            raise ValueError(f"the header of block {number} does not have its hash")
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(_unusable(endpoint, "eth_getBlockByNumber", error)) from error
    return digest


def _ask(endpoint: str, method: str, *params: object) -> Any:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "carbonseal"}
    request = urllib.request.Request(endpoint, body, headers)  # noqa: S310 - `gather` has checked the scheme
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
            answer = response.read(MAX_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:  # URLError and timeouts are among the first
        raise Retry(f"{origin(endpoint)}: {error}") from error
    try:
        if len(answer) > MAX_ANSWER:
            raise ValueError(f"it has more than {MAX_ANSWER} bytes")
        return json.loads(answer)["result"]
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(_unusable(endpoint, method, error)) from error


def _unusable(endpoint: str, method: str, error: Exception) -> Finding:
    return codes.ENDPOINT_ANSWER(endpoint=origin(endpoint), method=method, problem=error)
