"""Setting `release` of node.toml: at whose word documents are signed."""

from __future__ import annotations

from enum import StrEnum

from carbonseal.findings import Refused
from carbonseal.node.codes import CONFIG_WRONG_VALUE
from carbonseal.node.toml_tables import Table


class ReleaseRule(StrEnum):
    """At whose word a passport, statement or accreditation is signed."""

    DIRECT = "direct"  # of one who may issue
    FOUR_EYES = "four-eyes"  # of persons who review and release what somebody else prepared


def read_release(top: Table) -> ReleaseRule:
    """The setting, which stands before all sections. Raises Refused on another word."""
    text = top.text("release", ReleaseRule.DIRECT)
    try:
        return ReleaseRule(text)
    except ValueError as error:
        expected = " or ".join(f'"{one}"' for one in ReleaseRule)
        raise Refused(CONFIG_WRONG_VALUE(*top.place, key="release", expected=expected)) from error
