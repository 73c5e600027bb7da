"""Vectors of policies: those that are read, and those that are refused, with line and column."""

from __future__ import annotations

from typing import Any

from carbonseal.plugins import CHECKS
from tests.passport.stated import POLICY
from tests.vectors.cases import Case, case, octets, refused, repeated, undetermined
from tests.vectors.making.documents.requirements import STATED, STATEMENTS
from tests.vectors.making.log import private_key
from tests.vectors.making.notes import STRANGER, WATCHER, WITNESS, material, vkey
from tests.vectors.making.sigsum import SIGSUM
from tests.vectors.scene import Scene
from tests.world import ORIGIN, key

ONE, TWO = (vkey(name, material(key, WITNESS)) for name, key in (("w1.example", WATCHER), ("w2.example", STRANGER)))
LOG = 1
FIRST = "carbonseal-policy v1\n"
DROPPED = (
    "issuer maker did:web:maker.example z6Mk until=2026",
    "ledger-group both all chain other",
    "ledger-quorum both",
    "ledger-quorum none",
    "time-quorum chain",
    "status required",
    "status none",
    "check mass",
)


def policies() -> list[Case]:
    return [*_read(), *_tlog_policies(), *_lines_refused(), *_ledgers_refused(), *_groups_refused(), *_dropped()]


def _text() -> str:
    return "\n".join(Scene().lines().values()) + "\n"


def _contents(**changes: Any) -> dict[str, Any]:
    """What the policy of the scene says; a member that is changed to None is left out."""
    found = {
        "logs": ["certifier.example/log"],
        "witnesses": [],
        "ledgers": ["eip155:31337", "tlog:other.example/log"],
        "signers": {"maker": "issuer", "supplier": "issuer"},
        "required": {"anchors": "both", "time": "chain", "status": {"within": None}},
    }
    return found | changes


def _read() -> list[Case]:
    text, lines = _text(), Scene().lines()
    required = _contents()["required"]

    def reads(name: str, policy: bytes, **changes: Any) -> Case:
        return case(name, "policy", _contents(**changes), policy=octets(policy))

    witnesses = f"witness one {ONE}\nwitness two {TWO} https://two.example/\ngroup pair 1 one two\nquorum pair\n"
    body = lines["maker"].replace("maker issuer", "bureau body")
    signers = (
        body
        + "\n"
        + lines["supplier"].replace("supplier issuer", "state accreditor")
        + "\ngroup vouching all bureau state\n"
    )
    roles = {"bureau": "body", "state": "accreditor"}
    unsigned = text.replace(lines["maker"] + "\n", "").replace(lines["supplier"] + "\n", "")
    quorum = text.replace(lines["other"], f"witness one {ONE}\n{lines['other']} quorum=one")
    nothing: dict[str, Any] = {"logs": [], "ledgers": [], "signers": {}, "required": {}}
    few = "\n".join([lines["first"], lines["log"], lines["maker"]])
    return [
        reads("two ledgers", text.encode()),
        reads(
            "comments of any bytes, blank lines, tabs",
            text.replace("\n", "\n \t# \udcff\u2028\n\t \n").encode(errors="surrogateescape"),
        ),
        reads(
            "witnesses",
            text.replace("quorum none\n", witnesses).encode(),
            witnesses=["one", "two"],
            required=required | {"quorum": "pair"},
        ),
        reads("a url", text.replace(lines["log"], lines["log"] + " https://certifier.example/log").encode()),
        reads("two keys of one log", text.replace(lines["log"], lines["log"] + "\n" + _other_log()).encode()),
        reads(
            "a key with a product prefix",
            text.replace(lines["maker"], lines["maker"] + " products=urn:example:").encode(),
        ),
        reads("bodies and accreditors, in a group", (unsigned + signers).encode(), signers=roles),
        reads("witnesses of a ledger", quorum.encode(), witnesses=["one"]),
        reads("nothing", b"carbonseal-policy v1", **nothing),
        reads("a log and an issuer", few.encode(), signers={"maker": "issuer"}, ledgers=[], required={}),
        reads(
            "a status of two months",
            text.replace("require status", "require status within=60d").encode(),
            required=required | {"status": {"within": 5184000}},
        ),
        reads(
            "a status of hours",
            text.replace("require status", "require status within=36h").encode(),
            required=required | {"status": {"within": 129600}},
        ),
        reads(
            "history, records, and checks that version 1 lacks",
            (
                text
                + "require history\nrequire disclosed role=footprint\nrequire disclosed role=use\n"
                + "require weather by=bodies\nrequire over-allocation within=2%\nrequire over-allocation"
            ).encode(),
            required=required
            | {"history": True, "disclosed": ["footprint", "use"], "checks": ["weather", "over-allocation"]},
        ),
        reads(
            "statements of bodies, and of bodies that an accreditor vouches for",
            (unsigned + signers + STATEMENTS).encode(),
            signers=roles,
            required=required | {"statements": STATED},
        ),
        reads(
            "carbon-flow is every check, and a check's own line goes before",
            (text + "require mass within=2.5%\nrequire carbon-flow if-unknown=undetermined\n").encode(),
            required=required
            | {
                "carbon": {
                    **{name: {"if-unknown": "undetermined", "within": None} for name in CHECKS.built_in},
                    "mass": {"if-unknown": "noted", "within": "1/40"},
                }
            },
        ),
    ]


def _tlog_policies() -> list[Case]:
    """C2SP tlog-policy's range: names, keys, and the four policies that sigsum comes with."""
    name = "Zeugin/1@é+\u00a0\u202e" + "n" * 100
    opaque = f"{FIRST}witness \udcff {ONE}\ngroup #1 all \udcff\nquorum #1\n".encode(errors="surrogateescape")
    new = vkey("w1.example", material(STRANGER, WITNESS))
    unknown = vkey("w3.example", b"\x7f" + b"key of a type that is not known")
    pair = f"{FIRST}witness old {ONE}\nwitness new {new}\ngroup either any old new\nquorum either\n"
    newer_log = vkey("log.example", b"\x7f" + bytes(9))
    newer = (
        f"{FIRST}log {newer_log}\nwitness one {ONE}\nwitness later {unknown}\ngroup both all one later\nquorum both\n"
    )

    def reads(name: str, policy: bytes, quorum: str, *witnesses: str, logs: tuple[str, ...] = ()) -> Case:
        contents = {
            "logs": list(logs),
            "witnesses": sorted(witnesses),
            "ledgers": [],
            "signers": {},
            "required": {"quorum": quorum},
        }
        return case(name, "policy", contents, policy=octets(policy))

    return [
        reads("a name of any characters", f"{FIRST}witness {name} {ONE}\nquorum {name}\n".encode(), name, name),
        reads("a name that is not UTF-8, and one with #", opaque, "#1", "\\udcff"),
        reads("two keys of one witness", pair.encode(), "either", "old", "new"),
        reads("keys of an unknown type", newer.encode(), "both", "one", "later", logs=("log.example",)),
        *(
            reads(name, (FIRST + policy).encode(), "quorum-rule", *witnesses, logs=logs)
            for name, policy, witnesses, logs in SIGSUM
        ),
        case(
            "a key in sigsum's own form",
            "policy",
            refused("key.malformed", place=["policy", "line 2, column 5"]),
            policy=f"{FIRST}log {'0e' * 32}",
        ),
    ]


def _bad(name: str, expect: dict[str, object], policy: str) -> Case:
    return case(name, "policy", expect, policy=octets(policy.encode()))


def _at(line: int, column: int) -> list[str]:
    return ["policy", f"line {line}, column {column}"]


def _with_line(name: str, line: str) -> str:
    lines = Scene().lines()
    assert name in lines
    return "\n".join(line if known == name else value for known, value in lines.items()) + "\n"


def _lines_refused() -> list[Case]:
    text, lines = _text(), Scene().lines()
    maker, log, one = lines["maker"], lines["log"], ONE
    version = undetermined("policy.version", place=_at(1, 1))
    twice = text.replace(lines["supplier"].split()[4], maker.split()[4])
    backwards = f"{maker} from=2026-01-02T00:00:00Z until=2026-01-01T00:00:00Z"
    keys = [vkey(f"w{number}.example", material(private_key(f"witness {number}"), WITNESS)) for number in range(257)]
    many = "\n".join(f"witness w{number} {one}" for number, one in enumerate(keys)) + "\nquorum none"
    options = f"{maker}{2 * ' until=2026-01-01T00:00:00Z'}"
    rows = (
        ("nothing at all", version, ""),
        ("version 2", version, text.replace("v1", "v2", 1)),
        ("a comment first", version, "# mine\n" + text),
        ("a byte order mark", version, "\ufeff" + text),
        ("CRLF", refused("policy.text", place=_at(1, 21)), text.replace("\n", "\r\n")),
        ("a control character in a comment", refused("policy.text", place=_at(2, 3)), text.replace("\n", "\n# \x00\n")),
        (
            "an unknown line",
            undetermined("policy.unknown-keyword", place=_at(3, 3)),
            _with_line("quorum", "  quorums none"),
        ),
        ("a word too many", refused("policy.form", place=_at(3, 1)), _with_line("quorum", "quorum none none")),
        (
            "a word too few",
            refused("policy.form", place=_at(4, 1)),
            _with_line("maker", "signer maker issuer did:web:maker.example"),
        ),
        (
            "a line twice",
            refused("policy.line-twice", place=_at(4, 8)),
            _with_line("quorum", "quorum none\nquorum none"),
        ),
        (
            "a name twice",
            refused("policy.name-twice", place=_at(5, 8)),
            text.replace("signer supplier", "signer maker"),
        ),
        ("a log twice", refused("policy.key-twice", place=_at(3, 5)), _with_line("log", f"{log}\n{log}")),
        ("a key twice", refused("policy.key-twice", place=_at(5, 49)), twice),
        (
            "the log's key as a ledger's",
            refused("policy.key-twice", place=_at(7, 14)),
            _with_line(
                "other",
                f"ledger other tlog:other.example/log key={vkey('other.example/log', material(key(ORIGIN), LOG))}",
            ),
        ),
        ("a witness's key for a log", refused("policy.value", place=_at(2, 5)), _with_line("log", f"log {one}")),
        (
            "a log's key for a witness",
            refused("policy.value", place=_at(3, 13)),
            _with_line("quorum", f"witness one {log.split()[1]}"),
        ),
        ("no verifier key", refused("key.malformed", place=_at(2, 5)), _with_line("log", "log x")),
        (
            "no public key",
            refused("policy.value", place=_at(4, 44)),
            _with_line("maker", "signer maker issuer did:web:maker.example  key"),
        ),
        (
            "an unknown role",
            refused("policy.form", place=_at(4, 14)),
            _with_line("maker", maker.replace("issuer", "auditor", 1)),
        ),
        ("no instant", refused("policy.value", place=_at(4, 92)), _with_line("maker", maker + " until=2026")),
        ("a key that ends before it begins", refused("policy.window"), _with_line("maker", backwards)),
        (
            "an unknown option of a signer",
            refused("policy.form", place=_at(4, 92)),
            _with_line("maker", maker + " till=2026-01-01T00:00:00Z"),
        ),
        ("an option twice", refused("policy.name-twice"), _with_line("maker", options)),
        (
            "products of a body",
            refused("policy.form", place=_at(4, 90)),
            _with_line("maker", maker.replace("issuer", "body", 1) + " products=urn:x:"),
        ),
        ("257 witnesses", undetermined("group.too-many-names"), _with_line("quorum", many)),
        ("a check twice", refused("policy.line-twice"), text + "require history\nrequire history\n"),
        (
            "a record's role twice",
            refused("policy.line-twice", place=_at(13, 19)),
            text + "require disclosed role=use\nrequire disclosed role=use\n",
        ),
        ("an option missing", refused("policy.form", place=_at(9, 9)), _with_line("anchors", "require anchors")),
        ("an unknown option of a check", refused("policy.form", place=_at(12, 17)), text + "require history days=3\n"),
        (
            "an unknown option of status",
            refused("policy.form", place=_at(11, 16)),
            _with_line("status", "require status since=60d"),
        ),
        ("months", refused("policy.value", place=_at(11, 16)), _with_line("status", "require status within=2months")),
        (
            "statements on nothing",
            refused("policy.value", place=_at(13, 27)),
            text + f"{POLICY['body']}\nrequire statement by=tuev share=0%\n",
        ),
        ("no days", refused("policy.value", place=_at(11, 16)), _with_line("status", "require status within=0d")),
        (
            "options of a check that is lacking, twice",
            refused("policy.name-twice", place=_at(12, 18)),
            text + "require over a=1 a=2\n",
        ),
    )
    large = repeated((text, 1), ("#", 1 << 20))
    return [
        *(_bad(name, expect, policy) for name, expect, policy in rows),
        case("over 1 MiB", "policy", undetermined("policy.too-large"), policy=large),
    ]


def _ledgers_refused() -> list[Case]:
    lines = Scene().lines()
    rows = (
        ("a ledger twice", refused("policy.ledger-twice", place=_at(7, 14)), lines["chain"].replace("chain", "again")),
        ("33 ledgers, with the chain", undetermined("policy.too-many-ledgers", place=_at(38, 12)), _ledgers(32)),
        ("an unknown kind of ledger", undetermined("policy.unknown-scheme"), "ledger other rfc3161:ab"),
        (
            "a package that is not installed",
            undetermined("policy.unknown-scheme", place=_at(7, 14)),
            "ledger other rfc3161:ab package=acme-timestamps",
        ),
        (
            "a package for what is built in",
            refused("policy.package-built-in", place=_at(7, 14)),
            lines["other"] + " package=acme-logs",
        ),
        (
            "a package twice",
            refused("policy.name-twice", place=_at(7, 40)),
            "ledger other rfc3161:ab package=acme-a package=acme-b",
        ),
        ("no package", refused("policy.form"), "ledger other rfc3161:ab package="),
        ("a pin missing", refused("ethereum.option-missing"), "ledger other eip155:31338"),
        ("a quorum of ledgers for a log's witnesses", refused("policy.sort"), lines["other"] + " quorum=chain"),
        ("an unknown quorum for a log's witnesses", refused("group.member-unknown"), lines["other"] + " quorum=nobody"),
        (
            "a quorum of witnesses for a chain",
            refused("ethereum.option-unknown"),
            lines["chain"].replace("chain eip155:31337", "second eip155:31338") + " quorum=one",
        ),
    )
    return [_bad(name, expect, _with_line("other", line)) for name, expect, line in rows]


def _ledgers(count: int) -> str:
    """Lines of so many other logs."""
    keys = [vkey(f"l{at}.example", material(private_key(f"ledger {at}"), LOG)) for at in range(count)]
    return "\n".join(f"ledger l{at} tlog:l{at}.example key={one}" for at, one in enumerate(keys))


def _groups_refused() -> list[Case]:
    shared = f"witness one {ONE}\ngroup a any one\ngroup b any one\nquorum b"
    rows = (
        ("a group of three with two members", "group.threshold", "group both 3 chain other"),
        ("a group of none", "group.threshold", "group both 0 chain other"),
        ("a group of some", "group.threshold-malformed", "group both some chain other"),
        ("a group with a leading zero", "group.threshold-malformed", "group both 01 chain other"),
        ("a member twice", "group.member-twice", "group both all chain chain"),
        ("a member twice, in a group in a group", "group.member-twice", "group a any chain\ngroup both all chain a"),
        ("a group in itself", "group.in-itself", "group both all chain both"),
        ("an unknown member", "group.member-unknown", "group both all chain fabric"),
        ("a witness among ledgers", "policy.sort", f"witness one {ONE}\ngroup both all chain one"),
        ("a signer among ledgers", "policy.sort", "group both all chain maker"),
    )
    return [
        *(_bad(name, refused(code), _with_line("both", group)) for name, code, group in rows),
        _bad(
            "a quorum that is not defined",
            refused("group.member-unknown"),
            _with_line("anchors", "require anchors by=two"),
        ),
        _bad(
            "anchors by witnesses",
            refused("policy.sort"),
            _with_line("anchors", f"witness one {ONE}\nrequire anchors by=one"),
        ),
        _bad(
            "a quorum before its group",
            refused("group.member-unknown"),
            _with_line("quorum", "quorum one\nwitness one " + ONE),
        ),
        _bad("a witness in two groups", refused("group.member-taken"), _with_line("quorum", shared)),
    ]


def _dropped() -> list[Case]:
    """The keywords of an earlier form."""
    return [
        _bad(
            f"dropped: {line.partition(' did')[0]}",
            refused("policy.dropped-keyword", place=_at(12, 1)),
            f"{_text()}{line}\n",
        )
        for line in DROPPED
    ]


def _other_log() -> str:
    return "log " + vkey("certifier.example/log", material(STRANGER, LOG))
