"""One language: findings, phrases and sentences in it, from its gettext catalogue."""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
from functools import cache

from carbonseal.findings import Finding, Phrase, Template

LANGUAGES = ("en", "de", "fr", "ko", "zh")  # tags (RFC 5646), in the order in which they are offered
DOMAIN = "carbonseal"
BETWEEN = Template("between", ", ")  # between two phrases of one fact


class Language:
    """The texts of one language, by `language`. What its catalogue lacks is said in English. Equal to itself in another process."""

    def __init__(self, tag: str, catalogue: gettext.NullTranslations) -> None:
        self.tag = tag
        self._catalogue = catalogue

    def __reduce__(self) -> tuple[object, ...]:
        return language, (self.tag,)

    def say(self, sentence: Template, **facts: object) -> str:
        """A sentence with these facts in it."""
        return self._translated(sentence.text).format_map(facts)

    def message(self, finding: Finding) -> str:
        """What a finding says: `Finding.message` in this language."""
        return self._translated(finding.code.text).format_map(self._facts(finding))

    def remedy(self, finding: Finding) -> str:
        """What to do about it; empty where nothing can be done."""
        return self._translated(finding.code.remedy).format_map(self._facts(finding))

    def fact(self, finding: Finding, name: str) -> str:
        """One fact of a finding; empty where it has none of this name."""
        return self._facts(finding).get(name, "")

    def _facts(self, finding: Finding) -> Mapping[str, str]:
        if not finding.phrases:
            return finding.facts
        between = self._translated(BETWEEN.text)
        said = {name: between.join(map(self._phrase, several)) for name, several in finding.phrases.items()}
        return {**finding.facts, **said}

    def _phrase(self, phrase: Phrase) -> str:
        return self._translated(phrase.template.text).format_map(phrase.facts)

    def _translated(self, text: str) -> str:
        return self._catalogue.gettext(text) if text else ""  # that of nothing is the catalogue's header


ENGLISH = Language(LANGUAGES[0], gettext.NullTranslations())


@cache
def language(tag: str) -> Language:
    """The language with this tag, one of `LANGUAGES`."""
    if tag == LANGUAGES[0]:
        return ENGLISH
    from importlib.resources import files

    with (files(__package__) / "locale" / tag / f"{DOMAIN}.mo").open("rb") as compiled:
        return Language(tag, gettext.GNUTranslations(compiled))


def choose(wanted: Iterable[str]) -> Language:
    """The first language that is there of those wanted, the dearest first: language tags ("de-AT") or names of locales
    ("de_AT.UTF-8"), of which the language counts; English where none is."""
    for name in wanted:
        tag = name.replace("_", "-").partition(".")[0].partition("@")[0].partition("-")[0].lower()
        if tag in LANGUAGES:
            return language(tag)
    return ENGLISH
