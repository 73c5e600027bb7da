"""Ethereum-like chain in memory: py-evm at Prague, with a transaction pool, forks and finality tags.

Everything in it is deterministic but the clock, which is passed in: accounts, genesis and blocks are the same each time.
For development only: py-evm is archived upstream, and the accounts' keys are known to everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth.chains.base import MiningChain
from eth.consensus.noproof import NoProofConsensus
from eth.db.atomic import AtomicDB
from eth.db.backends.memory import MemoryDB
from eth.exceptions import HeaderNotFound
from eth.vm.forks.prague import PragueVM
from eth.vm.spoof import SpoofTransaction
from trie.hexary import HexaryTrie

from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_devnet.ethereum.accounts import FUNDS, GAS_LIMIT, GENESIS_TIME, funded
from carbonseal_devnet.ethereum.embedded.pool import Pool
from carbonseal_devnet.ethereum.embedded.storage import Storage
from carbonseal_devnet.ethereum.engine import SkewedClock
from carbonseal_devnet.ethereum.evidence import proof_nodes

FORKS = b"carbonseal forks"  # where the database counts them


@dataclass(frozen=True, slots=True)
class Call:
    """What `eth_call` asks: no gas, no signature. `to` is empty where a contract is made."""

    sender: bytes
    to: bytes
    value: int
    data: bytes


class Chain:
    """The canonical chain, the pool, and what moves them: `send`, `mine`, `reorg`."""

    def __init__(self, clock: SkewedClock, chain_id: int, *, finality: int = 2, storage: Storage | None = None) -> None:
        self.chain_id = chain_id
        self.finality = finality  # blocks below the head that are finalized
        self.pool = Pool()
        self._clock = clock
        self._storage = storage
        self._inclusions: dict[bytes, list[tuple[Any, int]]] = {}  # on every fork; py-evm's own index forgets reorgs
        # Blocks need no proof of work, and MiningChain wants its rules as class attributes.
        rules = PragueVM.configure(consensus_class=NoProofConsensus)
        made = type("DevelopmentChain", (MiningChain,), {"vm_configuration": ((0, rules),), "chain_id": chain_id})
        account = {"balance": FUNDS, "nonce": 0, "code": b"", "storage": {}}
        genesis = {"difficulty": 0, "gas_limit": GAS_LIMIT, "timestamp": GENESIS_TIME, "extra_data": b"carbonseal"}
        database: Any = AtomicDB(storage if storage is not None else MemoryDB())
        self._forks = int.from_bytes(database.get(FORKS, b""), "big")
        if FORKS in database:
            self._evm: Any = made(database)
            self._find_inclusions()
        else:
            self._evm = made.from_genesis(database, genesis, dict.fromkeys(funded(), account))  # type: ignore[attr-defined]
            self._count_forks(0)

    def _find_inclusions(self) -> None:
        for number in range(1, self.head.block_number + 1):
            header = self.header(number)
            for index, transaction in enumerate(self.block(header).transactions):
                self._inclusions.setdefault(transaction.hash, []).append((header, index))

    def _count_forks(self, forks: int) -> None:
        self._forks = forks
        self._evm.chaindb.db[FORKS] = forks.to_bytes(8, "big")
        self._commit()

    def _commit(self) -> None:
        if self._storage is not None:
            self._storage.commit()

    # --- reading -----------------------------------------------------------------------------------------------------

    @property
    def head(self) -> Any:
        """The header of the newest block."""
        return self._evm.get_canonical_head()

    def header(self, number: int) -> Any | None:
        """The canonical header of that number."""
        if not 0 <= number <= self.head.block_number:
            return None
        return self._evm.get_canonical_block_header_by_number(number)

    def header_by_hash(self, digest: bytes) -> Any | None:
        """Of any block ever mined here, orphaned ones included."""
        try:
            return self._evm.get_block_header_by_hash(digest)
        except HeaderNotFound:
            return None

    def block(self, header: Any) -> Any:
        return self._evm.get_block_by_header(header)

    def receipts(self, header: Any) -> Sequence[Any]:
        """The receipts of a block, in the order of its transactions."""
        builder = self._evm.get_vm(header).get_receipt_builder()
        found: Sequence[Any] = self._evm.chaindb.get_receipts(header, builder)
        return found

    def place_of(self, transaction: bytes) -> tuple[Any, int] | None:
        """The canonical header and the index at which a transaction is included."""
        for header, index in self._inclusions.get(transaction, ()):
            canonical = self.header(header.block_number)
            if canonical is not None and canonical.hash == header.hash:
                return header, index
        return None

    def state(self, header: Any) -> Any:
        """The state after that block; what is written to it is forgotten."""
        return self._evm.get_vm(header).state

    def next_nonce(self, account: bytes) -> int:
        """The account's next nonce, with what waits in the pool."""
        nonce: int = self.state(self.head).get_nonce(account)
        while (account, nonce) in self.pool.waiting:
            nonce += 1
        return nonce

    def base_fee_after(self, number: int) -> int:
        """The base fee of the block after the canonical one of that number."""
        fee: int = self._evm.create_header_from_parent(self.header(number), gas_limit=GAS_LIMIT).base_fee_per_gas
        return fee

    def prove(self, account: bytes, slots: Sequence[int], header: Any) -> tuple[Any, list[tuple[bytes, ...]]]:
        """The account's fields [nonce, balance, storage root, code hash] and proofs, the account's own first."""
        database = self._evm.chaindb.db
        accounts = HexaryTrie(database, header.state_root)
        path = keccak256(account)
        encoded = accounts[path]
        fields = rlp.decode(encoded) if encoded else [b"", b"", keccak256(b"\x80"), keccak256(b"")]
        proofs = [proof_nodes(accounts, path)]
        storage = HexaryTrie(database, fields[2])
        for slot in slots:
            empty = fields[2] == keccak256(b"\x80")
            proofs.append(() if empty else proof_nodes(storage, keccak256(slot.to_bytes(32, "big"))))
        return fields, proofs

    def run(self, call: Call, header: Any) -> Any:
        """The computation of a call after that block, with gas and fees for free."""
        vm = self._evm.get_vm(header)
        with vm.in_costless_state() as state:
            state.set_balance(call.sender, FUNDS * FUNDS)
            return state.costless_execute_transaction(self._unsigned(call, vm, state))

    def estimate(self, call: Call, header: Any) -> int:
        """The gas that suffices. Raises VMError where none does."""
        vm = self._evm.get_vm(header)
        transaction = self._unsigned(call, vm, vm.state)

        def with_gas(gas: int) -> Any:
            with vm.in_costless_state() as state:
                return state.apply_transaction(SpoofTransaction(transaction, gas=gas, gas_price=0))

        most = with_gas(GAS_LIMIT)
        most.raise_if_error()
        used: int = transaction.intrinsic_gas + most.get_gas_used()
        if with_gas(used).is_success:  # not where calls keep back a part of it: EIP-150
            return used
        gas: int = self._evm.estimate_gas(transaction, header)  # by a dozen executions
        return gas

    @staticmethod
    def _unsigned(call: Call, vm: Any, state: Any) -> Any:
        made = vm.create_unsigned_transaction(
            nonce=state.get_nonce(call.sender),
            gas_price=0,
            gas=GAS_LIMIT // 2,
            to=call.to,
            value=call.value,
            data=call.data,
        )
        return SpoofTransaction(made, from_=call.sender)

    # --- writing -----------------------------------------------------------------------------------------------------

    def send(self, raw: bytes) -> bytes:
        """Take a signed transaction and return its hash. Raises `Rejected`, in geth's words."""
        transaction = self.pool.read(raw, self._evm.get_vm().get_transaction_builder())
        self.pool.add(transaction, self.chain_id, self.state(self.head))
        digest: bytes = transaction.hash
        return digest

    def mine(self) -> Any:
        """Mine one block on the head, with all that can be included; its header."""
        chosen = self.pool.choose(self._next_header(self.head), self.state(self.head))
        header = self._mine(self.head, chosen)
        self._commit()
        return header

    def reorg(self, depth: int, *, drop: bool = False) -> Any:
        """Replace the newest `depth` blocks by `depth` + 1 others; the new head's header.

        The transactions of the lost blocks go back to the pool and into the last of the new blocks, or are dropped.
        """
        if not 0 < depth <= self.head.block_number:
            raise ValueError(f"only {self.head.block_number} blocks can be replaced")
        self._count_forks(self._forks + 1)
        first = self.head.block_number - depth + 1
        lost = [tx for number in range(first, first + depth) for tx in self.block(self.header(number)).transactions]
        parent = self.header(first - 1)
        for _ in range(depth):
            parent = self._mine(parent, ())
        if not drop:
            for transaction in lost:
                self.pool.put_back(transaction)
        chosen = self.pool.choose(self._next_header(parent), self.state(parent))
        header = self._mine(parent, chosen)
        self._commit()
        return header

    def _next_header(self, parent: Any) -> Any:
        """Forks pay another coinbase, so that two empty blocks on one parent differ."""
        return self._evm.create_header_from_parent(
            parent,
            gas_limit=GAS_LIMIT,
            timestamp=self._clock.after(parent.timestamp),
            coinbase=self._forks.to_bytes(20, "big"),
        )

    def _mine(self, parent: Any, transactions: Sequence[Any]) -> Any:
        self._evm.header = self._next_header(parent)
        self._evm.mine_all(transactions)
        header = self.header_by_hash(self._evm.header.parent_hash)
        for index, transaction in enumerate(transactions):
            self._inclusions.setdefault(transaction.hash, []).append((header, index))
        self.pool.forget_mined(self.state(self.head))
        return header
