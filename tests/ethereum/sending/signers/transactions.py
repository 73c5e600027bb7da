"""Transactions to sign, and what is made of signatures, for the tests of signers."""

from __future__ import annotations

import asyncio

from eth_account import Account

from carbonseal_adapters.ethereum.sending.fees import Fees
from carbonseal_adapters.ethereum.sending.signers import DigestSigner, TransactionSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_adapters.ethereum.sending.transactions import Transaction
from tests.ethereum.signing import KEY

TO = bytes(range(20))


ASKED = Transaction(1337, 7, TO, b"\xab\xcd" * 40, 90_000, Fees(10**10, 10**9))


LEGACY = Transaction(1337, 7, TO, b"\xab", 90_000, Fees(10**10, 10**10), legacy=True)


LOCAL_KEY = LocalKey(KEY)


LOCAL = DigestSigner(LOCAL_KEY)


def sign(signer: TransactionSigner, transaction: Transaction = ASKED) -> bytes:
    async def scenario() -> bytes:
        try:
            return await signer.sign(transaction)
        finally:
            await signer.close()

    return asyncio.run(scenario())


def other_opinion(payload: bytes) -> str:
    """Who signed, as eth-account sees it."""
    return str(Account.recover_transaction(payload))
