"""What the documents say is what the program does."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.repository.sources import REPOSITORY, modules
from tests.repository.texts import codes, help_texts
from tests.repository.texts.families import FAMILIES, RESERVED

BLOCK = re.compile(r"^```(?:console|sh|bash|shell)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDERS = ("docs", "examples", "benchmarks", "contracts", "adapters", "devnet", "tests")
DOCUMENTS = [
    *sorted(REPOSITORY.glob("*.md")),
    *(path for f in FOLDERS for path in sorted((REPOSITORY / f).rglob("*.md"))),
]


def shell_lines(text: str) -> Iterator[str]:
    """The commands in a document's shell blocks: in a transcript those behind `$`, else every line."""
    for block in BLOCK.findall(text):
        lines = block.replace("\\\n", " ").splitlines()
        transcript = any(line.startswith("$ ") for line in lines)
        yield from (line.removeprefix("$ ") for line in lines if line.startswith("$ ") or not transcript)


def our_calls(line: str) -> Iterator[list[str]]:
    """The words from `carbonseal` (or `carbonseal-devnet`) on in a line of shell, up to a pipe, a redirection or the next
    command."""
    words: list[str] | None = None
    for word in shlex.split(line, comments=True):
        if word in {"|", "||", "&&", ";", ">", ">>", "<", "2>", "&"}:
            if words is not None:
                yield words
            words = None
        elif words is not None:
            words.append(word)
        elif word.rpartition("/")[2] in help_texts.GROUPS:
            words = [word.rpartition("/")[2]]
    if words is not None:
        yield words


def check_call(words: list[str]) -> None:
    """That the command exists and knows the options; raises AssertionError otherwise."""
    command: click.Command = help_texts.GROUPS[words[0]]
    context = click.Context(command, info_name=words[0])
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        below = command.get_command(context, name)
        assert below is not None, f"there is no command {name!r} in `{context.command_path}`"
        command, context = below, click.Context(below, info_name=name, parent=context)
    known = {opt for parameter in command.params for opt in (*parameter.opts, *parameter.secondary_opts)} | {
        "-h",
        "--help",
    }
    for word in rest:
        option = word.partition("=")[0]
        if option.startswith("-") and option != "-":
            assert option in known, f"`{context.command_path}` has no option {option}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_commands_in_documents_exist(document: Path) -> None:
    for line in shell_lines(document.read_text(encoding="utf-8")):
        for words in our_calls(line):
            check_call(words)


@pytest.mark.parametrize("line", ["verifyy x", "verify x --polcy p", "passport isue", "--verison"])
def test_a_wrong_command_in_a_document_is_seen(line: str) -> None:
    (words,) = our_calls(f"$ carbonseal {line} | head")
    with pytest.raises(AssertionError):
        check_call(words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_what_documents_link_to_exists(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert not missing


def test_make_targets_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        for line in shell_lines(document.read_text(encoding="utf-8")):
            words = shlex.split(line, comments=True)
            if words[:1] == ["make"]:
                assert {word for word in words[1:] if "=" not in word} <= targets, f"{document}: {line}"


def test_cli_page_is_what_help_says() -> None:
    written = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == help_texts.page(), "run: make texts"


@pytest.mark.parametrize("context", help_texts.commands(), ids=lambda context: context.command_path)
def test_every_command_teaches(context: click.Context) -> None:
    """In one line for the list above it, with examples of its own that can be typed, and with a word on every option."""
    text = context.command.help or ""
    assert context.command.get_short_help_str()
    examples = [
        line.strip() for line in text.replace("\\\n", " ").splitlines() if f"{context.command_path} " in f"{line} "
    ]
    assert examples, f"{context.command_path} --help shows no example"
    for words in (words for line in examples for words in our_calls(line)):
        check_call(words)
    for parameter in context.command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{context.command_path} {parameter.opts[0]} says nothing"


def test_codes_page_is_what_the_codes_say() -> None:
    written = (REPOSITORY / "docs" / "codes.md").read_text(encoding="utf-8")
    assert written == codes.page(), "run: make texts"


def test_code_names_are_unique_and_well_formed() -> None:
    names = [d.code.name for d in codes.defined()]
    assert names
    assert sorted(set(names)) == sorted(names)
    assert not [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*", name)]


def test_every_family_has_a_sentence_and_a_code() -> None:
    assert {codes.family_of(d.code.name) for d in codes.defined()} == set(FAMILIES)


def test_no_code_has_a_reserved_name() -> None:
    assert not RESERVED.keys() & {d.code.name for d in codes.defined()}


def test_uses_are_found_however_the_code_is_imported() -> None:
    """Else `test_every_code_is_used_with_the_facts_that_it_tells` compares nothing."""
    seen = {use.defined.code.name for use in codes.uses()}
    assert {"seal.missing", "note.too-large", "http.busy"} <= seen
    called = [
        one for one in codes.defined() if not one.module.startswith("carbonseal.flow.checks")
    ]  # those are of rules
    assert len(seen) > len(called) * 0.8


def test_every_code_is_used_with_the_facts_that_it_tells() -> None:
    facts = {known: codes.facts_of(known.code) for known in codes.defined()}
    for known, names in facts.items():
        assert all(name.isidentifier() for name in names), f"{known.code.name} formats {sorted(names)}"
    for use in codes.uses():
        given, told = use.facts, facts[use.defined]
        assert given is None or given == told, f"{use.where} gives {sorted(given)}, the text has {sorted(told)}"


def test_every_code_is_used() -> None:
    text = "\n".join(module.path.read_text(encoding="utf-8") for module in modules())
    named = Counter(re.findall(r"\w+", text))
    unused = [d.code.name for d in codes.defined() if named[d.constant] < 2]
    assert not unused, f"codes that nothing gives: {unused}"


MADE = {REPOSITORY / "docs" / "cli.md", REPOSITORY / "docs" / "codes.md"}  # by programs
LONGEST_LINE = 120  # of prose: code, and rows of tables, are as long as they are


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_prose_is_wrapped(document: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```$", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("|") and not line.startswith("    ")]
    assert document in MADE or not [line for line in lines if len(line) > LONGEST_LINE]
