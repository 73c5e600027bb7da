"""`carbonseal ethereum deploy`, and a public testnet step by step as docs/operators/testnet.md has it, on local chains."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from carbonseal.cli.errors import CommandGroup
from carbonseal.cli.main import carbonseal
from carbonseal.ledger import OutcomeUnknownError, TransientError
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_adapters.ethereum.sending.command import ethereum
from carbonseal_adapters.ethereum.sending.deploy import deploy
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.calls import transact
from tests.ethereum.endpoints import Answer, before
from tests.repository.texts.test_texts import shell_lines

TESTNET = Path(__file__).parents[3] / "docs/operators/testnet.md"
BROKE_OFF, WRONG_USAGE = 1, 2


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], str]:
    """Writes an account's key to a file here; its URI."""
    monkeypatch.chdir(tmp_path)

    def write(private: bytes) -> str:
        Path("deployer.key").write_text(private.hex())
        Path("deployer.key").chmod(0o600)
        return "file:deployer.key"

    return write


def run(*words: str, said: str = "") -> Result:
    group = CommandGroup("carbonseal", commands={"ethereum": ethereum}, context_settings=carbonseal.context_settings)
    return CliRunner().invoke(group, ["ethereum", "deploy", *words], input=said)


def groups(pattern: str, text: str) -> tuple[str, ...]:
    """What the pattern's groups found in the text."""
    match = re.search(pattern, text)
    assert match, text
    return tuple(match.groups())


def transactions(network: Network, account: int = 0) -> int:
    return int(network.ask("eth_getTransactionCount", network.publisher(account), "pending"), 16)


def fund(network: Network, account: str, ether: float) -> None:
    """From account 5, which is rich."""
    receipt = transact(network, account, b"", account=5, value=int(ether * 10**18))
    assert receipt["status"] == "0x1"


# --- as it should go -----------------------------------------------------------------------------------------------


def test_it_shows_asks_deploys_and_says_what_comes_next(
    carbonseal_every_fresh_chain: Network, key: Callable[[bytes], str]
) -> None:
    chain = carbonseal_every_fresh_chain
    uri = key(chain.key(0))
    done = run(chain.endpoint, "--key", uri, said="y\n")
    assert done.exit_code == 0, done.output
    assert f"chain     {chain.ledger}, at {chain.endpoint}\n" in done.stdout
    assert f"account   {chain.publisher(0)}, which has 10000 ether\n" in done.stdout
    address, block = groups(r"registry  (0x[0-9a-f]{40}), since block (\d+)\n", done.stdout)
    assert chain.ask("eth_getCode", address, "latest") == registry.artifact()["bytecode_runtime"]
    assert chain.ask("eth_getCode", address, hex(int(block) - 1)) == "0x"
    made = chain.deployment
    assert f"genesis={made.genesis} registry={address} code={made.code}\n" in done.stdout
    assert f"ethereum+{chain.endpoint} registry={address} since={block} key=URI'\n" in done.stdout
    receipt = chain.ask("eth_getTransactionReceipt", groups("sent      (0x[0-9a-f]{64})", done.stdout)[0])
    used, price = (int(receipt[name], 16) for name in ("gasUsed", "effectiveGasPrice"))
    words = groups(r"some (\S+) ether now, for (\S+) gas; at most (\S+) ether", done.stdout)
    likely, gas, most = (float(word.replace(",", "")) for word in words)
    assert used <= gas <= used * 1.02  # chains estimate by trying
    assert used * price / 10**18 <= likely * 1.01 <= most


def test_again_it_finds_what_is_there(carbonseal_every_fresh_chain: Network, key: Callable[[bytes], str]) -> None:
    chain = carbonseal_every_fresh_chain
    uri = key(chain.key(0))
    transact(chain, chain.publisher(1), b"")
    first = run(chain.endpoint, "--key", uri, "--yes")
    chain.mine(5)
    transact(chain, chain.publisher(1), b"")
    again = run(chain.endpoint, "--key", uri)
    assert (first.exit_code, again.exit_code) == (0, 0), again.output
    found = first.stdout[first.stdout.index("registry  ") :]
    assert again.stdout == found
    assert transactions(chain) == 3


def test_an_access_key_in_the_address_is_not_shown(carbonseal_chain: Network, key: Callable[[bytes], str]) -> None:
    done = run(f"{carbonseal_chain.endpoint}/?key=very-secret", "--key", key(carbonseal_chain.key(6)), "--yes")
    assert done.exit_code == 0, done.output
    assert "may hold an access key" in done.stdout
    assert "very-secret" not in done.output


def test_a_chain_without_base_fees(carbonseal_fresh_chain: Network, key: Callable[[bytes], str]) -> None:
    chain = carbonseal_fresh_chain

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        reply = answer()
        if method == "eth_getBlockByNumber":
            reply["result"].pop("baseFeePerGas", None)
        return reply

    with before(chain, change) as endpoint:
        done = run(endpoint, "--key", key(chain.key(0)), "--yes")
    assert done.exit_code == 0, done.output
    sent = chain.ask("eth_getTransactionByHash", groups("sent      (0x[0-9a-f]{64})", done.stdout)[0])
    assert sent["type"] == "0x0"


# --- as it may go --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["n\n", "\n", ""])
def test_nothing_is_sent_without_consent(
    said: str, carbonseal_fresh_chain: Network, key: Callable[[bytes], str]
) -> None:
    chain = carbonseal_fresh_chain
    done = run(chain.endpoint, "--key", key(chain.key(0)), said=said)
    assert done.exit_code == BROKE_OFF
    assert transactions(chain) == 0


def test_an_account_that_cannot_pay(carbonseal_every_fresh_chain: Network, key: Callable[[bytes], str]) -> None:
    """The error names the account and the amount that is missing; once it is funded, the same command succeeds."""
    chain = carbonseal_every_fresh_chain
    uri = key(b"\x07" * 32)
    poor = run(chain.endpoint, "--key", uri)
    assert poor.exit_code == BROKE_OFF
    account = groups(r"account   (0x\w+), which has 0 ether", poor.stdout)[0]
    assert f"carbonseal: the account {account} cannot pay: it has 0 of" in poor.stderr
    assert "\n  fund it, then try again\n" in poor.stderr
    fund(chain, account, 0.05)
    assert run(chain.endpoint, "--key", uri, "--yes").exit_code == 0


def test_it_costs_no_more_than_the_caps_allow(
    carbonseal_every_fresh_chain: Network, key: Callable[[bytes], str]
) -> None:
    chain = carbonseal_every_fresh_chain
    uri = key(chain.key(0))
    for cap in (["--max-fee", "0.001"], ["--max-cost", "0.0000001"]):
        dear = run(chain.endpoint, "--key", uri, "--yes", *cap)
        assert dear.exit_code == BROKE_OFF
        assert "max-fee or max-cost allow" in dear.stderr
    assert run(chain.endpoint, "--key", uri, "--max-tip", "a lot").exit_code == WRONG_USAGE
    assert transactions(chain) == 0
    done = run(chain.endpoint, "--key", uri, "--yes", "--max-fee", "50", "--max-tip", "0.5")
    sent = chain.ask("eth_getTransactionByHash", groups("sent      (0x[0-9a-f]{64})", done.stdout)[0])
    assert int(sent["maxFeePerGas"], 16) <= 50 * 10**9
    assert 0 < int(sent["maxPriorityFeePerGas"], 16) <= 5 * 10**8


def test_it_is_not_included_in_time(carbonseal_every_fresh_chain: Network, key: Callable[[bytes], str]) -> None:
    """Said with the place where the registry will be; meanwhile no second one is paid for."""
    chain = carbonseal_every_fresh_chain
    chain.automine(False)
    signer = DigestSigner(LocalKey(chain.key(0)))
    with pytest.raises(OutcomeUnknownError, match="not included yet") as late:
        asyncio.run(deploy(chain.endpoint, signer, poll=0, polls=3))
    waits = run(chain.endpoint, "--key", key(chain.key(0)), "--yes")
    assert waits.exit_code == BROKE_OFF
    assert "is not included yet\n  run the same command again" in waits.stderr
    chain.mine()
    done = run(chain.endpoint, "--key", "file:deployer.key")
    address = groups("registry  (0x[0-9a-f]{40})", done.stdout)[0]
    assert address in str(late.value)
    assert transactions(chain) == 1


@pytest.mark.parametrize("fault", ["lose", "half", "busy", "failing", "garbage", "hang-up"])
def test_an_endpoint_that_fails_while_it_is_sent(fault: str, carbonseal_fresh_chain: Network) -> None:
    """However it fails, the registry is paid for once."""
    chain = carbonseal_fresh_chain
    endpoint, signer = chain.another(), DigestSigner(LocalKey(chain.key(0)))
    endpoint.fault(fault, "eth_sendRawTransaction", times=1)
    endpoint.fault("busy", "eth_getTransactionReceipt", times=2)
    with suppress(TransientError, OutcomeUnknownError):
        asyncio.run(deploy(endpoint.endpoint, signer, poll=0, polls=5))
    made = asyncio.run(deploy(endpoint.endpoint, signer, poll=0, polls=5))
    assert chain.ask("eth_getCode", made.registry, "latest") == registry.artifact()["bytecode_runtime"]
    assert transactions(chain) == 1


def test_a_chain_that_cannot_run_it(carbonseal_fresh_chain: Network, key: Callable[[bytes], str]) -> None:
    chain = carbonseal_fresh_chain

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_estimateGas":
            return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "invalid opcode: PUSH0"}}
        return answer()

    with before(chain, change) as endpoint:
        done = run(endpoint, "--key", key(chain.key(0)), "--yes")
    assert done.exit_code == BROKE_OFF
    assert "cannot run the deployment: eth_estimateGas: invalid opcode: PUSH0\n  the chain does not run" in done.stderr
    assert transactions(chain) == 0


def test_an_endpoint_that_forgets_old_states(carbonseal_fresh_chain: Network, key: Callable[[bytes], str]) -> None:
    """Then it cannot tell since when the registry is there: since the beginning, so that no event is missed."""
    chain = carbonseal_fresh_chain
    uri = key(chain.key(0))
    assert run(chain.endpoint, "--key", uri, "--yes").exit_code == 0
    chain.mine(8)

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        if method == "eth_getCode" and params[1] != "latest":
            return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "missing trie node"}}
        return answer()

    with before(chain, change) as endpoint:
        assert "since block 0\n" in run(endpoint, "--key", uri).stdout


def test_wrong_usage_and_dead_endpoints(key: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch) -> None:
    uri = key(b"\x07" * 32)
    assert run("ftp://127.0.0.1", "--key", uri).exit_code == WRONG_USAGE
    assert run("http://127.0.0.1:1", "--key", "file:missing.key").exit_code == WRONG_USAGE
    assert run("http://127.0.0.1:1").exit_code == WRONG_USAGE
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = run(f"http://127.0.0.1:{unused.getsockname()[1]}", "--key", uri)
    assert dead.exit_code == BROKE_OFF
    assert dead.stderr.startswith("carbonseal: http://127.0.0.1:")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    lacking = run("http://127.0.0.1:1", "--key", uri)
    assert lacking.exit_code == WRONG_USAGE
    assert "pip install 'carbonseal[ethereum]'" in lacking.stderr


# --- the page for operators ----------------------------------------------------------------------------------------


def test_the_steps_for_a_testnet_as_they_are_written(
    carbonseal_every_fresh_chain: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = carbonseal_every_fresh_chain
    monkeypatch.chdir(tmp_path)
    text = TESTNET.read_text(encoding="utf-8")
    steps = list(shell_lines(re.sub("^   ", "", text, flags=re.MULTILINE)))
    known = {"https://ENDPOINT": chain.endpoint}
    outputs = []
    for step in steps:
        line = step
        for word, value in known.items():
            line = line.replace(word, value)
        done = _typed(line)
        outputs.append(done.output)
        if "cannot pay" in done.output:  # a faucet
            fund(chain, groups("account   (0x[0-9a-f]{40})", done.output)[0], 0.05)
            continue
        assert done.exit_code == 0, (line, done.output)
        if found := re.search(r"registry  (0x\w+), since block (\d+)", done.output):
            known["REGISTRY"], known["BLOCK"] = found.groups()
        if "carbonseal status" in line and (account := re.search("as (0x[0-9a-f]{40})", done.output)):
            fund(chain, account.group(1), 0.1)
    assert len(steps) == 9
    assert "cannot pay" in outputs[1]
    assert "1 final" in outputs[-1], outputs


def _typed(line: str) -> Result:
    """What a person gets who types it and agrees to everything."""
    if line.startswith("carbonseal "):
        import shlex

        return CliRunner().invoke(carbonseal, shlex.split(line)[1:], input="y\n")
    subprocess.run(["bash", "-c", line], check=True)
    return CliRunner().invoke(carbonseal, ["--version"])
