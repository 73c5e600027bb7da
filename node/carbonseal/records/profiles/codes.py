"""Findings of the profile ``pact/3.0``: each is placed at PACT's property, and names what the format has there."""

from __future__ import annotations

from carbonseal.findings import rejected

# The form of a property (the PACT 3.0 data model, property by property)
PACT_MISSING = rejected("pact.missing", "the property {name} is missing", "add it: PACT 3.0 requires it")
PACT_UNKNOWN_PROPERTY = rejected(
    "pact.unknown-property",
    "PACT 3.0 has no property {name} here",
    "check the spelling; data that PACT does not define belongs in extensions",
)
PACT_TYPE = rejected(
    "pact.type", "expected {expected}, found {found}", "write {expected}; PACT writes numbers as strings, in quotes"
)
PACT_DECIMAL = rejected(
    "pact.decimal", "{found} is not a valid decimal", 'write it without exponent, in quotes: "12.5"'
)
PACT_RANGE = rejected("pact.range", "{found} is out of range; expected {expected}", "check the value and its sign")
PACT_UNKNOWN_VALUE = rejected(
    "pact.unknown-value", "{found} is not a valid value; expected one of: {options}", "write one of them"
)
PACT_FORM = rejected("pact.form", "{found} is not a valid value; expected {expected}", "write it in that form")
PACT_DATE_TIME = rejected(
    "pact.date-time",
    "{found} is not a valid date and time",
    "write it as RFC 3339 has it, with an offset: 2026-11-22T08:30:00Z",
)
PACT_EMPTY = rejected("pact.empty", "the value is empty", "fill it in, or leave the property out where it is optional")
PACT_REPEATED = rejected("pact.repeated", "the list has an item twice", "list each item once")

# Rules between properties
PACT_PERIOD = rejected(
    "pact.period", "the period ends at {end}, and begins at {start}", "write an end that is after the beginning"
)
PACT_GEOGRAPHIES = rejected(
    "pact.geographies", "{first} and {second} are both given; at most one is valid", "give the narrower one only"
)
PACT_FLAG = rejected(
    "pact.flag", "{name} is given although {flag} is false", "leave {name} out, or write true for {flag}"
)
