"""Queries a ledger for its name, publisher and pins, so that a node's settings and its policy can name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.findings import Refused
from carbonseal.plugins import EVIDENCE
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.ledger import Secrets


@dataclass(frozen=True, slots=True)
class LedgerIdentity:
    """What a ledger says of itself, and who checks its evidence."""

    name: str  # as policies write it: "eip155:1"
    publisher: str  # under whose name the node anchors there; empty where that is the log itself
    pins: Mapping[str, str]  # the options of its line in a policy
    gives_time: bool  # whether its evidence proves a time
    warning: str  # what is wrong with the account that pays there; empty where nothing is
    package: str  # the installed package that checks its evidence; empty where carbonseal does


async def query_ledger(place: str, uri: str, options: Mapping[str, str], secrets: Secrets) -> LedgerIdentity:
    """Connect to the ledger at `uri` and query it. Errors call it `place`, because the URI may hold an access key.

    Raises `BrokeOff` where it does not answer, and `Failed` where it refuses its options, is not what the URI says, or is a
    ledger whose evidence nothing that is installed can check.
    """
    from carbonseal.ledger import PermanentError, TransientError
    from carbonseal.node.anchoring.adapters import open_ledger

    try:
        ledger = await open_ledger(uri, options, secrets)
        try:
            pins, balance = await ledger.pins(), await ledger.balance()
        finally:
            await ledger.close()
        return LedgerIdentity(
            name=ledger.name,
            publisher=ledger.publisher,
            pins=pins,
            gives_time=ledger.capabilities.gives_time,
            warning=balance.warning if balance else "",
            package=_verifier_package(place, ledger.name),
        )
    except TransientError as error:
        raise BrokeOff(f"{place}: {error}", "is it running, and are its address and its options right?") from error
    except PermanentError as error:
        raise Failed(f"{place}: {error.reason}", error.remedy) from error
    except Refused as refused:
        raise Failed.by(refused, place) from refused


def _verifier_package(place: str, ledger: str) -> str:
    """The installed package that checks evidence of this ledger; empty where carbonseal does. Raises `Failed` where nothing
    does: nobody could verify what is anchored there."""
    scheme = ledger.partition(":")[0]
    if EVIDENCE.is_built_in(scheme):
        return ""
    package = EVIDENCE.package_of(scheme)
    if package is None:
        raise Failed(
            f"{place}: nothing that is installed checks evidence of {scheme} ledgers",
            f"install a package that offers {scheme} in the entry-point group {EVIDENCE.group}",
        )
    return package
