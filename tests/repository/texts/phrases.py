"""The phrases of docs/codes.md: every template of `carbonseal.flow.phrases`, and where it is used; words of other modules."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from carbonseal.findings import Template
from carbonseal.flow import phrases
from tests.repository.sources import modules

HEAD = """\
## Phrases

Facts that are said in words are phrases: what is *missing* where a check cannot be made, the name of a figure, what is
expected of it. In `--json` a finding has them under `phrases`, by the fact's name, as a list of `{"phrase", "text",
"facts"}`: the name of one of these templates, its text in English, and the facts in it. The fact itself is their texts,
with commas between them.

| phrase | text |
|---|---|
"""


@dataclass(frozen=True)
class PhraseUse:
    """A call of a template: its constant, or the name of a table of templates, and the facts that it is given; None: by ``**``."""

    where: str
    constant: str
    facts: frozenset[str] | None


def templates() -> dict[str, tuple[Template, ...]]:
    """Every template by the constant that holds it, or holds a table with it."""
    found = {}
    for constant, value in vars(phrases).items():
        several = value.values() if isinstance(value, dict) and constant.isupper() else [value]
        if all(isinstance(one, Template) for one in several):
            found[constant] = tuple(several)
    return found


def wordings() -> tuple[Template, ...]:
    """The templates in the tables `WORDS` of other modules: words that a fact of a finding can be said in."""
    found = {}
    for module in modules():
        is_core = module.name.split(".")[:2] in (["carbonseal", name] for name in ("goods", "passport", "verification"))
        if is_core and any(_is_words(node) for node in module.tree.body):
            for one in importlib.import_module(module.name).WORDS.values():
                found[one.name] = one
    return tuple(found[name] for name in sorted(found))


def _is_words(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["WORDS"]


def facts_of(template: Template) -> frozenset[str]:
    """The names of the facts in a template's text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template.text) if name is not None)


def uses() -> Iterator[PhraseUse]:
    """Every call of a template in the flow package."""
    for module in modules():
        if module.name.startswith("carbonseal.flow"):
            for node in module.nodes:
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func).removeprefix("phrases.").partition("[")[0]
                    complete = all(keyword.arg for keyword in node.keywords)
                    names = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
                    yield PhraseUse(f"{module.path}:{node.lineno}", called, names if complete else None)


def section() -> str:
    """The section of the page, by name."""
    all_ = [*wordings(), *(one for several in templates().values() for one in several)]
    everything = sorted((one.name, one.text) for one in all_)
    return HEAD + "".join(f"| `{name}` | {text} |\n" for name, text in everything)
