"""What many files came to, in a line."""

from __future__ import annotations

from collections.abc import Mapping

from carbonseal.findings import Template

from . import sentences
from .language import Language


def summary(words: Mapping[str, int], language: Language) -> str:
    """How many files each word is said of, by the words of `sentences.RESULTS`.

    >>> from carbonseal.languages.language import ENGLISH
    >>> summary({"verified": 2, "rejected": 0, "not a passport": 1}, ENGLISH)
    '3 files: 2 verified, 1 not a passport'
    """
    if words.get("not a passport"):
        several, one = sentences.FILES, sentences.ONE_FILE
    else:
        several, one = sentences.PASSPORTS, sentences.ONE_PASSPORT
    counts = (f"{words[word]:,} {language.say(said)}" for word, said in sentences.RESULTS.items() if words.get(word))
    return counted(sum(words.values()), ", ".join(counts), several, one, language)


def counted(count: int, words: str, several: Template, one: Template, language: Language) -> str:
    """How many there are of what, and of which sorts (`words`), by the sentence for several or for one.

    >>> from carbonseal.languages.language import ENGLISH
    >>> counted(1, "1 matches", sentences.GOODS_ITEMS, sentences.ONE_GOODS_ITEM, ENGLISH)
    '1 goods item: 1 matches'
    """
    return language.say(one, words=words) if count == 1 else language.say(several, count=f"{count:,}", words=words)
