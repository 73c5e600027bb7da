"""Passports to measure with: evidence as deep as mainnet's, one by itself, and many under shared heads."""

from __future__ import annotations

from carbonseal.ledger import Evidence, Statement
from carbonseal.log.entries import RecordEntry
from carbonseal.log.tree import all_inclusion_proofs, leaf_hashes
from carbonseal.passport.assembly import assemble, no_link
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.credentials import REVOCATION, Carried, StatusEntry
from carbonseal.passport.products import PRODUCT, ListedRecord, ProductCredential, draft_product
from carbonseal.passport.seals import Head, Seal
from carbonseal_devnet.ethereum.evidence import synthesise
from tests.world import BLOCK_TIME, CHAIN, LISTS, SIGNED, World

ENTRIES = 1_000  # in each log before a passport's own


class Mainnet(World):
    """The tests' world with evidence as deep as mainnet's: eight account nodes, four storage nodes."""

    def on_chain(self, statement: Statement) -> Evidence:
        made = synthesise(statement, number=1000 + statement.size, timestamp=int(BLOCK_TIME.timestamp()))
        self.options = made.options
        self.trusted += [item for item in made.trust(CHAIN) if item not in self.trusted]
        return made.evidence


def mainnet() -> Mainnet:
    """A world whose logs have entries already."""
    world = Mainnet()
    for log in (world.log, world.other):
        for number in range(ENTRIES):
            log.append(RecordEntry(number.to_bytes(32, "big")))
    return world


def under_one_head(world: World, count: int) -> list[bytes]:
    """The files of `count` passports of one issuer, sealed in one batch: one head, its anchors and one status list are in all."""
    products = [_product(world, number) for number in range(count)]
    status_list = world.status_list(world.maker)
    shared = world.anchored_head(0, world.log.size)
    proofs = [*all_inclusion_proofs(leaf_hashes(world.log.encoded))]
    indices = {entry: index for index, entry in enumerate(world.log.encoded)}

    def seal(commitment: bytes) -> Seal:
        entry = RecordEntry(commitment).encode()
        index = indices[entry]
        path = tuple(proofs[index][at : at + 32] for at in range(0, len(proofs[index]), 32))
        return Seal(entry, index, (Head(shared.checkpoint, path, None, shared.anchors),))

    files = []
    for record, product in products:
        sealed = (record.commitment(), product.commitment, status_list.commitment)
        passport = assemble(
            product,
            records={record.commitment(): record},
            seals={commitment: seal(commitment) for commitment in sealed},
            status_lists=[status_list],
            components=[],
            link=no_link,
        )
        files.append(passport.encode())
    return files


def _product(world: World, number: int) -> tuple[Disclosed, Carried[ProductCredential]]:
    """One product: a record, and the credential that lists it, both in the log."""
    record = world.record(f"the footprint of part {number}")
    issuer = world.maker
    draft = draft_product(
        id=f"urn:example:part-{number}",
        issuer=issuer.id,
        subject=f"urn:example:product:part-{number}",
        name=f"part {number}",
        records=[ListedRecord("footprint", record.profile, record.commitment())],
        components=[],
        valid_from=SIGNED,
        status=[StatusEntry(REVOCATION, LISTS[REVOCATION] + issuer.id, number)],
    )
    document = issuer.sign(draft)
    salt, _ = world.put("credential/1", document)
    return record, PRODUCT.carry(document, salt)
