"""Which code checks which evidence.

The built-in verifiers are named here and not discovered, so that nothing else in the environment can step into their place. A
third party's is found by entry point, and counts only in a policy that names it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from carbonseal.ledger import EvidenceVerifier

BUILTIN_MODULES = {
    "eip155": "carbonseal_adapters.ethereum.checking.evidence",
    "fabric": "carbonseal_adapters.fabric.checking.evidence",
    "tlog": "carbonseal_adapters.tlog.checking.evidence",
}

Lookup = Callable[[str], EvidenceVerifier | None]


def builtin(scheme: str) -> EvidenceVerifier | None:
    """The verifier that comes with carbonseal for ledger names of this scheme, imported when first asked for."""
    module = BUILTIN_MODULES.get(scheme)
    if module is None:
        return None
    verifier: EvidenceVerifier = import_module(module).VERIFIER
    return verifier


def third_party(scheme: str) -> EvidenceVerifier | None:
    """The installed verifier of the entry-point group `carbonseal.evidence` by that name."""
    from importlib.metadata import entry_points

    for point in entry_points(group="carbonseal.evidence", name=scheme):
        verifier: EvidenceVerifier = point.load()
        return verifier
    return None
