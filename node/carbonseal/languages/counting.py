"""What many files came to, in a line."""

from __future__ import annotations

from collections.abc import Mapping

from . import sentences
from .language import Language


def summary(words: Mapping[str, int], language: Language) -> str:
    """How many files each word is said of, by the words of `sentences.RESULTS`.

    >>> from carbonseal.languages.language import ENGLISH
    >>> summary({"verified": 2, "rejected": 0, "not a passport": 1}, ENGLISH)
    '3 files: 2 verified, 1 not a passport'
    """
    what = sentences.FILES if words.get("not a passport") else sentences.PASSPORTS
    counts = (f"{words[word]:,} {language.say(said)}" for word, said in sentences.RESULTS.items() if words.get(word))
    return language.say(what, count=f"{sum(words.values()):,}", words=", ".join(counts))
