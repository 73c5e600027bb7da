"""Policies: whom a verifier trusts, and the quorums of ledgers and witnesses that must agree.

    carbonseal-policy v1
    log         <vkey> [<url>]
    witness     <name> <vkey> [<url>]
    group       <name> all|any|<k> <member>...
    quorum      <name>|none
    issuer      <name> <issuer id> <public key, z6Mk…> [from=<instant>] [until=<instant>]
    ledger      <name> <ledger name> [package=<distribution>] [<key>=<value>]...
    ledger-group <name> all|any|<k> <member>...
    ledger-quorum <name>|none
    time-quorum <name>|none
    status      required|none
    check       <name>

The lines `log`, `witness`, `group` and `quorum` mean what they mean in C2SP tlog-policy, and apply to sealing logs. A line that
starts with `#`, and an empty one, says nothing. Names are defined before they are used.

`package=` names the installed package whose code checks this ledger's evidence, for kinds of ledgers that are not built in. The
other options of a `ledger` line are read by that code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carbonseal.findings import Code, Refused
from carbonseal.instants import parse_instant
from carbonseal.ledger import EvidenceVerifier, Pins
from carbonseal.log.notes import VerifierKey
from carbonseal.log.quorums import Groups, Quorum
from carbonseal.passport.multibase import decode_key
from carbonseal.verification.verifiers import policy_verifier

from . import codes

FIRST_LINE = "carbonseal-policy v1"
MAX_BYTES = 1 << 20
_TOKEN = re.compile(r"\S+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Issuer:
    """One key of one issuer, and the time in which what it signed counts."""

    name: str
    id: str
    key: bytes  # Ed25519, 32 bytes
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PinnedLedger:
    """A ledger that counts: what is pinned of it, and the code that checks its evidence."""

    name: str  # in this policy
    ledger: str  # its own: "eip155:1"
    pins: Pins
    verifier: EvidenceVerifier


@dataclass(slots=True)
class Policy:
    """What a policy says. Quorums are None where the policy asks for none."""

    logs: dict[str, VerifierKey] = field(default_factory=dict)  # by origin
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)  # by name in this policy
    issuers: dict[tuple[str, bytes], Issuer] = field(default_factory=dict)  # by id and key
    ledgers: dict[str, PinnedLedger] = field(default_factory=dict)  # by the ledger's own name
    quorum: Quorum = None
    ledger_quorum: Quorum = None
    time_quorum: Quorum = None
    status_required: bool = True
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a policy and where it stands."""

    text: str
    line: int
    column: int

    def refused(self, code: Code, **facts: object) -> Refused:
        return Refused(code(*_at(self), **facts))


def parse_policy(raw: bytes | str) -> Policy:
    """Read a policy (docs/spec.md, section 15). Raises `Refused`, with line and column, on anything that is not exactly
    understood.

    Loads the code that checks the named ledgers' evidence: carbonseal's own, or that of an installed package where the
    ledger's line names it (``package=``).

    >>> parse_policy("carbonseal-policy v1\\nledger ours eip155:1")
    Traceback (most recent call last):
    carbonseal.findings.Refused: ...
    """
    lines = _text(raw).splitlines()
    if not lines or lines[0] != FIRST_LINE:
        raise Refused(codes.POLICY_VERSION("policy", "line 1, column 1"))
    reading = _Reading()
    for number, line in enumerate(lines[1:], start=2):
        words = [_Word(found.group(), number, found.start() + 1) for found in _TOKEN.finditer(line)]
        if words and not words[0].text.startswith("#"):
            reading.line(words[0], words[1:])
    return reading.policy(len(lines))


def _text(raw: bytes | str) -> str:
    """The policy's text, of printable characters, tabs and line ends alone."""
    if len(raw) > MAX_BYTES:
        raise Refused(codes.POLICY_TOO_LARGE("policy", limit=MAX_BYTES))
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        raise Refused(codes.POLICY_NOT_UTF8(*_after(before), byte=f"0x{error.object[error.start]:02X}")) from error
    stray = next((at for at, letter in enumerate(text) if not letter.isprintable() and letter not in "\n\r\t"), None)
    if stray is not None:
        raise Refused(codes.POLICY_TEXT(*_after(text[:stray]), letter=f"U+{ord(text[stray]):04X}"))
    return text


def _after(text: str) -> tuple[str, str]:
    """The place at which `text` ends."""
    lines = f"{text}|".splitlines()
    return _at(_Word("", len(lines), len(lines[-1])))


# What stands after each keyword, as errors show it, and the least and most words that may.
_FORMS: Mapping[str, tuple[str, int, int]] = {
    "log": ("log <vkey> [<url>]", 1, 2),
    "witness": ("witness <name> <vkey> [<url>]", 2, 3),
    "group": ("group <name> all|any|<k> <member>...", 3, 1026),
    "quorum": ("quorum <name>|none", 1, 1),
    "issuer": ("issuer <name> <issuer id> <public key> [from=<instant>] [until=<instant>]", 3, 5),
    "ledger": ("ledger <name> <ledger name> [package=<distribution>] [<key>=<value>]...", 2, 66),
    "ledger-group": ("ledger-group <name> all|any|<k> <member>...", 3, 1026),
    "ledger-quorum": ("ledger-quorum <name>|none", 1, 1),
    "time-quorum": ("time-quorum <name>|none", 1, 1),
    "status": ("status required|none", 1, 1),
    "check": ("check <name>", 1, 1),
}
_ONCE = {
    "quorum": "quorum none",
    "ledger-quorum": "ledger-quorum none",
    "time-quorum": "time-quorum none",
    "status": "status none",
}


class _Reading:
    """A policy while it is read: what the lines so far have defined."""

    def __init__(self) -> None:
        self._policy = Policy()
        self._names: set[str] = set()
        self._keys: dict[bytes, str] = {}
        self._signers: set[str] = set()  # logs and witnesses, by the names in their keys
        self._witness_groups = Groups()
        self._ledger_groups = Groups(exclusive=False)
        self._checks: dict[str, None] = {}
        self._seen: set[str] = set()

    def line(self, keyword: _Word, words: list[_Word]) -> None:
        if keyword.text not in _FORMS:
            raise keyword.refused(codes.POLICY_KEYWORD, word=keyword.text)
        form, least, most = _FORMS[keyword.text]
        if not least <= len(words) <= most:
            raise keyword.refused(codes.POLICY_FORM, form=form)
        if keyword.text in _ONCE and keyword.text in self._seen:
            raise keyword.refused(codes.POLICY_LINE_TWICE, word=keyword.text)
        self._seen.add(keyword.text)
        read: Callable[[list[_Word]], None] = getattr(self, "_" + keyword.text.replace("-", "_"))
        read(words)

    def policy(self, lines: int) -> Policy:
        """The whole policy; refused where a line is missing that every policy must have."""
        examples = {"log": "log <vkey>", "issuer": "issuer <name> <issuer id> <public key>", **_ONCE}
        for word, example in examples.items():
            if word not in self._seen:
                end = _Word("", lines, 1)
                raise end.refused(codes.POLICY_LINE_MISSING, word=word, example=example)
        self._policy.checks = tuple(self._checks)
        return self._policy

    def _log(self, words: list[_Word]) -> None:
        key = self._verifier_key(words[0])
        self._policy.logs[key.name] = key

    def _witness(self, words: list[_Word]) -> None:
        name = self._new_name(words[0])
        self._policy.witnesses[name] = self._verifier_key(words[1], witness=True)
        self._witness_groups.member(name)

    def _group(self, words: list[_Word]) -> None:
        self._define_group(words, self._witness_groups)

    def _ledger_group(self, words: list[_Word]) -> None:
        self._define_group(words, self._ledger_groups)

    def _quorum(self, words: list[_Word]) -> None:
        self._policy.quorum = self._named_group(words[0], self._witness_groups)

    def _ledger_quorum(self, words: list[_Word]) -> None:
        self._policy.ledger_quorum = self._named_group(words[0], self._ledger_groups)

    def _time_quorum(self, words: list[_Word]) -> None:
        self._policy.time_quorum = self._named_group(words[0], self._ledger_groups)

    def _issuer(self, words: list[_Word]) -> None:
        name = self._new_name(words[0])
        try:
            key = decode_key(words[2].text)
        except ValueError as error:
            raise words[2].refused(codes.POLICY_VALUE, problem=error) from error
        self._new_key(words[2], key, name)
        window = self._options(words[3:], ("from", "until"))
        instants: dict[str, datetime] = {}
        for option, (word, value) in window.items():
            try:
                instants[option] = parse_instant(value)
            except ValueError as error:
                raise word.refused(codes.POLICY_VALUE, problem=error) from error
        since, until = instants.get("from"), instants.get("until")
        if since is not None and until is not None and since > until:
            raise window["until"][0].refused(codes.POLICY_WINDOW)
        issuer = Issuer(name, words[1].text, key, since, until)
        self._policy.issuers[issuer.id, key] = issuer

    def _ledger(self, words: list[_Word]) -> None:
        name, ledger = self._new_name(words[0]), words[1].text
        if ledger in self._policy.ledgers:
            raise words[1].refused(codes.POLICY_LEDGER_TWICE, ledger=ledger)
        options = {option: value for option, (_, value) in self._options(words[2:]).items()}
        package = options.pop("package", None)
        try:
            verifier = policy_verifier(ledger.partition(":")[0], package)
            pins = verifier.pin(ledger, options)
        except Refused as refused:
            raise refused.under(*_at(words[1])) from refused
        for key in pins.keys:
            self._new_key(words[1], key, name)
        self._policy.ledgers[ledger] = PinnedLedger(name, ledger, pins, verifier)
        self._ledger_groups.member(name)

    def _status(self, words: list[_Word]) -> None:
        if words[0].text not in ("required", "none"):
            raise words[0].refused(codes.POLICY_FORM, form=_FORMS["status"][0])
        self._policy.status_required = words[0].text == "required"

    def _check(self, words: list[_Word]) -> None:
        if words[0].text in self._checks:
            raise words[0].refused(codes.POLICY_NAME_TWICE, name=words[0].text)
        self._checks[words[0].text] = None

    # What several lines have in common.

    def _new_name(self, word: _Word) -> str:
        if not _NAME.fullmatch(word.text) or word.text == "none":
            raise word.refused(codes.POLICY_VALUE, problem=f"{word.text!r} cannot be a name")
        if word.text in self._names:
            raise word.refused(codes.POLICY_NAME_TWICE, name=word.text)
        self._names.add(word.text)
        return word.text

    def _new_key(self, word: _Word, key: bytes, name: str) -> None:
        if key in self._keys:
            raise word.refused(codes.POLICY_KEY_TWICE, name=self._keys[key])
        self._keys[key] = name

    def _verifier_key(self, word: _Word, *, witness: bool = False) -> VerifierKey:
        try:
            key = VerifierKey.parse(word.text)
        except Refused as refused:
            raise refused.under(*_at(word)) from refused
        if not (key.algorithm.cosigns if witness else key.algorithm.signs_logs):
            wanted = "a witness's key (type 0x04 or 0x06)" if witness else "a log's key (type 0x01 or 0x06)"
            raise word.refused(codes.POLICY_VALUE, problem=f"this is not {wanted}")
        self._new_key(word, key.public_key, key.name)
        if key.name in self._signers:  # two keys of one witness, or of a log that would be its own
            raise word.refused(codes.POLICY_NAME_TWICE, name=key.name)
        self._signers.add(key.name)
        return key

    def _options(self, words: list[_Word], known: tuple[str, ...] | None = None) -> dict[str, tuple[_Word, str]]:
        options: dict[str, tuple[_Word, str]] = {}
        for word in words:
            option, equals, value = word.text.partition("=")
            if not equals or not option or not value or (known is not None and option not in known):
                wanted = " or ".join(f"{name}=…" for name in known) if known else "<key>=<value>"
                raise word.refused(codes.POLICY_FORM, form=wanted)
            if option in options:
                raise word.refused(codes.POLICY_NAME_TWICE, name=option)
            options[option] = (word, value)
        return options

    def _define_group(self, words: list[_Word], groups: Groups) -> None:
        name = self._new_name(words[0])
        try:
            groups.group(name, words[1].text, [word.text for word in words[2:]])
        except Refused as refused:
            at_fault = refused.finding.facts.get("member", name)
            word = next((word for word in reversed(words[2:]) if word.text == at_fault), words[1])
            raise refused.under(*_at(word)) from refused

    def _named_group(self, word: _Word, groups: Groups) -> Quorum:
        try:
            return groups.quorum(word.text)
        except Refused as refused:
            raise refused.under(*_at(word)) from refused


def _at(word: _Word) -> tuple[str, str]:
    return "policy", f"line {word.line}, column {word.column}"
