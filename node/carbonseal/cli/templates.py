"""The policy that `carbonseal init` leaves beside a new node, for those who will verify what it seals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class IssuerLine:
    """An issuer as a policy names it: its public key is `z6Mk…`."""

    name: str
    id: str
    key: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A ledger as a policy names it: `ledger` is its own name, `pins` what its adapter pins of it."""

    name: str
    ledger: str
    pins: Mapping[str, str]

    @property
    def dates(self) -> bool:
        """Whether it says when: a log that no witness watches proves order only."""
        return not self.ledger.startswith("tlog:")


def policy_template(log: str, issuers: Sequence[IssuerLine], ledgers: Sequence[LedgerLine], today: date) -> str:
    """A policy that asks for all that the node offers. `log` is the verifier key of its log."""
    lines = [
        "carbonseal-policy v1",
        f"# Made by carbonseal init on {today}. Before you rely on it, compare every fingerprint with what you learn by",
        "# another way: the operator's site, a contract, a call.",
        "",
        f"log {log}",
        *(f"issuer {issuer.name} {issuer.id} {issuer.key}" for issuer in issuers),
        *(" ".join(("ledger", one.name, one.ledger, *map("=".join, one.pins.items()))) for one in ledgers),
        "",
        "# All of these ledgers must hold the anchor; `any`, or a number, in place of `all` asks for fewer.",
        *_quorum("ledger-quorum", "every-ledger", [one.name for one in ledgers]),
        "# Those of them that also say when.",
        *_quorum("time-quorum", "every-dated-ledger", [one.name for one in ledgers if one.dates]),
        "# No witness must have cosigned the log's checkpoints. A status list must show that nothing was revoked.",
        "quorum none",
        "status required",
    ]
    return "\n".join(lines) + "\n"


def _quorum(keyword: str, name: str, members: Sequence[str]) -> list[str]:
    return [f"ledger-group {name} all {' '.join(members)}", f"{keyword} {name}"] if members else [f"{keyword} none"]
