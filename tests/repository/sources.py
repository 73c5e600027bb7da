"""The repository's Python files, as syntax trees where one asks for them: every process of a run collects all tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ROOTS = {"node": "carbonseal", "adapters": "carbonseal_adapters", "devnet": "carbonseal_devnet"}
OURS = tuple(ROOTS.values())


@dataclass(frozen=True)
class Module:
    name: str  # "carbonseal.log.tree"
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_bytes(), filename=str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of the tree's: to walk through it takes as long as to read it."""
        return tuple(ast.walk(self.tree))

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"


@dataclass(frozen=True)
class Import:
    target: str  # "carbonseal.log.tree", or "carbonseal.log.tree.Edge" where a name is imported from it
    line: int


@cache
def modules() -> tuple[Module, ...]:
    """Every module of our three packages."""
    return tuple(
        _module(REPOSITORY / root, path)
        for root, package in ROOTS.items()
        for path in sorted((REPOSITORY / root / package).rglob("*.py"))
    )


def _module(root: Path, path: Path) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path)


@cache
def imports(module: Module) -> tuple[Import, ...]:
    """All that a module imports, wherever it says so: in functions, under TYPE_CHECKING, relatively."""
    return tuple(_imports(module))


def _imports(module: Module) -> Iterator[Import]:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(module, node)
            yield from (Import(f"{base}.{alias.name}" if base else alias.name, node.lineno) for alias in node.names)


@cache
def names_of_modules(module: Module) -> tuple[Import, ...]:
    """String literals that name a module of ours (`carbonseal.x.y` or `carbonseal.x.y:name`): imports by another way.
    Docstrings are sentences and entry-point groups have a name of their own, so neither is one."""
    return tuple(
        Import(target, node.lineno)
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (target := node.value.partition(":")[0]) in _names()
    )


@cache
def _names() -> frozenset[str]:
    return frozenset(known.name for known in modules() if "." in known.name)


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """The module that a `from` statement imports from, by its whole name."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*parts, node.module] if node.module else parts)
