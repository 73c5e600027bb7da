"""Findings of admission: strict JSON, profiles, sources, commitments."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

JSON_TOO_LARGE = undetermined(
    "json.too-large", "the document has more than {limit} bytes", "split it; whoever runs the node sets the limit"
)
JSON_TOO_MANY_VALUES = undetermined("json.too-many-values", "the document has more than {limit} values", "split it")
JSON_TOO_DEEP = undetermined(
    "json.too-deep",
    "line {line}, column {column}: objects and lists are nested more than {limit} deep",
    "nest them less deep",
)
JSON_BYTE_ORDER_MARK = rejected(
    "json.byte-order-mark", "the document begins with a byte order mark", "save it as UTF-8 without one"
)
JSON_NOT_UTF8 = rejected(
    "json.not-utf8", "the document is not valid UTF-8: byte {offset}", "save the document as UTF-8"
)
JSON_UTF_16 = rejected(
    "json.utf-16", "the document is UTF-16; expected UTF-8", "convert it to UTF-8: iconv -f UTF-16 -t UTF-8 FILE"
)
JSON_XML = rejected(
    "json.xml", "the document begins with <, as XML does; expected JSON", "seal it as it is with the profile file/1"
)
JSON_TRUNCATED = rejected(
    "json.truncated",
    "line {line}, column {column}: the document ends; expected {expected}",
    "send the whole document",
)
JSON_TRAILING = rejected(
    "json.trailing",
    "line {line}, column {column}: something follows the document; expected its end",
    "send one document at a time",
)
JSON_SYNTAX = rejected(
    "json.syntax", "line {line}, column {column}: expected {expected}, found {found}", "write JSON (RFC 8259)"
)
JSON_CONTROL_CHARACTER = rejected(
    "json.control-character",
    "line {line}, column {column}: the string has the control character {found}",
    "escape it: \\n, \\t, \\u0000",
)
JSON_BAD_ESCAPE = rejected(
    "json.bad-escape",
    "line {line}, column {column}: {found} is not a valid escape",
    'write one of " \\ / b f n r t after \\, or u and four hexadecimal digits',
)
JSON_LONE_SURROGATE = rejected(
    "json.lone-surrogate",
    "line {line}, column {column}: half a surrogate pair is not a valid character",
    "write both halves",
)
JSON_DUPLICATE_KEY = rejected(
    "json.duplicate-key",
    "line {line}, column {column}: the object has the key {key} twice",
    "keep one of the two members",
)
JSON_NOT_A_NUMBER = rejected(
    "json.not-a-number",
    "line {line}, column {column}: {found} is not a valid JSON value",
    "leave the member out, or write null",
)
JSON_INTEGER_TOO_LARGE = rejected(
    "json.integer-too-large",
    "line {line}, column {column}: {found} is beyond 2^53 - 1, where JSON numbers lose digits",
    "write it as a string",
)
JSON_NUMBER_CHANGES = rejected(
    "json.number-changes",
    "line {line}, column {column}: canonical JSON (RFC 8785) would change {found} to {becomes}",
    "write it as a string, or with at most 15 digits",
)

PROFILE_ID = rejected(
    "profile.id", "{id} is not a valid profile id", "write a name and a version of 1 to 128 bytes: pact/3.0"
)
PROFILE_UNKNOWN = undetermined(
    "profile.unknown", "the profile {id} is not known here", "install the package that brings it"
)
PROFILE_RESERVED = rejected(
    "profile.reserved",
    "{id} is reserved for documents that carbonseal signs itself",
    "admit it as json/1, or have it issued",
)
PROFILE_OTHER = rejected(
    "profile.other", "this looks like {what}, not like a record of the profile {profile}", "use the profile {use}"
)
PROFILE_ENVELOPE = rejected(
    "profile.envelope",
    "this looks like {what} around {inside}, not like a record",
    "seal {where}, with the profile {use}",
)
PROFILE_NOT_READ = rejected("profile.not-read", "this looks like {what}, which no profile here reads", "{advice}")
PROFILE_WITHOUT_FIGURES = rejected(
    "profile.without-figures", "{profile} has no figures that could be read", "name the profile of the record's format"
)
PROFILE_NOT_AN_OBJECT = rejected(
    "profile.not-an-object", "expected a JSON object, found {found}", "put it into an object: {{ ... }}"
)
PROFILE_MEMBER_MISSING = rejected(
    "profile.member-missing", "the member {name} is missing", "add it: the profile {profile} requires it"
)

SOURCE_MISSING = undetermined("source.missing", "the file or folder does not exist", "check the path")
SOURCE_UNREADABLE = undetermined("source.unreadable", "it cannot be read: {reason}", "check its permissions")
SOURCE_KIND = undetermined(
    "source.kind",
    "the name does not end in .json, .ndjson or .jsonl, or in .csv or .xlsx for tables",
    "rename it for what it is; another file is sealed as it is with the profile file/1",
)
SOURCE_EMPTY = undetermined(
    "source.empty",
    "the folder has no .json, .ndjson or .jsonl file",
    "check the path; tables are named one by one",
)

SOURCE_MEDIA_TYPE = undetermined(
    "source.media-type", "the name does not say which media type the file has", "name it: --media application/pdf"
)

SALT_LENGTH = rejected(
    "commitment.salt-length", "the salt has {found} bytes; expected 32", "use the salt of the receipt"
)

FILE_TOO_LARGE = undetermined(
    "file.too-large", "the file has more than {limit} bytes", "seal its parts, or a smaller file that names its digest"
)
FILE_MEDIA_TYPE = rejected(
    "file.media-type",
    "{found} is not a media type; expected type/subtype in small letters, without parameters",
    "say what the file is: --media application/pdf, or over HTTP the Content-Type",
)
FILE_NOT_BYTES = rejected("file.not-bytes", "expected a file, found {found}", "admit it as bytes, with a media type")
