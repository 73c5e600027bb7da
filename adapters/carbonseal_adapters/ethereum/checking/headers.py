"""Block headers: from JSON-RPC's block to the RLP that is hashed, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.ethereum.checking import codes, rlp
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.options import to_hex

# In the order of the header; from baseFeePerGas on, each fork added some at the end (EIP-1559, 4895, 4844, 4788, 7685).
_DATA, _QUANTITY = True, False
FIELDS = (
    ("parentHash", _DATA),
    ("sha3Uncles", _DATA),
    ("miner", _DATA),
    ("stateRoot", _DATA),
    ("transactionsRoot", _DATA),
    ("receiptsRoot", _DATA),
    ("logsBloom", _DATA),
    ("difficulty", _QUANTITY),
    ("number", _QUANTITY),
    ("gasLimit", _QUANTITY),
    ("gasUsed", _QUANTITY),
    ("timestamp", _QUANTITY),
    ("extraData", _DATA),
    ("mixHash", _DATA),
    ("nonce", _DATA),
    ("baseFeePerGas", _QUANTITY),
    ("withdrawalsRoot", _DATA),
    ("blobGasUsed", _QUANTITY),
    ("excessBlobGas", _QUANTITY),
    ("parentBeaconBlockRoot", _DATA),
    ("requestsHash", _DATA),
)
OLDEST_FIELDS = 15  # before London
EXTRA = FIELDS.index(("extraData", _DATA))
VANITY = 32  # bytes before GoQuorum's seals
BFT = "0x" + b"ctical byzantine fault tolerance".hex()  # the mixHash of blocks by IBFT and QBFT (EIP-650)
STATE_ROOT, NUMBER, TIMESTAMP = 3, 8, 11


@dataclass(frozen=True, slots=True)
class Header:
    """What a verifier reads of a header."""

    hash: bytes  # 32 bytes
    state_root: bytes  # 32 bytes
    number: int
    timestamp: int  # seconds since 1970


def read_header(data: bytes) -> Header:
    """Raises `Refused` (ethereum.header-malformed, ethereum.rlp-…)."""
    fields = rlp.decode(data)
    if (
        not isinstance(fields, list) or len(fields) < OLDEST_FIELDS
    ):  # forks add to it, and a verifier reads none of that
        raise Refused(codes.HEADER_MALFORMED(problem=f"it is not a list of {OLDEST_FIELDS} items or more"))
    state_root = fields[STATE_ROOT]
    if not isinstance(state_root, bytes) or len(state_root) != 32:
        raise Refused(codes.HEADER_MALFORMED(problem="its state root has not 32 bytes"))
    return Header(
        keccak256(data), state_root, _quantity(fields[NUMBER], "number"), _quantity(fields[TIMESTAMP], "timestamp")
    )


def write_header(block: Mapping[str, Any]) -> bytes:
    """The RLP that a block's hash is the hash of, from the hexadecimal strings of `eth_getBlockBy…`.

    Consortium chains by Besu (QBFT, IBFT 2) and GoQuorum hash a header without the seals that validators put into its
    `extraData` afterwards; there, this is the header without them. Raises ValueError where a field is missing or malformed.
    A fork that is not known here shows as another hash.
    """
    fields: list[rlp.Item] = []
    for position, (name, is_data) in enumerate(FIELDS):
        text = block.get(name)
        if text is None and position >= OLDEST_FIELDS:
            continue  # anvil's genesis before Shanghai has fields of later forks, and hashes them
        if not isinstance(text, str) or not text.startswith("0x"):
            raise ValueError(f"the block's {name} is not a hexadecimal string")
        fields.append(bytes.fromhex(text[2:]) if is_data else rlp.number(int(text, 16)))
    header = rlp.encode(fields)
    if block["mixHash"] == BFT:
        for extra in _unsealed(bytes.fromhex(block["extraData"][2:])):
            unsealed = rlp.encode([*fields[:EXTRA], extra, *fields[EXTRA + 1 :]])
            if to_hex(keccak256(unsealed)) == block.get("hash"):
                return unsealed
    return header


def _unsealed(extra: bytes) -> Iterator[bytes]:
    """The `extraData` of such a block as it is hashed: one of these, depending on the client."""
    match _decoded(extra):
        case [vanity, validators, vote, _round, _seals]:
            yield rlp.encode([vanity, validators, vote, b"", []])  # QBFT
            yield rlp.encode([vanity, validators, vote])  # IBFT 2
    match _decoded(extra[VANITY:]):
        case [validators, seal, _seals]:
            yield extra[:VANITY] + rlp.encode([validators, seal, []])  # GoQuorum's IBFT


def _decoded(data: bytes) -> rlp.Item:
    try:
        return rlp.decode(data)
    except Refused:
        return b""


def _quantity(item: rlp.Item, name: str) -> int:
    if not isinstance(item, bytes) or len(item) > 8 or item[:1] == b"\0":
        raise Refused(codes.HEADER_MALFORMED(problem=f"its {name} is not an integer below 2^64"))
    return int.from_bytes(item, "big")
