"""Every language has every text that an officer meets, with the same facts in it."""

from __future__ import annotations

import pytest

from carbonseal.escaping import escape_invisible
from carbonseal.languages.language import LANGUAGES
from tests.languages import catalogues

OTHERS = LANGUAGES[1:]


@pytest.mark.parametrize("tag", OTHERS)
def test_it_has_the_texts_that_there_are_and_is_compiled(tag: str) -> None:
    kept = catalogues.path(tag).read_bytes()
    assert catalogues.as_po(catalogues.updated(tag)) == kept, "run: make texts"
    assert catalogues.path(tag).with_suffix(".mo").read_bytes() == catalogues.as_mo(kept, tag), "run: make texts"


@pytest.mark.parametrize("tag", OTHERS)
def test_nothing_is_missing(tag: str) -> None:
    catalogue = catalogues.read(tag)
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert [message.id for message in catalogue if message.fuzzy and message.id] == []


@pytest.mark.parametrize("tag", OTHERS)
def test_the_same_facts_and_names_are_in_each_text(tag: str) -> None:
    for message in catalogues.read(tag):
        if message.id:
            text, translated = str(message.id), str(message.string)
            assert catalogues.facts_of(translated) == catalogues.facts_of(text), text
            assert catalogues.quoted(translated) == catalogues.quoted(text), text
            assert translated == translated.strip() or text != text.strip(), text


@pytest.mark.parametrize("tag", OTHERS)
def test_no_text_has_what_pages_and_terminals_show_as_an_escape(tag: str) -> None:
    texts = [str(message.string) for message in catalogues.read(tag) if message.id]
    assert [text for text in texts if escape_invisible(text) != text] == []  # a no-break space would be read as \xa0


def test_an_officer_meets_many_texts_and_each_is_extracted_once() -> None:
    ids = [message.id for message in catalogues.template() if message.id]
    assert len(ids) == len(set(ids)) > 500
