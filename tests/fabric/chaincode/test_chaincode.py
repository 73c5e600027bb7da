"""The anchor registry on a state of its own: what it writes, refuses and finds; and the package, the same bytes each time."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as some

from carbonseal.ledger import Statement
from carbonseal_adapters.fabric.chaincode.__main__ import main as serve_command
from carbonseal_adapters.fabric.chaincode.package import main as package_command
from carbonseal_adapters.fabric.chaincode.package import package, package_id
from carbonseal_adapters.fabric.chaincode.registry import Declined, Page, Registry
from carbonseal_adapters.fabric.checking.anchors import anchor_key, anchor_value
from carbonseal_adapters.fabric.checking.certificates import publisher_id
from tests.fabric.scenes.identities import Organisation, Signer
from tests.programs.counted import counted

NOW = 1_795_000_000
LOG, ROOT, OTHER = (letter * 64 for letter in "abc")


@dataclass
class State:
    """Keys and values, read in pages of three; one call at a time."""

    creator: bytes
    values: dict[str, bytes] = field(default_factory=dict)
    time: int = NOW
    arguments: tuple[bytes, ...] = ()
    events: list[tuple[str, bytes]] = field(default_factory=list)
    pages: int = 0

    async def get(self, key: str) -> bytes:
        return self.values.get(key, b"")

    async def put(self, key: str, value: bytes) -> None:
        self.values[key] = value

    async def page(self, start: str, end: str) -> Page:
        self.pages += 1
        found = sorted(item for item in self.values.items() if start <= item[0] < end)
        return Page(found[:3], len(found) > 3)

    def announce(self, name: str, payload: bytes) -> None:
        self.events.append((name, payload))

    def call(self, *words: str | int | bytes) -> bytes:
        self.arguments = tuple(word if isinstance(word, bytes) else str(word).encode() for word in words)
        return asyncio.run(Registry(lambda: NOW).answer(self))


@pytest.fixture(scope="module")
def client() -> Signer:
    return Organisation("Org1MSP").node("node", "client")


@pytest.fixture
def state(client: Signer) -> State:
    return State(client.serialized)


def status(state: State, *words: str | int | bytes) -> int:
    with pytest.raises(Declined) as caught:
        state.call(*words)
    return caught.value.status


def test_an_anchor_is_written_under_its_client_and_has_an_event(state: State, client: Signer) -> None:
    statement, publisher = (
        Statement(bytes.fromhex(LOG), 7, bytes.fromhex(ROOT)),
        publisher_id("Org1MSP", client.certificate),
    )
    value = state.call("anchor", LOG, 7, ROOT)
    assert value == anchor_value(statement, NOW)
    assert state.values == {anchor_key(publisher, statement): value}
    assert state.events == [("anchored", publisher + value)]
    assert state.call("get", publisher.hex(), LOG, 7) == state.call("latest", publisher.hex(), LOG) == value


def test_the_same_again_changes_nothing_and_another_root_is_refused(state: State) -> None:
    first = state.call("anchor", LOG, 7, ROOT)
    before, state.time = dict(state.values), NOW + 100
    assert state.call("anchor", LOG, 7, ROOT) == first
    assert status(state, "anchor", LOG, 7, OTHER) == 409
    assert state.values == before
    assert len(state.events) == 1


@pytest.mark.parametrize("offset", [-301, 301, 10**9])
def test_a_timestamp_far_from_the_clock_is_refused(state: State, offset: int) -> None:
    state.time = NOW + offset
    assert status(state, "anchor", LOG, 7, ROOT) == 412
    assert not state.values


@pytest.mark.parametrize("offset", [-300, 300])
def test_a_timestamp_near_it_is_taken(state: State, offset: int) -> None:
    state.time = NOW + offset
    assert state.call("anchor", LOG, 7, ROOT)[-8:] == (NOW + offset).to_bytes(8, "big")


@pytest.mark.parametrize(
    "words",
    [
        (), ("no-such-function",), ("anchor",), ("anchor", LOG, 7), ("anchor", LOG, 7, ROOT, ""), ("anchor", LOG, 0, ROOT),
        ("anchor", LOG, 1 << 64, ROOT), ("anchor", LOG, "07", ROOT), ("anchor", LOG, "+7", ROOT), ("anchor", LOG, "7 ", ROOT),
        ("anchor", LOG, "٧", ROOT), ("anchor", LOG.upper(), 7, ROOT), ("anchor", LOG[1:], 7, ROOT), ("anchor", LOG, 7, ROOT + "0"),
        ("anchor", b"\xff" * 64, 7, ROOT), ("get", LOG, LOG), ("get", LOG, LOG, 0), ("latest", LOG), ("latest", "", LOG),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused(state: State, words: tuple[str | int | bytes, ...]) -> None:
    assert status(state, *words) == 400
    assert not state.values


def test_a_creator_that_is_nobody_is_refused(state: State) -> None:
    state.creator = b"\x0a\x03abc"
    assert status(state, "anchor", LOG, 7, ROOT) == 400


def test_what_is_not_there(state: State) -> None:
    assert status(state, "get", OTHER, LOG, 7) == status(state, "latest", OTHER, LOG) == 404


@given(sizes=some.sets(some.integers(1, (1 << 64) - 1) | some.integers(1, 40), min_size=1, max_size=30))
@settings(max_examples=60)
def test_the_latest_is_the_largest_however_many_there_are(client: Signer, sizes: set[int]) -> None:
    state = State(client.serialized)
    for size in sizes:
        state.call("anchor", LOG, size, ROOT)
    state.call("anchor", OTHER, (1 << 64) - 1, ROOT)
    publisher = publisher_id("Org1MSP", client.certificate).hex()
    value = state.call("latest", publisher, LOG)
    assert Statement.decode(value[:72]).size == max(sizes)
    assert state.pages <= 65


# --- the package -----------------------------------------------------------------------------------------------------


def test_the_package_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    names = []
    for name in ("one.tgz", "two.tgz"):
        command = [sys.executable, "-m", "carbonseal_adapters.fabric.chaincode.package"]
        asked = ["--address", "chaincode.example:9999", "-o", str(tmp_path / name)]
        made = subprocess.run([*command, *asked], env=counted(), capture_output=True, text=True, check=True)
        names.append(made.stdout.strip())
    one, two = ((tmp_path / name).read_bytes() for name in ("one.tgz", "two.tgz"))
    assert one == two == package("chaincode.example:9999")
    assert names == [package_id(one)] * 2
    assert package_id(one) == "carbonseal_1:2997ee2eba68cec0594c37fbfa64483b9bf95ad24d7bc0f5a9b5f03f964a88eb"


NO_ADDRESSES = [
    "nonsense",
    "host:99999",
    "host:-1",
    "host:0x1",
    "host:",
    ":9999",
    "two words:1",
    "http://host:1",
    "host:1/x",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_address_that_is_none_is_refused(address: str, tmp_path: Path) -> None:
    """gRPC would listen on another port, or look for a host that nobody meant."""
    for command, more in ((package_command, ["-o", str(tmp_path / "x.tgz")]), (serve_command, ["--id", "a:b"])):
        done = CliRunner().invoke(command, ["--address", address, *more])
        assert done.exit_code == 2
        assert "is not HOST:PORT" in done.output
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("address", ["chaincode.example:9999", "127.0.0.1:65535", "[::1]:7052", "chain_code:1"])
def test_an_address_is_taken(address: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(package_command, ["--address", address, "-o", str(tmp_path / "x.tgz")])
    assert done.exit_code == 0, done.output


def member(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    assert found is not None
    return found.read()


def test_what_is_in_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(package("chaincode.example:9999", root="PEM"))) as outer:
        assert json.loads(member(outer, "metadata.json")) == {"label": "carbonseal_1", "path": "", "type": "ccaas"}
        with tarfile.open(fileobj=io.BytesIO(member(outer, "code.tar.gz"))) as inner:
            assert inner.getnames() == ["connection.json"]
            connection = json.loads(member(inner, "connection.json"))
    assert connection["address"] == "chaincode.example:9999"
    assert connection["tls_required"] is True
    assert connection["root_cert"] == "PEM"
