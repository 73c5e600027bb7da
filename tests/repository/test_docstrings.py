"""Every public function, method and class has a docstring; what implements an interface may leave that to the interface."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.repository.sources import Module, modules

CLICK = {"convert", "get_command", "invoke", "list_commands", "process_value", "resolve_command", "show"}
JSON_RPC = ("eth_", "net_", "web3_")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(module: Module) -> Iterator[tuple[str, Definition, ast.ClassDef | None]]:
    """What a module defines under public names, each with its name and the class that it is in; nothing inside functions."""
    for node in module.tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield f"{module.name}.{node.name}", node, None
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, Definition) and not inner.name.startswith("_"):
                        yield f"{module.name}.{node.name}.{inner.name}", inner, node


def documented_methods() -> set[str]:
    """Names of methods that an interface (a Protocol), or a class that others extend, documents."""
    bases = {
        ast.unparse(base).split(".")[-1].split("[")[0]
        for module in modules()
        for _, node, _ in definitions(module)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    }
    return {
        node.name
        for module in modules()
        for _, node, owner in definitions(module)
        if owner is not None and ast.get_docstring(node)
        if owner.name in bases or any("Protocol" in ast.unparse(base) for base in owner.bases)
    }


def is_documented_elsewhere(name: str, owner: ast.ClassDef | None) -> bool:
    """Whether a method's name is click's, Ethereum's JSON-RPC's, or of a gRPC service (Fabric writes those in capitals)."""
    return owner is not None and (name in CLICK or name.startswith(JSON_RPC) or name[0].isupper())


def test_public_definitions_have_docstrings() -> None:
    inherited = documented_methods()
    bare = [
        name
        for module in modules()
        for name, node, owner in definitions(module)
        if not ast.get_docstring(node)
        if owner is None or node.name not in inherited
        if not is_documented_elsewhere(node.name, owner)
    ]
    assert not bare, f"{len(bare)} without a docstring:\n" + "\n".join(bare)
