"""Accounts that every local chain funds, and the genesis that funds them. Imports nothing heavy."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

from eth_keys.datatypes import PrivateKey

LOOPBACK = "127.0.0.1"
CHAIN_ID = 1337
ACCOUNTS = 10
DEPLOYER = ACCOUNTS - 1  # the registry's; the accounts before it are for publishers
GAS_LIMIT = 30_000_000
GENESIS_TIME = 1_767_225_600  # 2026-01-01T00:00:00Z
GWEI = 10**9
ETHER = 10**18
FUNDS = 10_000 * ETHER

# Forks that are named by a block's number.
FORKS = (
    "homestead",
    "eip150",
    "eip155",
    "eip158",
    "byzantium",
    "constantinople",
    "petersburg",
    "istanbul",
    "berlin",
    "london",
)

Clock = Callable[[], int]  # seconds since 1970


def wall_clock() -> int:
    """Seconds since 1970."""
    return int(time.time())


def account_key(number: int) -> bytes:
    """The private key of a pre-funded account, 32 bytes. Known to everybody, so never use it anywhere else."""
    return hashlib.sha256(f"carbonseal devnet account {number}".encode()).digest()


def address_of(key: bytes) -> bytes:
    """The address (20 bytes) of a private key (32 bytes)."""
    address: bytes = PrivateKey(key).public_key.to_canonical_address()
    return address


def funded() -> list[bytes]:
    """The addresses of all accounts."""
    return [address_of(account_key(number)) for number in range(ACCOUNTS)]


def genesis(chain_id: int) -> dict[str, Any]:
    """A genesis file as geth and anvil read it: merged and at Prague from the first block on."""
    blobs = {"target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716}
    return {
        "config": {
            "chainId": chain_id,
            **{f"{name}Block": 0 for name in FORKS},
            **{f"{name}Time": 0 for name in ("shanghai", "cancun", "prague")},
            "terminalTotalDifficulty": 0,
            "blobSchedule": {"cancun": blobs, "prague": blobs},
        },
        "alloc": {"0x" + address.hex(): {"balance": hex(FUNDS)} for address in funded()},
        "difficulty": "0x0",
        "gasLimit": hex(GAS_LIMIT),
        "baseFeePerGas": hex(GWEI),
        "timestamp": hex(GENESIS_TIME),
        "extraData": "0x" + b"carbonseal".hex(),
    }
