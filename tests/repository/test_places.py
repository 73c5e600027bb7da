"""Places in the code that documents name exist: `path/to/module.py`, a folder, or `path/to/module.py::name`."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from carbonseal.plugins import GROUPS as GROUPS_OF_PLUGINS
from tests.repository.sources import REPOSITORY, modules
from tests.repository.test_arrows import ARROWS
from tests.repository.texts.test_texts import DOCUMENTS

ROOTS = ("node", "adapters", "devnet", "tests", "contracts", "benchmarks", "docs", "examples", ".ci")
PLACE = re.compile(rf"`((?:{'|'.join(map(re.escape, ROOTS))})/[\w./-]*)(?:::(\w+))?`")
DOTTED = re.compile(r"`(carbonseal(?:_adapters|_devnet)?(?:\.[A-Za-z_]+)+)`")
GROUPS = {group.group for group in GROUPS_OF_PLUGINS}
HISTORY = {REPOSITORY / "CHANGELOG.md"}


@cache
def names_in(path: Path) -> set[str]:
    """What a module defines at its top level, or offers by `__all__`."""
    found: set[str] = set()
    for node in ast.parse(path.read_bytes()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name("__all__")], value=ast.List(elts=names)):
                found |= {
                    name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)
                }
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return found


def missing(text: str) -> list[str]:
    """The places that a text names and that are not there."""
    found = []
    for path, name in PLACE.findall(text):
        there = REPOSITORY / path
        if not there.exists() or (name and name not in names_in(there)):
            found.append(f"{path}::{name}" if name else path)
    return found + [dotted for dotted in DOTTED.findall(text) if dotted not in GROUPS and not _is_module(dotted)]


def _is_module(dotted: str) -> bool:
    """Whether it is a module of ours, or a name that one defines."""
    paths = {module.name: module.path for module in modules()}
    parent, _, name = dotted.rpartition(".")
    return dotted in paths or (parent in paths and name in names_in(paths[parent]))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_places_that_documents_name_exist(document: Path) -> None:
    if document not in HISTORY:
        text = document.read_text(encoding="utf-8")
        assert not [place for place in missing(text) if "NAME" not in place]


@pytest.mark.parametrize(
    "place", ["node/carbonseal/log/trees.py", "node/carbonseal/log/tree.py::inclusion", "carbonseal.log.trees"]
)
def test_a_place_that_is_not_there_is_seen(place: str) -> None:
    assert missing(f"see `{place}`, `node/carbonseal/log/tree.py` and `carbonseal.log.tree`") == [place]


def test_the_picture_of_the_house_has_every_package() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    picture = text[text.index("## The house in a picture") : text.index("## The way of a record")]
    there = {name for name in ARROWS if name.count(".") == 1 and _exists(name)} - {"carbonseal.__main__"}
    drawn = set(re.findall(r"^ (carbonseal[\w.]*) ", picture, re.MULTILINE)) | {"carbonseal.storage"}
    assert drawn == there | {"carbonseal_adapters", "carbonseal_devnet"}


def _exists(name: str) -> bool:
    path = REPOSITORY / "node" / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").exists()
