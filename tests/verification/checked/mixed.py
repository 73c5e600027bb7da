"""A mixed set: honest passports that share heads, and what a forger makes of them, under policies that differ in one thing each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

from carbonseal.ledger import Evidence
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Cosigner, Note, NoteSigner
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import PRODUCT
from carbonseal.passport.seals import Head, SealedAnchor
from carbonseal.passport.status_lists import STATUS_LIST
from carbonseal.verification.policy import Policy, parse_policy
from carbonseal.verification.trust import Trust
from carbonseal_devnet.ethereum.evidence import synthesise
from tests.verification.tampering import Json, every_head, first, in_file
from tests.world import AT, BLOCK_TIME, CHAIN, ORIGIN, OTHER_ORIGIN, World, key

Case = tuple[str, bytes, str, Policy, Trust, datetime]  # name and bytes of a file, name of a policy, and the rest
OTHER_INSTANTS = (BLOCK_TIME - timedelta(hours=1), AT + timedelta(days=30))  # before what is proved; status is stale


@cache
def cases() -> tuple[Case, ...]:
    """Every file under every policy, at two instants."""
    world = World(other_cosigned=True)
    files = dict(_files(world))
    rules = dict(_policies(world))
    return tuple(
        (name, raw, rule, *rules[rule], at)
        for number, ((name, raw), rule) in enumerate(product(files.items(), rules))
        for at in (AT, OTHER_INSTANTS[number % 2])
    )


def shuffled(seed: int, count: int | None = None) -> list[Case]:
    """Them in another order; `count` of them."""
    order = [*cases()]
    random.Random(seed).shuffle(order)
    return order[:count]


# --- files ----------------------------------------------------------------------------------------------------------


def _files(world: World) -> Iterator[tuple[str, bytes]]:
    early = world.passport(name="early", witnessed=True)
    one, other = _under_one_head(world)
    yield "early", early.encode()
    yield "one", one.encode()
    yield "other", other.encode()
    yield "one, an hour later", every_head(one, lambda head: _an_hour_later(world, head)).encode()
    for name, change in _of_heads(early, one).items():
        yield f"one, {name}", every_head(one, change).encode()
    yield (
        "other, of one's seals",
        replace(other, seals=dict(zip(other.seals, one.seals.values(), strict=True))).encode(),
    )
    yield "one anchor, two heads", _two_heads(world, early, lambda old, new: (old, replace(new, anchors=old.anchors)))
    yield (
        "the other's anchor first",
        _two_heads(world, early, lambda old, new: (replace(old, anchors=new.anchors), new)),
    )
    yield "two heads", _two_heads(world, early, lambda old, new: (old, new))
    for name, edit in _of_files(early).items():
        yield f"one, {name}", in_file(one, edit)
    yield "one, signature of other", _proof_of_another(one, other).encode()
    yield "one, list signed as another", _list_of_another(one, world.status_document(world.maker, [3])).encode()


def _under_one_head(world: World) -> tuple[Passport, Passport]:
    """Two passports whose seals are under one head, and which have one status list."""
    one = world.passport(name="one")
    other = world.passport(name="other")
    lists = one.status_lists
    other = replace(other, status_lists=lists)
    seals = world.seals([*one.commitments(), *other.commitments()], witnessed=True)
    return tuple(replace(it, seals={c: seals[c] for c in sorted(it.commitments())}) for it in (one, other))  # type: ignore[return-value]


def _of_heads(early: Passport, own: Passport) -> dict[str, Callable[[Head], Head]]:
    """Changes of every head; `early` has another one of the same log."""
    (other,) = {seal.heads[0].checkpoint: seal.heads[0] for seal in early.seals.values()}.values()
    return {
        "cosignature flipped": lambda head: replace(head, checkpoint=_flipped(head.checkpoint, -8)),
        "no cosignature": lambda head: replace(head, checkpoint=head.checkpoint[: _first_line(head) + 1]),
        "signature flipped": lambda head: replace(head, checkpoint=_flipped(head.checkpoint, _first_line(head) - 8)),
        "root flipped": lambda head: replace(head, checkpoint=_flipped(head.checkpoint, len(ORIGIN) + 6)),
        "of another log": lambda head: replace(head, checkpoint=head.checkpoint.replace(b"certifier", b"certifiex")),
        "the other's checkpoint": lambda head: replace(head, checkpoint=other.checkpoint),
        "the other's anchors": lambda head: replace(head, anchors=other.anchors),
        "no anchors": lambda head: replace(head, anchors=()),
        "one anchor": lambda head: replace(head, anchors=head.anchors[:1]),
        "inclusion flipped": lambda head: replace(
            head, inclusion=(_flipped(head.inclusion[0], 3), *head.inclusion[1:])
        ),
        "ledgers exchanged": lambda head: _anchors(head, lambda a: replace(a, ledger=_exchanged(a.ledger))),
        "evidence flipped": lambda head: _evidence(head, lambda e: replace(e, data=_flipped(e.data, -20))),
        "evidence of another type": lambda head: _evidence(head, lambda e: replace(e, type="ethereum-eas")),
        "evidence of another version": lambda head: _evidence(head, lambda e: replace(e, version=2)),
        "same prefix": lambda head: _evidence(head, lambda e: replace(e, data=e.data + b"\n")),
    }


def _of_files(early: Passport) -> dict[str, Callable[[Json], None]]:
    """Changes of what a file names by digests, under the names that it had; `early` has others of the same kinds."""
    theirs = early.to_json()
    return {
        "list with another salt": lambda file: first(file["statusLists"]).update(salt="00" * 32),
        "list among the credentials": lambda file: file["credentials"].update(file["statusLists"]),
        "list of another under its name": lambda file: first(file["statusLists"]).update(
            document={**first(theirs["statusLists"])["document"], "validFrom": "2026-11-20T09:00:01Z"}
        ),
        "list that says less": lambda file: first(file["statusLists"])["document"].pop("validUntil"),
        "evidence of another under its name": lambda file: first(file["evidence"]).update(first(theirs["evidence"])),
        "evidence of version 1.0": lambda file: first(file["evidence"]).update(version=1.0),
        "evidence of version true": lambda file: first(file["evidence"]).update(version=True),
        "evidence with spaces": lambda file: first(file["evidence"]).update(data=first(file["evidence"])["data"] + " "),
        "checkpoint of another under its name": lambda file: file["checkpoints"].update(
            zip(file["checkpoints"], theirs["checkpoints"].values(), strict=True)
        ),
    }


def _an_hour_later(world: World, head: Head) -> Head:
    """The head with an anchor in a later block, too, which is as much trusted."""
    statement = Checkpoint.parse(Note.parse(head.checkpoint).text).statement()
    later = int(BLOCK_TIME.timestamp()) + 3600
    made = synthesise(statement, account_nodes=3, storage_nodes=2, number=5000, timestamp=later)
    world.trusted += [item for item in made.trust(CHAIN) if item not in world.trusted]
    return replace(head, anchors=(SealedAnchor(CHAIN, made.evidence), *head.anchors[1:]))


def _first_line(head: Head) -> int:
    """Where the first signature line of its checkpoint ends."""
    return head.checkpoint.index(b"\n", head.checkpoint.index("—".encode()))


def _anchors(head: Head, change: Callable[[SealedAnchor], SealedAnchor]) -> Head:
    return replace(head, anchors=tuple(map(change, head.anchors)))


def _evidence(head: Head, change: Callable[[Evidence], Evidence]) -> Head:
    return _anchors(head, lambda anchor: replace(anchor, evidence=change(anchor.evidence)))


def _exchanged(ledger: str) -> str:
    return {CHAIN: f"tlog:{OTHER_ORIGIN}"}.get(ledger, CHAIN)


def _flipped(data: bytes, at: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _two_heads(world: World, early: Passport, change: Callable[[Head, Head], tuple[Head, Head]]) -> bytes:
    """The early passport with its head, and a later one that continues it."""
    size = world.log.size
    later = world.anchored_head(0, size, witnessed=True)
    seals = {}
    for commitment, seal in early.seals.items():
        (old,) = seal.heads
        smaller = int(old.checkpoint.split(b"\n")[1])
        new = Head(
            later.checkpoint, world.log.inclusion(seal.index, size), world.log.consistency(smaller, size), later.anchors
        )
        seals[commitment] = replace(seal, heads=change(old, new))
    return replace(early, seals=seals).encode()


def _proof_of_another(passport: Passport, other: Passport) -> Passport:
    """A root whose signature is valid, over another document."""
    carried, donor = passport.credentials[passport.root], other.credential.document
    document = {**carried.signed.document, "proof": donor["proof"]}
    forged = PRODUCT.carry(document, carried.salt)
    return _only_its_seals(replace(passport, root=forged.signed.digest, credentials={forged.signed.digest: forged}))


def _list_of_another(passport: Passport, other: Mapping[str, Any]) -> Passport:
    """A status list whose signature is valid, over another version of it."""
    (carried,) = passport.status_lists.values()
    document = {**carried.signed.document, "proof": other["proof"]}
    forged = STATUS_LIST.carry(document, carried.salt)
    return _only_its_seals(replace(passport, status_lists={forged.signed.digest: forged}))


def _only_its_seals(passport: Passport) -> Passport:
    its = passport.commitments()
    return replace(passport, seals={key: seal for key, seal in passport.seals.items() if key in its})


# --- policies -------------------------------------------------------------------------------------------------------


def _policies(world: World) -> Iterator[tuple[str, tuple[Policy, Trust]]]:
    """A policy and a trust, and others that differ from them in one thing each."""
    trust, lines = world.trust(), world.lines()
    witness, impostor = world.witness.verifier.encode(), Cosigner("witness.example", key("impostor")).verifier.encode()
    asked = {"witness": f"witness w {witness}", "quorum": "quorum w"}
    changes: dict[str, dict[str, str]] = {
        "plain": {},
        "another key of the log": {"log": f"log {NoteSigner(ORIGIN, key('other')).verifier.encode()}"},
        "two keys of the log": {"second": f"log {NoteSigner(ORIGIN, key('other')).verifier.encode()}"},
        "a witness": asked,
        "a witness by another key": {**asked, "witness": f"witness w {impostor}"},
        "a witness by another name": {"witness": f"witness v {witness}", "quorum": "quorum v"},
        "a witness, not asked": {**asked, "quorum": "quorum none"},
        "a ledger by another name": {
            "chain": lines["chain"].replace("ledger chain", "ledger c"),
            "both": "group both all c other",
            "time": "require time by=c",
        },
        "two sources": {"chain": f"{lines['chain']} agree=2"},
        "another publisher": {"chain": lines["chain"].replace("publisher=0x11", "publisher=0x12")},
        "time by the other": {"time": "require time by=other"},
        "time by witnesses": {
            **asked,
            "quorum": "quorum none",
            "other": f"{lines['other']} quorum=w",
            "time": "require time by=other",
        },
        "no time": {"time": ""},
        "no anchors": {"anchors": "", "time": ""},
        "one anchor": {"anchors": "require anchors by=chain"},
        "another maker": {
            "maker": f"signer maker issuer {world.maker.id} {encode_key(world.supplier.public)}",
            "supplier": "",
        },
        "a maker by another name": {"maker": lines["maker"].replace("signer maker", "signer m")},
        "no chain": {"chain": "", "both": "", "anchors": "require anchors by=other", "time": ""},
        "status within": {"status": "require status within=90d"},
    }
    for name, changed in changes.items():
        order = _witness_first(lines | changed)
        yield name, (parse_policy("\n".join(line for line in order if line) + "\n"), trust)
    exchanged = {**lines, "chain": lines["other"], "other": lines["chain"]}
    yield "ledgers in another order", (parse_policy("\n".join(exchanged.values()) + "\n"), trust)
    yield "no trust", (world.policy(), Trust())
    yield "trust by another", (world.policy(), _by_another(trust))


def _witness_first(lines: dict[str, str]) -> list[str]:
    """The lines with that of a witness, and of a second log, before those that name them."""
    early = ("first", "witness", "log", "second")
    return [lines.get(name, "") for name in early] + [line for name, line in lines.items() if name not in early]


def _by_another(trust: Trust) -> Trust:
    return Trust(tuple(replace(item, source="somebody else") for item in trust.items))
