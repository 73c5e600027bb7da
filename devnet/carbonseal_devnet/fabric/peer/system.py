"""System chaincodes for clients: qscc (blocks, transactions), cscc (configuration), _lifecycle (definitions)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from fabric_protos.common import ledger_pb2
from fabric_protos.peer import query_pb2, transaction_pb2
from fabric_protos.peer.lifecycle import lifecycle_pb2

from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.ledger import Committed, Ledger
from carbonseal_devnet.fabric.peer import lifecycle
from carbonseal_devnet.fabric.peer.simulate import Simulator
from carbonseal_devnet.fabric.wire import Malformed, decode, header_hash


class Rejected(Exception):
    """Answered with status 500 and this message."""


Args = Sequence[bytes]


class SystemChaincodes:
    """The system chaincodes of one peer. `channel` gives its configuration as that peer knows it."""

    NAMES = ("qscc", "cscc", lifecycle.NAMESPACE)

    def __init__(self, ledger: Ledger, channel: Callable[[], Channel]) -> None:
        self._ledger, self._channel = ledger, channel

    def invoke(self, chaincode: str, args: Args, simulator: Simulator | None) -> bytes:
        """The payload of the response. Raises Rejected."""
        if not args:
            raise Rejected("Incorrect number of arguments, 0")
        function = args[0].decode(errors="replace")
        handler = self.HANDLERS.get((chaincode, function))
        if handler is None:
            raise Rejected(f"Requested function {function} not found.")
        try:
            return handler(self, args[1:], simulator)
        except IndexError as error:
            raise Rejected(f"missing argument for {function}") from error
        except (LookupError, Malformed) as error:
            raise Rejected(str(error)) from error

    def _name(self, args: Args) -> None:
        name = args[0].decode(errors="replace")
        if name != self._channel().name:
            raise Rejected(f"Invalid chain ID, {name}")

    # qscc: the channel's name is the first argument

    def _chain_info(self, args: Args, _simulator: Simulator | None) -> bytes:
        self._name(args)
        newest = self._ledger.block(self._ledger.height - 1).header
        return _bytes(ledger_pb2.BlockchainInfo(
            height=self._ledger.height, currentBlockHash=header_hash(newest), previousBlockHash=newest.previous_hash
        ))  # fmt: skip

    def _block_by_number(self, args: Args, _simulator: Simulator | None) -> bytes:
        self._name(args)
        try:
            number = int(args[1])
        except ValueError as error:
            raise Rejected(f"Failed to parse block number with error {error}") from error
        if not 0 <= number < self._ledger.height:
            raise Rejected(f"Failed to get block number {number}, error Entry not found in index")
        if number < self._ledger.first:
            raise Rejected(
                f"Failed to get block number {number}, error cannot serve block [{number}]. The ledger is {self._snapshot()}"
            )
        return self._ledger.raw(number)

    def _snapshot(self) -> str:
        return f"bootstrapped from a snapshot. First available block = [{self._ledger.first}]"

    def _block_by_hash(self, args: Args, _simulator: Simulator | None) -> bytes:
        self._name(args)
        return self._ledger.block_by_hash(args[1])

    def _transaction(self, args: Args, _simulator: Simulator | None) -> bytes:
        found = self._found(args, "Failed to get transaction with id")
        made = transaction_pb2.ProcessedTransaction(validationCode=found.code)
        made.transactionEnvelope.ParseFromString(found.envelope)
        return _bytes(made)

    def _block_by_transaction(self, args: Args, _simulator: Simulator | None) -> bytes:
        return self._ledger.raw(self._found(args, "Failed to get block for txID").block)

    def _found(self, args: Args, failed: str) -> Committed:
        self._name(args)
        what = args[1].decode(errors="replace")
        found = self._ledger.transaction(what)
        if found is None:
            raise Rejected(f"{failed} {what}, error no such transaction ID [{what}] in index")
        if found.block < self._ledger.first:
            raise Rejected(
                f"{failed} {what}, error details for the TXID [{what}] not available. Ledger {self._snapshot()}"
            )
        return found

    # cscc

    def _channels(self, _args: Args, _simulator: Simulator | None) -> bytes:
        return _bytes(query_pb2.ChannelQueryResponse(channels=[query_pb2.ChannelInfo(channel_id=self._channel().name)]))

    def _config_block(self, args: Args, _simulator: Simulator | None) -> bytes:
        self._name(args)
        return self._ledger.raw(self._ledger.last_config())

    def _config(self, args: Args, _simulator: Simulator | None) -> bytes:
        self._name(args)
        return _bytes(self._channel().config)

    # _lifecycle: one argument, a message

    def _commit(self, args: Args, simulator: Simulator | None) -> bytes:
        if simulator is None:
            raise Rejected("a channel is needed")
        wanted = decode(lifecycle_pb2.CommitChaincodeDefinitionArgs, args[0])
        current = simulator.definition(wanted.name)
        if wanted.sequence != (current.sequence if current else 0) + 1:
            raise Rejected(
                f"requested sequence is {wanted.sequence}, but new definition must be sequence"
                f" {(current.sequence if current else 0) + 1}"
            )
        simulator.get("lscc", wanted.name)
        made = lifecycle.Definition(
            wanted.version, wanted.sequence, wanted.validation_parameter or lifecycle.CHANNEL_POLICY
        )
        for key, value in made.encode(wanted.name).items():
            if simulator.peek(key) != value:
                simulator.put(lifecycle.NAMESPACE, key, value)
        return _bytes(lifecycle_pb2.CommitChaincodeDefinitionResult())

    def _definition(self, args: Args, simulator: Simulator | None) -> bytes:
        name = decode(lifecycle_pb2.QueryChaincodeDefinitionArgs, args[0]).name
        found = simulator.definition(name) if simulator else None
        if found is None:
            raise Rejected(f"namespace {name} is not defined")
        return _bytes(lifecycle_pb2.QueryChaincodeDefinitionResult(
            sequence=found.sequence, version=found.version, endorsement_plugin="escc", validation_plugin="vscc",
            validation_parameter=found.policy, collections={}, approvals=dict.fromkeys(self._channel().application, True),
        ))  # fmt: skip

    def _definitions(self, _args: Args, simulator: Simulator | None) -> bytes:
        if simulator is None:
            raise Rejected("a channel is needed")
        made = lifecycle_pb2.QueryChaincodeDefinitionsResult()
        for name in lifecycle.names(simulator.state):
            if found := lifecycle.definition(name, simulator.peek):
                made.chaincode_definitions.add(
                    name=name, sequence=found.sequence, version=found.version, endorsement_plugin="escc",
                    validation_plugin="vscc", validation_parameter=found.policy, collections={},
                )  # fmt: skip
        return _bytes(made)

    HANDLERS: ClassVar[dict[tuple[str, str], Callable[[SystemChaincodes, Args, Simulator | None], bytes]]] = {
        ("qscc", "GetChainInfo"): _chain_info,
        ("qscc", "GetBlockByNumber"): _block_by_number,
        ("qscc", "GetBlockByHash"): _block_by_hash,
        ("qscc", "GetTransactionByID"): _transaction,
        ("qscc", "GetBlockByTxID"): _block_by_transaction,
        ("cscc", "GetChannels"): _channels,
        ("cscc", "GetConfigBlock"): _config_block,
        ("cscc", "GetChannelConfig"): _config,
        (lifecycle.NAMESPACE, "CommitChaincodeDefinition"): _commit,
        (lifecycle.NAMESPACE, "QueryChaincodeDefinition"): _definition,
        (lifecycle.NAMESPACE, "QueryChaincodeDefinitions"): _definitions,
    }


def _bytes(message: Any) -> bytes:
    raw: bytes = message.SerializeToString()
    return raw
