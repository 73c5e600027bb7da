"""Findings of every profile that has a schema: each is placed at the member, and names the format that asks for it."""

from __future__ import annotations

from carbonseal.findings import rejected

RECORD_MISSING = rejected("record.missing", "the member {name} is missing", "add it: {format} requires it")
RECORD_UNKNOWN_MEMBER = rejected("record.unknown-member", "{format} has no member {name} here", "check the spelling")
RECORD_TYPE = rejected("record.type", "expected {expected}, found {found}", "write {expected}, as {format} has it")
RECORD_DECIMAL = rejected(
    "record.decimal",
    "{found} is not a valid decimal",
    'write it in quotes, with a point and without separators of thousands: "1234.5"',
)
RECORD_RANGE = rejected("record.range", "{found} is out of range; expected {expected}", "check the value and its sign")
RECORD_UNKNOWN_VALUE = rejected(
    "record.unknown-value", "{found} is not a valid value; expected one of: {options}", "write one of them"
)
RECORD_FORM = rejected("record.form", "{found} is not a valid value; expected {expected}", "write it in that form")
RECORD_DATE_TIME = rejected(
    "record.date-time",
    "{found} is not a valid date and time",
    "write it as RFC 3339 has it, with an offset: 2026-11-22T08:30:00Z",
)
RECORD_EMPTY = rejected(
    "record.empty", "the value is empty", "fill it in, or leave the member out where it is optional"
)
RECORD_REPEATED = rejected("record.repeated", "the list has an item twice", "list each item once")
RECORD_ITEMS = rejected(
    "record.items", "expected a list of at most {limit}, found {found} items", "seal a record for each of them"
)
RECORD_EXCLUSIVE = rejected(
    "record.exclusive", "{first} and {second} are both given; at most one is valid", "give the narrower one only"
)
