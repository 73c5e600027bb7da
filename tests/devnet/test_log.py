"""The development network's log: a real node, in which others can anchor once they were introduced."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from carbonseal.ledger import Anchor, AttemptStatus, PermanentError
from carbonseal.log.notes import VerifierKey
from carbonseal.node import config
from carbonseal_adapters.tlog.checking.evidence import VERIFIER
from carbonseal_adapters.tlog.sending.ledger import connect
from carbonseal_devnet.log import network as devnet
from carbonseal_devnet.log.network import INTRODUCE, Log, NotIntroduced
from carbonseal_devnet.log.starting import in_thread
from tests.world import MemoryLog

TIMEOUT = 30.0  # seconds


def anchored(log: Log, theirs: MemoryLog) -> None:
    """Anchor a head of `theirs` and verify its evidence. Raises PermanentError where the log does not take it."""
    anchor = Anchor(theirs.checkpoint(1).statement(), theirs.head(1))

    async def run() -> None:
        ledger = await connect(log.uri, log.node_options(), str.encode)
        try:
            async with asyncio.timeout(TIMEOUT):
                attempt = await ledger.prepare(anchor, [])
                await ledger.send(attempt)
                while (seen := await ledger.follow([attempt])).status is not AttemptStatus.FINAL:
                    pass
                evidence = await ledger.evidence(attempt, seen)
        finally:
            await ledger.close()
        checked = VERIFIER.check(evidence, anchor.statement, VERIFIER.pin(log.ledger, log.node_options()), ())
        assert checked.proved is not None, checked.findings

    asyncio.run(run())


def test_whoever_is_introduced_can_anchor(carbonseal_log: Log) -> None:
    theirs = MemoryLog("introduced.example/log")
    with pytest.raises(PermanentError, match="does not know this log"):
        anchored(carbonseal_log, theirs)
    for _ in range(2):  # once more does no harm
        carbonseal_log.introduce(theirs.signer.verifier.encode())
    anchored(carbonseal_log, theirs)


def test_a_fresh_log_has_met_nobody(carbonseal_log: Log, carbonseal_fresh_log: Log) -> None:
    theirs = MemoryLog("met.example/log")
    carbonseal_log.introduce(theirs.signer.verifier.encode())
    with pytest.raises(PermanentError, match="does not know this log"):
        anchored(carbonseal_fresh_log, theirs)


def test_it_goes_on_where_it_was_and_knows_its_acquaintances(tmp_path: Path) -> None:
    running, stopped, unknown = (MemoryLog(f"{name}.example/log") for name in ("running", "stopped", "unknown"))
    with in_thread(tmp_path / "log") as log:
        key = log.key
        devnet.introduce(tmp_path / "log", running.signer.verifier)
        anchored(log, running)
    devnet.introduce(tmp_path / "log", stopped.signer.verifier)
    devnet.introduce(tmp_path / "log", stopped.signer.verifier)
    assert [one.key.name for one in config.load(tmp_path / "log").foreign] == [
        "running.example/log",
        "stopped.example/log",
    ]
    with in_thread(tmp_path / "log") as log:
        assert log.key == key
        anchored(log, running)
        anchored(log, stopped)
        with pytest.raises(PermanentError, match="does not know this log"):
            anchored(log, unknown)


def test_what_is_no_key_is_not_introduced(carbonseal_fresh_log: Log) -> None:
    with pytest.raises(NotIntroduced, match="not a valid verifier key"):
        carbonseal_fresh_log.introduce("nonsense")


def test_a_page_in_a_browser_introduces_nobody(carbonseal_fresh_log: Log) -> None:
    key = MemoryLog("page.example/log").signer.verifier.encode().encode()
    request = urllib.request.Request(carbonseal_fresh_log.service + INTRODUCE, key, {"Origin": "https://page.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=TIMEOUT)
    with refused.value as answer:
        assert answer.code == 403


def test_its_name_and_key_are_as_policies_write_them(carbonseal_fresh_log: Log) -> None:
    assert VerifierKey.parse(carbonseal_fresh_log.key).name == carbonseal_fresh_log.origin
    assert (
        VERIFIER.pin(carbonseal_fresh_log.ledger, carbonseal_fresh_log.node_options()).key.encode()
        == carbonseal_fresh_log.key
    )
