"""Findings of the profile ``pact/3.0``."""

from __future__ import annotations

from carbonseal.findings import rejected

PACT_MISSING = rejected("pact.missing", "{name} is missing", "add it")
PACT_UNKNOWN_PROPERTY = rejected(
    "pact.unknown-property",
    "PACT 3.0 knows no {name} here",
    "check the spelling; what PACT lacks belongs in extensions",
)
PACT_TYPE = rejected(
    "pact.type", "{expected} belongs here, not {found}", "give it as that; PACT writes numbers in quotes"
)
PACT_DECIMAL = rejected("pact.decimal", "{found} is no decimal", 'write it plainly, in quotes: "12.5"')
PACT_RANGE = rejected("pact.range", "{found} is out of range: {expected}", "check the value and its sign")
PACT_UNKNOWN_VALUE = rejected("pact.unknown-value", "{found} is none of: {options}", "choose one of them")
PACT_FORM = rejected("pact.form", "{found} is not {expected}", "write it in that form")
PACT_DATE_TIME = rejected(
    "pact.date-time", "{found} is no date and time", "write it as RFC 3339, with an offset: 2026-11-22T08:30:00Z"
)
PACT_PERIOD = rejected(
    "pact.period", "the period ends at {end}, and begins at {start}", "a period ends after it begins"
)
PACT_EMPTY = rejected("pact.empty", "nothing is in it", "fill it, or leave it out where it is optional")
PACT_REPEATED = rejected("pact.repeated", "the list holds something twice", "list each once")
PACT_GEOGRAPHIES = rejected("pact.geographies", "{first} and {second} are both given", "give the narrower one only")
PACT_FLAG = rejected("pact.flag", "{name} is given although {flag} is false", "leave it out, or set the flag")
