"""Scopes: what an engagement is about, and what a body may do. Two are compared by equality alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carbonseal.passport.credentials import Word
from carbonseal.passport.products import Classification
from carbonseal.values import dataclass

from .words import ENGAGEMENTS, STANDARDS


@dataclass(frozen=True, slots=True)
class Scope:
    """`standard` is one of `words.STANDARDS`, `activity` one of `words.ENGAGEMENTS`; `programme` is a URI, empty for none."""

    standard: str
    activity: str
    programme: str = ""
    sector: Classification | None = None

    def __str__(self) -> str:
        sector = f"{self.sector.scheme} {self.sector.code}" if self.sector else ""
        return ", ".join(filter(None, (self.activity, self.standard, self.programme, sector)))

    def to_json(self) -> dict[str, Any]:
        """As a credential has it."""
        written: dict[str, Any] = {"standard": self.standard, "activity": self.activity}
        if self.programme:
            written["programme"] = self.programme
        if self.sector is not None:
            written["sector"] = {"scheme": self.sector.scheme, "code": self.sector.code}
        return written


def read_scope(body: Mapping[str, Any]) -> Scope:
    """The scope of a credential whose form was checked."""
    sector = body.get("sector")
    return Scope(
        body["standard"],
        body["activity"],
        body.get("programme", ""),
        None if sector is None else Classification(sector["scheme"], sector["code"]),
    )


def scope_words(place: str, body: object) -> Iterator[Word]:
    """Its words, in a document of whatever form."""
    if isinstance(body, dict):
        yield f"{place}/standard", body.get("standard"), STANDARDS
        yield f"{place}/activity", body.get("activity"), ENGAGEMENTS
