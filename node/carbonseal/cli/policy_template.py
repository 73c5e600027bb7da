"""The policy that `carbonseal init` leaves beside a new node, and `carbonseal policy` prints, for those who will verify."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from carbonseal.cli.errors import Failed
from carbonseal.findings import Refused


@dataclass(frozen=True, slots=True)
class IssuerLine:
    """An issuer as a policy names it: its public key is `z6Mk…`."""

    name: str
    id: str
    key: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A ledger as a policy names it: `name` is the policy's name for it, `ledger` its own, `pins` its options."""

    name: str
    ledger: str
    pins: Mapping[str, str]
    gives_time: bool  # whether its evidence proves a time
    package: str = ""  # the installed package whose code checks its evidence; empty: carbonseal's own
    shared: bool = True  # whether every log of the node is anchored there

    @property
    def text(self) -> str:
        """The line of the policy."""
        package = (f"package={self.package}",) if self.package else ()
        return " ".join(("ledger", self.name, self.ledger, *package, *map("=".join, self.pins.items())))


def policy_template(
    logs: Collection[str], issuers: Sequence[IssuerLine], ledgers: Sequence[LedgerLine], today: date
) -> str:
    """A policy that asks for all that the node offers whatever log a passport is of. `logs` are the verifier keys of its logs.
    Raises `Failed` where no verifier would take it."""
    shared = [one for one in ledgers if one.shared]
    lines = [
        "carbonseal-policy v1",
        f"# Made by carbonseal on {today}. Before you rely on it, compare every fingerprint with what you learn by another",
        "# way: the operator's site, a contract, a call.",
        "",
        *(f"log {log}" for log in logs),
        *(f"issuer {issuer.name} {issuer.id} {issuer.key}" for issuer in issuers),
        *(one.text for one in ledgers),
        "",
        *_ledger_quorums(shared, ledgers),
        "# No witness must have cosigned the log's checkpoints. A status list must show that nothing was revoked.",
        "quorum none",
        "status required",
    ]
    _check(lines)
    return "\n".join(lines) + "\n"


def _ledger_quorums(shared: Sequence[LedgerLine], ledgers: Sequence[LedgerLine]) -> list[str]:
    if not ledgers:
        return [
            "# No ledger holds anchors of this log: it is the operator's word alone that nothing was taken back or dated anew.",
            "ledger-quorum none",
            "time-quorum none",
        ]
    meant = shared or ledgers
    wanted = "all" if shared else "any"
    which = "All of these ledgers" if shared else "One of these ledgers, as no log is on all of them,"
    return [
        f"# {which} must hold the anchor; `any`, `all` or a number say how many of them you ask for.",
        *_quorum("ledger-quorum", "every-ledger", wanted, [one.name for one in meant]),
        "# Those of them that also say when.",
        *_quorum("time-quorum", "every-dated-ledger", wanted, [one.name for one in meant if one.gives_time]),
    ]


def _quorum(keyword: str, name: str, wanted: str, members: Sequence[str]) -> list[str]:
    return (
        [f"ledger-group {name} {wanted} {' '.join(members)}", f"{keyword} {name}"] if members else [f"{keyword} none"]
    )


def _check(lines: Sequence[str]) -> None:
    """See that what is handed out works. Raises `Failed`, and shows the line that a verifier would refuse."""
    from carbonseal.verification.policy import parse_policy

    try:
        parse_policy("\n".join(lines) + "\n")
    except Refused as refused:
        number = refused.finding.place[1].removeprefix("line ").partition(",")[0]
        line = lines[min(int(number), len(lines)) - 1]
        raise Failed(f"no verifier would take this line of the policy: {line}", refused.finding.message) from refused
