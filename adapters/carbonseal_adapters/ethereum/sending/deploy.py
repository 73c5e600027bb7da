"""Puts an AnchorRegistry on a chain. Its code is the same everywhere: policies pin the artifact's code hash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from carbonseal.ledger import OutcomeUnknownError, PermanentError, TransientError
from carbonseal_adapters.ethereum.checking import registry, rlp
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.endpoint_check import check_endpoint
from carbonseal_adapters.ethereum.sending.fees import Fees, Market, suggest
from carbonseal_adapters.ethereum.sending.rpc import Rpc, RpcError
from carbonseal_adapters.ethereum.sending.settings import Settings
from carbonseal_adapters.ethereum.sending.signers import TransactionSigner
from carbonseal_adapters.ethereum.sending.transactions import Transaction, hash_of

REMEMBERED = 8  # of an account's newest transactions, looked at for a registry that it has made already
OTHER_RULES = "the chain does not run code for London; use another"
STANDARD = Settings.read({"max-cost": "0.2"})  # a deployment costs ten times what an anchor does


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a policy pins, as it writes it."""

    chain_id: int
    genesis: str
    registry: str
    code: str
    block: int  # the registry exists from this block on


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deployment will be, before anything is signed. Amounts are in wei."""

    chain_id: int
    genesis: str
    account: str
    balance: int
    nonce: int
    registry: str  # where it will be
    gas: int  # that it will use
    market: Market
    fees: Fees  # that it offers

    @property
    def limit(self) -> int:
        """The gas that the transaction may use. What is left over costs nothing."""
        return _with_reserve(self.gas)

    @property
    def likely(self) -> int:
        """What it costs in the next block."""
        tip = 0 if self.market.legacy else self.fees.tip
        return self.gas * min(self.fees.limit, self.market.least + tip)

    @property
    def most(self) -> int:
        """What it can cost; the account must have it."""
        return self.limit * self.fees.limit


async def deploy(
    endpoint: str,
    signer: TransactionSigner,
    *,
    settings: Settings = STANDARD,
    agree: Callable[[Plan], None] = lambda _plan: None,
    sent: Callable[[str], None] = lambda _transaction: None,
    poll: float = 1.0,
    polls: int = 300,
) -> Deployment:
    """The registry that one of the account's newest transactions made, or a new one.

    Of `settings` the caps and the percentile of fees count. `agree` sees the plan before anything is signed, and raises what
    should stop it; `sent` hears the transaction's name.
    Then the chain is asked every `poll` seconds, `polls` times. Raises `Refused` where `endpoint` is not a URL, `PermanentError`
    where the account cannot pay, the chain does not run the code, or the endpoint lacks a method that anchors will need;
    `TransientError` (also while fees are above the caps) and `OutcomeUnknownError` as an adapter: after these, the same call
    finds what became of it.
    """
    rpc = Rpc(endpoint)
    try:
        found = await _existing(rpc, signer)
        if found is not None:
            return found
        await check_endpoint(rpc, signer.account, logs=True)
        plan = await _plan(rpc, signer, settings)
        agree(plan)
        if plan.balance < plan.most:
            lacking = (
                f"it has {plan.balance / 10**18:.6g} of the chain's coin, and {plan.most / 10**18:.6g} may be needed"
            )
            raise PermanentError(f"the account {plan.account} cannot pay: {lacking}", "fund it, then try again")
        name = await _send(rpc, signer, plan)
        sent(name)
        return await _included(rpc, plan, name, poll, polls)
    finally:
        await rpc.close()


async def _existing(rpc: Rpc, signer: TransactionSigner) -> Deployment | None:
    """A registry that the account has made lately. Raises `TransientError` where it might be about to."""
    count = await rpc.number("eth_getTransactionCount", signer.account, "latest")
    for nonce in reversed(range(max(0, count - REMEMBERED), count)):
        address = _address(signer.address, nonce)
        if await _has_code(rpc, address):
            chain_id, genesis = await _chain(rpc)
            return Deployment(chain_id, genesis, address, _code_hash(), await _since(rpc, address))
    if await rpc.number("eth_getTransactionCount", signer.account, "pending") > count:
        raise TransientError(f"a transaction of {signer.account} is not included yet")
    return None


async def _plan(rpc: Rpc, signer: TransactionSigner, settings: Settings) -> Plan:
    chain_id, genesis = await _chain(rpc)
    nonce = await rpc.number("eth_getTransactionCount", signer.account, "latest")
    balance = await rpc.number("eth_getBalance", signer.account, "latest")
    market = await suggest(rpc, settings.percentile)
    call = {"from": signer.account, "data": registry.artifact()["bytecode"]}
    try:
        estimate = await rpc.question("eth_estimateGas", call)
    except RpcError as error:
        raise PermanentError(f"{rpc.endpoint} cannot run the deployment: {error}", OTHER_RULES) from error
    with rpc.reading("eth_estimateGas"):
        gas = int(estimate, 16)
    address = _address(signer.address, nonce)
    market = market.affordable(balance, _with_reserve(gas))
    fees = settings.caps.first(market, _with_reserve(gas), 0)
    return Plan(chain_id, genesis, signer.account, balance, nonce, address, gas, market, fees)


def _with_reserve(gas: int) -> int:
    return gas + gas // 4


async def _send(rpc: Rpc, signer: TransactionSigner, plan: Plan) -> str:
    code = bytes.fromhex(registry.artifact()["bytecode"][2:])
    payload = await signer.sign(
        Transaction(plan.chain_id, plan.nonce, b"", code, plan.limit, plan.fees, plan.market.legacy)
    )
    try:
        with suppress(OutcomeUnknownError):  # waiting for it tells
            await rpc.call("eth_sendRawTransaction", to_hex(payload))
    except RpcError as error:
        raise PermanentError(f"{rpc.endpoint} refuses the deployment: {error}", f"is {plan.account} funded?") from error
    return hash_of(payload)


async def _included(rpc: Rpc, plan: Plan, name: str, poll: float, polls: int) -> Deployment:
    for _ in range(polls):
        with suppress(TransientError):
            receipt = await rpc.ask("eth_getTransactionReceipt", name)
            if receipt is not None:
                break
        await asyncio.sleep(poll)
    else:
        raise OutcomeUnknownError(f"the deployment {name} is not included yet; the registry will be {plan.registry}")
    if not await _has_code(rpc, plan.registry):
        raise PermanentError(f"the transaction {name} left no registry at {plan.registry}", OTHER_RULES)
    with rpc.reading("eth_getTransactionReceipt"):
        block = int(receipt["blockNumber"], 16)
    return Deployment(plan.chain_id, plan.genesis, plan.registry, _code_hash(), block)


async def _chain(rpc: Rpc) -> tuple[int, str]:
    """Its id, and its genesis as the endpoint reports it."""
    block = await rpc.ask("eth_getBlockByNumber", "0x0", False)
    with rpc.reading("eth_getBlockByNumber"):
        genesis = str(block["hash"])
    return await rpc.number("eth_chainId"), genesis


async def _since(rpc: Rpc, address: str) -> int:
    """The block that the registry exists from, by bisection; 0 where the endpoint has forgotten the states."""
    low, high = 0, await rpc.number("eth_blockNumber")
    while low < high:
        middle = (low + high) // 2
        try:
            is_there = await rpc.question("eth_getCode", address, hex(middle)) != "0x"
        except RpcError:
            return 0
        low, high = (low, middle) if is_there else (middle + 1, high)
    return low


async def _has_code(rpc: Rpc, address: str) -> bool:
    return bool(await rpc.ask("eth_getCode", address, "latest") == registry.artifact()["bytecode_runtime"])


def _code_hash() -> str:
    digest: str = registry.artifact()["code_hash"]
    return digest


def _address(account: bytes, nonce: int) -> str:
    """Where the contract is that the account's transaction of this nonce makes."""
    return to_hex(keccak256(rlp.encode([account, rlp.number(nonce)]))[12:])
