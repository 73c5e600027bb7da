"""The arrows between packages point one way (DESIGN.md, 'Layout'), and the pure core does nothing but compute."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.repository.sources import OURS, REPOSITORY, Import, Module, imports, modules, names_of_modules

# What each part may import of ours, itself aside; devnet may import everything.
# A part is a package or module below `carbonseal`, or an adapter.
BOTTOM = {
    "carbonseal.cache",
    "carbonseal.escaping",
    "carbonseal.findings",
    "carbonseal.inputs",
    "carbonseal.instants",
    "carbonseal.plugins",
    "carbonseal.public_keys",
    "carbonseal.transport",
    "carbonseal.values",
}
LOWER = BOTTOM | {
    "carbonseal.footprints",
    "carbonseal.goods",
    "carbonseal.records",
    "carbonseal.log",
    "carbonseal.ledger",
    "carbonseal.gathering",
    "carbonseal.keys",
}
MIDDLE = LOWER | {"carbonseal.passport", "carbonseal.flow", "carbonseal.exports", "carbonseal.verification"}
ARROWS = {
    "carbonseal.cache": set(),
    "carbonseal.escaping": set(),
    "carbonseal.values": set(),
    "carbonseal.findings": {"carbonseal.escaping", "carbonseal.values"},
    "carbonseal.inputs": set(),
    "carbonseal.instants": {"carbonseal.findings"},
    "carbonseal.plugins": {"carbonseal.findings", "carbonseal.values"},
    "carbonseal.public_keys": {"carbonseal.findings"},
    "carbonseal.transport": {"carbonseal.findings"},
    "carbonseal.ledger": BOTTOM,
    "carbonseal.gathering": BOTTOM | {"carbonseal.ledger"},
    "carbonseal.keys": BOTTOM,
    "carbonseal.footprints": {"carbonseal.findings", "carbonseal.values"},
    "carbonseal.goods": BOTTOM | {"carbonseal.records"},
    "carbonseal.records": BOTTOM | {"carbonseal.footprints"},
    "carbonseal.tables": BOTTOM | {"carbonseal.records", "carbonseal.footprints", "carbonseal.goods"},
    "carbonseal.log": BOTTOM | {"carbonseal.records", "carbonseal.ledger"},
    "carbonseal.passport": LOWER,
    "carbonseal.flow": LOWER | {"carbonseal.passport"},
    "carbonseal.exports": LOWER | {"carbonseal.passport", "carbonseal.flow"},
    "carbonseal.verification": LOWER | {"carbonseal.passport", "carbonseal.flow"},
    "carbonseal.storage": BOTTOM,
    "carbonseal.examining": MIDDLE | {"carbonseal.tables"},
    "carbonseal.languages": {"carbonseal.findings", "carbonseal.values"},
    "carbonseal.desk": LOWER
    | {"carbonseal", "carbonseal.passport", "carbonseal.flow", "carbonseal.verification", "carbonseal.languages"}
    | {"carbonseal.examining"},
    "carbonseal.node": MIDDLE | {"carbonseal.storage"},
    "carbonseal.service": MIDDLE
    | {"carbonseal.node", "carbonseal.storage", "carbonseal.tables"}
    | {"carbonseal.desk", "carbonseal.examining", "carbonseal.languages"},
    "carbonseal.cli": MIDDLE
    | {"carbonseal.node", "carbonseal.service", "carbonseal.storage", "carbonseal.tables", "carbonseal.languages"}
    | {"carbonseal", "carbonseal.client", "carbonseal.desk", "carbonseal.examining"},
    "carbonseal.client": MIDDLE | {"carbonseal.node", "carbonseal.service"},
    "carbonseal": MIDDLE | {"carbonseal.examining"},  # the package itself: its public names
    "carbonseal.api": LOWER | {"carbonseal.flow"},
    "carbonseal.footprint": LOWER,
    "carbonseal.__main__": {"carbonseal.cli"},
    "carbonseal_adapters": BOTTOM | {"carbonseal.log", "carbonseal.ledger", "carbonseal.gathering", "carbonseal.keys"},
    # A command that an adapter brings is part of the command line; nothing else of the adapter is.
    "carbonseal_adapters.ethereum.sending.command": LOWER | {"carbonseal.node", "carbonseal.cli"},
    "carbonseal_adapters.fabric.sending.command": LOWER | {"carbonseal.node", "carbonseal.cli"},
}

# What is built in is reached by this one table of names, and imported when it is first asked for.
BUILT_IN = "carbonseal.plugins"

PURE = (
    "escaping",
    "values",
    "findings",
    "instants",
    "plugins",
    "public_keys",
    "transport",
    "ledger",
    "gathering",
    "footprints",
    "goods",
    "records",
    "tables",
    "log",
    "passport",
    "flow",
    "exports",
    "verification",
)
READS_FILES = "carbonseal.records.sources"  # turns paths into bytes: the one part of the core that touches a disk
EFFECTS = {
    "asyncio", "concurrent", "ctypes", "fcntl", "ftplib", "glob", "http", "logging", "mmap", "multiprocessing", "os",
    "queue", "random", "secrets", "select", "selectors", "shutil", "signal", "socket", "socketserver", "sqlite3",
    "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
KECCAK = "carbonseal_adapters.ethereum.checking.keccak"
EXTRAS = {  # what a part of the core uses where it is installed
    "carbonseal.tables": {"openpyxl"},
    "carbonseal.public_keys": {"nacl"},
    "carbonseal.log": {"pybase64"},
    KECCAK: {"sha3"},
}
ALLOWED = {  # plug-ins; a compiled part of the base install; a lock
    BUILT_IN: {"importlib"},
    KECCAK: {"ctypes", "importlib"},
    "carbonseal.values": {"threading"},
}
BASE_INSTALL = {"cryptography", "jsonschema_rs", "orjson", "Crypto", "rfc8785"}


def part(name: str) -> str:
    """The part that a module belongs to: "carbonseal.log", "carbonseal_adapters.tlog", "carbonseal_devnet"."""
    parts = name.split(".")
    if parts[0] == "carbonseal_devnet":
        return parts[0]
    if parts[0] == "carbonseal" and len(parts) > 1 and ".".join(parts[:2]) not in ARROWS:
        return "carbonseal"  # a name of the package itself, such as __version__
    return ".".join(parts[:2])


def may_import(importer: str, target: str) -> bool:
    here, there = part(importer), part(target)
    if here in {there, "carbonseal_devnet"}:
        return True
    row = next(name for name in (importer, here, here.partition(".")[0]) if name in ARROWS)
    return there in ARROWS[row]


def ours(module: Module) -> Iterator[Import]:
    yield from (i for i in imports(module) if i.target.partition(".")[0] in OURS)
    yield from names_of_modules(module)


def test_there_is_something_to_look_at() -> None:
    assert {"carbonseal.findings", "carbonseal_adapters.tlog.checking.evidence", "carbonseal.cli.main"} <= {
        m.name for m in modules()
    }


def test_arrows_point_one_way() -> None:
    wrong = [
        f"{module.path.relative_to(REPOSITORY)}:{found.line}: {module.name} imports {found.target}"
        for module in modules()
        for found in ours(module)
        if not may_import(module.name, found.target) and not _is_built_in_table(module, found)
    ]
    assert not wrong, "\n".join(wrong)


def _is_built_in_table(module: Module, found: Import) -> bool:
    return module.name == BUILT_IN and found in set(names_of_modules(module))


def test_only_devnet_imports_devnet() -> None:
    assert not [
        m.name
        for m in modules()
        if part(m.name) != "carbonseal_devnet"
        for i in ours(m)
        if "devnet" in i.target and not _is_built_in_table(m, i)
    ]


@pytest.mark.parametrize(
    ("importer", "target"),
    [
        ("carbonseal.log.tree", "carbonseal.node.sealing.queue"),
        ("carbonseal.findings", "carbonseal.ledger"),
        ("carbonseal.records.strict", "carbonseal.log.tree"),
        ("carbonseal.verification.verify", "carbonseal_adapters.ethereum.checking.evidence"),
        ("carbonseal.node.node", "carbonseal.service.app"),
        ("carbonseal.node.node", "carbonseal_adapters.tlog.sending.ledger"),
        ("carbonseal.cli.main", "carbonseal_devnet.demo"),
        ("carbonseal_adapters.tlog.sending.ledger", "carbonseal.node.node"),
        ("carbonseal_adapters.ethereum.sending.deploy", "carbonseal.node.secrets"),
        ("carbonseal_adapters.ethereum.sending.command", "carbonseal_devnet.main"),
        ("carbonseal_adapters.tlog.sending.ledger", "carbonseal_adapters.ethereum.sending.ledger"),
        ("carbonseal_adapters.tlog.sending.ledger", "carbonseal_devnet.main"),
        ("carbonseal_adapters.tlog.checking.evidence", "carbonseal.records.strict"),
        ("carbonseal_adapters.tlog.checking.evidence", "carbonseal"),
    ],
)
def test_an_arrow_the_wrong_way_is_seen(importer: str, target: str) -> None:
    assert not may_import(importer, target)


def is_pure(name: str) -> bool:
    if name == READS_FILES:
        return False
    return part(name) in {f"carbonseal.{pure}" for pure in PURE} or (
        name.startswith("carbonseal_adapters.") and ".checking." in name
    )


def pure_modules() -> list[Module]:
    """The core, the adapters' evidence modules, and whatever those import of their own package."""
    by_name = {module.name: module for module in modules()}
    todo = [name for name in by_name if is_pure(name)]
    pure: dict[str, Module] = {}
    while todo:
        name = todo.pop()
        if name in pure:
            continue
        pure[name] = by_name[name]
        for found in imports(by_name[name]):  # the table of what is built in names modules of every sort
            todo += [n for n in (found.target, found.target.rpartition(".")[0]) if n in by_name and "adapters" in n]
    return [pure[name] for name in sorted(pure)]


def test_the_core_is_pure() -> None:
    """No clock, no randomness, no input or output; of others' packages only what the base install has."""
    for module in pure_modules():
        _check_purity(module)


def _check_purity(module: Module) -> None:
    for found in imports(module):
        top = found.target.partition(".")[0]
        if top in ALLOWED.get(module.name, ()) or found.target.startswith("importlib.resources"):
            continue  # a package's own data is not input
        assert top not in EFFECTS | {"importlib"}, f"line {found.line}: {module.name} imports {found.target}"
        assert top in {
            *OURS,
            *BASE_INSTALL,
            *EXTRAS.get(part(module.name), EXTRAS.get(module.name, ())),
            *sys.stdlib_module_names,
        }, f"line {found.line}: {module.name} imports {found.target}"
    for node in module.nodes:
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            effect = called in {"open", "print", "input"} or called.endswith((".now", ".utcnow", ".today"))
            assert not effect, f"line {node.lineno}: {module.name} calls {called}"
