"""Events of partners: kept once, answered later at the partner's own host; and where no call-back goes."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from carbonseal.node.exchange import exchange as exchanging
from carbonseal.node.exchange import inbox
from carbonseal.node.exchange.callbacks import LONGEST
from carbonseal.node.exchange.inbox import Event, State
from carbonseal.node.outgoing.reach import Network
from carbonseal.service.operations.listed import OPERATIONS
from tests.service.exchange.hosted import CREATED, PUBLISHED, Host, Partner, event, hosted, make, pact, partner_host

Act = Callable[[Host, Partner], Awaitable[None]]
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
PFS = {"pfIds": ["3a6c14a7-4deb-498a-b5ea-16ce2535b576"]}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., None]:
    def go(act: Act, allow: tuple[Network, ...] = LOOPBACK, url: str = "") -> None:
        async def acting() -> None:
            async with partner_host() as partner:
                directory = make(tmp_path / "node", url or partner.url, allow)
                async with hosted(directory) as host:
                    await act(host, partner)

        asyncio.run(acting())

    return go


ODD: list[Any] = [5, None, True, [5], [None], [""], {}, {"a": 1}, [["x"]]]  # criteria that are no texts


async def called_back(host: Host) -> Event:
    """The newest event, after its call-back was tried once."""
    assert await host.node.partners.call_backs[0].step()
    return kept(host)[-1]


def kept(host: Host, tenant: str | None = "mine") -> list[Event]:
    assert host.node.partners.exchange is not None
    return host.node.partners.exchange.inbox.page(tenant, 0)


def wanted(number: int) -> dict[str, Any]:
    return {"productId": [f"urn:gtin:{number:014d}"], "comment": "for this year"}


def test_a_request_is_answered_with_the_footprints_as_they_were_sealed(run: Callable[..., None]) -> None:
    async def act(host: Host, partner: Partner) -> None:
        await host.seal(pact(1), pact(2))
        await host.seal(pact(3), tenant="theirs")
        status, body, _ = await host.send(event(CREATED, wanted(1), f"{partner.url}/3/events"))
        assert (status, body) == (200, None)
        answered = await called_back(host)
        assert (answered.state, answered.tries, answered.reason) == (State.ANSWERED, 1, "")
        assert partner.tokens == ["our-id:their secret: with umlauts äöü"]
        (sent,) = partner.events
        assert sent["type"] == "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3" == answered.answer
        assert (sent["specversion"], sent["source"]) == ("1.0", "https://pact.example")
        assert sent["data"] == {"requestEventId": "event-1", "pfs": [pact(1)]}

        assert (await host.send(event(CREATED, wanted(3), partner.url, "event-2")))[0] == 200  # another tenant's
        assert (await called_back(host)).state is State.ANSWERED
        assert partner.events[1]["data"] == {
            "requestEventId": "event-2",
            "error": {"code": "NotFound", "message": "no footprint matches the criteria"},
        }
        assert partner.events[1]["id"] != sent["id"]
        assert not await host.node.partners.call_backs[0].step()

    run(act)


def test_an_event_that_is_sent_again_is_one_event(run: Callable[..., None]) -> None:
    async def act(host: Host, partner: Partner) -> None:
        await host.seal(pact(1))
        request = event(CREATED, wanted(1), partner.url)
        assert [(await host.send(request))[0] for _ in range(3)] == [200] * 3
        await called_back(host)
        assert (await host.send(request))[0] == 200
        assert (len(kept(host)), len(partner.events)) == (1, 1)
        status, body, _ = await host.send(event(CREATED, wanted(2), partner.url))
        assert (status, body["code"]) == (400, "BadRequest")
        assert "another event of this source" in body["message"]
        assert not await host.node.partners.call_backs[0].step()

    run(act)


def test_a_call_back_that_fails_is_made_again_and_given_up_after_three_days(run: Callable[..., None]) -> None:
    async def act(host: Host, partner: Partner) -> None:
        (call_backs,) = host.node.partners.call_backs
        await host.send(event(CREATED, wanted(1), partner.url))
        partner.status = 307  # redirects are not followed
        for tries in (1, 2, 3):
            failed = await called_back(host)
            assert (failed.state, failed.tries) == (State.DUE, tries)
            assert failed.reason == "its host answered 307 to the event"
            assert not await call_backs.step()  # not yet
            host.clock.ahead += 5 * 2 ** (tries - 1)
        partner.status = 200
        assert (await called_back(host)).state is State.ANSWERED

        await host.send(event(CREATED, wanted(1), partner.url, "event-2"))
        partner.status = 503
        host.clock.ahead += LONGEST
        assert (await called_back(host)).state is State.ABANDONED
        assert len(partner.events) == 1

    run(act)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "its address is not public"),
        ("https://127.0.0.1:1", "its address is not public"),
        ("http://169.254.169.254/latest", "its address is not public"),
        ("http://partner.example", "its name is not found"),
    ],
)
def test_no_call_back_goes_to_a_private_address_unless_it_is_allowed(
    run: Callable[..., None], url: str, reason: str
) -> None:
    async def act(host: Host, partner: Partner) -> None:
        source = url or partner.url
        assert (await host.send(event(CREATED, wanted(1), source)))[0] == 200
        failed = await called_back(host)
        assert failed.state is State.DUE
        assert reason in failed.reason
        assert (partner.tokens, partner.events) == ([], [])

    run(act, (), url)


def test_what_is_refused_and_kept_nowhere(run: Callable[..., None]) -> None:
    async def act(host: Host, partner: Partner) -> None:
        at = partner.url
        refused: tuple[Any, ...] = (
            event(CREATED, wanted(1), "https://elsewhere.example"),  # whom nobody named
            event(CREATED, wanted(1), f"{at}.evil.example"),
            event(CREATED, {"comment": "all of it"}, at),
            event(CREATED, {"productId": "urn:gtin:1"}, at),
            event(CREATED, {"productId": ["x"] * 501}, at),
            *(event(CREATED, {**wanted(1), name: odd}, at) for name in ("PRODUCTID", "ValidOn") for odd in ODD),
            event(CREATED, {**wanted(1), "validOn": "soon"}, at),
            event(PUBLISHED, {"pfIds": ["urn:gtin:4712345060507"]}, at),
            event(PUBLISHED, {"pfIds": []}, at),
            event(PUBLISHED, {}, at),
            event("org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3", {"requestEventId": "1", "pfs": []}, at),
            event("org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1", wanted(1), at),
            event("", PFS, at),
            event(PUBLISHED, PFS, at, specversion="0.3"),
            event(PUBLISHED, PFS, at, time="yesterday"),
            event(PUBLISHED, PFS, at, id=""),
            event(PUBLISHED, PFS, "x" * 1001),
            {"type": PUBLISHED},
            [],
            "event",
        )
        for sent in refused:
            status, body, _ = await host.send(sent)
            assert (status, body["code"]) == (400, "BadRequest"), sent
        status, body, _ = await host.send(event(CREATED, wanted(1), at), client="stranger")  # another's partner
        assert status == 400
        assert "cannot call back stranger" in body["message"]
        for headers, expected in (
            ({"Content-Type": "application/json"}, 415),
            ({"Content-Type": "application/cloudevents+json", "Content-Encoding": "gzip"}, 415),
            ({"Content-Type": "application/cloudevents+json", "Origin": "https://evil.example"}, 403),
        ):
            assert (await host.send(event(PUBLISHED, PFS, at), headers=headers))[0] == expected
        big = event(PUBLISHED, {"pfIds": PFS["pfIds"] * 10_000}, at)
        assert (await host.send(big))[0] == 413
        assert kept(host, None) == []

    run(act)


def test_what_a_partner_published_is_kept_for_its_tenant(run: Callable[..., None]) -> None:
    async def act(host: Host, partner: Partner) -> None:
        assert (await host.send(event(PUBLISHED, PFS, "//anywhere.example", extension="kept")))[0] == 200
        assert (await host.send(event(PUBLISHED, PFS, partner.url), client="stranger"))[0] == 200
        (mine,), (theirs,) = kept(host, "mine"), kept(host, "theirs")
        assert (mine.client, mine.state, mine.partner) == ("buyer", State.TOLD, "")
        assert b'"extension":"kept"' in mine.body
        assert theirs.client == "stranger"
        reader = await host.node.access.admit(host.secrets["stranger"])
        answer = await OPERATIONS["exchange/events/list"].run(host.node, reader, {})
        assert [(one["client"], one["event"]["data"]) for one in answer["items"]] == [("stranger", PFS)]

    run(act)


def test_a_client_has_bounds(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_DUE", 2)
    monkeypatch.setattr(inbox, "MOST_KEPT", 3)
    monkeypatch.setattr(exchanging, "MOST_ANSWERED", 2)

    async def act(host: Host, partner: Partner) -> None:
        await host.seal(*(pact(number) for number in range(1, 4)))
        for number, expected in enumerate((200, 200, 503)):
            sent = event(CREATED, {"geography": ["DE"]}, partner.url, f"request-{number}")
            status, _, headers = await host.send(sent)
            assert (status, "Retry-After" in headers) == (expected, expected == 503)
        for number in range(5):
            assert (await host.send(event(PUBLISHED, PFS, partner.url, f"told-{number}")))[0] == 200
        assert [one.id for one in kept(host)] == ["request-0", "request-1", "told-2", "told-3", "told-4"]
        await called_back(host)
        assert partner.events[0]["data"]["error"]["code"] == "BadRequest"
        assert "more matches than one event takes (2 footprints" in partner.events[0]["data"]["error"]["message"]
        assert (await host.send(event(PUBLISHED, PFS, partner.url, "told-5")))[0] == 200
        assert [one.id for one in kept(host)] == ["request-1", "told-3", "told-4", "told-5"]

    run(act)


def test_who_is_not_let_in_any_more_is_sent_nothing(run: Callable[..., None]) -> None:
    async def act(host: Host, partner: Partner) -> None:
        await host.seal(pact(1))
        assert (await host.send(event(CREATED, wanted(1), partner.url)))[0] == 200
        await host.node.access.revoke_token("buyer-1", "the contract ended")
        failed = await called_back(host)
        assert failed.state is State.DUE
        assert failed.reason
        assert (partner.tokens, partner.events) == ([], [])

    run(act)
