"""The seven keywords of a policy: each is one entry of `KEYWORDS`. A keyword that was dropped is answered with the line that
replaces it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.log.notes import Algorithm, UnknownKey, VerifierKey, parse_key
from carbonseal.log.quorums import NONE
from carbonseal.passport.multibase import decode_key
from carbonseal.values import dataclass
from carbonseal.verification import codes
from carbonseal.verification.verifiers import policy_verifier

from .model import PinnedLedger, Policy, Role, Signer
from .names import Names, Sort
from .requirements import require
from .words import MAX_BYTES, Option, Word, lines, options

__all__ = ["MAX_BYTES", "parse_policy"]

MOST_WORDS = 1 << 10
MAX_LEDGERS = 32  # bounds the search of `ledger_classes`


def parse_policy(raw: bytes | str) -> Policy:
    """Read a policy (docs/spec.md, section 15). Raises `Refused`, with line and column, on anything that is not exactly
    understood.

    Loads the code that checks the named ledgers' evidence: carbonseal's own, or that of an installed package where the
    ledger's line names it (``package=``).

    >>> parse_policy("carbonseal-policy v1\\nledger ours eip155:1")
    Traceback (most recent call last):
    carbonseal.findings.Refused: ...
    """
    reading = _Reading()
    for keyword, *words in lines(raw):
        known = KEYWORDS.get(keyword.text)
        if known is None:
            raise _unknown(keyword, [word.text for word in words])
        if not known.least <= len(words) <= known.most:
            raise keyword.refused(codes.POLICY_FORM, form=known.form)
        known.read(reading, words)
    return reading.policy


class _Reading:
    """A policy while it is read."""

    def __init__(self) -> None:
        self.policy = Policy()
        self.names = Names()
        self.required: set[str] = set()
        self.quorum: Word | None = None


@dataclass(frozen=True, slots=True)
class _KeyRole:
    """What a verifier key is for: which types fit, and how errors call such a key."""

    fits: Callable[[Algorithm], bool]
    expected: str


LOG = _KeyRole(lambda algorithm: algorithm.signs_logs, "a log's key (type 0x01 or 0x06)")
WITNESS = _KeyRole(lambda algorithm: algorithm.cosigns, "a witness's key (type 0x04 or 0x06)")


@dataclass(frozen=True, slots=True)
class _Keyword:
    """A keyword: its line as errors show it, the least and most words that follow it, and what reads them."""

    form: str
    least: int
    most: int
    read: Callable[[_Reading, Sequence[Word]], None]


def _log(reading: _Reading, words: Sequence[Word]) -> None:
    key = _verifier_key(reading, words[0], LOG)
    agreeing = (key,) if isinstance(key, VerifierKey) else ()
    reading.policy.logs[key.name] = reading.policy.logs.get(key.name, ()) + agreeing


def _witness(reading: _Reading, words: Sequence[Word]) -> None:
    name = reading.names.member(words[0], Sort.WITNESS)
    reading.policy.witnesses[name] = _verifier_key(reading, words[1], WITNESS, name)


def _group(reading: _Reading, words: Sequence[Word]) -> None:
    reading.names.group(words[0], words[1], words[2:])


def _quorum(reading: _Reading, words: Sequence[Word]) -> None:
    if reading.quorum is not None:
        raise words[0].refused(codes.POLICY_LINE_TWICE, word="quorum")
    reading.quorum = words[0]
    reading.policy.quorum = reading.names.quorum(words[0], words[0].text, Sort.WITNESS)


def _ledger(reading: _Reading, words: Sequence[Word]) -> None:
    name, word = reading.names.member(words[0], Sort.LEDGER), words[1]
    ledger, scheme = word.text, word.text.partition(":")[0]
    if ledger in reading.policy.ledgers:
        raise word.refused(codes.POLICY_LEDGER_TWICE, ledger=ledger)
    given = dict(options(words[2:], None, KEYWORDS["ledger"].form))
    if len(reading.policy.ledgers) == MAX_LEDGERS:
        raise word.refused(codes.POLICY_TOO_MANY_LEDGERS, limit=MAX_LEDGERS)
    package, quorum = given.pop("package", None), given.pop("quorum", None) if scheme == "tlog" else None
    with word.placing():
        verifier = policy_verifier(scheme, None if package is None else package.value)
        pins = verifier.pin(ledger, {key: option.value for key, option in given.items()})
    for key in pins.keys:
        reading.names.key(word, key, name)
    witnesses = None if quorum is None else reading.names.quorum(quorum.word, quorum.value, Sort.WITNESS)
    reading.policy.ledgers[ledger] = PinnedLedger(name, ledger, pins, verifier, witnesses)


def _signer(reading: _Reading, words: Sequence[Word]) -> None:
    form = KEYWORDS["signer"].form
    name, (_, role, who, key) = reading.names.member(words[0], Sort.SIGNER), words[:4]
    if role.text not in tuple(Role):
        raise role.refused(codes.POLICY_FORM, form=form)
    try:
        public = decode_key(key.text)
    except ValueError as error:
        raise key.refused(codes.POLICY_VALUE, problem=error) from error
    reading.names.key(key, public, name)
    only_issuers = ("products",) if role.text == Role.ISSUER else ()
    given = options(words[4:], ("from", "until", *only_issuers), form)
    since, until = _instant(given.get("from")), _instant(given.get("until"))
    if since is not None and until is not None and since > until:
        raise given["until"].word.refused(codes.POLICY_WINDOW)
    products = given["products"].value if "products" in given else ""
    reading.policy.signers[who.text, public] = Signer(name, Role(role.text), who.text, public, since, until, products)


def _require(reading: _Reading, words: Sequence[Word]) -> None:
    require(words, reading.policy, reading.names, reading.required)


KEYWORDS: Mapping[str, _Keyword] = {
    "log": _Keyword("log <vkey> [<url>]", 1, 2, _log),
    "witness": _Keyword("witness <name> <vkey> [<url>]", 2, 3, _witness),
    "group": _Keyword("group <name> all|any|<k> <member>...", 3, MOST_WORDS, _group),
    "quorum": _Keyword("quorum <name>|none", 1, 1, _quorum),
    "ledger": _Keyword(
        "ledger <name> <ledger name> [package=<distribution>] [quorum=<witnesses>] [<key>=<value>]...",
        2,
        MOST_WORDS,
        _ledger,
    ),
    "signer": _Keyword(
        "signer <name> issuer|body|accreditor <id> <public key> [from=<instant>] [until=<instant>]"
        " [products=<prefix>, of an issuer]",
        4,
        7,
        _signer,
    ),
    "require": _Keyword("require <check> [<key>=<value>]...", 1, MOST_WORDS, _require),
}


def _verifier_key(reading: _Reading, word: Word, role: _KeyRole, name: str = "") -> VerifierKey | UnknownKey:
    """The key, which gets its role under `name`, or its own. One of an unknown type never agrees."""
    with word.placing():
        key = parse_key(word.text)
    if isinstance(key, VerifierKey) and not role.fits(key.algorithm):
        raise word.refused(codes.POLICY_VALUE, problem=f"expected {role.expected}, found type 0x{key.algorithm:02x}")
    reading.names.key(word, key.public_key, name or key.name)
    return key


def _instant(option: Option | None) -> datetime | None:
    if option is None:
        return None
    try:
        return parse_instant(option.value)
    except ValueError as error:
        raise option.word.refused(codes.POLICY_VALUE, problem=error) from error


def _unknown(keyword: Word, words: Sequence[str]) -> Refused:
    """The refusal of a keyword: with the line that replaces it, where it is one that was dropped."""
    match keyword.text, words:
        case "issuer", [name, *rest]:
            instead = " ".join(["signer", name, "issuer", *rest])
        case "ledger-group", _:
            instead = " ".join(["group", *words])
        case "ledger-quorum" | "time-quorum" | "status", [only] if only == NONE:
            instead = "nothing: what no line requires is not asked"
        case "ledger-quorum", [name, *_]:
            instead = f"require anchors by={name}"
        case "time-quorum", [name, *_]:
            instead = f"require time by={name}"
        case "status", _:
            instead = "require status"
        case "check", [name, *_]:
            instead = f"require {name}"
        case _:
            return keyword.refused(codes.POLICY_KEYWORD, word=keyword.text)
    return keyword.refused(codes.POLICY_DROPPED, word=keyword.text, instead=instead)
