"""What programs and plug-ins are written against is listed, has docstrings, and its reference is built without a warning."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
from pathlib import Path

import pytest

from tests.repository.texts.api_reference import PUBLIC, build


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_module_lists_its_names(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    assert all(hasattr(module, one) for one in module.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_class_function_and_method_has_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    found = {one: getattr(module, one) for one in module.__all__}
    bare = [
        one
        for one, value in found.items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and not value.__doc__
    ]
    bare += [
        f"{one}.{name}"
        for one, value in found.items()
        if inspect.isclass(value)
        for name, member in vars(value).items()
        if not name.startswith("_") and _is_method(member) and not member.__doc__
    ]
    assert not bare


def _is_method(member: object) -> bool:
    return isinstance(member, property | staticmethod | classmethod) or inspect.isfunction(member)


@pytest.mark.skipif(
    importlib.util.find_spec("pdoc") is None and "CI" not in os.environ, reason="needs pdoc: pip install -e '.[dev]'"
)
def test_the_reference_has_a_page_for_each_and_for_nothing_else(tmp_path: Path) -> None:
    build(tmp_path)
    pages = {str(path.relative_to(tmp_path).with_suffix("")).replace(os.sep, ".") for path in tmp_path.rglob("*.html")}
    assert pages == {*PUBLIC, "index"}
    for name in PUBLIC:
        page = (tmp_path / name.replace(".", os.sep)).with_suffix(".html").read_text(encoding="utf-8")
        lacking = [one for one in importlib.import_module(name).__all__ if f'id="{one}"' not in page]
        assert not lacking
