"""Vectors of policies: those that are read, and those that are refused, with line and column."""

from __future__ import annotations

from tests.vectors.cases import Case, case, octets, refused, repeated, undetermined
from tests.vectors.making.log import private_key
from tests.vectors.making.notes import STRANGER, WATCHER, WITNESS, material, vkey
from tests.vectors.scene import Scene
from tests.world import ORIGIN, key


def policies() -> list[Case]:
    lines = Scene().lines()
    text = "\n".join(lines.values()) + "\n"
    both = {
        "logs": ["certifier.example/log"],
        "witnesses": [],
        "issuers": ["maker", "supplier"],
        "statusRequired": True,
    }
    both |= {"ledgers": ["eip155:31337", "tlog:other.example/log"], "checks": []}
    one, two = (vkey(name, material(key, WITNESS)) for name, key in (("w1.example", WATCHER), ("w2.example", STRANGER)))
    witnesses = f"witness one {one}\nwitness two {two} https://two.example/\ngroup pair 1 one two\nquorum pair\n"
    watched = text.replace("quorum none\n", witnesses)
    few = "\n".join(
        [
            lines["first"],
            lines["log"],
            lines["maker"],
            "quorum none",
            "ledger-quorum none",
            "time-quorum none",
            "status none",
        ]
    )
    found = [
        case("two ledgers", "policy", both, policy=text),
        case(
            "comments, blank lines, CRLF",
            "policy",
            both,
            policy=octets(text.replace("\n", "\r\n# said\r\n\t \r\n").encode()),
        ),
        case("witnesses", "policy", {**both, "witnesses": ["one", "two"]}, policy=watched),
        case("checks", "policy", {**both, "checks": ["a", "b"]}, policy=text + "check a\ncheck b"),
        case(
            "a url", "policy", both, policy=text.replace(lines["log"], lines["log"] + " https://certifier.example/log")
        ),
        case(
            "the least",
            "policy",
            {**both, "issuers": ["maker"], "ledgers": [], "statusRequired": False},
            policy=few,
        ),
    ]

    def bad(name: str, expect: dict[str, object], policy: str) -> None:
        found.append(case(name, "policy", expect, policy=octets(policy.encode())))

    def at(line: int, column: int) -> list[str]:
        return ["policy", f"line {line}, column {column}"]

    def with_line(name: str, line: str) -> str:
        assert name in lines
        return "\n".join(line if known == name else value for known, value in lines.items()) + "\n"

    version = undetermined("policy.version", place=at(1, 1))
    bad("nothing", version, "")
    bad("version 2", version, text.replace("v1", "v2", 1))
    bad("a comment first", version, "# mine\n" + text)
    bad("a line separator", refused("policy.text"), text.replace("\nquorum", "\u2028quorum", 1))
    found.append(case("not UTF-8", "policy", refused("policy.not-utf8"), policy=octets(text.encode() + b"\xff")))
    bad(
        "an unknown line", undetermined("policy.unknown-keyword", place=at(3, 3)), with_line("quorum", "  quorums none")
    )
    bad("a word too many", refused("policy.form", place=at(3, 1)), with_line("quorum", "quorum none none"))
    bad(
        "a word too few",
        refused("policy.form", place=at(4, 1)),
        with_line("maker", "issuer maker did:web:maker.example"),
    )
    bad("a line twice", refused("policy.line-twice", place=at(4, 1)), with_line("quorum", "quorum none\nquorum none"))
    bad("a line missing", refused("policy.line-missing"), text.replace("status required\n", ""))
    bad("no log", refused("policy.line-missing"), text.replace(lines["log"] + "\n", ""))
    bad(
        "no issuer",
        refused("policy.line-missing"),
        text.replace(lines["maker"] + "\n", "").replace(lines["supplier"] + "\n", ""),
    )
    bad("a name twice", refused("policy.name-twice", place=at(5, 8)), text.replace("issuer supplier", "issuer maker"))
    bad(
        "a log twice",
        refused("policy.name-twice", place=at(3, 5)),
        with_line("log", lines["log"] + "\n" + _other_log()),
    )
    bad("a name with a slash", refused("policy.value", place=at(5, 8)), text.replace("issuer supplier", "issuer a/b"))
    twice = text.replace(lines["supplier"].split()[3], lines["maker"].split()[3])
    bad("a key twice", refused("policy.key-twice", place=at(5, 42)), twice)
    own = vkey("other.example/log", material(key(ORIGIN), 1))
    bad(
        "the log's key as a ledger's",
        refused("policy.key-twice", place=at(7, 14)),
        with_line("other", f"ledger other tlog:other.example/log key={own}"),
    )
    bad("a witness's key for a log", refused("policy.value", place=at(2, 5)), with_line("log", f"log {one}"))
    bad("no verifier key", refused("key.malformed", place=at(2, 5)), with_line("log", "log x"))
    bad(
        "no public key",
        refused("policy.value", place=at(4, 37)),
        with_line("maker", "issuer maker did:web:maker.example  key"),
    )
    window = refused("policy.value", place=at(4, 85))
    bad("no instant", window, with_line("maker", lines["maker"] + " until=2026"))
    backwards = " from=2026-01-02T00:00:00Z until=2026-01-01T00:00:00Z"
    bad("a key that ends before it begins", refused("policy.window"), with_line("maker", lines["maker"] + backwards))
    bad("a check twice", refused("policy.name-twice"), text + "check a\ncheck a\n")
    large = repeated((text, 1), ("#", 1 << 20))
    found.append(case("over 1 MiB", "policy", undetermined("policy.too-large"), policy=large))
    keys = [vkey(f"w{number}.example", material(private_key(f"witness {number}"), WITNESS)) for number in range(257)]
    many = "\n".join(f"witness w{number} {one}" for number, one in enumerate(keys))
    bad("257 witnesses", undetermined("group.too-many-names"), with_line("quorum", f"{many}\nquorum none"))
    bad(
        "an unknown option of an issuer",
        refused("policy.form"),
        with_line("maker", lines["maker"] + " till=2026-01-01T00:00:00Z"),
    )
    bad(
        "an option twice",
        refused("policy.name-twice"),
        with_line("maker", lines["maker"] + 2 * " until=2026-01-01T00:00:00Z"),
    )
    bad(
        "a ledger twice",
        refused("policy.ledger-twice", place=at(7, 14)),
        with_line("other", lines["chain"].replace("chain", "again")),
    )
    bad(
        "an unknown kind of ledger",
        undetermined("policy.unknown-scheme"),
        with_line("other", "ledger other rfc3161:ab"),
    )
    bad(
        "a package that is not installed",
        undetermined("policy.unknown-scheme", place=at(7, 14)),
        with_line("other", "ledger other rfc3161:ab package=acme-timestamps"),
    )
    bad(
        "a package for what is built in",
        refused("policy.package-built-in", place=at(7, 14)),
        with_line("other", lines["other"] + " package=acme-logs"),
    )
    bad(
        "a package twice",
        refused("policy.name-twice", place=at(7, 40)),
        with_line("other", "ledger other rfc3161:ab package=acme-a package=acme-b"),
    )
    bad("no package", refused("policy.form"), with_line("other", "ledger other rfc3161:ab package="))
    bad("a line that was dropped", undetermined("policy.unknown-keyword"), text + "verifier nowhere\n")
    bad("a pin missing", refused("ethereum.option-missing"), with_line("chain", "ledger chain eip155:31337"))
    bad("status maybe", refused("policy.form"), with_line("status", "status maybe"))
    for name, code, group in (
        ("a group of three with two members", "group.threshold", "ledger-group both 3 chain other"),
        ("a group of none", "group.threshold", "ledger-group both 0 chain other"),
        ("a group of some", "group.threshold-malformed", "ledger-group both some chain other"),
        ("a group with a leading zero", "group.threshold-malformed", "ledger-group both 01 chain other"),
        ("a member twice", "group.member-twice", "ledger-group both all chain chain"),
        (
            "a member twice, in a group in a group",
            "group.member-twice",
            "ledger-group a any chain\nledger-group both all chain a",
        ),
        ("a group in itself", "group.in-itself", "ledger-group both all chain both"),
        ("an unknown member", "group.member-unknown", "ledger-group both all chain fabric"),
        ("a witness among ledgers", "group.member-unknown", f"witness one {one}\nledger-group both all chain one"),
    ):
        bad(name, refused(code), with_line("both", group))
    bad(
        "a quorum that is not defined", refused("group.member-unknown"), with_line("ledger-quorum", "ledger-quorum two")
    )
    bad(
        "a quorum before its group",
        refused("group.member-unknown"),
        with_line("quorum", "quorum one\nwitness one " + one),
    )
    shared = f"witness one {one}\ngroup a any one\ngroup b any one\nquorum b"
    bad("a witness in two groups", refused("group.member-taken"), with_line("quorum", shared))
    return found


def _other_log() -> str:
    return "log " + vkey("certifier.example/log", material(STRANGER, 1))
