"""A language says findings, phrases and sentences; what it is chosen by; what stays as it is."""

from __future__ import annotations

import gettext
import io
import pickle

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from carbonseal.findings import Template, undetermined
from carbonseal.flow.phrases import named
from carbonseal.languages import sentences
from carbonseal.languages.counting import counted
from carbonseal.languages.language import BETWEEN, ENGLISH, LANGUAGES, Language, choose, language
from carbonseal.verification.conformity.codes import STATEMENT_UNMET

CODE = undetermined("test.missing", "{file} lacks {missing}", "ask {whom}")
WITHHELD = Template("withheld", "the footprint of {product} is withheld")


def german(**texts: str) -> Language:
    """A language with these texts, by the English ones with ``_`` for a blank."""
    catalogue = Catalog(locale="de", charset="utf-8")
    for text, translated in {
        CODE.text: "{missing} fehlt in {file}",
        CODE.remedy: "{whom} fragen",
        WITHHELD.text: "der Fußabdruck von {product}",
        BETWEEN.text: " und ",
        **texts,
    }.items():
        catalogue.add(text, translated)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return Language("de", gettext.GNUTranslations(io.BytesIO(compiled.getvalue())))


def test_a_finding_is_said_with_its_facts_and_phrases() -> None:
    finding = CODE("place", file="a.json", missing=WITHHELD(product="Cell {x}"), whom="the maker")
    said = german()
    assert said.message(finding) == "der Fußabdruck von Cell {x} fehlt in a.json"
    assert said.remedy(finding) == "the maker fragen"
    assert said.fact(finding, "missing") == "der Fußabdruck von Cell {x}"
    assert ENGLISH.message(finding) == finding.message == "a.json lacks the footprint of Cell {x} is withheld"
    assert ENGLISH.remedy(finding) == finding.remedy


def test_what_a_catalogue_lacks_is_said_in_english_and_no_remedy_is_none() -> None:
    said = german()
    assert said.say(sentences.AS_ABOVE) == "as above"
    assert said.remedy(undetermined("test.bare", "nothing")()) == ""


@pytest.mark.parametrize("wanted", [["C.UTF-8"], ["xx", "yy_ZZ"], [], ["POSIX"], ["en_GB.UTF-8"]])
def test_english_is_what_is_left(wanted: list[str]) -> None:
    assert choose(wanted) is ENGLISH


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_language_is_found_by_tag_and_by_locale(tag: str) -> None:
    for name in (tag, f"{tag}-XX", f"{tag}_XX.UTF-8", f"{tag}_XX@euro", tag.upper()):
        assert choose(["xx", name, "en"]).tag == tag
    assert language(tag) is language(tag)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_worker_process_gets_the_same_language(tag: str) -> None:
    assert pickle.loads(pickle.dumps(language(tag))) is language(tag)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_one_is_not_several(tag: str) -> None:
    """Of one passport, file or goods item the sentence is another than of several, where the language has two."""
    spoken = language(tag)
    for several, one in (
        (sentences.PASSPORTS, sentences.ONE_PASSPORT),
        (sentences.FILES, sentences.ONE_FILE),
        (sentences.GOODS_ITEMS, sentences.ONE_GOODS_ITEM),
    ):
        said = counted(1, "w", several, one, spoken)
        if tag in ("zh", "ko"):
            assert said == spoken.say(several, count="1", words="w")
        else:
            assert said != spoken.say(several, count="1", words="w")
        assert counted(1234, "w", several, one, spoken) == spoken.say(several, count="1,234", words="w")


def test_how_many_products_lack_a_statement_is_said_in_every_language() -> None:
    finding = STATEMENT_UNMET(share="0 %", required="100 %", uncovered=named(["Frame", "Lens", "Coil", "Screw"], 2))
    assert finding.facts["uncovered"] == "Frame, Lens, and 2 more"
    for tag in LANGUAGES[1:]:
        said = language(tag).message(finding) + language(tag).remedy(finding)
        assert "Frame" in said
        assert "more" not in said
