"""Public names: `import carbonseal` gives them and costs nothing until one is used; documentation and examples use no others."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import carbonseal
from carbonseal.verification.verify import verify
from tests.repository.sources import OURS, REPOSITORY, modules
from tests.repository.texts.api_reference import PUBLIC

PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", carbonseal.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(carbonseal, name) is not None
    assert name in dir(carbonseal)


def test_they_are_the_real_ones() -> None:
    assert carbonseal.verify is verify
    assert carbonseal.parse_passport.__module__ == "carbonseal.flow.passports"


def test_no_other_name_is() -> None:
    with pytest.raises(AttributeError, match="no attribute 'verfy'"):
        carbonseal.verfy  # noqa: B018


def test_importing_the_package_imports_none_of_its_parts() -> None:
    program = "import carbonseal, sys; print(*[name for name in sys.modules if name.startswith('carbonseal.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# --- what documentation and examples use -----------------------------------------------------------------------------


def _programs() -> Iterator[tuple[Path, str]]:
    """All Python that people are shown: blocks of documentation, and files of examples."""
    for page in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))):
        yield from ((page, block) for block in PYTHON_BLOCK.findall(page.read_text(encoding="utf-8")))
    for file in sorted((REPOSITORY / "examples").rglob("*.py")):
        yield file, file.read_text(encoding="utf-8")


def _imported(program: str) -> Iterator[tuple[str, str]]:
    """Module and name of each import of ours; the name is empty where a module is imported whole."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.partition(".")[0] in OURS)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in OURS:
            yield from ((node.module, alias.name) for alias in node.names)


def _private(program: str) -> list[str]:
    return [
        f"{module} {name}".strip()
        for module, name in _imported(program)
        if f"{module}.{name}" not in PUBLIC
        and (module not in PUBLIC or (name and name not in importlib.import_module(module).__all__))
    ]


def test_documentation_and_examples_import_public_names_alone() -> None:
    programs = [*_programs()]
    assert any("import carbonseal" in program for _, program in programs)
    wrong = {str(path.relative_to(REPOSITORY)): found for path, program in programs if (found := _private(program))}
    assert not wrong


@pytest.mark.parametrize(
    ("program", "private"),
    [
        ("from carbonseal.api import Ledger, TransientError", []),
        ("from carbonseal import api", []),
        ("from carbonseal import plugins", ["carbonseal plugins"]),
        ("import carbonseal.verification.verify", ["carbonseal.verification.verify"]),
        ("def f():\n    from carbonseal.node.node import Node", ["carbonseal.node.node Node"]),
        ("from carbonseal.api import shape_problem", ["carbonseal.api shape_problem"]),
    ],
)
def test_a_private_name_is_seen(program: str, private: list[str]) -> None:
    assert _private(program) == private


def test_every_private_package_says_so() -> None:
    packages = [module for module in modules() if module.is_package and module.name not in PUBLIC]
    unmarked = [module.name for module in packages if "Private" not in (ast.get_docstring(module.tree) or "")]
    assert not unmarked
