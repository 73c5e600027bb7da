"""Trust by commands alone: written down by hand, and gathered before passports come."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from carbonseal import parse_trust
from carbonseal_devnet.ethereum.network import Network
from tests.cli.conftest import AT, Files, Run
from tests.ethereum.endpoints import before
from tests.ethereum.networks import anchor, connected
from tests.installed import install

HASH = "0x" + "ab" * 32


def trusted(path: Path) -> list[tuple[int, str]]:
    """Number and source of what is in a trust file."""
    return [(item["value"]["number"], item["source"]) for item in json.loads(path.read_text())["items"]]


# --- by hand -------------------------------------------------------------------------------------------------------


def test_blocks_pinned_by_hand_are_enough(run: Run, files: Files) -> None:
    by_hand = files.directory / "by-hand.json"
    for item in json.loads(files.trust.read_text())["items"]:
        words = item["value"]["number"], item["value"]["hash"]
        done = run("trust", "pin", item["ledger"], *words, "--source", " block  explorer ", "-o", by_hand)
        assert done.exit_code == 0, done.output
        assert "from block explorer" in done.output
    verified = run("verify", files.passport, "--policy", files.policy, "--trust", by_hand, "--at", AT)
    assert verified.exit_code == 0
    assert "from block explorer" in verified.output


def test_a_source_without_block_0_is_named_and_does_not_count(run: Run, files: Files) -> None:
    items = json.loads(files.trust.read_text())["items"]
    by_hand = files.directory / "by-hand.json"
    pin = ("trust", "pin", items[0]["ledger"])
    hashes = {item["value"]["number"]: item["value"]["hash"] for item in items}
    block0 = 0, hashes.pop(0)
    words = [word for block in hashes.items() for word in block]
    done = run(*pin, *words, "--source", "A. Miller", "-o", by_hand)
    assert done.exit_code == 0
    assert "A. Miller does not name block 0" in done.output

    def verified() -> int:
        return run("verify", files.passport, "--policy", files.policy, "--trust", by_hand, "--at", AT).exit_code

    assert verified() == 3
    done = run(*pin, *block0, "--source", "a. miller", "-o", by_hand)
    assert "ethereum.genesis-missing" not in done.output
    assert verified() == 0


def test_what_a_source_said_stays_with_the_instant_when_it_first_did(run: Run, files: Files) -> None:
    before = json.loads(files.trust.read_text())["items"]
    for item in before:
        words = item["value"]["number"], item["value"]["hash"]
        assert run("trust", "pin", item["ledger"], *words, "--source", item["source"], "-o", files.trust).exit_code == 0
    assert json.loads(files.trust.read_text())["items"] == before


def test_each_source_by_hand_counts_for_itself(run: Run, files: Files) -> None:
    agree = files.write("agree.policy", files.policy.read_text().replace("genesis=", "agree=2 genesis="))

    def verified() -> int:
        return run("verify", files.passport, "--policy", agree, "--trust", files.trust, "--at", AT).exit_code

    assert verified() == 3
    items = json.loads(files.trust.read_text())["items"]
    for source, status in (("MADE up", 3), ("A. Miller, by telephone", 0)):
        for item in items:
            words = item["value"]["number"], item["value"]["hash"]
            run("trust", "pin", item["ledger"], *words, "--source", source, "-o", files.trust)
        assert verified() == status, source


@pytest.mark.parametrize(
    "words",
    [
        ("eip155:1", "1"),
        ("eip155:1", "one", HASH),
        ("eip155:1", "1", HASH[:-1]),
        ("eip155:one", "1", HASH),
        ("nowhere:1", "1", HASH),
        ("tlog:peer.example", "1", HASH),
    ],
)
def test_what_cannot_be_pinned_is_refused(words: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    done = run("trust", "pin", *words, "--source", "here", "-o", tmp_path / "t.json")
    assert done.exit_code == 2, done.output
    assert not (tmp_path / "t.json").exists()


def test_a_source_by_hand_is_named_and_keeps_no_key(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    assert run("trust", "pin", "eip155:1", "1", HASH, "--source", " ", "-o", file).exit_code == 2
    assert run("trust", "pin", "eip155:1", "1", HASH, "--source", "ftp://host/x", "-o", file).exit_code == 2
    asked = "https://user:pass@RPC.example:443/v3/secret"
    assert run("trust", "pin", "eip155:1", "1", HASH, "--source", asked, "-o", file).exit_code == 0
    assert trusted(file) == [(1, "https://rpc.example")]


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        ("nonsense", "'nonsense' is not a valid ledger name"),
        ("fax:1", "nothing that is installed knows ledgers of the kind fax"),
        ("tlog:log.example/1", "there is nothing to gather"),
    ],
)
def test_what_is_no_ledger_is_not_taken_for_one(run: Run, tmp_path: Path, ledger: str, said: str) -> None:
    result = run("trust", "pin", ledger, "a", "--source", "me", "-o", tmp_path / "trust.json")
    assert result.exit_code == 2
    assert said in result.stderr


# --- from endpoints ------------------------------------------------------------------------------------------------


@pytest.fixture
def chain(carbonseal_fresh_chain: Network) -> Network:
    """A chain with three anchors in blocks 2 to 4, which are final."""

    async def anchored() -> None:
        async with connected(carbonseal_fresh_chain) as ledger:
            for size in (1, 2, 3):
                await ledger.send(await ledger.prepare(anchor(size), []))

    asyncio.run(anchored())
    carbonseal_fresh_chain.mine(12)
    return carbonseal_fresh_chain


@pytest.fixture
def policy(chain: Network, files: Files) -> Path:
    """The policy with this chain in the place of the world's."""
    pins = " ".join(f"{name}={value}" for name, value in chain.options(chain.publisher(0)).items())
    lines = files.policy.read_text().splitlines()
    there = next(number for number, line in enumerate(lines) if line.startswith("ledger chain "))
    lines[there] = f"ledger chain {chain.ledger} {pins} agree=2"
    return files.write("real.policy", "\n".join(lines) + "\n")


def update(run: Run, file: Path, policy: Path, chain: Network, *endpoints: str, more: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    named = [word for endpoint in endpoints for word in ("--from", f"{chain.ledger}={endpoint}")]
    return run("trust", "update", file, "--policy", policy, *named, *more)


def test_a_pack_of_all_anchors_grows_by_what_is_new(run: Run, chain: Network, policy: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "pack.json", chain.another().endpoint
    done = update(run, file, policy, chain, chain.endpoint + "/?key=secret", other)
    assert done.exit_code == 0, done.output
    assert "8 new, 8 in all" in done.output
    assert sorted(trusted(file)) == sorted((n, source) for n in (0, 2, 3, 4) for source in (chain.endpoint, other))
    assert "secret" not in file.read_text()
    before_it = file.read_bytes()
    assert "0 new, 8 in all" in update(run, file, policy, chain, other, chain.endpoint).output
    assert file.read_bytes() == before_it
    third = chain.another().endpoint
    assert "4 new, 12 in all" in run("trust", "update", file, "--from", f"{chain.ledger}={third}").output


def test_too_few_that_agree_end_with_3(run: Run, chain: Network, policy: Path, tmp_path: Path) -> None:
    done = update(run, tmp_path / "pack.json", policy, chain, chain.endpoint)
    assert done.exit_code == 3
    assert "no hash of block 2 is named by 2" in done.output
    assert update(run, tmp_path / "pack.json", policy, chain, chain.endpoint, more=("--agree", "1")).exit_code == 0


def test_gathering_under_a_policy_says_what_will_be_lacking(run: Run, chain: Network, files: Files) -> None:
    """Status 3 where `verify` would say that ledgers or witnesses are lacking; each lack once, with who can mend it."""

    def gathered(policy: Path, trust: Path) -> tuple[int, str]:
        query = ("--from", f"{chain.ledger}={chain.endpoint}", "--policy", policy, "-o", trust)
        done = run("trust", "gather", files.passport, *query)
        return done.exit_code, done.output

    status, output = gathered(files.policy, files.trust)
    assert (status, "too few" in output) == (0, False), output
    status, output = gathered(files.policy, files.without_trust())
    assert status == 3
    assert "too few ledgers agree: other; the policy also requires chain" in output
    assert "an anchor on chain (eip155:31337), and it does not count" in output
    line = f"ledger consortium fabric:{'5a' * 32} config={'5a' * 32} chaincode=c attest=1:Org1 publisher={'01' * 32}"
    text = files.policy.read_text().replace(
        "group both all chain other", f"{line}\ngroup both all chain other consortium"
    )
    status, output = gathered(files.write("three.policy", text), files.trust)
    assert status == 3
    assert output.count("too few ledgers agree: chain, other; the policy also requires consortium") == 1
    assert output.count("[ledger.absent]") == 1


def test_a_liar_is_named_and_the_dead_stop_nothing(run: Run, chain: Network, policy: Path, tmp_path: Path) -> None:
    liar = chain.another()
    liar.fault("lie")
    dead = "http://127.0.0.1:9"
    done = update(
        run, tmp_path / "t.json", policy, chain, liar.endpoint, dead, chain.endpoint, chain.another().endpoint
    )
    assert done.exit_code == 0, done.output
    assert f"{liar.endpoint} is on another chain" in done.output
    assert dead in done.output


def test_what_one_finds_the_others_are_asked_about(run: Run, chain: Network, policy: Path, tmp_path: Path) -> None:
    """Every endpoint is asked about what another one found: one that leaves anchors out of its answer hides none."""

    def forgetful(method, params, answer):  # type: ignore[no-untyped-def]
        given = answer()
        if method == "eth_getLogs":
            del given["result"][1:]
        return given

    with before(chain, forgetful) as endpoint:
        assert update(run, tmp_path / "t.json", policy, chain, endpoint, chain.endpoint).exit_code == 0


def test_wrong_usage_asks_nobody(run: Run, chain: Network, policy: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    assert run("trust", "update", file).exit_code == 2
    twice = update(run, file, policy, chain, chain.endpoint, chain.endpoint.upper().replace("HTTP", "http") + "/key")
    assert twice.exit_code == 2
    assert "named twice" in twice.output
    assert update(run, file, policy, chain, "ftp://host/secret").exit_code == 2
    dead = update(run, file, policy, chain, "http://127.0.0.1:9/secret")
    assert (dead.exit_code, "secret" in dead.output) == (1, False)
    assert not file.exists()


def test_much_of_the_same_is_reported_in_few_lines(run: Run, chain: Network, policy: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    for number in range(100, 130):
        run("trust", "pin", chain.ledger, number, HASH, "--source", "here", "-o", file)
    done = update(run, file, policy, chain, chain.endpoint, chain.another().endpoint)
    assert done.exit_code == 3
    assert "and 55 more [ethereum.endpoint-block-unfinal]" in done.output
    assert "and 25 more [ethereum.agreement-lacking]" in done.output


def test_an_installed_package_cannot_take_a_built_in_gatherers_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its word would go into the trust file."""
    monkeypatch.syspath_prepend(str(tmp_path))
    names = dict.fromkeys(("eip155", "fabric"), "taker:GATHERER")
    install(tmp_path, "taker", {"carbonseal.trust": names}, {"taker": "raise RuntimeError('it was imported')"})
    trust = tmp_path / "trust.json"
    pinned = run("trust", "pin", "eip155:1", "7", HASH, "--source", "by hand", "-o", trust)
    assert pinned.exit_code == 0, pinned.output
    (item,) = parse_trust(trust.read_bytes()).items
    assert dict(item.value) == {"number": 7, "hash": HASH}
