"""Chains before Shanghai, and chains whose gas is free, on anvil: the registry runs, and an account without money anchors."""

from __future__ import annotations

import asyncio
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from carbonseal.ledger import AttemptStatus
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.deploy import deploy
from carbonseal_adapters.ethereum.sending.ledger import connect
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_adapters.ethereum.sending.transactions import fees_of
from carbonseal_devnet.ethereum.native.programs import find
from carbonseal_devnet.supervised_process import ProgramMissing
from tests.ethereum.networks import anchor, statement

KEY = b"\x07" * 32  # of an account that nobody gave anything
FUNDS = hex(10**18)


@contextmanager
def anvil(*options: str) -> Iterator[str]:
    """The address of anvil as it comes, with these options."""
    try:
        command = [find("anvil"), "--port", "0", *options]
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if line.startswith("Listening on "))
            yield f"http://{line.split()[-1]}"
        finally:
            process.terminate()
            process.stdout.read()


def fund(endpoint: str) -> None:
    account = DigestSigner(LocalKey(KEY)).account
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "anvil_setBalance", "params": [account, FUNDS]}).encode()
    with urllib.request.urlopen(urllib.request.Request(endpoint, body, {"Content-Type": "application/json"})) as answer:
        assert "error" not in json.load(answer)


def anchored(endpoint: str) -> int:
    """Deploy a registry, anchor, and verify the evidence; the fee that the anchor offered, in wei per gas."""

    async def scenario() -> tuple[int, AttemptStatus]:
        made = await deploy(endpoint, DigestSigner(LocalKey(KEY)), poll=0.05)
        options = {"registry": made.registry, "key": "env:KEY"}
        ledger = await connect(f"ethereum+{endpoint}", options, lambda _: KEY.hex().encode())
        try:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            async with asyncio.timeout(60):  # anvil mines beside the answer to what was sent
                while (seen := await ledger.follow([attempt])).status is not AttemptStatus.FINAL:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert await ledger.latest(statement(1).log_id) == statement(1)
            balance = await ledger.balance()
            assert balance is not None
            assert (balance.warning, balance.empty) == ("", False)
            evidence = await ledger.evidence(attempt, seen)
            trust = await asyncio.to_thread(gather, ledger.name, [evidence], endpoint, "2026-01-01T00:00:00Z")
            pins = VERIFIER.pin(ledger.name, await ledger.pins())
            assert VERIFIER.check(evidence, statement(1), pins, trust).proved
            return fees_of(attempt.payload).limit, seen.status
        finally:
            await ledger.close()

    limit, status = asyncio.run(scenario())
    assert status is AttemptStatus.FINAL
    return limit


@pytest.mark.parametrize("fork", ["berlin", "london", "paris", "shanghai", "prague"])
def test_the_registry_runs_on_every_fork_since_berlin(fork: str) -> None:
    with anvil("--hardfork", fork) as endpoint:
        fund(endpoint)
        assert anchored(endpoint) > 0


def test_an_empty_account_anchors_where_gas_is_free() -> None:
    """Anvil suggests a tip all the same."""
    with anvil("--base-fee", "0", "--gas-price", "0") as endpoint:
        assert anchored(endpoint) == 0
