"""Assembly of passports: from a credential and its seals; and refresh, with newer heads, anchors, status lists and statements.

A refresh only adds:

- nothing that is signed changes;
- no head, signature or anchor that is carried is removed, so the time that a passport proves never becomes later;
- status lists are added version by version, of each at most 16. Where there are more, those stay that say something against a
  credential of the passport, then the latest: in whatever order versions come, the same stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import MAX_NOTE, MAX_SIGNATURES, Note
from carbonseal.passport.bundles import MOST, Bundle, Disclosed
from carbonseal.passport.conformity.accreditations import Accreditation
from carbonseal.passport.conformity.files import AccreditationFile, StatementFile
from carbonseal.passport.conformity.statements import Statement
from carbonseal.passport.credentials import Carried
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import ProductCredential
from carbonseal.passport.seals import MAX_ANCHORS, MAX_HEADS, Head, Seal, SealedAnchor
from carbonseal.passport.status_lists import MAX_VERSIONS, StatusList

from . import codes

# (origin, smaller size, larger size) to the log's consistency proof; None where it cannot be had here.
Link = Callable[[str, int, int], tuple[bytes, ...] | None]
B = TypeVar("B", bound=Bundle)


def no_link(_origin: str, _smaller: int, _larger: int) -> None:
    """The `Link` of who has no log at hand."""


def assemble(
    root: Carried[ProductCredential],
    *,
    records: Mapping[bytes, Disclosed],
    seals: Mapping[bytes, Seal],
    status_lists: Iterable[Carried[StatusList]],
    components: Iterable[Passport],
    link: Link,
) -> Passport:
    """The passport about `root`, with all that its components' passports carry, each thing once. Raises Refused where a
    checkpoint of a seal cannot be read."""
    digest = root.signed.digest
    own = Bundle(digest, {digest: root}, records, seals, _by_digest(status_lists))
    return _only_cited(_united(Passport(digest, {}, {}, {}, {}), (*components, own), link))


def assemble_statement(
    root: Carried[Statement],
    *,
    accreditations: Iterable[Bundle],
    records: Mapping[bytes, Disclosed],
    seals: Mapping[bytes, Seal],
    status_lists: Iterable[Carried[StatusList]],
    link: Link,
) -> StatementFile:
    """The statement file about `root`, with the accreditations of its body that `accreditations` carry. Raises Refused as
    `assemble`."""
    digest = root.signed.digest
    own = Bundle(digest, {}, records, seals, _by_digest(status_lists), {digest: root})
    return _only_cited(_united(StatementFile(digest, {}, {}, {}, {}), (*accreditations, own), link))


def assemble_accreditation(
    root: Carried[Accreditation],
    *,
    seals: Mapping[bytes, Seal],
    status_lists: Iterable[Carried[StatusList]],
) -> AccreditationFile:
    """The accreditation file about `root`. Raises Refused as `assemble`."""
    digest = root.signed.digest
    return _only_cited(AccreditationFile(digest, {}, {}, seals, _by_digest(status_lists), {}, {digest: root}))


def attach(bundle: B, others: Iterable[Bundle], link: Link = no_link) -> B:
    """The same passport, or statement file, with what the others carry about it: statements, accreditations, seals and status
    lists. What is about something else is left out. Raises Refused as `assemble`, and where it would carry more than a passport
    may."""
    attached = _only_cited(_united(bundle, others, link))
    for section, limit in MOST.items():
        if len(getattr(attached, section)) > limit:
            raise Refused(codes.PASSPORT_OVER_LIMIT(section, what=section, limit=limit))
    return attached


def refresh(bundle: B, *, seals: Mapping[bytes, Seal], status_lists: Iterable[Carried[StatusList]], link: Link) -> B:
    """The same passport, or statement file, with what `seals` adds, and with those versions of status lists that are sealed. Raises
    Refused where a checkpoint of a seal cannot be read."""
    merged = _merged_seals(bundle.seals, seals, link)
    sealed_lists = (carried for carried in status_lists if carried.commitment in merged)
    lists = _by_digest([*bundle.status_lists.values(), *sealed_lists])
    return _only_cited(replace(bundle, seals=merged, status_lists=lists))


def _united(first: B, others: Iterable[Bundle], link: Link) -> B:
    """`first` with all that the others carry; of a seal that several have, the heads of the earlier ones first."""
    united = first
    for other in others:
        united = replace(
            united,
            credentials={**united.credentials, **other.credentials},
            records={**united.records, **other.records},
            seals=_merged_seals(united.seals, other.seals, link),
            status_lists={**united.status_lists, **other.status_lists},
            statements={**united.statements, **other.statements},
            accreditations={**united.accreditations, **other.accreditations},
        )
    return united


def _merged_seals(first: Mapping[bytes, Seal], second: Mapping[bytes, Seal], link: Link) -> dict[bytes, Seal]:
    merged = dict(first)
    for commitment, seal in second.items():
        known = merged.get(commitment)
        merged[commitment] = seal if known is None else merge_seals(known, seal, link)
    return merged


def merge_seals(first: Seal, second: Seal, link: Link) -> Seal:
    """Two seals of one entry in one: all heads of `first`, and of `second` those for which there is room, the largest first.

    A head that would come between two linked heads without a link to both is left out. Seals of two entries or logs are not
    merged: `first` is returned. Raises Refused where a checkpoint cannot be read.
    """
    if (first.entry, first.index) != (second.entry, second.index):
        return first
    heads = {_checkpoint(head): head for head in first.heads}
    links = _Links(first, second, link)
    for head in sorted(second.heads, key=lambda head: -_checkpoint(head).size):
        checkpoint = _checkpoint(head)
        if any(other.origin != checkpoint.origin for other in heads):
            return first
        if checkpoint in heads:
            heads[checkpoint] = _merge_heads(heads[checkpoint], head)
        elif len(heads) < MAX_HEADS and not _separates(checkpoint, heads, links):
            heads[checkpoint] = head
    ascending = sorted(heads, key=lambda checkpoint: checkpoint.size)
    proofs = [None, *(links.proof(smaller, larger) for smaller, larger in pairwise(ascending))]
    merged = (
        replace(heads[checkpoint], consistency=proof) for checkpoint, proof in zip(ascending, proofs, strict=True)
    )
    return Seal(first.entry, first.index, tuple(merged))


class _Links:
    """The consistency proofs between heads: those that two seals carry, those of `first` preferred, and those of `link`."""

    def __init__(self, first: Seal, second: Seal, link: Link) -> None:
        self._link = link
        self._known: dict[tuple[Checkpoint, Checkpoint], tuple[bytes, ...] | None] = {}
        for seal in (second, first):
            for one, other in pairwise(seal.heads):
                if other.consistency is not None:
                    self._known[_checkpoint(one), _checkpoint(other)] = other.consistency

    def proof(self, smaller: Checkpoint, larger: Checkpoint) -> tuple[bytes, ...] | None:
        """The proof from one head to the next; None where there is none, or both have one size."""
        if smaller.size < larger.size and (smaller, larger) not in self._known:
            self._known[smaller, larger] = self._link(larger.origin, smaller.size, larger.size)
        return self._known.get((smaller, larger))


def _separates(new: Checkpoint, heads: Iterable[Checkpoint], links: _Links) -> bool:
    """Whether `new` would come between two heads that are linked, without a link to both."""
    ascending = sorted(heads, key=lambda checkpoint: checkpoint.size)
    return any(
        one.size < new.size < other.size
        and links.proof(one, other) is not None
        and None in (links.proof(one, new), links.proof(new, other))
        for one, other in pairwise(ascending)
    )


def _checkpoint(head: Head) -> Checkpoint:
    return Checkpoint.parse(Note.parse(head.checkpoint).text)


def _merge_heads(first: Head, second: Head) -> Head:
    """One head with the signatures and anchors of both, as far as there is room."""
    note = Note.parse(first.checkpoint)
    signatures = {(one.name, one.key_id): one for one in Note.parse(second.checkpoint).signatures}
    added = tuple(signatures[by] for by in signatures if by not in {(one.name, one.key_id) for one in note.signatures})
    merged = Note(note.text, (note.signatures + added)[:MAX_SIGNATURES]).encode()
    anchors: dict[SealedAnchor, None] = dict.fromkeys((*first.anchors, *second.anchors))
    return replace(
        first,
        checkpoint=merged if len(merged) <= MAX_NOTE else first.checkpoint,
        anchors=tuple(anchors)[:MAX_ANCHORS],
    )


def _by_digest(lists: Iterable[Carried[StatusList]]) -> dict[bytes, Carried[StatusList]]:
    return {carried.signed.digest: carried for carried in lists}


def _only_cited(bundle: B) -> B:
    """The bundle without what nothing cites, and with as many versions of each status list as it may carry."""
    cited = bundle.citations
    by_name: dict[tuple[str, str], list[Carried[StatusList]]] = {}
    for carried in bundle.status_lists.values():
        by_name.setdefault(carried.signed.name, []).append(carried)
    lists = _by_digest(
        carried for name, positions in cited.status_lists.items() for carried in _kept(by_name.get(name, []), positions)
    )
    sealed = cited.seals(lists.values())
    return replace(
        bundle,
        credentials=cited.credentials,
        records={commitment: record for commitment, record in bundle.records.items() if commitment in cited.records},
        seals={commitment: seal for commitment, seal in bundle.seals.items() if commitment in sealed},
        status_lists=lists,
        statements=cited.statements,
        accreditations=cited.accreditations,
    )


def _kept(versions: list[Carried[StatusList]], positions: Collection[int]) -> list[Carried[StatusList]]:
    """The versions of one list that a passport keeps whose credentials have these positions in it."""
    if len(versions) <= MAX_VERSIONS:
        return versions

    def weight(carried: Carried[StatusList]) -> tuple[bool, datetime, bytes]:
        one = carried.signed
        says = any(index < one.positions and one.is_set(index) for index in positions)
        return says, one.valid_from, one.digest

    return sorted(versions, key=weight)[-MAX_VERSIONS:]
