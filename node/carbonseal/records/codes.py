"""Findings of admission: strict JSON, profiles, sources, commitments."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

JSON_TOO_LARGE = undetermined(
    "json.too-large", "more than {limit} bytes", "split the document; whoever runs the node sets the limit"
)
JSON_TOO_DEEP = undetermined(
    "json.too-deep", "nested more than {limit} deep (line {line}, column {column})", "flatten it"
)
JSON_BYTE_ORDER_MARK = rejected("json.byte-order-mark", "begins with a byte order mark", "save as UTF-8 without BOM")
JSON_NOT_UTF8 = rejected("json.not-utf8", "byte {offset} is not UTF-8", "save the document as UTF-8")
JSON_TRUNCATED = rejected(
    "json.truncated", "ends at line {line}, column {column}, where {expected} was to come", "send the whole document"
)
JSON_TRAILING = rejected(
    "json.trailing", "something follows the document (line {line}, column {column})", "one document at a time"
)
JSON_SYNTAX = rejected(
    "json.syntax", "line {line}, column {column}: expected {expected}, found {found}", "write JSON (RFC 8259)"
)
JSON_CONTROL_CHARACTER = rejected(
    "json.control-character", "line {line}, column {column}: {found} inside a string", "escape it: \\n, \\t, \\u0000"
)
JSON_BAD_ESCAPE = rejected(
    "json.bad-escape",
    "line {line}, column {column}: {found} is no escape",
    'after \\ come " \\ / b f n r t, or u and four digits',
)
JSON_LONE_SURROGATE = rejected(
    "json.lone-surrogate",
    "line {line}, column {column}: half a surrogate pair, which is no character",
    "write both halves",
)
JSON_DUPLICATE_KEY = rejected(
    "json.duplicate-key",
    "the key {key} occurs twice (line {line}, column {column})",
    "decide which of the two is meant",
)
JSON_NOT_A_NUMBER = rejected(
    "json.not-a-number", "line {line}, column {column}: {found} is not JSON", "leave the value out, or write null"
)
JSON_INTEGER_TOO_LARGE = rejected(
    "json.integer-too-large",
    "line {line}, column {column}: {found} is beyond 2^53 - 1, where JSON numbers lose digits",
    "write it as a string",
)
JSON_NUMBER_CHANGES = rejected(
    "json.number-changes",
    "line {line}, column {column}: {found} would become {becomes}",
    "write it as a string, or with the digits that a double keeps",
)

PROFILE_ID = rejected("profile.id", "{id} is no profile id", "a name and a version of 1 to 128 bytes: pact/3.0")
PROFILE_UNKNOWN = undetermined(
    "profile.unknown", "the profile {id} is not known here", "install the package that brings it"
)
PROFILE_RESERVED = rejected(
    "profile.reserved", "{id} is for documents that carbonseal signs itself", "admit it as json/1, or have it issued"
)
PROFILE_NOT_AN_OBJECT = rejected(
    "profile.not-an-object", "a record is a JSON object, not {found}", "wrap it: {{ ... }}"
)
PROFILE_MEMBER_MISSING = rejected("profile.member-missing", "{profile} asks for {name}", "add it")

SOURCE_MISSING = undetermined("source.missing", "there is no such file or folder", "check the path")
SOURCE_UNREADABLE = undetermined("source.unreadable", "cannot be read: {reason}", "check who may read it")
SOURCE_KIND = undetermined(
    "source.kind", "neither .json nor .ndjson nor .jsonl", "name it for what it is, or pipe it into -"
)
SOURCE_EMPTY = undetermined("source.empty", "no .json, .ndjson or .jsonl in it", "check the path")

SALT_LENGTH = rejected("commitment.salt-length", "a salt of {found} bytes", "salts have 32 bytes")
