"""Partners who see some products: what they may not see is not there, whichever way they ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from carbonseal.node.access.scopes import Scope
from carbonseal.node.exchange.inbox import State
from carbonseal.node.exchange.settings import ClientConfig
from tests.service.exchange.hosted import CREATED, Host, event, hosted, make, pact

Act = Callable[[Host], Awaitable[None]]
PARTNER = "https://partner.example"
OURS, HIDDEN = "urn:gtin:0000000000000", "urn:hidden:"
FIGURE = "/pcf/pcfExcludingBiogenicUptake"


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Act], None]:
    """`buyer` sees products of ours, whatever the case in node.toml; `stranger` has no section, and only the scope `exchange`."""
    directory = make(tmp_path / "node", PARTNER, (), ClientConfig("buyer", (OURS.upper(), "urn:xy:")))

    def go(act: Act) -> None:
        async def acting() -> None:
            async with hosted(directory) as host:
                for client in ("buyer", "stranger"):
                    await host.node.access.set_scopes(client, [Scope.EXCHANGE])
                await act(host)

        asyncio.run(acting())

    return go


def hidden(number: int, **changes: Any) -> dict[str, Any]:
    return pact(number, __productIds=[f"{HIDDEN}{number}"], **changes)


def numbers(body: Any) -> str:
    return "".join(one["id"][-1] for one in body["data"])


def test_lists_pages_and_ids(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        both = pact(3, __productIds=[f"{HIDDEN}3", "urn:XY:3"])
        await host.seal(hidden(1), pact(2), both, hidden(4), hidden(5), pact(6))
        assert numbers((await host.get("/3/footprints"))[1]) == "236"
        for query in (f"productId={HIDDEN}1", f"productId={HIDDEN.upper()}4", "status=Active&geography=XX"):
            assert (await host.get(f"/3/footprints?{query}"))[1] == {"data": []}
        assert numbers((await host.get(f"/3/footprints?productId={HIDDEN}3&productId={HIDDEN}4"))[1]) == "3"
        found, path = "", "/3/footprints?limit=1"
        while path:
            _, body, headers = await host.get(path)
            assert len(body["data"]) == 1  # no page is empty because of what is not there
            found += numbers(body)
            link = headers.get("Link", "")
            path = host.url + link[link.index("/3/") :].partition(">")[0] if link else ""
        assert found == "236"
        for number in (1, 4, 5, 9):
            refused = await host.get(f"/3/footprints/{pact(number)['id']}")
            assert (refused[0], refused[1]["code"]) == (404, "NotFound")
            assert refused[1]["message"].replace(pact(number)["id"], "") == (
                (await host.get(f"/3/footprints/{pact(8)['id']}"))[1]["message"].replace(pact(8)["id"], "")
            )
        assert (await host.get(f"/3/footprints/{pact(2)['id']}"))[0] == 200

    run(act)


def test_without_a_section_nothing_is_seen(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        await host.seal(pact(2), tenant="theirs")
        assert (await host.get("/3/footprints", "stranger"))[1] == {"data": []}
        assert (await host.get(f"/3/footprints/{pact(2)['id']}", "stranger"))[0] == 404
        await host.node.access.set_scopes("stranger", [Scope.READ])
        assert numbers((await host.get("/3/footprints", "stranger"))[1]) == "2"

    run(act)


def test_a_section_restricts_who_may_read_all_too(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        await host.node.access.set_scopes("buyer", [Scope.READ, Scope.EXCHANGE])
        await host.seal(hidden(1), pact(2))
        assert numbers((await host.get("/3/footprints"))[1]) == "2"

    run(act)


def test_events_are_answered_with_what_is_seen(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        await host.seal(hidden(1), pact(2))
        exchange = host.node.partners.exchange
        assert exchange is not None
        for number, (product, answer) in enumerate(
            ((f"{HIDDEN}1", "Rejected"), (f"{OURS}2", "Fulfilled"), ("", "Fulfilled"))
        ):
            wanted = {"productId": [product]} if product else {"status": "Active"}
            sent = event(CREATED, wanted, PARTNER, f"event-{number}")
            assert (await host.send(sent))[0] == 200
            (kept,) = (one for one in exchange.inbox.page(None, 0) if one.id == f"event-{number}")
            assert kept.state is State.DUE
            type_, body = await exchange.answer(kept, host.node.access.tokens.caller("buyer", int(host.clock())))
            assert f"Request{answer}Event" in type_
            assert HIDDEN.encode() not in body or answer == "Rejected"

    run(act)


def test_a_warning_names_nothing_that_is_not_seen(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        await host.seal(hidden(2, **{FIGURE: "1.93"}), pact(2))
        status, _, headers = await host.get(f"/3/footprints/{pact(2)['id']}")
        assert (status, headers.getall("Carbonseal-Warning", [])) == (200, [])
        await host.seal(pact(2, **{FIGURE: "1.95"}))
        _, _, headers = await host.get(f"/3/footprints/{pact(2)['id']}")
        (warning,) = headers.getall("Carbonseal-Warning")
        assert "3.86" in warning
        assert "1.93" not in warning

    run(act)


def test_a_product_id_that_is_kept_as_its_digest_begins_with_nothing(tmp_path: Path) -> None:
    directory = make(tmp_path / "node", PARTNER, (), ClientConfig("buyer", ("sha256:", OURS)))

    async def go() -> None:
        async with hosted(directory) as host:
            await host.seal(pact(1, __productIds=["urn:long:" + "x" * 300]), pact(2))
            assert numbers((await host.get("/3/footprints"))[1]) == "2"

    asyncio.run(go())
