"""The house rules that can be counted, for tests too: no module over 400 lines, no folder over 14 modules, no cycle of imports."""

from __future__ import annotations

from collections import Counter
from graphlib import CycleError, TopologicalSorter

from tests.repository.sources import REPOSITORY, imports, modules

MOST_LINES = 400
MOST_MODULES = 14  # in one folder, its `__init__` aside
FILES = [*(module.path for module in modules()), *(REPOSITORY / "tests").rglob("*.py")]


def test_no_module_is_too_long() -> None:
    lines = {path.relative_to(REPOSITORY): len(path.read_bytes().splitlines()) for path in FILES}
    assert not {str(path): count for path, count in lines.items() if count > MOST_LINES}


def test_no_folder_holds_too_many_modules() -> None:
    folders = Counter(path.parent.relative_to(REPOSITORY) for path in FILES if path.name != "__init__.py")
    assert not {str(path): count for path, count in folders.items() if count > MOST_MODULES}


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports inside functions and under TYPE_CHECKING count too: they hide a cycle, and end none."""
    cycle = cycle_of(dependencies())
    assert not cycle, " -> ".join(cycle)


def test_a_cycle_is_seen() -> None:
    assert cycle_of({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert not cycle_of({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def dependencies() -> dict[str, set[str]]:
    """The modules of ours that each module imports: an import of a name is an import of its module."""
    names = {module.name for module in modules()}
    found: dict[str, set[str]] = {}
    for module in modules():
        within = {_module_of(each.target, names) for each in imports(module)}
        found[module.name] = {name for name in within if name and name != module.name}
    return found


def _module_of(target: str, names: set[str]) -> str:
    """`carbonseal.log.tree.root_of` -> `carbonseal.log.tree`; empty where it is not ours."""
    while target and target not in names:
        target = target.rpartition(".")[0]
    return target


def cycle_of(graph: dict[str, set[str]]) -> list[str]:
    """One cycle in the graph, its first module at the end again; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []
