"""End to end, by commands alone: two nodes, a chain, a passport, a verdict.

Commands run in this process, each as if it were the only one: starting a program takes twenty times as long as most of them.
Nodes are served by a thread; that every command is also a program, `serve` too, is shown by the demo and by tests/service.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from carbonseal.cli.main import carbonseal as command
from carbonseal.log.notes import NoteSigner
from carbonseal.log.proofs import TlogProof
from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_devnet import threads
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.ethereum.starting import in_thread
from tests.ethereum.endpoints import before
from tests.node.running import in_background
from tests.world import key

ORIGIN, PEER = "certifier.example/way", "peer.example/way"


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


def carbonseal(*words: object, stdin: str | None = None) -> Done:
    """What a command ends with. What no command may raise is raised here."""
    done = CliRunner().invoke(command, [*map(str, words)], input=stdin, catch_exceptions=False)
    return Done(done.exit_code, done.stdout, done.stderr)


def good(*words: object, stdin: str | None = None) -> str:
    done = carbonseal(*words, stdin=stdin)
    assert done.status == 0, done.out + done.err
    return done.out


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Where a node is served, as long as the block lasts. It holds its directory as a program would."""
    with threads.in_thread(_serving(directory), "served") as (url, _):
        yield url


@asynccontextmanager
async def _serving(directory: Path) -> AsyncIterator[str]:
    async with Node.open(directory) as node, in_background(node), serving(node) as url:
        node.advertise(url)
        yield url


def begin(node: Path, origin: str, *options: object) -> str:
    """Make a node whose log key is known before; its verifier key."""
    (node / "keys").mkdir(parents=True)
    (node / "keys" / "log-default.key").write_text(key(origin).private_bytes_raw().hex() + "\n", encoding="ascii")
    (node / "keys" / "log-default.key").chmod(0o600)
    verifier = NoteSigner(origin, key(origin)).verifier.encode()
    assert verifier in good("init", node, "--origin", origin, *options)
    return verifier


@dataclass(frozen=True)
class Way:
    """What is there after the whole way: a node with one anchored passport in `folder`."""

    folder: Path
    chain: Network
    commitments: tuple[str, ...]

    @property
    def node(self) -> Path:
        return self.folder / "node"

    def verify(self, *passports: Path | str, trust: str = "trust.json") -> Done:
        policy = self.node / "policy-template.policy"
        return carbonseal("verify", *passports, "--policy", policy, "--trust", self.folder / trust, "--json")


@pytest.fixture(scope="module")
def chain() -> Iterator[Network]:
    """A chain of its own: on one where others mine block after block, time runs ahead of the clock."""
    with in_thread() as network:
        yield network


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory, chain: Network) -> Iterator[Way]:
    folder = tmp_path_factory.mktemp("way")
    peer, node = folder / "peer", folder / "node"
    peer_key = begin(peer, PEER, "--foreign", NoteSigner(ORIGIN, key(ORIGIN)).verifier.encode())
    (folder / "chain.key").write_text(chain.key(5).hex() + "\n", encoding="ascii")
    (folder / "chain.key").chmod(0o600)
    records = folder / "records.ndjson"
    records.write_text(
        '{"name":"cell","kilograms":"3.5"}\n{"name":\n{"name":"case","kilograms":"1.25"}\n', encoding="utf-8"
    )
    with served(peer) as url:
        on_chain = f"chain {chain.uri} registry={chain.deployment.registry} key=file:../chain.key"
        ledgers = ["--ledger", on_chain, "--ledger", f"peer tlog+{url}/v1/logs/default key={peer_key}"]
        begin(node, ORIGIN, *ledgers, "--issuer", "certifier did:web:certifier.example")
        sealed = carbonseal("seal", node, records, "--profile", "json/1", "--receipts", folder / "receipts.ndjson")
        assert sealed.status == 2, "one of the three is not JSON"
        commitments = tuple(line.split()[0] for line in sealed.out.splitlines())
        request = {
            "issuer": "certifier",
            "subject": "urn:example:reader",
            "name": "Door reader",
            "records": [{"role": "footprint", "commitment": commitments[0], "disclose": True}],
            "components": [],
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        good("passport", "issue", node, "--request", folder / "request.json", "-o", folder / "early.json")
        good("anchor", node, "--wait", "60")
        output = good("passport", "refresh", node, folder / "early.json", "-o", folder / "passport.json")
        assert output.startswith(f"wrote {folder / 'passport.json'}: ")
        assert f" more on {chain.ledger}; " in output
        good(
            "trust",
            "gather",
            folder / "passport.json",
            "--from",
            f"{chain.ledger}={chain.endpoint}",
            "--confirmations",
            1,
            "-o",
            folder / "trust.json",
        )
        yield Way(folder, chain, commitments)


def test_the_passport_verifies_under_the_template(way: Way) -> None:
    done = way.verify(way.folder / "passport.json")
    report = json.loads(done.out)
    assert (done.status, report["verdict"]) == (0, "verified"), done.out
    assert report["existed_by"]
    assert {item["ledger"] for item in report["trusted"]} == {way.chain.ledger}


def test_before_it_was_anchored_it_did_not(way: Way) -> None:
    assert way.verify(way.folder / "early.json").status == 3


def test_a_component_is_taken_from_its_file(way: Way) -> None:
    record = {"role": "footprint", "commitment": way.commitments[1]}
    share = {"quantity": "2", "unit": "piece", "per": {"amount": "1", "unit": "piece"}, "basis": "used"}
    part = {"passport": "passport.json", **share}
    request = {"issuer": "certifier", "subject": "urn:example:door", "records": [record], "components": [part]}
    (way.folder / "door.request.json").write_text(json.dumps(request), encoding="utf-8")
    good("passport", "issue", way.node, "--request", way.folder / "door.request.json", "-o", way.folder / "door.json")
    assert "components carried: 1" in good("passport", "show", way.folder / "door.json")


@pytest.mark.parametrize(
    ("request_text", "said"),
    [
        ("{", "request-bad.json"),
        ('{"issuer":"certifier"}', "carbonseal: "),
        ('{"components":[{"passport":"none.json"}]}', "none.json"),
        ('{"components":[{"passport":"request-bad.json"}]}', "carbonseal: "),
    ],
)
def test_a_bad_request_is_refused(way: Way, request_text: str, said: str) -> None:
    (way.folder / "request-bad.json").write_text(request_text, encoding="utf-8")
    done = carbonseal(
        "passport", "issue", way.node, "--request", way.folder / "request-bad.json", "-o", way.folder / "no.json"
    )
    assert done.status == 2
    assert said in done.err
    assert not (way.folder / "no.json").exists()


def test_sealing_again_changes_nothing(way: Way) -> None:
    before = entries(way.node)
    again = carbonseal("seal", way.node, "-", "--profile", "json/1", stdin='{"kilograms":"3.5","name":"cell"}\n')
    assert again.out == f"{way.commitments[0]}  standard input > line 1\n"
    assert entries(way.node) == before


def entries(node: Path) -> int:
    """How many the log has or will have."""
    log = json.loads(good("status", node, "--json"))["logs"][0]
    return int(log["size"] + log["waiting"])


def test_receipts_are_the_submitters_alone(way: Way) -> None:
    path = way.folder / "receipts.ndjson"
    receipts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [receipt["commitment"] for receipt in receipts] == list(way.commitments)
    assert path.stat().st_mode & 0o077 == 0


def test_a_proof_is_exported(way: Way) -> None:
    by_commitment, by_index = way.folder / "a.tlog-proof", way.folder / "b.tlog-proof"
    assert good("log", "proof", way.node, way.commitments[0], "-o", by_commitment) == f"wrote {by_commitment}\n"
    good("log", "proof", way.node, "1", "-o", by_index)
    assert by_commitment.read_bytes() == by_index.read_bytes()
    proof = TlogProof.parse(by_commitment.read_bytes())
    proof.verify(b"\x01" + bytes.fromhex(way.commitments[0]), NoteSigner(ORIGIN, key(ORIGIN)).verifier)
    assert carbonseal("log", "proof", way.node, "1", "-o", by_index).status == 2, "it exists already"
    for unknown in ("999", "ff" * 32, "xyz"):
        assert carbonseal("log", "proof", way.node, unknown, "-o", way.folder / "c.tlog-proof").status == 2


def test_status_tells_a_person(way: Way) -> None:
    output = good("status", way.node)
    assert output.startswith(f"OK\n{ORIGIN}  the log default\n")
    assert f"{way.chain.ledger}  1 final" in output
    assert f"tlog:{PEER}  1 final" in output


def test_an_option_that_no_ledger_takes_shows_before_it_matters(way: Way) -> None:
    settings = way.node / "node.toml"
    kept = settings.read_text(encoding="utf-8")
    output = []
    for wrong in ("cadance = 3600", "cadence = 3600\n[ledger.options]\nregistri = 1"):
        changed = kept.replace("cadence = 3600", wrong, 1).replace("= 1\n\n[ledger.options]\n", "= 1\n", 1)
        settings.write_text(changed, encoding="utf-8")
        output.append(carbonseal("status", way.node))
    settings.write_text(kept, encoding="utf-8")
    of_the_node, of_the_adapter = output
    assert of_the_node.status == 2
    assert "node.toml > ledger > 0: a ledger has no setting cadance" in of_the_node.err
    assert of_the_adapter.status == 1
    assert of_the_adapter.out.startswith("FAILING\n")
    assert "registri" in of_the_adapter.out


def test_commands_speak_to_a_node_that_is_served(way: Way) -> None:
    with served(way.node):
        assert json.loads(good("status", way.node, "--json"))["logs"][0]["origin"] == ORIGIN
        sealed = good("seal", way.node, "-", "--profile", "json/1", stdin='{"name":"cable"}\n')
        assert len(sealed.split()[0]) == 64
        good("passport", "refresh", way.node, way.folder / "passport.json", "-o", way.folder / "far.json")
    assert way.verify(way.folder / "far.json").status == 0


def test_trust_is_gathered_once(way: Way) -> None:
    ask = ["--from", f"{way.chain.ledger}={way.chain.endpoint}", "--confirmations", 1, "-o", way.folder / "trust.json"]
    before = (way.folder / "trust.json").read_bytes()
    assert "0 new" in good("trust", "gather", way.folder / "passport.json", *ask)
    assert (way.folder / "trust.json").read_bytes() == before
    output = good("trust", "show", way.folder / "trust.json")
    assert output.startswith(f"{way.chain.ledger}\n  block 0 hash 0x")
    assert f"from {way.chain.endpoint}" in output


def test_trust_says_whom_it_needs(way: Way) -> None:
    done = carbonseal("trust", "gather", way.folder / "passport.json", "-o", way.folder / "t.json")
    assert done.status == 2
    assert f"--from {way.chain.ledger}=URL" in done.err


def test_trust_from_the_wrong_place_is_refused(way: Way) -> None:
    def gather(endpoint: str) -> Done:
        return carbonseal(
            "trust", "gather", way.folder / "passport.json", "--from", endpoint, "-o", way.folder / "t.json"
        )

    assert gather(f"{way.chain.ledger}=http://127.0.0.1:9").status == 1
    assert gather(f"eip155:1={way.chain.endpoint}").status == 2
    assert gather(f"tlog:{PEER}=http://127.0.0.1:9").status == 2
    assert gather("eip155:1").status == 2
    assert not (way.folder / "t.json").exists()


def test_a_lying_endpoint_is_outvoted_and_named_in_the_verdict(way: Way) -> None:
    def forge(method: str, params: list[object], answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        given = answer()
        if method == "eth_getBlockByNumber" and params[0] != "0x0":
            block = given["result"]
            block["stateRoot"] = "0x" + "66" * 32
            block["hash"] = "0x" + keccak256(write_header(block)).hex()
        return given

    policy = way.folder / "two.policy"
    template = (way.node / "policy-template.policy").read_text(encoding="utf-8")
    policy.write_text(template.replace(" genesis=", " agree=2 genesis="), encoding="utf-8")
    passport, trust = way.folder / "passport.json", way.folder / "three.json"

    def gather(*endpoints: str) -> int:
        named = [word for endpoint in endpoints for word in ("--from", f"{way.chain.ledger}={endpoint}")]
        options = "--policy", policy, "--confirmations", 1, "-o", trust
        return carbonseal("trust", "gather", passport, *named, *options).status

    def verdict() -> tuple[int, dict[str, str]]:
        done = carbonseal("verify", passport, "--policy", policy, "--trust", trust, "--json")
        found = json.loads(done.out)["findings"]
        return done.status, {finding["code"]: finding["message"] for finding in found}

    with before(way.chain, forge) as liar:
        assert gather(liar, way.chain.endpoint) == 3
        status, found = verdict()
        assert (status, "ethereum.agreement-lacking" in found) == (3, True)
        assert gather(way.chain.another().endpoint) == 0
        status, found = verdict()
        assert status == 0
        assert found["ethereum.endpoint-outvoted"].startswith(liar)


def test_without_trust_it_is_undetermined(way: Way) -> None:
    (way.folder / "no-trust.json").write_text('{"carbonseal":"trust/1","items":[]}', encoding="utf-8")
    assert way.verify(way.folder / "passport.json", trust="no-trust.json").status == 3


def test_passport_show(way: Way) -> None:
    output = good("passport", "show", way.folder / "passport.json")
    assert output.startswith("Door reader: ")
    assert "\nDoor reader (urn:example:reader)\n" in output
    assert f"{way.chain.ledger}, tlog:{PEER}" in output
    assert carbonseal("passport", "show", way.folder / "receipts.ndjson").status == 2


def test_a_ledger_that_is_not_there_is_named(way: Way) -> None:
    (way.folder / "new" / "keys").mkdir(parents=True)
    ledger = f"chain ethereum+http://127.0.0.1:9 registry={way.chain.deployment.registry} key=file:keys/chain.key"
    done = carbonseal("init", way.folder / "new", "--origin", "new.example", "--ledger", ledger)
    assert done.status == 1
    assert "--ledger chain: http://127.0.0.1:9" in done.err
