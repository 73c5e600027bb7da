"""The contracts that anchors are written to, as the sender needs to know them. Pure: the ledger does the queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

from carbonseal.findings import Refused
from carbonseal.ledger import Capabilities, Evidence, Statement
from carbonseal_adapters.ethereum.checking import codes, eas, registry
from carbonseal_adapters.ethereum.checking.evidence import Pins, StorageEvidence
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.options import chain_id, read_address, to_hex


class AnchorState(Enum):
    """What a contract holds for a statement."""

    ABSENT = auto()
    ANCHORED = auto()
    CONTRADICTED = auto()  # another root for the same size


class Contract(Protocol):
    """One contract on one chain, and under whose name anchors are written there."""

    @property
    def address(self) -> bytes:
        """The contract's address, 20 bytes."""
        ...

    @property
    def publisher(self) -> str:
        """The publisher as evidence and policies write it."""
        ...

    @property
    def pins(self) -> Pins | eas.EasPins:
        """What evidence from here is checked against."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities of a ledger that anchors there."""
        ...

    def call_anchor(self, statement: Statement) -> bytes:
        """The call data that anchors."""
        ...

    def call_lookup(self, statement: Statement) -> bytes:
        """The call data that asks for `state_of`."""
        ...

    def state_of(self, statement: Statement, answer: bytes) -> AnchorState:
        """What the 32 bytes mean that `call_lookup` got for an answer."""
        ...

    def slot(self, statement: Statement) -> bytes:
        """The storage slot that evidence proves, 32 bytes."""
        ...

    def topics(self, log: bytes) -> list[str] | None:
        """The topics of the events of a log's anchors; None where there are no such events."""
        ...

    def evidence(self, header: bytes, account_proof: tuple[bytes, ...], storage_proof: tuple[bytes, ...]) -> Evidence:
        """What a verifier reads, from the header's RLP and EIP-1186's proofs of `slot`."""
        ...

    def options(self) -> dict[str, str]:
        """The options of a policy's `ledger` line."""
        ...


REGISTRY_CAPABILITIES = Capabilities(
    tells_publisher=True,
    refuses_second_root=True,
    knows_latest=True,
    needs_money=True,
    can_be_asked_later=True,
    gives_time=True,
)
# EAS time-stamps digests: it knows neither who did nor of which log they are.
EAS_CAPABILITIES = replace(REGISTRY_CAPABILITIES, tells_publisher=False, refuses_second_root=False, knows_latest=False)


@dataclass(frozen=True, slots=True)
class RegistryContract:
    """An AnchorRegistry, under the account that sends."""

    pins: Pins
    account: bytes  # 20 bytes

    @property
    def address(self) -> bytes:
        return self.pins.registry

    @property
    def publisher(self) -> str:
        return to_hex(self.account)

    @property
    def capabilities(self) -> Capabilities:
        return REGISTRY_CAPABILITIES

    def call_anchor(self, statement: Statement) -> bytes:
        return registry.call_anchor(statement)

    def call_lookup(self, statement: Statement) -> bytes:
        return registry.call_anchors(self.account, statement)

    def state_of(self, statement: Statement, answer: bytes) -> AnchorState:
        if answer == bytes(32):
            return AnchorState.ABSENT
        return AnchorState.ANCHORED if answer == statement.digest() else AnchorState.CONTRADICTED

    def slot(self, statement: Statement) -> bytes:
        return registry.slot(self.account, statement)

    def topics(self, log: bytes) -> list[str] | None:
        return [to_hex(registry.ANCHORED), to_hex(self.account.rjust(32, b"\0")), to_hex(log)]

    def evidence(self, header: bytes, account_proof: tuple[bytes, ...], storage_proof: tuple[bytes, ...]) -> Evidence:
        return StorageEvidence(self.address, self.account, header, account_proof, storage_proof).encode()

    def options(self) -> dict[str, str]:
        return {
            "genesis": to_hex(self.pins.genesis),
            "registry": to_hex(self.address),
            "code": to_hex(self.pins.code),
            "publisher": self.publisher,
        }


@dataclass(frozen=True, slots=True)
class EasContract:
    """An EAS contract, which stores no publisher."""

    pins: eas.EasPins

    @property
    def address(self) -> bytes:
        return self.pins.eas

    @property
    def publisher(self) -> str:
        return eas.ANYONE

    @property
    def capabilities(self) -> Capabilities:
        return EAS_CAPABILITIES

    def call_anchor(self, statement: Statement) -> bytes:
        return eas.call_timestamp(statement)

    def call_lookup(self, statement: Statement) -> bytes:
        return eas.call_get_timestamp(statement)

    def state_of(self, statement: Statement, answer: bytes) -> AnchorState:  # noqa: ARG002 - the digest was the question
        return AnchorState.ABSENT if answer == bytes(32) else AnchorState.ANCHORED

    def slot(self, statement: Statement) -> bytes:
        return eas.slot_of(statement.digest(), self.pins.slot)

    def topics(self, log: bytes) -> list[str] | None:  # noqa: ARG002 - EAS knows digests alone
        return None

    def evidence(self, header: bytes, account_proof: tuple[bytes, ...], storage_proof: tuple[bytes, ...]) -> Evidence:
        return eas.EasEvidence(self.address, header, account_proof, storage_proof).encode()

    def options(self) -> dict[str, str]:
        return {
            "contract": eas.CONTRACT,
            "genesis": to_hex(self.pins.genesis),
            "eas": to_hex(self.address),
            "code": to_hex(self.pins.code),
            "slot": str(self.pins.slot),
            "publisher": self.publisher,
        }


REGISTRY_OPTIONS = ("registry",)
EAS_OPTIONS = ("contract", "eas", "slot")


def options_of(options: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the options in `node.toml` that say which contract. Raises `Refused` (ethereum.contract-unknown)."""
    if "contract" not in options:
        return REGISTRY_OPTIONS
    eas.read_contract(options)
    return EAS_OPTIONS


def address_of(options: Mapping[str, str]) -> bytes:
    """Where the contract is. Raises `Refused`."""
    name = _option_of(options)
    return read_address(options[name], name)


def _option_of(options: Mapping[str, str]) -> str:
    """Which option says where the contract is."""
    return "eas" if "contract" in options else "registry"


def contract_of(options: Mapping[str, str], ledger: str, genesis: bytes, account: bytes, code: bytes) -> Contract:
    """The contract that has `code` on the ledger of that name and genesis. Raises `Refused` where anchors cannot be written
    to such code."""
    address, code_hash = address_of(options), keccak256(code)
    if not code:
        raise Refused(codes.CONTRACT_ABSENT(_option_of(options), address=to_hex(address)))
    if "contract" in options:
        slot = eas.read_slot(options["slot"])
        return EasContract(eas.EasPins(ledger, chain_id(ledger), genesis, address, code_hash, slot))
    expected = bytes.fromhex(registry.artifact()["code_hash"][2:])
    if code_hash != expected:
        facts = {"address": to_hex(address), "code": to_hex(code_hash), "expected": to_hex(expected)}
        raise Refused(codes.CONTRACT_OTHER("registry", **facts))
    pins = Pins(ledger, chain_id(ledger), genesis, address, expected, frozenset({account}))
    return RegistryContract(pins, account)
