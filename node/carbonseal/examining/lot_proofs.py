"""Batch proofs of lots of which too much was taken, from the files at hand; without these, the files to ask for.

Two passes over the files: what they show of lots, then the credentials that prove it. Of the files only those credentials are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice

from carbonseal.examining.files.given import Files
from carbonseal.examining.observation_files import RunFiles
from carbonseal.findings import Finding, Refused
from carbonseal.flow.graph import Lot
from carbonseal.flow.lots import Balance
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.products import ProductCredential
from carbonseal.verification.examination import Collection
from carbonseal.verification.observing.lot_observations import exceeded_lots, lot_rows, lot_sources
from carbonseal.verification.observing.observations import Source, lot_lines
from carbonseal.verification.policy import Policy
from carbonseal.verification.proofs.batch_proofs import BatchProof, prove
from carbonseal.verification.proofs.sealed_credentials import SealedCredential, sealed_in

MOST_LOTS = 1000  # that are proved, or whose sources are named, in one examination

LotProofs = Mapping[Lot, tuple[BatchProof, Finding]]


def shown_lots(files: Files, policy: Policy) -> dict[Lot, Balance]:
    """The lots of which the passports among `files` took more than they yielded, by credentials that count under the policy by
    themselves. What others observed can hide nothing of this. Raises OSError."""
    with RunFiles() as runs:
        collection = Collection(runs)
        for passport, source in _passports(files):
            collection.add(lot_lines(lot_rows(passport, partial(_counts, passport, policy)), source))
        return exceeded_lots(collection.lines)


def prove_lots(lots: Mapping[Lot, Balance], files: Files, policy: Policy) -> LotProofs:
    """A proof for each lot of which the passports among `files` show it, at most `MOST_LOTS`."""
    wanted = {one.credential for balance in islice(lots.values(), MOST_LOTS) for one in balance.proving}
    wanted |= {balance.largest.credential for balance in islice(lots.values(), MOST_LOTS)}
    found: dict[bytes, SealedCredential] = {}
    for passport, _ in _passports(files) if wanted else ():
        for digest in _cited(passport, wanted, lots) - found.keys():
            sealed = sealed_in(passport, digest, policy)
            if sealed is not None:
                found[digest] = sealed
    proofs = {lot: prove(balance, found.get, policy) for lot, balance in islice(lots.items(), MOST_LOTS)}
    return {lot: proof for lot, proof in proofs.items() if proof is not None}


def name_sources(lots: Mapping[Lot, Balance], lines: Iterable[bytes]) -> dict[Lot, str]:
    """For each lot, at most `MOST_LOTS`, the files that show that too much was taken of it: names and SHA-256."""
    named = dict(islice(lots.items(), MOST_LOTS))
    stated = {lot: [balance.largest, *balance.proving] for lot, balance in named.items()}
    sources = lot_sources(lines, (one for several in stated.values() for one in several))
    files = {
        lot: [sources[one.credential] for one in several if one.credential in sources]
        for lot, several in stated.items()
    }
    return {
        lot: ", ".join(f"{name} (SHA-256 {file})" for file, name in dict.fromkeys(named))
        for lot, named in files.items()
    }


def _passports(files: Files) -> Iterator[tuple[Passport, Source]]:
    for item in files:
        if not item.problem:
            try:
                passport = parse(item.raw)
            except Refused:
                continue
            name = item.name.encode("utf-8", "replace").decode()
            yield passport, Source(hashlib.sha256(item.raw).hexdigest(), name)


def _counts(passport: Passport, policy: Policy, credential: ProductCredential) -> bool:
    return sealed_in(passport, credential.digest, policy) is not None


def _cited(passport: Passport, wanted: set[bytes], lots: Mapping[Lot, Balance]) -> set[bytes]:
    """Of the wanted credentials those that a passport carries, and what they cite of the lots."""
    carried = wanted & passport.credentials.keys()
    parts = {part.digest for digest in carried for part in passport.credentials[digest].signed.components}
    of_lots = {one for one in parts & passport.credentials.keys() if passport.credentials[one].signed.lot in lots}
    return carried | of_lots
