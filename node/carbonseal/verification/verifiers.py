"""Which code checks which evidence (docs/spec.md, section 15: `ledger`; docs/adr/0004).

- Evidence of a kind of ledger that is built in is checked by carbonseal's own code, and by no other.
- Code of an installed package checks evidence only where the policy's ledger line names that package: ``package=DIST``.
"""

from __future__ import annotations

from carbonseal.findings import Refused
from carbonseal.ledger import EvidenceVerifier
from carbonseal.plugins import EVIDENCE, same_package

from . import codes


def policy_verifier(scheme: str, package: str | None) -> EvidenceVerifier:
    """The code that checks evidence of ledgers whose names begin with `scheme`, for a ledger line with ``package=`` `package`
    (None: without that option).

    Raises `Refused`: `policy.unknown-scheme` where nothing installed checks such evidence, `policy.package-not-named` where a
    package does that the line does not name (it is not loaded), `policy.package-built-in` where the line names a package for a
    kind that is built in, and as `PluginGroup.find` does.
    """
    if EVIDENCE.is_built_in(scheme):
        if package is not None:
            raise Refused(codes.POLICY_PACKAGE_BUILT_IN(scheme=scheme))
    else:
        offered_by = EVIDENCE.package_of(scheme)
        if offered_by is None:
            raise Refused(codes.POLICY_SCHEME(scheme=scheme))
        if package is None or not same_package(package, offered_by):
            named = "no package" if package is None else f"package={package}"
            raise Refused(codes.POLICY_PACKAGE_NOT_NAMED(scheme=scheme, package=offered_by, named=named))
    verifier: EvidenceVerifier = EVIDENCE.find(scheme, EvidenceVerifier)
    return verifier


def installed_verifier(scheme: str) -> EvidenceVerifier | None:
    """The built-in or installed code for this scheme, whether or not a policy names it: to describe trust items, never to
    check evidence. None where there is none. Raises `Refused` as `PluginGroup.find` does."""
    verifier: EvidenceVerifier | None = EVIDENCE.find(scheme, EvidenceVerifier)
    return verifier
