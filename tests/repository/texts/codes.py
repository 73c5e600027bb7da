"""docs/codes.md, made from the codes themselves by `make texts`."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from string import Formatter

from carbonseal.findings import Code, Outcome
from carbonseal.flow.rules import Rule
from tests.repository.sources import Module, absolute, modules
from tests.repository.texts import phrases
from tests.repository.texts.families import FAMILIES, GROUPS, RESERVED
from tests.repository.texts.rejections import ARGUMENTS, NO_VERDICT, Rejection

HEAD = """\
# Codes

Every finding that carbonseal can give, with its outcome and what to do about it. A code never changes its meaning.
Words in braces are facts of the case; `--json` prints them beside the message.
Made by `make texts`, and kept true by a test.
"""


@dataclass(frozen=True)
class Defined:
    module: str
    constant: str
    code: Code


@dataclass(frozen=True)
class Use:
    """A call of a code: `findings.X("place", fact=...)`."""

    where: str
    defined: Defined
    facts: frozenset[str] | None  # None where they are given as **facts


@cache
def defined() -> tuple[Defined, ...]:
    """Every code of the core and of the adapters, where it is assigned to a constant of its module."""
    return tuple(
        Defined(module.name, target.id, code)
        for module in modules()
        if not module.name.startswith("carbonseal_devnet")
        for node in module.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id.isupper()
        for code in _codes(getattr(importlib.import_module(module.name), target.id))
    )


def _codes(value: object) -> tuple[Code, ...]:
    """The code, or the codes of a check's rule."""
    return (value,) if isinstance(value, Code) else value.codes() if isinstance(value, Rule) else ()


def facts_of(code: Code) -> frozenset[str]:
    """The names of the facts that a code formats. Raises ValueError where its text or remedy is not a format string."""
    texts = (code.text, code.remedy)
    return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None)


@cache
def uses() -> tuple[Use, ...]:
    """Every call of a code, in all of our modules."""
    return tuple(_uses())


def _uses() -> Iterator[Use]:
    by_name = {(d.module, d.constant): d for d in defined()}
    for module in modules():
        known = _known_as(module, by_name)
        for node in module.nodes:
            if isinstance(node, ast.Call) and (found := known.get(_called(node.func))):
                names = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
                complete = all(keyword.arg for keyword in node.keywords)
                yield Use(f"{module.path}:{node.lineno}", found, names if complete else None)


def _called(function: ast.expr) -> str:
    """`X` or `module.X` as it is written; nothing for any other expression."""
    match function:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name(module), name):
            return f"{module}.{name}"
    return ""


def _known_as(module: Module, by_name: dict[tuple[str, str], Defined]) -> dict[str, Defined]:
    """What each code is called in a module: `findings.X`, `X`."""
    known = {constant: d for (name, constant), d in by_name.items() if name == module.name}
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom):
            base = absolute(module, node)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                local = alias.asname or alias.name
                known |= {f"{local}.{constant}": d for (name, constant), d in by_name.items() if name == whole}
                if direct := by_name.get((base, alias.name)):
                    known[local] = direct
    return known


def family_of(name: str) -> str:
    """The part before the dot: `seal` of `seal.missing`."""
    return name.partition(".")[0]


def page() -> str:
    """docs/codes.md: the tree of families, the names that are reserved, and every code by family."""
    parts = [HEAD, _tree(), _rejections(), phrases.section(), _reserved()]
    everything = sorted(defined(), key=lambda d: d.code.name)
    for family, group in groupby(everything, key=lambda d: family_of(d.code.name)):
        if family not in FAMILIES:
            raise SystemExit(f"tests/repository/texts/families.py: GROUPS has no line for the new family {family}")
        parts.append(
            f"## {family}\n\n{FAMILIES[family]}\n\n| code | outcome | what it says | what to do |\n|---|---|---|---|\n"
            + "".join(map(_row, group))
        )
    return "\n".join(parts)


def _tree() -> str:
    """Every family below its group, each with its sentence."""
    lines = ["## Families", ""]
    for group, families in GROUPS.items():
        lines.append(f"- {group}")
        lines += [f"  - [`{family}`](#{family}): {FAMILIES[family]}" for family in families]
    return "\n".join(lines) + "\n"


REJECTED = """\
## Who is rejected

A passport is *rejected* where something is shown to be false, or was withdrawn by its issuer; never for what honest
parties can bring about: another pin, a clock, a certificate's time, another configuration, a newer form are noted or
undetermined. Why nobody honest gets there, group by group. Three facts carry the arguments:

- A node hands out nothing that it did not verify itself: an adapter verifies evidence with the very code that verifies it
  later, and a node takes each passport that it issues or refreshes through the verifier.
- What is handed on is covered by digests and signatures: refreshing, merging and leaving things out keep them whole.
- What a verifier pins, lists or trusts decides what counts. A difference from it is noted, and accuses nobody.
"""


def _rejections() -> str:
    """Why no honest party brings about what rejects, and which rejected codes are no verdict on a passport."""
    parts = [REJECTED, "\n".join(map(_rejection, ARGUMENTS)), NOT_A_VERDICT, "\n".join(map(_rejection, NO_VERDICT))]
    return "\n".join(parts) + "\n"


NOT_A_VERDICT = """
The other codes of the outcome *rejected* refuse an input, and are no verdict on a passport:
"""


def _rejection(one: Rejection) -> str:
    found = sorted(d.code.name for d in defined() if d.code.outcome is Outcome.REJECTED and one.covers(d.code.name))
    tried = f" Tried by {', '.join(f'`{name}`' for name in one.shown_by)}." if one.shown_by else ""
    return f"- **{one.title}.** {one.argument}{tried} Codes: {', '.join(f'`{name}`' for name in found)}."


def _reserved() -> str:
    """The names that no code may have again."""
    rows = "".join(f"| `{name}` | {why} |\n" for name, why in sorted(RESERVED.items()))
    return (
        "## Reserved names\n\nCodes of earlier states, before the first release. They are not given again.\n\n"
        f"| name | what became of it |\n|---|---|\n{rows}"
    )


def _row(d: Defined) -> str:
    cells = (f"`{d.code.name}`", d.code.outcome.value, d.code.text, d.code.remedy)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


if __name__ == "__main__":
    print(page(), end="")
