"""Ledgers asked who they are, so that a node's settings and its policy can name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.findings import Refused
from carbonseal.plugins import EVIDENCE

if TYPE_CHECKING:
    from carbonseal.ledger import Secrets


@dataclass(frozen=True, slots=True)
class Told:
    """What a ledger says of itself. `pins` are what a policy's line has of it, `warning` what is wrong with what pays there,
    `package` the installed package that checks its evidence (empty: carbonseal does)."""

    name: str
    publisher: str
    pins: Mapping[str, str]
    warning: str
    package: str


async def ask(place: str, uri: str, options: Mapping[str, str], secrets: Secrets) -> Told:
    """Ask the ledger at `uri`; `place` is what errors call it, because an address may hold an access key. Raises `Failed`, and
    `BrokeOff` where it does not answer as this ledger."""
    from carbonseal.ledger import PermanentError, TransientError
    from carbonseal.node.anchoring.adapters import open_ledger

    try:
        ledger = await open_ledger(uri, options, secrets)
        try:
            pins, balance = await ledger.pins(), await ledger.balance()
        finally:
            await ledger.close()
    except TransientError as error:
        raise BrokeOff(f"{place}: {error}", "is it running, and are its address and its options right?") from error
    except PermanentError as never:
        raise Failed(f"{place}: {never.reason}", never.remedy) from never
    except Refused as refused:
        raise Failed.by(refused, place) from refused
    package = _verifier_package(place, ledger.name)
    return Told(ledger.name, ledger.publisher, pins, balance.warning if balance else "", package)


def _verifier_package(place: str, ledger: str) -> str:
    """The installed package that checks evidence of this ledger; empty where carbonseal does. Raises `Failed` where nothing
    checks it: anchors there would be of use to nobody."""
    scheme = ledger.partition(":")[0]
    if EVIDENCE.is_built_in(scheme):
        return ""
    try:
        package = EVIDENCE.package_of(scheme)
    except Refused as refused:
        raise Failed.by(refused, place) from refused
    if package is None:
        raise Failed(
            f"{place}: nothing that is installed checks evidence of {scheme} ledgers",
            f"install the package that offers {scheme} in the entry-point group {EVIDENCE.group}",
        )
    return package
