"""The gettext catalogues of `carbonseal.languages`, made by `make texts`: each keeps its translations, gets what is new and loses
what is gone, and is compiled. What is not translated is an empty `msgstr`.

    python -m tests.languages.catalogues [TAG ...]
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from carbonseal.findings import Template
from carbonseal.languages import language, report, sentences
from carbonseal.languages.language import DOMAIN, LANGUAGES
from carbonseal.verification.codes import POLICY_NOT_GIVEN
from tests.repository.sources import REPOSITORY
from tests.repository.texts import codes, phrases
from tests.repository.texts.verifiers_codes import met

FOLDER = REPOSITORY / "node" / "carbonseal" / "languages" / "locale"
OF_OFFICERS = {"unread", "consignment", "carrier", "desk"}  # families that are in no verdict
OF_FORMS = (  # what else the form of a desk is refused with
    *("http.not-found", "http.wrong-method", "http.wrong-type", "http.packed", "http.busy", "http.no-room"),
    *("http.unknown-parameter", "http.repeated-parameter", "http.malformed-parameter", "http.malformed-body"),
    *("http.body-broken", "http.body-too-large", "http.body-too-slow"),
    *("work.busy", "work.lost", "work.too-long", "work.unavailable"),
)
HEADER = """\
# Texts of carbonseal in another language. A machine made these translations; no native reader has reviewed them.
# Facts in braces and what is between backquotes stay as they are."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text that an officer meets, in English, each with what it is: the code, the phrase or the sentence."""
    for code in (defined.code for defined in codes.defined()):
        is_told = codes.family_of(code.name) in OF_OFFICERS or code.name in OF_FORMS or code is POLICY_NOT_GIVEN
        if met(code.name) or is_told:
            yield code.text, code.name
            yield code.remedy, f"what to do about {code.name}"
    for several in phrases.templates().values():
        yield from ((phrase.text, f"phrase {phrase.name}") for phrase in several)
    yield from ((phrase.text, f"phrase {phrase.name}") for phrase in phrases.wordings())
    for sentence in _sentences():
        yield sentence.text, f"sentence {sentence.name}"


def _sentences() -> Iterator[Template]:
    yield language.BETWEEN
    for value in (*vars(sentences).values(), *vars(report).values()):
        several = value.values() if isinstance(value, dict) else [value]
        yield from (one for one in several if isinstance(one, Template))


def facts_of(text: str) -> frozenset[str]:
    """The names of the facts in a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def quoted(text: str) -> list[str]:
    """What is between backquotes: names that are the same in every language."""
    return sorted(text.split("`")[1::2])


def template() -> Catalog:
    """The catalogue without translations, in the order of the texts."""
    catalogue = Catalog(project=DOMAIN, header_comment=HEADER, charset="utf-8", fuzzy=False)
    uses: dict[str, set[str]] = {}
    for text, use in texts():
        if text:
            uses.setdefault(text, set()).add(use)
    for text in sorted(uses):
        catalogue.add(text, auto_comments=[", ".join(sorted(uses[text])[:3])])
    return catalogue


def path(tag: str) -> Path:
    """The catalogue of the language with this tag."""
    return FOLDER / tag / f"{DOMAIN}.po"


def read(tag: str) -> Catalog:
    """The catalogue of the language with this tag; an empty one before the first translation."""
    if not path(tag).exists():
        return Catalog(locale=tag, project=DOMAIN, charset="utf-8")
    return read_po(io.BytesIO(path(tag).read_bytes()), locale=tag)


def updated(tag: str) -> Catalog:
    """The catalogue with the translations that there are, of the texts that there are."""
    old, new = read(tag), template()
    made = Catalog(locale=tag, project=DOMAIN, header_comment=HEADER, charset="utf-8", fuzzy=False)
    for message in new:
        if message.id:
            known = old.get(message.id)
            made.add(message.id, known.string if known else "", auto_comments=message.auto_comments)
    return made


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as it is kept: without dates, so that what is not changed stays the same to the byte."""
    written = io.BytesIO()
    write_po(written, catalogue, width=120, omit_header=False)
    volatile = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator', b'"Language-Team')
    kept = [line for line in written.getvalue().split(b"\n") if not line.startswith(volatile)]
    return b"\n".join(kept).rstrip() + b"\n"


def as_mo(po: bytes, tag: str) -> bytes:
    """A catalogue as programs read it: the same bytes whenever it is made."""
    catalogue, compiled = read_po(io.BytesIO(po), locale=tag), io.BytesIO()
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def main(tags: Sequence[str]) -> None:
    """Make these catalogues again."""
    for tag in tags:
        path(tag).parent.mkdir(parents=True, exist_ok=True)
        po = as_po(updated(tag))
        path(tag).write_bytes(po)
        path(tag).with_suffix(".mo").write_bytes(as_mo(po, tag))


if __name__ == "__main__":
    main(sys.argv[1:] or LANGUAGES[1:])
