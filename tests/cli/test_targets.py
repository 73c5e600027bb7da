"""Which node a command works on, and on whose behalf: a directory and an address give the same, on behalf of the same."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from carbonseal.cli.targets import DirectoryCommand, NodeCommand
from carbonseal.passport.passports import parse
from tests.cli.test_way import Done, carbonseal, good, served
from tests.repository.texts.help_texts import commands

HEX, TIME, SIZE = (re.compile(one) for one in ("[0-9a-f]{64}", r"\d{4}-\d\d-\d\dT[\d:]+Z", r"\d+(?= entries)"))
PERSON = ("submit", "read", "issue", "revoke", "review", "release")
LOCAL_ALONE = {  # and what else each needs
    "backup": ("out",),
    "fsck": (),
    "init": ("--origin", "log.example/new"),
    "log add": ("motors", "--origin", "log.example/motors"),
    "log adopt": ("--yes",),
    "policy": (),
    "records index": (),
    "restore": ("near", "near"),
    "serve": (),
    "witness new-key": ("--yes",),
}


@dataclass(frozen=True)
class Pair:
    """Two copies of one node: one in a directory, one served at `url`; and what a person and an admin know."""

    folder: Path
    url: str

    @property
    def node(self) -> Path:
        return self.folder / "near"

    def both(self, words: str, who: str = "anna") -> Done:
        """What a command ends with, the same at both. Words may name {commitment} and {passport} of the copy."""
        token = ("--token", f"file:{self.folder / who}.token")
        near = carbonseal(*self._words("near", words, [self.node]), *token)
        far = carbonseal(*self._words("far", words, ["--node", self.url]), *token)
        assert _plain(near) == _plain(far)
        return near

    def _words(self, copy: str, words: str, node: list[object]) -> list[object]:
        facts = {name: (self.folder / f"{copy}.{name}") for name in ("passport", "statement", "proof")}
        named = {**facts, "folder": self.folder, "commitment": self.commitment, "digest": self.digest(copy)}
        return [word for part in words.split() for word in (node if part == "NODE" else [part.format_map(named)])]

    @property
    def commitment(self) -> str:
        request: dict[str, list[dict[str, str]]] = json.loads((self.folder / "issue.json").read_text())
        return request["records"][0]["commitment"]

    def digest(self, copy: str) -> str:
        file = self.folder / f"{copy}.passport"
        return parse(file.read_bytes()).root.hex() if file.exists() else "none"


def _plain(done: Done) -> tuple[int, str, str]:
    """Without what differs from node to node: digests of signed documents, times, sizes of logs, and the copy's name."""

    def plain(text: str) -> str:
        return re.sub(r"\b(near|far)\b", "COPY", SIZE.sub("SIZE", TIME.sub("TIME", HEX.sub("HEX", text))))

    return done.status, plain(done.out), plain(done.err)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("targets")
    node = folder / "near"
    good("init", node, "--origin", "log.example/targets", "--issuer", "maker did:web:maker.example")
    for name, kind, scopes in (("anna", "--person", PERSON), ("watch", "--system", ("admin",))):
        words = [word for scope in scopes for word in ("--scope", scope)]
        good("token", "create", node, name, kind, name, *words, "-o", folder / f"{name}.token")
    (folder / "record.json").write_text('{"kilograms": "12.50"}')
    (folder / "wrong.json").write_text('{"twice": 1, "twice": 2}')
    commitment = good("seal", node, folder / "record.json", "--profile", "json/1").split()[0]
    record = {"role": "footprint", "commitment": commitment}
    (folder / "issue.json").write_text(json.dumps({"issuer": "maker", "subject": "urn:example:a", "records": [record]}))
    shutil.copytree(node, folder / "far")
    with served(folder / "far") as url:
        yield Pair(folder, url)


def test_a_command_gives_the_same_at_a_directory_and_at_an_address(pair: Pair) -> None:
    sealed = pair.both("seal NODE {folder}/record.json --profile json/1")
    assert (sealed.status, sealed.out.split()[0]) == (0, pair.commitment)
    assert pair.both("seal NODE {folder}/wrong.json --profile json/1").status == 2
    assert pair.both("anchor NODE --wait 0", "watch").status == 0
    assert pair.both("status NODE", "watch").status == 0
    assert pair.both("log proof NODE {commitment} -o {proof}").status == 0
    assert pair.both("passport issue NODE --request {folder}/issue.json -o {passport}").status == 0
    assert "issued" in pair.both("passport list NODE").out
    for words in (
        "passport export NODE {digest} -o {passport} --force",
        "passport refresh NODE {passport}",
        "passport suspend NODE {digest} --reason looked-at",
        "passport reinstate NODE {passport} --reason right",
        "passport revoke NODE {digest} --reason wrong",
        "statement list NODE",
        "accreditation list NODE",
        "draft prepare NODE --request {folder}/issue.json --comment see",
        "draft list NODE",
        "draft show NODE 1",
        "draft comment NODE 1 which-meter",
        "draft discard NODE 1 --reason enough",
        "webhook list NODE",
        "token grant NODE {commitment} watch",
        "token grants NODE",
        "token ungrant NODE {commitment} watch",
    ):
        assert pair.both(words).status == 0, words
    assert "revoked" in pair.both("passport list NODE").out


def test_what_is_refused_is_refused_at_both_for_the_same_reason(pair: Pair) -> None:
    nobody = "f" * 64
    for words, told in (
        ("status NODE", "needs the scope admin"),
        ("anchor NODE", "needs the scope admin"),
        ("token list NODE", "has the node's directory"),
        ("token create NODE t --system t --scope read", "has the node's directory"),
        ("token rotate NODE anna", "has the node's directory"),
        ("token revoke NODE anna --reason lost", "has the node's directory"),
        ("token scopes NODE anna --scope read", "has the node's directory"),
        ("token identity list NODE", "has the node's directory"),
        ("token identity add NODE 1 --person anna", "has the node's directory"),
        (f"draft review NODE 99 {nobody}", "99"),
        ("webhook test NODE nobody", "nobody"),
        ("audit show NODE", "has the node's directory"),
        ("audit check NODE", "has the node's directory"),
        (f"passport export NODE {nobody} -o -", "issued no passport with that digest"),
        (f"log proof NODE {nobody} -o -", "commitment"),
        ("log proof NODE 999 -o -", "999"),
        ("seal NODE {folder}/record.json --profile json/1 --tenant other", "no tenant other"),
        (f"statement withdraw NODE {nobody} --reason x", "statement"),
        (f"accreditation get NODE {nobody} -o -", "accreditation"),
    ):
        done = pair.both(words)
        assert done.status == 2 and told in done.err, (words, done)
    for words in ("seal NODE {folder}/record.json --profile json/1", "passport list NODE"):
        assert "needs the scope" in pair.both(words, "watch").err


def test_every_command_on_a_node_takes_an_address_or_says_why_not() -> None:
    found = {context.command_path.removeprefix("carbonseal "): context.command for context in commands()}
    assert {path for path, command in found.items() if type(command) is DirectoryCommand} == set(LOCAL_ALONE)
    on_a_node = {path for path, command in found.items() if "directory" in [one.name for one in command.params]}
    others = {path for path in on_a_node if not isinstance(found[path], (NodeCommand, DirectoryCommand))}
    assert {path for path in others if not path.startswith("carbonseal-devnet")} == {"demo"}  # which makes its own


@pytest.mark.parametrize("command", LOCAL_ALONE)
def test_what_is_for_a_directory_alone_says_so(pair: Pair, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pair.folder)
    done = carbonseal(*command.split(), *LOCAL_ALONE[command], "--node", pair.url)
    assert (done.status, done.out) == (2, "")
    assert "works on a node's directory: run it on the machine of the node" in done.err


def test_the_environment_names_the_node_unless_the_command_does(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARBONSEAL_NODE", pair.url)
    monkeypatch.setenv("CARBONSEAL_TOKEN", f"file:{pair.folder}/watch.token")
    assert carbonseal("status").out == carbonseal("status", "--node", pair.url).out != ""
    assert "urn:example" in carbonseal("passport", "list", "--token", f"file:{pair.folder}/anna.token").out
    far = pair.folder / "far.passport"
    good(
        "passport",
        "export",
        pair.digest("far"),
        "-o",
        pair.folder / "again",
        "--token",
        f"file:{pair.folder}/anna.token",
    )
    assert parse((pair.folder / "again").read_bytes()).root.hex() == pair.digest("far")
    good("passport", "refresh", far, "-o", pair.folder / "newer")
    assert "watch" in good("token", "list", pair.node)  # its operator: the variable of the token is for the address
    monkeypatch.setenv("CARBONSEAL_NODE", "node.example.org")
    assert "is not an address" in carbonseal("status").err


def test_what_names_no_node_or_two_or_shows_a_token(pair: Pair) -> None:
    for words, told in (
        (("status",), "Missing argument 'DIRECTORY'"),
        (("status", pair.node, "--node", pair.url), "name one, as DIRECTORY or as --node"),
        (("status", "--node", "ftp://node.example.org"), "is not an address"),
        (("status", "--node", pair.url, "--node", pair.url), "more than once"),
        (("status", "--node", "https://anna:hidden@node.example.org"), "the address of the node is not valid"),
        (("status", "--node", pair.url, "--token", "carbonseal_hidden"), "file:"),
        (("status", "--node", pair.url, "--token", "file:none.token"), "none.token"),
        (("status", "--node", "http://192.0.2.1", "--token", f"file:{pair.folder}/watch.token"), "is not HTTPS"),
        (
            ("status", "--node", "https://192.0.2.1", "--ca", pair.folder / "record.json"),
            "no certificates that can be used",
        ),
        (("status", pair.node, "--token", f"file:{pair.folder}/record.json"), "kilograms"),
    ):
        done = carbonseal(*words)
        assert done.status == 2, (words, done)
        assert (told in done.err) != (told == "kilograms"), (words, done)
        assert "hidden" not in done.err


def test_a_token_is_written_for_its_owner_alone(pair: Pair) -> None:
    file = pair.folder / "other.token"
    done = carbonseal("token", "rotate", pair.node, "watch", "-o", file)
    assert (done.status, done.out) == (0, f"wrote {file}\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().startswith("carbonseal_")
    assert carbonseal("status", pair.node, "--token", f"file:{file}").status == 0
    again = carbonseal("token", "rotate", pair.node, "watch", "-o", file)
    assert (again.status, "exists already" in again.err) == (2, True)
    assert carbonseal("status", pair.node, "--token", f"file:{file}").status == 0
