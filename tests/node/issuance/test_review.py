"""What a node does not hand out: its own verifier looks at every passport that it issues or refreshes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.instants import format_instant
from carbonseal.node.node import Node
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.products import PRODUCT
from tests.node.issuance.issuing import MAKER, START, Clock, issue, within
from tests.node.issuance.issuing import part as part_of
from tests.world import World, suspendable


def refusal(directory: Path, clock: Clock, **changes: Any) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refused) as refused:
        within(directory, clock, lambda node: issue(node, **changes))
    return refused.value.finding.code.name, refused.value.finding.place


def part(passport: Passport | bytes) -> dict[str, Any]:
    raw = passport if isinstance(passport, bytes) else passport.encode()
    return part_of(json.loads(raw), "1")


def foreign(**changes: Any) -> Passport:
    """A passport of another operator, from the days before."""
    return World().passport(name="cell", **changes)


def forged() -> Passport:
    """The same, whose credential was changed after it was signed; every digest fits."""
    passport = foreign()
    document = dict(passport.credential.document)
    document["credentialSubject"] = {**document["credentialSubject"], "name": "better cell"}
    carried = PRODUCT.carry(document, bytes(32))
    kept = passport.records.keys() | {one.commitment for one in passport.status_lists.values()}
    seals = {commitment: seal for commitment, seal in passport.seals.items() if commitment in kept}
    return replace(passport, root=carried.signed.digest, credentials={carried.signed.digest: carried}, seals=seals)


def test_another_operators_passport_is_a_component(directory: Path, clock: Clock) -> None:
    """Its log's key is not known here, and its lists may be stale by now: they can be refreshed there."""
    whole = parse(within(directory, clock, lambda node: issue(node, components=[part(foreign())])))
    assert len(whole.credentials) == 2
    clock.now += timedelta(days=400)
    within(directory, clock, lambda node: issue(node, b'{"again": 1}', components=[part(foreign())]))


@pytest.mark.parametrize(("ahead", "taken"), [(1, True), (300, True), (301, False)])
def test_a_component_of_a_node_whose_clock_is_ahead(directory: Path, clock: Clock, ahead: int, taken: bool) -> None:
    """Up to 300 s, as two honest clocks may differ by so much; what begins later is not valid yet."""
    begins = format_instant(START + timedelta(seconds=ahead))
    component = part(foreign(change=lambda draft: draft.update(validFrom=begins)))
    if taken:
        assert within(directory, clock, lambda node: issue(node, components=[component]))
    else:
        assert refusal(directory, clock, components=[component])[0] == "credential.not-yet-valid"


def test_a_clock_that_was_set_back_keeps_nothing_from_being_refreshed(directory: Path, clock: Clock) -> None:
    raw = within(directory, clock, issue)
    clock.now -= timedelta(hours=1)
    assert within(directory, clock, lambda node: node.refresh(raw))


@pytest.mark.parametrize(
    ("component", "code"),
    [
        (forged, "credential.bad-signature"),
        (lambda: foreign(revoked=[7]), "status.revoked"),
        (lambda: foreign(change=lambda draft: draft.update(validUntil="2026-11-21T00:00:00Z")), "credential.expired"),
    ],
)
def test_what_is_wrong_with_a_component_is_refused(directory: Path, clock: Clock, component: Any, code: str) -> None:
    found, place = refusal(directory, clock, components=[part(component())])
    assert (found, place[:3]) == (code, ("components", "0", "passport"))
    assert within(directory, clock, listed) == []


async def listed(node: Node) -> list[Any]:
    return node.issued()


def test_a_suspended_component_of_ones_own_is_refused_until_it_is_reinstated(directory: Path, clock: Clock) -> None:
    raw = within(directory, clock, lambda node: issue(node, b'{"part": 1}', subject="urn:example:cell"))
    within(directory, clock, lambda node: node.suspend(parse(raw).root))
    clock.now += timedelta(minutes=1)
    suspended = within(directory, clock, lambda node: node.refresh(raw))  # a refresh is there to show it
    assert refusal(directory, clock, components=[part(suspended)])[0] == "status.suspended"
    within(directory, clock, lambda node: node.reinstate(parse(raw).root))
    clock.now += timedelta(minutes=1)
    reinstated = within(directory, clock, lambda node: node.refresh(suspended))
    assert within(directory, clock, lambda node: issue(node, components=[part(reinstated)]))


def test_a_product_is_no_component_of_itself_at_any_depth(directory: Path, clock: Clock) -> None:
    own = within(directory, clock, lambda node: issue(node, b'{"n": 1}'))
    place = ("components", "0", "passport")
    assert refusal(directory, clock, components=[part(own)]) == ("issue.own-component", place)
    other = within(
        directory, clock, lambda node: issue(node, b'{"n": 2}', subject="urn:example:pack", components=[part(own)])
    )
    assert refusal(directory, clock, components=[part(other)]) == ("issue.own-component", place)


@pytest.mark.parametrize("age", [0, 1, 86400 * 365])
def test_what_would_have_ended_already_is_refused(directory: Path, clock: Clock, age: int) -> None:
    until = format_instant(START - timedelta(seconds=age))
    assert refusal(directory, clock, validUntil=until) == ("issue.ended", ("/validUntil",))
    assert within(directory, clock, lambda node: issue(node, validUntil=format_instant(START + timedelta(seconds=1))))


def test_what_is_listed_twice_is_refused_before_anything_is_sealed(directory: Path, clock: Clock) -> None:
    async def twice(node: Node) -> int:
        receipts = [await node.submit(b'{"n": %d}' % n, "json/1") for n in range(2)]
        records = [{"role": "footprint", "commitment": receipt.commitment.hex()} for receipt in receipts]
        await node.sequence()
        before = node.log().size
        with pytest.raises(Refused, match=r"credential\.listed-twice"):
            await node.issue({"issuer": MAKER.name, "subject": "urn:example:reader", "records": records})
        await node.sequence()
        return node.log().size - before

    assert within(directory, clock, twice) == 0


def test_a_refresh_answers_for_what_was_sealed_here_and_for_nothing_else_that_is_listed(
    directory: Path, clock: Clock
) -> None:
    """A third party that knows a commitment lists it in a credential of its own: neither index nor seal is disclosed."""

    async def probe(node: Node) -> None:
        secret = (await node.submit(b'{"secret": 1}', "json/1")).commitment
        await node.sequence()
        world = World()

        def also(draft: dict[str, Any]) -> None:
            record = {"role": "other", "profile": "json/1", "commitment": secret.hex()}
            draft["credentialSubject"]["records"].append(record)

        theirs = world.passport(change=also)
        with pytest.raises(Refused, match=r"node\.unrelated-passport"):
            await node.refresh(theirs.encode())
        whole = parse(await issue(node, components=[part(theirs)]))
        assert secret not in parse(await node.refresh(whole.encode())).seals

    within(directory, clock, probe)


def test_a_spoiled_passport_is_not_refreshed(directory: Path, clock: Clock) -> None:
    async def spoil(node: Node) -> None:
        passport = parse(await issue(node))
        one, other = (passport.credentials[passport.root].commitment, next(iter(passport.records)))
        seals = {**passport.seals, one: replace(passport.seals[one], entry=passport.seals[other].entry)}
        with pytest.raises(Refused, match=r"seal\.other-entry"):
            await node.refresh(replace(passport, seals=seals).encode())

    within(directory, clock, spoil)


def test_suspendable_foreign_components_without_their_list_are_taken(directory: Path, clock: Clock) -> None:
    within(directory, clock, lambda node: issue(node, components=[part(foreign(change=suspendable))]))
