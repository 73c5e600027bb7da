"""The repository says nothing about the machines that it was written on, and carries no leftovers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.repository.sources import REPOSITORY

SUFFIXES = {".py", ".md", ".toml", ".txt", ".json", ".vy", ".policy", ".yml", ".yaml", ".sh", ".ndjson", ""}
MADE = {"build", "demo", "dist"}
LEFTOVERS = {
    "a path of one machine": r"(?<![\w./:}])/(?:home|root|work|Users)/\w",
    "where packages came from": r"(?:extra-)?index" + r"[-_]url|find" + r"-links",
    "a conflict": r"^(?:<{7}|>{7}) ",
    "something unfinished": r"\b(?:TODO|FIXME|XXX)\b",
}


def texts() -> Iterator[tuple[str, str]]:
    """The text files of the repository by name; what `make` and the tools leave behind is none of it."""
    for top in sorted(REPOSITORY.iterdir()):
        if top.name in MADE or (top.name.startswith(".") and top.name not in {".ci", ".gitignore"}):
            continue
        for path in [top, *sorted(top.rglob("*"))]:
            if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts:
                yield str(path.relative_to(REPOSITORY)), path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("what", LEFTOVERS)
def test_there_is_none_of(what: str) -> None:
    pattern = re.compile(LEFTOVERS[what], re.MULTILINE)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in texts()
        if name != "tests/repository/test_hygiene.py"
        for match in pattern.finditer(text)
    ]
    assert not found, "\n".join(found)


def test_every_source_file_begins_with_what_it_is_for() -> None:
    bare = [
        name
        for name, text in texts()
        if name.endswith(".py")
        and not name.startswith("tests/")
        and text.strip()
        and not text.lstrip().startswith(('"""', "#!"))
    ]
    assert not bare, f"no docstring: {bare}"
