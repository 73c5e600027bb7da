"""File kinds (docs/spec.md, section 14): what a file is that was given as a passport and is none, and what to do with it.

- A file *claims* to be a passport where its bytes have ``"passport/``. What claims and cannot be read is malformed: rejected.
- Anything else is named as what it is (`passport.other-file`), which is no verdict on anybody.
- A file over a limit is neither: it was not read to its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from carbonseal.findings import Finding, Outcome, Refused, wordings
from carbonseal.plugins import PROFILES
from carbonseal.records import strict
from carbonseal.records.codes import JSON_NOT_UTF8, JSON_TOO_LARGE
from carbonseal.records.profiles import lookup

from .codes import PASSPORT_MALFORMED, PASSPORT_OTHER_FILE

CLAIM = b'"passport/'

_RIGHT_FILE = "check that it is the right file"
_ASK = "ask whoever sent it for the passport, a JSON file"
_UNPACK = "unpack it, and verify what is in it"
_UTF_8 = "if it is a passport, ask for it as it was made, or save it as UTF-8 without a byte order mark"

BEGINNINGS = {  # of bytes that are not text
    b"PK\x03\x04": ("a ZIP archive", _UNPACK),
    b"PK\x05\x06": ("an empty ZIP archive", _ASK),
    b"\x1f\x8b": ("a gzip file", _UNPACK),
    b"\xfd7zXZ\x00": ("an xz file", _UNPACK),
    b"BZh": ("a bzip2 file", _UNPACK),
    b"(\xb5/\xfd": ("a Zstandard file", _UNPACK),
    b"7z\xbc\xaf'\x1c": ("a 7z archive", _UNPACK),
    b"Rar!\x1a\x07": ("a RAR archive", _UNPACK),
    b"%PDF": ("a PDF", _ASK),
    b"\x89PNG": ("a picture (PNG)", _ASK),
    b"\xff\xd8\xff": ("a picture (JPEG)", _ASK),
    b"GIF8": ("a picture (GIF)", _ASK),
    b"II*\x00": ("a picture (TIFF)", _ASK),
    b"MM\x00*": ("a picture (TIFF)", _ASK),
    b"\xd0\xcf\x11\xe0": ("an older Office document, or a mail of Outlook", _ASK),
    b"SQLite format 3\x00": ("a database (SQLite)", _RIGHT_FILE),
    b"MZ": ("a program of Windows", _RIGHT_FILE),
    b"\x7fELF": ("a program", _RIGHT_FILE),
    b"\xff\xfe\x00\x00": ("text in UTF-32", _UTF_8),
    b"\x00\x00\xfe\xff": ("text in UTF-32", _UTF_8),
    b"\xff\xfe": ("text in UTF-16", _UTF_8),
    b"\xfe\xff": ("text in UTF-16", _UTF_8),
    b"{\x00": ("text in UTF-16", _UTF_8),
    b"\x00{": ("text in UTF-16", _UTF_8),
    b"\xef\xbb\xbf": ("text that begins with a byte order mark", _UTF_8),
}
TEXTS = (  # patterns of texts that are not JSON
    (rb"carbonseal-policy v[0-9]", "a policy file", "give it with --policy"),
    (rb"c2sp\.org/tlog-proof@", "a tlog-proof", "ask for the passport that it belongs to"),
    (rb"[^\n]+\n[0-9]+\n[A-Za-z0-9+/]{43}=\n(?s:.*)\n\xe2\x80\x94 ", "a checkpoint of a log", _RIGHT_FILE),
    (rb"-----BEGIN [A-Z ]*PRIVATE KEY", "a private key", "keep it to yourself"),
    (rb"PRIVATE\+KEY\+", "a private key of a log", "keep it to yourself"),
    (rb"-----BEGIN ", "a key or certificate (PEM)", _RIGHT_FILE),
    (rb"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+\s*\Z", "a verifier key", "it belongs into a policy"),
    (rb"%!PS", "PostScript", _ASK),
    (rb"\{\\rtf", "a text in RTF", _ASK),
    (rb"<", "HTML or XML", _ASK),
)
NAMED = {  # the member `carbonseal`, up to the slash
    "trust": ("a trust file", "give it with --trust"),
    "statement": ("a statement without a passport", "add it to the passport: carbonseal statement attach"),
    "accreditation": (
        "an accreditation of a certification body",
        "its body gives it to its node: carbonseal statement issue",
    ),
    "fraud-proof": ("a fraud proof", "verify it with --policy: it counts under keys that you list"),
    "observations": ("observations of logs", "give it to carbonseal examine"),
}
MEMBERS = (  # the members by which another document is recognised
    ({"issuer", "subject", "records"}, "an issue request", "issue it first: carbonseal passport issue"),
    (
        {"commitment", "salt", "acknowledged"},
        "a receipt",
        "a receipt shows what was submitted; ask for the passport",
    ),
    ({"@context", "credentialSubject"}, "a credential without its passport", "ask the issuer for the passport"),
    ({"verdict", "findings"}, "a report of carbonseal verify", _RIGHT_FILE),
    ({"place", "shows", "source"}, "an observation of a log", "give the whole file to carbonseal examine"),
    ({"data", "links"}, "an answer of an interface, not a document", _RIGHT_FILE),
)
_OTHERS = (  # what is not in a table
    *("a tar archive", "binary data", "an empty file", "text in another encoding than UTF-8", "text", "a list"),
    *("a single value", "binary data, or text that is not in UTF-8", "a passport from before the first release"),
    *("have it issued again", "ask whoever sealed it for the passport", "a record, or another document in JSON"),
)
WORDS = wordings(
    dict.fromkeys(
        (
            *(text for said in (*BEGINNINGS.values(), *NAMED.values()) for text in said),
            *(text for _, *said in (*TEXTS, *MEMBERS) for text in said),
            *_OTHERS,
        )
    )
)
FORMER = {"id", "name", "records", "components"}  # all members that the subject of a product credential had


def of_bytes(finding: Finding, raw: bytes) -> Finding:
    """A ``json.*`` finding about a file that was given as a passport: what the file is instead, or, of one that claims to be a
    passport or is over a limit, the finding in words for its reader."""
    known = _of_beginning(raw)
    if known is not None:
        return other_file(*known)
    if finding.code.outcome is Outcome.UNDETERMINED:
        if finding.code is JSON_TOO_LARGE:
            remedy = "no passport has so many: check that it is the right file"
            return replace(finding, code=replace(finding.code, remedy=remedy))
        return finding
    if not raw.strip():
        return other_file("an empty file", _ASK)
    if finding.code is JSON_NOT_UTF8 and CLAIM in raw:
        return other_file("text in another encoding than UTF-8", _UTF_8)
    if CLAIM in raw:
        return replace(finding, code=replace(finding.code, remedy=PASSPORT_MALFORMED.remedy))
    return other_file(*_of_text(finding, raw))


def of_value(value: Any) -> Finding | None:
    """What a JSON value is that is not a passport; None where it says that it is one."""
    known = _of_value(value)
    return None if known is None else other_file(*known)


def other_file(what: str, remedy: str = _RIGHT_FILE) -> Finding:
    """The finding that a file is something else: `what`, in words, and what to do with it."""
    said = {name: WORDS[text]() if text in WORDS else text for name, text in (("what", what), ("remedy", remedy))}
    return PASSPORT_OTHER_FILE(**said)


def _of_beginning(raw: bytes) -> tuple[str, str] | None:
    """What bytes are that are not JSON at all, by their beginning."""
    for beginning, known in BEGINNINGS.items():
        if raw.startswith(beginning):
            return known
    if raw[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    if b"\x00" in raw[:4096]:
        return "binary data", _RIGHT_FILE
    text = raw[:4096].lstrip()
    return next(((what, remedy) for pattern, what, remedy in TEXTS if re.match(pattern, text)), None)


def _of_text(finding: Finding, raw: bytes) -> tuple[str, str]:
    """What a text is that is not one JSON value."""
    lines = _first_line(raw)
    if lines is not None:
        what, remedy = _of_value(lines) or ("passports", _RIGHT_FILE)
        return f"lines of JSON, the first of which is {what}", remedy
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "binary data, or text that is not in UTF-8", _RIGHT_FILE
    if raw.lstrip()[:1] in (b"{", b"["):
        place = f" at {finding.place[-1]}" if finding.place else ""
        return f"text like JSON that cannot be read{place}: {finding.message}", _RIGHT_FILE
    return "text", _RIGHT_FILE


def _first_line(raw: bytes) -> Any:
    """The value of the first line of several, where it is an object; else None."""
    first, _, rest = raw.lstrip().partition(b"\n")
    if not (first.startswith(b"{") and rest.strip()):
        return None
    try:
        return strict.parse(first)
    except Refused:
        return None


def _of_value(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return ("a list" if isinstance(value, list) else "a single value"), _RIGHT_FILE
    name, slash, _ = value["carbonseal"].partition("/") if isinstance(value.get("carbonseal"), str) else ("", "", "")
    if slash and name == "passport":
        return ("a passport from before the first release", "have it issued again") if _is_former(value) else None
    if slash and name in NAMED:
        return NAMED[name]
    return next(_known(set(value)), None) or (_record(value), "ask whoever sealed it for the passport")


def _record(value: dict[str, Any]) -> str:
    """A record by its format, where a profile of carbonseal's own recognises it."""
    formats = (lookup(profile).recognises(value) for profile in PROFILES.built_in)
    return next((f"a record: {name}" for name in formats if name), "a record, or another document in JSON")


def _known(members: set[str]) -> Iterator[tuple[str, str]]:
    return ((what, remedy) for known, what, remedy in MEMBERS if known <= members)


def _is_former(value: dict[str, Any]) -> bool:
    """Whether the root credential has the members that it had before version 1 was fixed, and no other."""
    try:
        subject = value["credentials"][value["credential"]]["document"]["credentialSubject"]
    except (KeyError, TypeError):
        return False
    return isinstance(subject, dict) and FORMER - {"name"} <= set(subject) <= FORMER
