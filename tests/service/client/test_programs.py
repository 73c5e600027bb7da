"""What the documents show to a new user works as it is shown: from a token to a sealed record, by command and from Python."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.node import Node
from carbonseal.service.app import serving
from tests.repository.sources import REPOSITORY
from tests.service.nodes import make_node

BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
URL, INSTALL = "https://node.example.org", "pip install 'carbonseal[node]'"


@dataclass
class Place:
    """A folder with what the documents name, beside a node that is served."""

    folder: Path
    url: str
    node: Node

    async def run(self, *command: str) -> str:
        """What a program prints that ends well."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, cwd=self.folder, stdout=pipe, stderr=pipe)
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    make_node(folder / "node")
    async with Node.open(folder / "node") as node, serving(node) as url:
        scopes = frozenset({Scope.SUBMIT, Scope.READ})
        secret = await node.access.create_token(NewToken("erp", "erp", Kind.SYSTEM, "default", scopes, 1))
        (folder / "erp.token").touch(0o600)
        (folder / "erp.token").write_text(secret + "\n")
        shutil.copy(REPOSITORY / "examples" / "footprint.json", folder)
        (folder / "records").mkdir()
        shutil.copy(REPOSITORY / "examples" / "footprint.json", folder / "records" / "a.json")
        (folder / "records" / "b.json").write_text('{"id": 1, "id": 2}')
        yield Place(folder, url, node)


def shown(document: str, kind: str, word: str) -> str:
    """The one block of that kind in a document which has this word."""
    blocks = BLOCK.findall((REPOSITORY / document).read_text(encoding="utf-8"))
    (found,) = [block for language, block in blocks if language == kind and word in block]
    return str(found)


def test_a_new_users_lines_seal_a_record(tmp_path: Path) -> None:
    install, command = shown("README.md", "sh", "carbonseal seal --node").strip().splitlines()
    assert install == INSTALL
    program = shown("README.md", "python", "carbonseal.client")

    async def go() -> None:
        async with place(tmp_path) as at:
            words = shlex.split(command.replace(URL, at.url))
            sealed = await at.run(sys.executable, "-m", *words)
            printed = await at.run(sys.executable, "-c", program.replace(URL, at.url))
            commitment = bytes.fromhex(sealed.split()[0])
            assert at.node.record(commitment).index == 1
            assert repr(commitment) in printed

    asyncio.run(go())


def test_the_developers_program_tells_of_each_record(tmp_path: Path) -> None:
    program = shown("docs/developers.md", "python", "carbonseal.client")

    async def go() -> None:
        async with place(tmp_path) as at:
            printed = await at.run(sys.executable, "-c", program.replace(URL, at.url))
            taken, refused = printed.splitlines()
            assert at.node.record(bytes.fromhex(taken.split()[0])).index == 1
            assert "RecordState(state=" in taken and refused.startswith("records/b.json > /id: ")

    asyncio.run(go())


def test_where_nobody_is_the_program_says_so(tmp_path: Path) -> None:
    """What may be repeated is tried again first; the stream is not."""
    program = shown("docs/developers.md", "python", "carbonseal.client").replace(URL, "http://127.0.0.1:1")

    async def go() -> None:
        async with place(tmp_path) as at:
            assert "try again later" in await at.run(sys.executable, "-c", program)

    assert os.environ.get("CARBONSEAL_NODE") is None
    asyncio.run(go())
