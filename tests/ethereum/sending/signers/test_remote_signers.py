"""Signers behind JSON-RPC: Web3Signer's protocol and Clef's."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.keys.uris import read_uri
from carbonseal.ledger import AttemptStatus, PermanentError, TransientError
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.fees import Fees
from carbonseal_adapters.ethereum.sending.ledger import connect
from carbonseal_adapters.ethereum.sending.signatures import ORDER
from carbonseal_adapters.ethereum.sending.signers.remote import RemoteSigner
from carbonseal_adapters.ethereum.sending.transactions import Signature, Transaction, hash_of, read_signed
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.networks import anchor, statement
from tests.ethereum.sending.signers.transactions import ASKED, LEGACY, LOCAL, TO, other_opinion, sign
from tests.ethereum.signing import ADDRESS, clef, clef_program, peer, signed

METHODS = {"web3signer": "eth_signTransaction", "clef": "account_signTransaction"}


def remote(endpoint: str, scheme: str = "web3signer", timeout: float = 5.0) -> RemoteSigner:
    return RemoteSigner(read_uri(f"{scheme}:{endpoint}?address={ADDRESS}", {scheme: ("address",)}), timeout=timeout)


def asked_of(
    answer: Callable[[dict[str, str]], Any],
    scheme: str = "web3signer",
    transaction: Transaction = ASKED,
    timeout: float = 5.0,
) -> bytes:
    with peer(METHODS[scheme], answer) as endpoint:
        return sign(remote(endpoint, scheme, timeout), transaction)


@pytest.mark.parametrize("transaction", [ASKED, LEGACY, Transaction(1, 0, b"", b"\x60" * 99, 1, Fees(1, 1))])
def test_a_remote_signer_signs(transaction: Transaction) -> None:
    expected = sign(LOCAL, transaction)
    assert asked_of(signed, transaction=transaction) == expected
    assert asked_of(lambda asked: {"raw": signed(asked), "tx": {}}, "clef", transaction) == expected


def high_s(asked: dict[str, str]) -> str:
    transaction, signature = read_signed(bytes.fromhex(signed(asked)[2:]))
    return to_hex(transaction.signed(Signature(1 - signature.parity, signature.r, ORDER - signature.s)))


def by_nobody(asked: dict[str, str]) -> str:
    transaction, signature = read_signed(bytes.fromhex(signed(asked)[2:]))
    return to_hex(transaction.signed(Signature(signature.parity, 0, signature.s)))


def other_parity(asked: dict[str, str]) -> str:
    transaction, signature = read_signed(bytes.fromhex(signed(asked)[2:]))
    return to_hex(transaction.signed(Signature(signature.parity ^ 1, signature.r, signature.s)))


def with_access_list(asked: dict[str, str]) -> str:
    item = {"address": ADDRESS, "storageKeys": ["0x" + "00" * 32]}
    return signed(asked, accessList=[item])


OTHER = "ethereum.signer-other-transaction"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda asked: signed(asked, nonce="0x8"), OTHER),
        (lambda asked: signed(asked, to="0x" + "11" * 20), OTHER),
        (lambda asked: signed(asked, to=None), OTHER),
        (lambda asked: signed(asked, data="0x"), OTHER),
        (lambda asked: signed(asked, gas="0x1"), OTHER),
        (lambda asked: signed(asked, maxFeePerGas=hex(10**12)), OTHER),
        (lambda asked: signed(asked, maxPriorityFeePerGas="0x0"), OTHER),
        (
            lambda asked: signed({**{k: v for k, v in asked.items() if "max" not in k}, "gasPrice": hex(10**10)}),
            OTHER,
        ),
        (lambda asked: signed(asked, chainId="0x1"), "ethereum.signer-other-chain"),
        (lambda asked: signed(asked, key=b"\1" * 32), "ethereum.signer-other-account"),
        (by_nobody, "ethereum.signer-other-account"),
        (other_parity, "ethereum.signer-other-account"),
        (high_s, "ethereum.signer-high-s"),
        (lambda asked: signed(asked, value="0x1"), "ethereum.signer-answer"),
        (with_access_list, "ethereum.signer-answer"),
        (lambda asked: signed(asked)[:-2], "ethereum.signer-answer"),
        (lambda asked: signed(asked) + "00", "ethereum.signer-answer"),
        (lambda asked: "0x", "ethereum.signer-answer"),
        (lambda asked: "signed", "ethereum.signer-answer"),
        (lambda asked: None, "ethereum.signer-answer"),
        (lambda asked: 0.5, "ethereum.signer-answer"),
        (lambda asked: [signed(asked)], "ethereum.signer-answer"),
        (lambda asked: {"tx": {}}, "ethereum.signer-answer"),
        (lambda asked: {"raw": {}}, "ethereum.signer-answer"),
    ],
)
def test_a_lying_signer_is_refused(answer: Callable[[dict[str, str]], Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        asked_of(answer)
    assert caught.value.finding.code.name == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda asked: {"error": {"code": -32000, "message": "Request denied"}}, "ethereum.signer-denies"),
        (lambda asked: {"error": "no"}, "ethereum.signer-denies"),
        (lambda asked: 503, "ethereum.signer-unreachable"),
        (lambda asked: 404, "ethereum.signer-denies"),
        (lambda asked: b"<html>", "ethereum.signer-unreachable"),
        (lambda asked: b"[]", "ethereum.signer-unreachable"),
        (lambda asked: b"\xff\xfe", "ethereum.signer-unreachable"),
    ],
)
def test_a_signer_that_does_not_sign_is_asked_again_later(answer: Callable[[dict[str, str]], Any], code: str) -> None:
    with pytest.raises(TransientError, match=code):
        asked_of(answer)


def test_a_signer_that_stalls_is_not_waited_for() -> None:
    release = threading.Event()

    def scenario() -> None:
        with peer("eth_signTransaction", lambda asked: release) as endpoint:
            with pytest.raises(TransientError, match=r"ethereum\.signer-unreachable"):
                sign(remote(endpoint, timeout=0.2))
            release.set()

    scenario()


def test_a_signer_that_is_not_there_is_a_reason_to_retry() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(TransientError, match=r"ethereum\.signer-unreachable"):
            sign(remote(f"http://127.0.0.1:{unused.getsockname()[1]}"))


def test_anchors_by_a_remote_signer(carbonseal_fresh_chain: Network) -> None:
    """The account has no money on this chain, so what it signs is taken apart instead; a lie fails the anchor for good."""
    chain = carbonseal_fresh_chain
    lies: list[int] = []

    def answer(asked: dict[str, str]) -> str:
        return signed(asked, nonce="0x63") if lies else signed(asked)

    async def scenario(endpoint: str) -> None:
        options = {"registry": chain.deployment.registry, "key": f"web3signer:{endpoint}?address={ADDRESS}"}
        ledger = await connect(chain.uri, options, lambda uri: b"")
        try:
            attempt = await ledger.prepare(anchor(1), [])
            transaction, _ = read_signed(attempt.payload)
            assert (transaction.nonce, transaction.data) == (0, registry.call_anchor(statement(1)))
            assert other_opinion(attempt.payload) == ADDRESS
            assert attempt.id == hash_of(attempt.payload)
            lies.append(True)
            with pytest.raises(PermanentError, match=r"signer-other-transaction"):
                await ledger.prepare(anchor(2), [attempt])
        finally:
            await ledger.close()

    with peer("eth_signTransaction", answer) as endpoint:
        asyncio.run(scenario(endpoint))


def test_clef_signs_by_its_rules(tmp_path: Path, carbonseal_fresh_chain: Network) -> None:
    program = clef_program()
    if program is None:
        pytest.skip("clef is neither on PATH nor in CARBONSEAL_CLEF; the peers above check its protocol")
    chain = carbonseal_fresh_chain
    data = registry.call_anchor(statement(1))
    calls = {data[:4].hex(): "anchor(bytes32,uint64,bytes32)"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def scenario(endpoint: str) -> None:
        options = {"registry": chain.deployment.registry, "key": f"clef:{endpoint}?address={ADDRESS}"}
        ledger = await connect(chain.uri, options, lambda uri: b"")
        try:
            attempt = await ledger.prepare(anchor(1), [])
            assert other_opinion(attempt.payload) == ADDRESS
            assert (await ledger.follow([attempt])).status is AttemptStatus.MISSING
        finally:
            await ledger.close()
        to = bytes.fromhex(chain.deployment.registry[2:])
        fees = Fees(10**10, 10**9)
        legacy = Transaction(1337, 3, to, data, 90_000, Fees(10**9, 10**9), legacy=True)
        creation = Transaction(1337, 4, b"", bytes.fromhex(registry.artifact()["bytecode"][2:]), 900_000, fees)
        filler = Transaction(1337, 5, bytes.fromhex(ADDRESS[2:]), b"", 21_000, fees)
        stray = Transaction(1337, 6, TO, data, 90_000, fees)
        elsewhere = Transaction(1, 7, to, data, 90_000, fees)
        signer = RemoteSigner(read_uri(options["key"], {"clef": ("address",)}))
        stranger = RemoteSigner(read_uri(f"clef:{endpoint}?address=0x{'11' * 20}", {"clef": ("address",)}))
        try:
            for transaction in (legacy, filler):
                assert other_opinion(await signer.sign(transaction)) == ADDRESS
            denied = ((signer, creation), (signer, stray), (signer, elsewhere), (stranger, legacy))
            for who, transaction in denied:
                with pytest.raises(TransientError, match=r"ethereum\.signer-denies"):
                    await who.sign(transaction)
        finally:
            await signer.close()
            await stranger.close()

    with clef(program, tmp_path, port, 1337, chain.deployment.registry, calls) as endpoint:
        asyncio.run(scenario(endpoint))
