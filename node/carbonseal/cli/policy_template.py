"""The policy template that `carbonseal init` writes and `carbonseal policy` prints, for those who will verify."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from carbonseal.cli.errors import Failed
from carbonseal.findings import Refused
from carbonseal.values import dataclass


@dataclass(frozen=True, slots=True)
class SignerLine:
    """A signer as a policy names it: its role is issuer, body or accreditor. `key` is its public key as a Multikey: `z6Mk…`."""

    name: str
    role: str
    id: str
    key: str

    @property
    def text(self) -> str:
        """The line of the policy."""
        return f"signer {self.name} {self.role} {self.id} {self.key}"


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


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The witnesses of a node's logs, by their verifier keys, and how many of them must have cosigned a head."""

    keys: Mapping[str, str]  # url by verifier key
    quorum: int

    @property
    def lines(self) -> list[str]:
        """The lines of the policy."""
        if not self.keys:
            return ["# No witness has to cosign the log's checkpoints.", "quorum none"]
        names = {key: key.partition("+")[0] for key in self.keys}
        return [
            *(f"witness {names[key]} {key} {url}" for key, url in self.keys.items()),
            "# So many of these witnesses must have cosigned the log's checkpoint.",
            f"group witnesses {self.quorum} {' '.join(names.values())}",
            "quorum witnesses",
        ]


def policy_template(
    logs: Collection[str],
    signers: Sequence[SignerLine],
    ledgers: Sequence[LedgerLine],
    today: date,
    witnesses: Witnesses | None = None,
) -> str:
    """A policy that requires everything that the node offers, whichever of its logs a passport is from. `logs` are the verifier
    keys of its logs. Raises `Failed` where the policy could not be read by a verifier."""
    lines = [
        "carbonseal-policy v1",
        f"# Written by carbonseal on {today}. Before you rely on it, compare every fingerprint with what you have from",
        "# another source: the operator's site, a contract, a call.",
        "",
        *(f"log {log}" for log in logs),
        *(one.text for one in signers),
        *(one.text for one in ledgers),
        "",
        *_anchors(ledgers),
        "# A status list must show that nothing was revoked.",
        "require status",
        *(witnesses or Witnesses({}, 0)).lines,
    ]
    _check(lines)
    return "\n".join(lines) + "\n"


def _anchors(ledgers: Sequence[LedgerLine]) -> list[str]:
    if not ledgers:
        return [
            "# No ledger holds anchors of this log: only the operator's word shows that nothing was removed or backdated."
        ]
    shared = [one for one in ledgers if one.shared]
    counted = shared or ledgers
    wanted = "all" if shared else "any"
    which = "All of these ledgers" if shared else "One of these ledgers (no ledger has anchors of all logs)"
    dated = [one.name for one in counted if one.gives_time]
    return [
        f"# {which} must hold the anchor; `any`, `all` or a number say how many.",
        *_required("anchors", "every-ledger", wanted, [one.name for one in counted]),
        *(
            ["# Those of them that also prove a time.", *_required("time", "dated-ledgers", wanted, dated)]
            if dated
            else []
        ),
    ]


def _required(check: str, group: str, wanted: str, members: Sequence[str]) -> list[str]:
    return [f"group {group} {wanted} {' '.join(members)}", f"require {check} by={group}"]


def _check(lines: Sequence[str]) -> None:
    """Raise `Failed`, with the line, unless a verifier can read the policy."""
    from carbonseal.verification.policy import parse_policy

    try:
        parse_policy("\n".join(lines) + "\n")
    except Refused as refused:
        number = refused.finding.place[1].removeprefix("line ").partition(",")[0]
        line = lines[min(int(number), len(lines)) - 1]
        raise Failed(f"a verifier would refuse this line of the policy: {line}", refused.finding.message) from refused
