"""Putting passports together: from a credential and its seals, and, later, refreshed with heads, anchors and status.

Refreshing only adds: nothing that is signed changes, no head or anchor that is there goes away, and so the time that a
passport proves never moves later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.passport.credentials import Credential
from carbonseal.passport.passports import Carried, Disclosed, Passport, reachable
from carbonseal.passport.seals import MAX_ANCHORS, MAX_HEADS, Head, Seal, SealedAnchor
from carbonseal.passport.status_lists import StatusList

# The consistency proof between two sizes of the log with that origin; None where it cannot be had here.
Link = Callable[[str, int, int], tuple[bytes, ...] | None]


def assemble(
    root: Carried[Credential],
    *,
    records: Mapping[bytes, Disclosed],
    seals: Mapping[bytes, Seal],
    status_lists: Iterable[Carried[StatusList]],
    components: Iterable[Passport],
    link: Link,
) -> Passport:
    """A passport about `root`, with all that its components' passports carry, each thing once."""
    components = tuple(components)
    all_records = dict(records)
    all_credentials = {root.signed.digest: root}
    all_seals = dict(seals)
    lists: list[Carried[StatusList]] = []
    for component in components:
        all_credentials.update(component.credentials)
        all_records.update(component.records)
        lists += component.status_lists.values()
        for commitment, seal in component.seals.items():
            known = all_seals.get(commitment)
            all_seals[commitment] = seal if known is None else merge_seals(seal, known, link)
    return _only_cited(
        Passport(root.signed.digest, all_credentials, all_records, all_seals, _newest([*lists, *status_lists]))
    )


def refresh(
    passport: Passport, *, seals: Mapping[bytes, Seal], status_lists: Iterable[Carried[StatusList]], link: Link
) -> Passport:
    """The same passport with what `seals` has on top, and with the newest of each status list."""
    merged = dict(passport.seals)
    for commitment, seal in seals.items():
        known = merged.get(commitment)
        merged[commitment] = seal if known is None else merge_seals(known, seal, link)
    lists = _newest([*passport.status_lists.values(), *status_lists])
    return _only_cited(Passport(passport.root, passport.credentials, passport.records, merged, lists))


def merge_seals(first: Seal, second: Seal, link: Link) -> Seal:
    """Both seals of one entry in one. Where there is no room for all heads, those of `first` stay."""
    if (first.entry, first.index) != (second.entry, second.index):
        return first
    heads = {_checkpoint(head): head for head in first.heads}
    for head in sorted(second.heads, key=lambda head: -_checkpoint(head).size):
        checkpoint = _checkpoint(head)
        if checkpoint in heads:
            heads[checkpoint] = _merge_heads(heads[checkpoint], head)
        elif len(heads) < MAX_HEADS:
            heads[checkpoint] = head
    ascending = sorted(heads.items(), key=lambda pair: pair[0].size)
    if len({checkpoint.origin for checkpoint, _ in ascending}) > 1:
        return first
    known = _known_links(first) | _known_links(second)
    merged = [_relinked(ascending[0][1], None)]
    for (smaller, _), (larger, head) in pairwise(ascending):
        proof = known.get((smaller, larger))
        if proof is None and smaller.size < larger.size:
            proof = link(larger.origin, smaller.size, larger.size)
        merged.append(_relinked(head, proof))
    return Seal(first.entry, first.index, tuple(merged))


def _checkpoint(head: Head) -> Checkpoint:
    return Checkpoint.parse(Note.parse(head.checkpoint).text)


def _known_links(seal: Seal) -> dict[tuple[Checkpoint, Checkpoint], tuple[bytes, ...]]:
    return {
        (_checkpoint(one), _checkpoint(other)): other.consistency
        for one, other in pairwise(seal.heads)
        if other.consistency is not None
    }


def _relinked(head: Head, consistency: tuple[bytes, ...] | None) -> Head:
    return Head(head.checkpoint, head.inclusion, consistency, head.anchors)


def _merge_heads(first: Head, second: Head) -> Head:
    """One head with the anchors of both, and of the two notes the one that has all the signatures of the other."""
    signatures = set(Note.parse(first.checkpoint).signatures)
    note = second.checkpoint if signatures <= set(Note.parse(second.checkpoint).signatures) else first.checkpoint
    anchors: dict[SealedAnchor, None] = dict.fromkeys((*first.anchors, *second.anchors))
    return Head(note, first.inclusion, first.consistency, tuple(anchors)[:MAX_ANCHORS])


def _newest(lists: Iterable[Carried[StatusList]]) -> dict[bytes, Carried[StatusList]]:
    """The newest version of each list; of two from one second, the later in order."""
    newest: dict[tuple[str, str], Carried[StatusList]] = {}
    for carried in lists:
        named = (carried.signed.issuer, carried.signed.id)
        known = newest.get(named)
        if known is None or known.signed.valid_from <= carried.signed.valid_from:
            newest[named] = carried
    return {carried.signed.digest: carried for carried in newest.values()}


def _only_cited(passport: Passport) -> Passport:
    """Without what nothing cites any more: a superseded status list and its seal, above all."""
    credentials = reachable(passport.credentials, passport.root)
    listed = {record.commitment for carried in credentials.values() for record in carried.signed.records}
    named = {
        (carried.signed.issuer, carried.signed.status.list_id)
        for carried in credentials.values()
        if carried.signed.status is not None
    }
    lists = {
        digest: carried
        for digest, carried in passport.status_lists.items()
        if (carried.signed.issuer, carried.signed.id) in named
    }
    sealed = listed | {carried.commitment for carried in credentials.values()}
    sealed |= {carried.commitment for carried in lists.values()}
    return Passport(
        passport.root,
        credentials,
        {commitment: record for commitment, record in passport.records.items() if commitment in listed},
        {commitment: seal for commitment, seal in passport.seals.items() if commitment in sealed},
        lists,
    )
