"""A file without a verdict: it is not a passport, or could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.examining.results import FileResult
from carbonseal.languages import sentences
from carbonseal.languages.language import Language


@dataclass(frozen=True, slots=True)
class Unread:
    """What a page says of it, in words."""

    file: str
    word: str
    reason: str
    remedy: str

    @staticmethod
    def of(result: FileResult, file: str, language: Language) -> Unread:
        """What this result says. `file` is the name to show."""
        return Unread(file, language.say(sentences.RESULTS[result.word]), result.reason, result.remedy)
