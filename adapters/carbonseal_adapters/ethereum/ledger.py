"""Anchors heads on an Ethereum chain: in an AnchorRegistry, or in an EAS contract.

An attempt's slot is its nonce: of two transactions with one nonce a chain includes one at most, so that a replacement can
never stand beside what it replaces. What counts in the end is the contract's state, not a receipt: an anchor that stands
there, however it came, needs no other transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Refused
from carbonseal.ledger import (
    Anchor,
    Evidence,
    Fate,
    Never,
    Observation,
    Prepared,
    Retry,
    Statement,
    TrustItem,
    Unknown,
)
from carbonseal_adapters.ethereum import codes
from carbonseal_adapters.ethereum.contracts import Contract, Standing, address_of, contract_of, options_of
from carbonseal_adapters.ethereum.evidence import VERIFIER
from carbonseal_adapters.ethereum.fees import suggest
from carbonseal_adapters.ethereum.headers import write_header
from carbonseal_adapters.ethereum.options import to_hex
from carbonseal_adapters.ethereum.rpc import Rpc, RpcError
from carbonseal_adapters.ethereum.signers import Signer, open_signer
from carbonseal_adapters.ethereum.state import BLOCK
from carbonseal_adapters.ethereum.transactions import Transaction, fees_of, hash_of

OPTIONS = ("key", "confirmations", "finality")  # and those that say which contract
LEAST_GAS = 90_000  # an estimate made while the anchor stands is too small for writing it anew after a reorg

KNOWN = ("already known", "already imported", "alreadyknown", "known transaction")
NONCE_USED = ("nonce too low", "nonce is too low", "oldnonce", "nonce has already been used")
OUTBID = ("underpriced", "fee cap less than block base fee", "max fee per gas less than block base fee")
POOR = ("insufficient funds", "insufficient balance")
FOREIGN = ("invalid chain id", "invalid chainid", "wrong chain id", "invalid sender")


async def connect(uri: str, options: Mapping[str, str], secret: Callable[[str], bytes]) -> EthereumLedger:
    """The ledger behind `uri`, ``ethereum+http://host:port``.

    Options: `registry` (address), or `contract` = "eas" with `eas` (address) and `slot` (of its timestamps); `key` (URI of
    the signer, see `signers`); `confirmations` (an anchor is final once its block and those on it are so many; 1 where left out) or
    `finality` = "finalized" (final where the chain says so). Raises `Refused` on wrong options, an
    unusable key or another contract, `Retry` where the endpoint is silent.
    """
    where = options_of(options)
    for option in options:
        if option not in (*where, *OPTIONS):
            raise Refused(codes.OPTION_UNKNOWN(option, option=option, known=", ".join((*where, *OPTIONS))))
    for option in (*where, "key"):
        if option not in options:
            raise Refused(codes.OPTION_MISSING(option, option=option))
    address = to_hex(address_of(options))
    confirmations = _confirmations(options)
    rpc = Rpc(uri.removeprefix("ethereum+"))
    signer = await open_signer(options["key"], secret)
    try:
        chain_id = await rpc.number("eth_chainId")
        code = _bytes(await rpc.ask("eth_getCode", address, "latest"))
        contract = contract_of(options, f"eip155:{chain_id}", signer.address, code)
    except BaseException:
        await rpc.close()
        await signer.close()
        raise
    return EthereumLedger(rpc, chain_id, contract, signer, confirmations)


@dataclass(frozen=True, slots=True)
class _Block:
    number: int
    hash: str
    fields: Mapping[str, Any]  # as the endpoint gave them


class EthereumLedger:
    """One contract on one chain, and one account that sends; see `carbonseal.ledger.Ledger`."""

    def __init__(self, rpc: Rpc, chain_id: int, contract: Contract, signer: Signer, confirmations: int | None) -> None:
        """`confirmations` None means that the chain's `finalized` block decides."""
        self.name = f"eip155:{chain_id}"
        self.publisher = contract.publisher
        self._rpc, self._chain_id, self._contract, self._signer = rpc, chain_id, contract, signer
        self._confirmations = confirmations

    # --- sending -----------------------------------------------------------------------------------------------------

    async def prepare(self, anchor: Anchor, earlier: Sequence[Prepared]) -> Prepared:
        statement = anchor.statement
        same = [attempt for attempt in earlier if attempt.statement == statement]
        final = await self._final()
        stands = await self._known(statement, "latest")
        if stands:
            for attempt in same:
                if await self._receipt(attempt.id) or await self._known(statement, final):
                    return attempt
        fees = await suggest(self._rpc)
        settled = await self._nonce(final)
        live = [attempt for attempt in same if int(attempt.slot) >= settled]
        if live:
            nonce = int(live[-1].slot)
            for attempt in live:
                fees = fees.outbidding(fees_of(attempt.payload))
        else:
            nonce = max([await self._nonce("latest"), *(int(attempt.slot) + 1 for attempt in earlier)])
        data = self._contract.call_anchor(statement)
        gas = LEAST_GAS if stands else await self._gas(data)  # EAS reverts where an anchor stands already
        payload = await self._sign(Transaction(self._chain_id, nonce, self._contract.address, data, gas, fees))
        return Prepared(statement, hash_of(payload), str(nonce), payload)

    async def _sign(self, transaction: Transaction) -> bytes:
        try:
            return await self._signer.sign(transaction)
        except Refused as refused:
            raise Never(str(refused.finding), refused.finding.remedy) from refused

    async def send(self, prepared: Prepared) -> None:
        try:
            answer = await self._rpc.call("eth_sendRawTransaction", to_hex(prepared.payload))
            if answer != prepared.id:
                raise Unknown(f"{self._rpc.endpoint} took {prepared.id} for {answer}")
        except RpcError as error:
            if error.says(*KNOWN):
                return
            if error.says(*NONCE_USED):
                if await self._receipt(prepared.id) or await self._known(prepared.statement, "latest"):
                    return
                raise Unknown(f"nonce {prepared.slot} was used by another transaction") from error
            if error.says(*FOREIGN):
                remedy = f"let the ledger's uri point to an endpoint of {self.name}"
                raise Never(f"{self._rpc.endpoint} does not take transactions for {self.name}", remedy) from error
            if error.says(*OUTBID):
                raise Retry(f"the fees do not suffice: {error}") from error
            if error.says(*POOR):
                raise Retry(f"the account {self._signer.shown} cannot pay: {error}") from error
            raise Unknown(str(error)) from error

    # --- following ---------------------------------------------------------------------------------------------------

    async def follow(self, prepared: Sequence[Prepared]) -> Observation:
        if not prepared:
            return Observation(Fate.MISSING)
        final = await self._final()
        waiting, reason = [], "another transaction has used up the nonce"
        for attempt in prepared:
            receipt = await self._receipt(attempt.id)
            if receipt is None:
                waiting.append(attempt)
                continue
            seen = await self._included(attempt, receipt, final)
            if seen.fate is not Fate.REFUSED:
                return seen
            reason = seen.reason
        for attempt in waiting:
            if await self._rpc.ask("eth_getTransactionByHash", attempt.id) is not None:
                return Observation(Fate.PENDING, attempt.id)
        newest = prepared[0]
        if await self._standing(newest.statement, final) is Standing.ANCHORED:
            # Written by an attempt that this node has lost, say with an old copy of its store; in EAS, by anyone.
            return Observation(Fate.FINAL, newest.id, _facts(newest.statement, await self._block(final)))
        slots = [int(attempt.slot) for attempt in prepared]
        if max(slots) >= await self._nonce("latest"):
            return Observation(Fate.MISSING, newest.id)
        if max(slots) < await self._nonce(final):
            return Observation(Fate.REFUSED, newest.id, reason=reason)
        return Observation(Fate.PENDING, newest.id)

    async def _included(self, attempt: Prepared, receipt: Mapping[str, Any], final: int) -> Observation:
        with self._rpc.reading("eth_getTransactionReceipt"):
            number, digest = int(receipt["blockNumber"], 16), receipt["blockHash"]
            reverted = int(receipt["status"], 16) != 1
        block = await self._block(number)
        if block.hash != digest:
            return Observation(Fate.PENDING, attempt.id)  # the chain is just being reorganised
        is_final = number <= final
        if reverted and await self._standing(attempt.statement, number) is not Standing.ANCHORED:
            if is_final:
                return Observation(Fate.REFUSED, attempt.id, reason="the transaction was included and reverted")
            return Observation(Fate.PENDING, attempt.id)
        return Observation(Fate.FINAL if is_final else Fate.INCLUDED, attempt.id, _facts(attempt.statement, block))

    # --- evidence ----------------------------------------------------------------------------------------------------

    async def evidence(self, observation: Observation) -> Evidence:
        if observation.facts is None:
            raise Retry("nothing was seen yet that could be proved")
        statement = Statement.decode(bytes.fromhex(observation.facts["statement"]))
        number = int(observation.facts["number"])
        if (await self._block(number)).hash != observation.facts["hash"]:
            raise Retry(f"block {number} fell out in a reorg")
        try:
            return await self._prove(statement, number)
        except RpcError:
            # Nodes forget old states. The anchor stays where it is, so a newer block proves it just as well.
            try:
                return await self._prove(statement, await self._final())
            except RpcError as error:
                raise Retry(str(error)) from error

    async def _prove(self, statement: Statement, number: int) -> Evidence:
        place = to_hex(self._contract.slot(statement))
        try:
            answer = await self._rpc.call("eth_getProof", to_hex(self._contract.address), [place], hex(number))
        except Unknown as unknown:
            raise Retry(str(unknown)) from unknown
        block = await self._block(number)
        with self._rpc.reading("eth_getProof"):
            header = write_header(block.fields)
            account = tuple(_bytes(node) for node in answer["accountProof"])
            storage = tuple(_bytes(node) for node in answer["storageProof"][0]["proof"])
            evidence = self._contract.evidence(header, account, storage)
        seen = TrustItem(self.name, BLOCK, {"number": number, "hash": block.hash}, self._rpc.endpoint, "")
        checked = VERIFIER.check(evidence, statement, self._contract.pins, [seen])
        if checked.proved is None:
            raise Retry(f"{self._rpc.endpoint}: {checked.findings[0]}")
        return evidence

    async def latest(self, log: bytes) -> Statement | None:
        topics = self._contract.topics(log)
        if topics is None:
            return None
        asked = {"address": to_hex(self._contract.address), "topics": topics, "fromBlock": "0x0", "toBlock": "latest"}
        events = await self._rpc.ask("eth_getLogs", asked)
        with self._rpc.reading("eth_getLogs"):
            anchored = [Statement(log, int(event["topics"][3], 16), _bytes(event["data"])[:32]) for event in events]
        return max(anchored, key=lambda statement: statement.size, default=None)

    async def pins(self) -> Mapping[str, str]:
        """Chain, contract and publisher, as a policy pins them. The genesis is what the endpoint says it is."""
        return {"genesis": (await self._block(0)).hash, **self._contract.options()}

    async def close(self) -> None:
        await self._rpc.close()
        await self._signer.close()

    # --- questions to the chain --------------------------------------------------------------------------------------

    async def _known(self, statement: Statement, at: int | str) -> bool:
        """Whether the anchor stands in the contract. Raises `Never` where another root does."""
        standing = await self._standing(statement, at)
        if standing is Standing.CONTRADICTED:
            reason = f"another root is anchored for size {statement.size} of this log"
            raise Never(reason, "stop the node and find out what else signs for this log or sends from this account")
        return standing is Standing.ANCHORED

    async def _standing(self, statement: Statement, at: int | str) -> Standing:
        """What the contract holds after that block."""
        call = {"to": to_hex(self._contract.address), "data": to_hex(self._contract.call_standing(statement))}
        return self._contract.standing(statement, _bytes(await self._rpc.ask("eth_call", call, _at(at))))

    async def _nonce(self, at: int | str) -> int:
        """How many transactions the account had sent after that block."""
        return await self._rpc.number("eth_getTransactionCount", self._signer.shown, _at(at))

    async def _final(self) -> int:
        """The newest block that counts as final."""
        if self._confirmations is None:
            return (await self._block("finalized")).number
        return max(0, await self._rpc.number("eth_blockNumber") - self._confirmations + 1)

    async def _receipt(self, name: str) -> Mapping[str, Any] | None:
        receipt: Mapping[str, Any] | None = await self._rpc.ask("eth_getTransactionReceipt", name)
        return receipt

    async def _block(self, which: int | str) -> _Block:
        fields = await self._rpc.ask("eth_getBlockByNumber", _at(which), False)
        if fields is None:
            raise Retry(f"{self._rpc.endpoint} does not know block {which}")
        with self._rpc.reading("eth_getBlockByNumber"):
            return _Block(int(fields["number"], 16), str(fields["hash"]), fields)

    async def _gas(self, data: bytes) -> int:
        """A generous limit: what is left over costs nothing. Raises `Never` where the contract refuses."""
        call = {"from": self._signer.shown, "to": to_hex(self._contract.address), "data": to_hex(data)}
        try:
            answer = await self._rpc.call("eth_estimateGas", call)
        except RpcError as error:
            if error.says("revert"):
                raise Never(
                    f"the contract refuses the anchor: {error}", "this is a defect; please report it"
                ) from error
            raise Retry(str(error)) from error
        except Unknown as error:
            raise Retry(str(error)) from error
        with self._rpc.reading("eth_estimateGas"):
            estimate = int(answer, 16)
        return max(LEAST_GAS, estimate + estimate // 4)


def _facts(statement: Statement, block: _Block) -> dict[str, Any]:
    """What `evidence` needs to know of an inclusion, as the outbox stores it."""
    return {"statement": statement.encode().hex(), "number": block.number, "hash": block.hash}


def _confirmations(options: Mapping[str, str]) -> int | None:
    """None for the chain's own finality. Raises `Refused`."""
    if "finality" in options:
        if options["finality"] != "finalized" or "confirmations" in options:
            raise Refused(codes.FINALITY_MALFORMED("finality", value=options["finality"]))
        return None
    count = options.get("confirmations", "1")
    if not re.fullmatch("[1-9][0-9]{0,5}", count, re.ASCII):
        raise Refused(codes.CONFIRMATIONS_MALFORMED("confirmations", value=count))
    return int(count)


def _at(which: int | str) -> str:
    return hex(which) if isinstance(which, int) else which


def _bytes(text: Any) -> bytes:
    """From the hexadecimal text of an answer. Raises `Retry`: it is not what was asked for."""
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise Retry("the endpoint's answer is not hexadecimal") from error
