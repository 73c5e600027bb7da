"""Signers behind JSON-RPC: Web3Signer (`eth_signTransaction`) and geth's Clef (`account_signTransaction`).

They sign whole transactions, and could sign another than they were asked for: every field and the account are compared.
"""

from __future__ import annotations

import asyncio
from typing import Any

from eth_utils.address import to_checksum_address

from carbonseal.findings import Refused
from carbonseal.keys.codes import SECRET_CURVE
from carbonseal.keys.signers import Curve, KeyKind, Secret
from carbonseal.keys.uris import KeyUri, read_uri
from carbonseal.ledger import OutcomeUnknownError, TransientError
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.options import read_address, to_hex
from carbonseal_adapters.ethereum.sending.rpc import Rpc, RpcError
from carbonseal_adapters.ethereum.sending.signatures import check_signed
from carbonseal_adapters.ethereum.sending.transactions import Transaction, read_signed

METHODS = {"web3signer": "eth_signTransaction", "clef": "account_signTransaction"}
TIMEOUT = 25.0  # seconds: less than an endpoint is given, and enough for a rule or a vault


class RemoteSigner:
    """An account at an endpoint that holds its key: ``clef:http://127.0.0.1:8550?address=0x…``."""

    def __init__(self, uri: KeyUri, *, timeout: float = TIMEOUT) -> None:
        """Raises `Refused` where the URI is not an endpoint, or names no address."""
        self.address = read_address(uri.need("address"), "address")
        self.account = to_hex(self.address)
        self._method = METHODS[uri.scheme]
        self._timeout = timeout
        self._rpc = Rpc(uri.path)

    def __repr__(self) -> str:
        return f"<signer {self.account} at {self._rpc.endpoint}>"

    async def sign(self, transaction: Transaction) -> bytes:
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._rpc.call(self._method, self._asked(transaction))
        except RpcError as error:
            raise TransientError(str(codes.SIGNER_DENIES(endpoint=self._rpc.endpoint, reason=error))) from error
        except (
            TransientError,
            OutcomeUnknownError,
            TimeoutError,
        ) as error:  # nothing was sent to a chain: it may simply be asked again
            reason = str(error) or "no answer in time"
            raise TransientError(str(codes.SIGNER_UNREACHABLE(endpoint=self._rpc.endpoint, reason=reason))) from error
        payload = self._payload(answer)
        try:
            found, signature = read_signed(payload)
        except ValueError:
            raise Refused(codes.SIGNER_ANSWER(endpoint=self._rpc.endpoint, method=self._method)) from None
        check_signed(transaction, found, signature, self.address)
        return payload

    async def close(self) -> None:
        await self._rpc.close()

    def _asked(self, transaction: Transaction) -> dict[str, str]:
        """The transaction as JSON-RPC has it. Nothing is left for the signer to fill in."""
        fees = transaction.fees
        offered = {"maxFeePerGas": fees.limit, "maxPriorityFeePerGas": fees.tip}
        numbers = {
            "gas": transaction.gas,
            "value": 0,
            "nonce": transaction.nonce,
            "chainId": transaction.chain_id,
            **({"gasPrice": fees.limit} if transaction.legacy else offered),
        }
        to = {"to": to_checksum_address(transaction.to)} if transaction.to else {}  # Clef refuses it otherwise
        quantities = {name: hex(number) for name, number in numbers.items()}
        return {"from": to_checksum_address(self.address), **to, **quantities, "data": to_hex(transaction.data)}

    def _payload(self, answer: Any) -> bytes:
        """Web3Signer answers with the bytes alone, Clef with {"raw", "tx"}."""
        raw: Any = answer.get("raw") if isinstance(answer, dict) else answer
        try:
            return bytes.fromhex(raw.removeprefix("0x"))
        except (AttributeError, TypeError, ValueError):
            raise Refused(codes.SIGNER_ANSWER(endpoint=self._rpc.endpoint, method=self._method)) from None


class RemoteSchemes:
    """The schemes ``web3signer:`` and ``clef:``: they open accounts that sign transactions, and no other key."""

    def open(self, uri: str, kind: KeyKind, secret: Secret) -> RemoteSigner:  # noqa: ARG002 - their keys need no secret
        """The account that `uri` names. Raises `Refused`."""
        read = read_uri(uri, dict.fromkeys(METHODS, ("address",)))
        if kind.curve is not Curve.SECP256K1:
            facts = {"found": Curve.SECP256K1.value, "wanted": kind.curve.value}
            raise Refused(SECRET_CURVE(scheme=read.scheme, **facts))
        return RemoteSigner(read)


SCHEME = RemoteSchemes()
