"""Ledger adapter for Ethereum: writes anchors to an AnchorRegistry, or to an EAS contract.

An attempt's slot is its nonce: of two transactions with one nonce a chain includes one at most, so that a replacement is
never included beside what it replaces. What counts in the end is the contract's state, not a receipt: an anchor that is
there, however it came, needs no other transaction. So a second nonce is used for an anchor only where the first was used up
by something else, in a block that is final, and the anchor is not in the state after that block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Refused
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Evidence,
    Observation,
    OutcomeUnknownError,
    PermanentError,
    Statement,
    TransientError,
)
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending import settings
from carbonseal_adapters.ethereum.sending.branch import Branch
from carbonseal_adapters.ethereum.sending.contracts import Contract, address_of, contract_of, options_of
from carbonseal_adapters.ethereum.sending.endpoint_check import OTHER, check_endpoint
from carbonseal_adapters.ethereum.sending.fees import Fees, Market, suggest
from carbonseal_adapters.ethereum.sending.following import Reader, decide, writes
from carbonseal_adapters.ethereum.sending.queries import Queries, from_hex
from carbonseal_adapters.ethereum.sending.rpc import BUSY_WORDS, Rpc, RpcError
from carbonseal_adapters.ethereum.sending.settings import Settings
from carbonseal_adapters.ethereum.sending.signers import TransactionSigner, open_signer
from carbonseal_adapters.ethereum.sending.transactions import Transaction, hash_of, read_signed

LEAST_GAS = 90_000  # an estimate made while the anchor is in the state is too small for writing it again after a reorg
TRANSFER_GAS = 21_000
CONFIRMATIONS = 12  # where the chain has no finalized block and nothing is said
ANCHORS_LEFT = 50  # the balance is called low when it pays for fewer

KNOWN = ("already known", "already imported", "alreadyknown", "known transaction", "already exists")
NONCE_USED = ("nonce too low", "nonce is too low", "oldnonce", "nonce has already been used", "nonce below")
OUTBID = ("underpriced", "fee cap less than block base fee", "max fee per gas less than block base fee", "feetoolow")
POOR = ("insufficient funds", "insufficient balance", "upfront cost exceeds")
FOREIGN = ("invalid chain id", "invalid chainid", "wrong chain id", "invalid sender")
FULL = (
    "nonce too high",
    "too distant",
    "too far in future",
    "pool is full",
    "limit exceeded",
    "tries to replace pending",
)


async def connect(uri: str, options: Mapping[str, str], secret: Callable[[str], bytes]) -> EthereumLedger:
    """The ledger behind `uri`, ``ethereum+http://host:port``.

    The endpoint is asked once for what anchors need of it, before anything is paid.

    Options: `registry` (address), or `contract` = "eas" with `eas` (address) and `slot` (of its timestamps); `key` (URI of
    the signer, see `signers`); and those of `settings`. Raises `Refused` on wrong options, an unusable key or another
    contract, `PermanentError` where the endpoint lacks a method that anchors need, `TransientError` where it does not answer.
    """
    where = options_of(options)
    for option in options:
        if option not in (*where, *settings.OPTIONS):
            raise Refused(codes.OPTION_UNKNOWN(option, option=option, known=", ".join((*where, *settings.OPTIONS))))
    for option in (*where, "key"):
        if option not in options:
            raise Refused(codes.OPTION_MISSING(option, option=option))
    address = to_hex(address_of(options))
    chosen = Settings.read(options)
    rpc = Rpc(uri.removeprefix("ethereum+"))
    signer = await open_signer(options["key"], secret)
    try:
        chain_id = await rpc.number("eth_chainId")
        code = from_hex(await rpc.ask("eth_getCode", address, "latest"))
        genesis = from_hex((await Branch(rpc).named(0)).hash)
        contract = contract_of(options, f"eip155:{chain_id}", genesis, signer.address, code)
        await check_endpoint(rpc, address, logs=contract.capabilities.knows_latest)
        confirmations = await _confirmations(rpc, chain_id, chosen)
    except BaseException:
        await rpc.close()
        await signer.close()
        raise
    return EthereumLedger(rpc, chain_id, contract, signer, replace(chosen, confirmations=confirmations))


async def _confirmations(rpc: Rpc, chain_id: int, chosen: Settings) -> int | None:
    """How many confirmations make an anchor final; None where the chain's finalized block does. Raises `TransientError`, also
    where that was chosen and the endpoint names none."""
    if chosen.finalized:
        await Branch(rpc).final(None)  # refuses what the endpoint cannot tell
    if chosen.finalized or chosen.confirmations is not None:
        return chosen.confirmations
    if chain_id in settings.DEVELOPMENT:
        return 1
    return None if await Branch(rpc).tagged("finalized") else CONFIRMATIONS


class EthereumLedger:
    """One contract on one chain, and one account that sends; see `carbonseal.ledger.Ledger`."""

    def __init__(
        self, rpc: Rpc, chain_id: int, contract: Contract, signer: TransactionSigner, chosen: Settings
    ) -> None:
        """`confirmations` None means that the chain's `finalized` block decides."""
        self.name = f"eip155:{chain_id}"
        self.publisher = contract.publisher
        self.capabilities = contract.capabilities
        self.replace_after: float | None = chosen.replace_after
        self.expires: float | None = None
        self._rpc, self._chain_id, self._contract, self._signer, self._settings = (
            rpc,
            chain_id,
            contract,
            signer,
            chosen,
        )
        self._branch = Branch(rpc)
        self._chain = Queries(rpc, self.name, contract, signer.account)
        self._reader = Reader(rpc, self._branch, self._chain, contract.address, chosen.confirmations)

    # --- sending -----------------------------------------------------------------------------------------------------

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        statement, chain = anchor.statement, self._chain
        same = [attempt for attempt in earlier if attempt.statement == statement]
        await self._branch.head()
        final = await self._branch.final(self._settings.confirmations)
        used_finally, used = await chain.nonce(final.number), await chain.nonce("latest")
        anchored_finally = await chain.is_anchored(statement, final.number)
        anchored = anchored_finally or await chain.is_anchored(statement, "latest")
        if (await self._branch.named(final.number)).hash != final.hash:
            raise TransientError(f"block {final.number} changed while it was asked about")
        if same and anchored:
            return same[-1]
        if (
            anchored_finally
        ):  # by an attempt that this node has lost, say with an old copy of its database; in EAS, by anyone
            return Attempt(statement, f"anchored {statement.digest().hex()}", "", b"")
        if anchored:
            raise TransientError("the anchor is included already, in a block that is not final yet")
        market = await self._market()
        if any(writes(attempt, self._contract.address) and int(attempt.slot) >= used_finally for attempt in same):
            return await self._replacement(statement, same, earlier, used, market)
        data = self._contract.call_anchor(statement)
        estimate = await chain.gas(data)
        gas = max(LEAST_GAS, estimate + estimate // 4)  # what is left over costs nothing
        fees = self._settings.caps.first(market, gas, _spent(same))
        nonce = max([used, *(int(attempt.slot) + 1 for attempt in earlier if attempt.slot)])
        return await self._signed(
            statement, Transaction(self._chain_id, nonce, self._contract.address, data, gas, fees, market.legacy)
        )

    async def _market(self) -> Market:
        """What the chain asks of this account now."""
        market = await suggest(self._rpc, self._settings.percentile)
        return market if market.least else market.affordable(await self._chain.balance(), LEAST_GAS)

    async def _replacement(
        self, statement: Statement, same: Sequence[Attempt], earlier: Sequence[Attempt], used: int, market: Market
    ) -> Attempt:
        """A replacement for attempts that can still be included, and were not for too long.

        Only the account's next transaction gets higher fees: all others wait for it. Where the next nonce has no attempt of a
        log that still sends (a frozen log's are not sent any more), a transfer of nothing uses it up."""
        newest = next(attempt for attempt in reversed(same) if writes(attempt, self._contract.address))
        slot, held = int(newest.slot), {int(attempt.slot) for attempt in earlier if attempt.slot}
        gap = max(used, await self._chain.nonce("pending")) if slot > used and used in held else used
        if gap < slot and gap not in held:  # nobody else will use it up: what follows would wait for ever
            filler = Transaction(
                self._chain_id, gap, self._signer.address, b"", TRANSFER_GAS, Fees(0, 0), market.legacy
            )
            fees = self._settings.caps.first(market, filler.gas, _spent(same))
            return await self._signed(statement, replace(filler, fees=fees))
        in_line = [attempt for attempt in same if attempt.slot and int(attempt.slot) == used]
        if not in_line:
            return newest
        offered = [read_signed(attempt.payload)[0] for attempt in in_line]
        best = Fees(max(one.fees.limit for one in offered), max(one.fees.tip for one in offered))
        spent = _spent(attempt for attempt in same if attempt not in in_line)
        better = self._settings.caps.next(market, best, offered[-1].gas, spent)
        if better is None:
            return in_line[-1]
        return await self._signed(statement, replace(offered[-1], fees=better))

    async def _signed(self, statement: Statement, transaction: Transaction) -> Attempt:
        try:
            payload = await self._signer.sign(transaction)
        except Refused as refused:
            raise PermanentError(str(refused.finding), refused.finding.remedy) from refused
        return Attempt(statement, hash_of(payload), str(transaction.nonce), payload)

    async def send(self, attempt: Attempt) -> bytes:
        if not attempt.payload:
            return b""
        try:
            answer = await self._rpc.call("eth_sendRawTransaction", to_hex(attempt.payload))
            if answer != attempt.id:
                raise OutcomeUnknownError(f"{self._rpc.endpoint} took {attempt.id} for {answer}")
        except RpcError as error:
            if error.matches(*KNOWN):
                return b""
            if error.matches(*NONCE_USED):
                if await self._chain.receipt(attempt.id) or await self._chain.is_anchored(attempt.statement, "latest"):
                    return b""
                raise OutcomeUnknownError(f"nonce {attempt.slot} was used by another transaction") from error
            if error.matches(*FOREIGN):
                remedy = f"let the ledger's uri point to an endpoint of {self.name}"
                raise PermanentError(
                    f"{self._rpc.endpoint} does not take transactions for {self.name}", remedy
                ) from error
            if error.matches(*OUTBID):
                raise TransientError(f"the fees do not suffice: {error}") from error
            if error.matches(*POOR):
                raise TransientError(f"the account {self._signer.account} cannot pay: {error}") from error
            if error.matches(*FULL, *BUSY_WORDS) or not await self._chain.knows(attempt.id):
                raise TransientError(str(error)) from error
        return b""

    # --- following ---------------------------------------------------------------------------------------------------

    async def follow(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None = None, /) -> Observation:
        if not attempts:
            return Observation(AttemptStatus.MISSING)
        return decide(await self._reader.read(attempts, proved))

    # --- evidence, and what the ledger has ---------------------------------------------------------------------------

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        if observation.facts is None:
            raise TransientError("nothing was seen yet that could be proved")
        statement = attempt.statement
        await self._branch.head()
        block = await self._branch.at(int(observation.facts["number"]))
        if block.hash != observation.facts["hash"]:
            raise TransientError(f"block {block.number} was reorged out")
        try:
            return await self._chain.prove(statement, block)
        except RpcError as error:
            self._reader.forget(block.number)  # the next `follow` is about a newer one
            raise TransientError(
                f"{self._rpc.endpoint} does not prove block {block.number}: {error}: {OTHER}"
            ) from error

    async def latest(self, log: bytes) -> Statement | None:
        anchored = await self._chain.anchored(log, self._settings.since)
        return max(anchored, key=lambda statement: statement.size, default=None)

    async def pins(self) -> Mapping[str, str]:
        """Chain, contract and publisher, as a policy pins them. The genesis is what the endpoint says it is."""
        return self._contract.options()

    async def balance(self) -> Balance | None:
        chosen, balance = self._settings, await self._chain.balance()
        market = await suggest(self._rpc, chosen.percentile)
        limit = min(market.fees().limit, chosen.caps.fee) if market.least or balance else 0
        anchor = min(LEAST_GAS * limit, chosen.caps.anchor)
        low = ANCHORS_LEFT * anchor if chosen.low_balance is None else chosen.low_balance
        warning, empty = "", balance < anchor
        if empty or balance < low:
            left = f", which pays for {balance // anchor:,} anchors at the fees of now" if anchor else ""
            warning = f"{self._signer.account} has {balance / settings.COIN:.6g} {chosen.coin} left{left}: fund it"
        return Balance(chosen.coin, settings.DECIMALS, balance, warning, empty)

    async def close(self) -> None:
        await self._rpc.close()
        await self._signer.close()


def _spent(attempts: Iterable[Attempt]) -> int:
    """What attempts may have cost at most, in wei: of those with one nonce, the dearest."""
    dearest: dict[str, int] = {}
    for attempt in attempts:
        if attempt.payload:
            transaction = read_signed(attempt.payload)[0]
            dearest[attempt.slot] = max(dearest.get(attempt.slot, 0), transaction.gas * transaction.fees.limit)
    return sum(dearest.values())


if TYPE_CHECKING:
    from carbonseal.ledger import Connect

    _: Connect = connect
