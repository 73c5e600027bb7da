"""Footprints for partners: who gets which, by which filters, in which pages, and as they were sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from carbonseal.node.access.scopes import Scope
from carbonseal.records.canonical import jcs
from carbonseal.service.exchange.access import LIFETIME
from tests.service.exchange.hosted import Host, hosted, make, pact

Act = Callable[[Host], Awaitable[None]]
FIGURE = "/pcf/pcfExcludingBiogenicUptake"
CLASS = "urn:pact:productclassification:un-cpc:3342"
OLD = {"__validityPeriodStart": "2020-01-01T00:00:00Z", "__validityPeriodEnd": "2021-01-01T00:00:00Z"}


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Act], None]:
    directory = make(tmp_path / "node", "https://partner.example", ())

    def go(act: Act) -> None:
        async def acting() -> None:
            async with hosted(directory) as host:
                await act(host)

        asyncio.run(acting())

    return go


def numbers(body: Any) -> str:
    return "".join(one["id"][-1] for one in body["data"])


def test_lists_filters_and_pages(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        french = pact(2, __pcf__geographyCountry="FR", __productClassifications=[CLASS])
        await host.seal(pact(1), french, pact(3, __status="Deprecated", **OLD))
        for query, expected in (
            ("", "123"),
            (f"productId=urn:gtin:{1:014d}&productid=urn:GTIN:{3:014d}", "13"),
            ("companyId=urn:pact:nordkupfer.example:company:1", "123"),
            ("companyId=x&companyId=y", ""),
            (f"classification={CLASS.upper()}", "2"),
            ("geography=fr", "2"),
            ("geography=FR&geography=DE&status=active", "12"),
            ("geography=XX", ""),
            ("status=Deprecated", "3"),
            ("status=Bogus", ""),
            ("validOn=2021-01-01T00:00:00Z", "3"),
            ("validOn=2021-01-01T00:00:00+00:00", "3"),  # whose plus sign arrives as a blank
            ("validon=2021-01-01T01:00:00%2B01:00", "3"),
            ("validOn=2020-06-01T00:00Z&validOn=2027-01-01T00:00:00Z", "123"),
            ("validAfter=2020-01-01T00:00:00Z", "12"),
            ("validBefore=2021-01-01T00:00:01Z", "3"),
            ("validBefore=2021-01-01T00:00:00Z", ""),
        ):
            status, body, headers = await host.get(f"/3/footprints?{query}")
            assert (status, numbers(body)) == (200, expected), query
            assert headers["Cache-Control"] == "no-store"
        _, body, headers = await host.get("/3/footprints?limit=2&geography=de")
        assert (numbers(body), "Link" in headers) == ("13", False)
        seen, path = "", "/3/footprints?limit=1&geography=DE&geography=FR"
        while path:
            _, body, headers = await host.get(path)
            seen += numbers(body)
            link = headers.get("Link", "")
            assert not link or link.endswith('; rel="next"')
            path = link[1:].partition(">")[0]
            assert not path or path.startswith(f"{host.url}/3/footprints?")  # at the host that was asked
        assert seen == "123"

    run(act)


def test_a_proxy_passes_on_the_host_and_the_next_page_is_there(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        await host.seal(pact(1), pact(2))
        headers = {"Authorization": f"Bearer {await host.token()}", "Host": "pact.example"}
        async with host.session.get(f"{host.url}/3/footprints?limit=1", headers=headers) as response:
            assert response.headers["Link"].startswith("<https://pact.example/3/footprints?")

    run(act)


def test_what_was_sealed_is_served_and_the_newest_of_an_id(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        first, second = pact(1), pact(1, **{FIGURE: "1.93"})
        await host.seal(first, pact(2))
        path = f"/3/footprints/{first['id'].upper()}"
        headers = {"Authorization": f"Bearer {await host.token()}"}
        async with host.session.get(f"{host.url}{path}", headers=headers) as response:
            assert await response.read() == b'{"data":' + jcs(first) + b"}"
            assert "Carbonseal-Warning" not in response.headers
        await host.seal(second)
        status, body, headers = await host.get(path)
        assert (status, body["data"]) == (200, second)
        assert orjson.loads(headers["Carbonseal-Warning"])["code"] == "lookup.second-figure"
        assert numbers((await host.get("/3/footprints"))[1]) == "21"

    run(act)


def test_another_tenants_footprints_are_not_there(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        await host.seal(pact(1))
        await host.seal(pact(2), tenant="theirs")
        for client, own, other in (("buyer", 1, 2), ("stranger", 2, 1)):
            assert numbers((await host.get("/3/footprints", client))[1]) == str(own)
            assert numbers((await host.get(f"/3/footprints?productId=urn:gtin:{other:014d}", client))[1]) == ""
            status, body, _ = await host.get(f"/3/footprints/{pact(other)['id']}", client)
            unknown = await host.get("/3/footprints/00000000-0000-0000-0000-000000000000", client)
            assert (status, body["code"]) == (404, "NotFound") == (unknown[0], unknown[1]["code"])

    run(act)


def test_who_is_not_let_in(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        await host.seal(pact(1))
        right, own = host.secrets["buyer"], host.node.operator_token
        for client, secret in (
            ("buyer", "x"), ("stranger", right), ("", right), ("buyer", ""), ("buyer", own), ("operator", own),
        ):  # fmt: skip
            status, body, headers = await host.post_token(client, secret)
            assert (status, body["error"], body["code"]) == (401, "invalid_client", "BadRequest")
            assert headers["WWW-Authenticate"].startswith("Basic ")
        for form in ("", "grant_type=password", "grant_type=client_credentials&grant_type=password"):
            assert (await host.post_token("buyer", right, form))[1]["error"] == "unsupported_grant_type"
        given = await host.token()
        head, claims, signature = given.split(".")
        unsigned = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
        wrong = (
            "", "Bearer", "Bearer x", f"Basic {given}", f"Bearer {right}", f"Bearer {own}",
            f"Bearer {unsigned}.{claims}.", f"Bearer {head}.{claims}.{signature[::-1]}",
        )  # fmt: skip
        for header in wrong:
            for path in ("/3/footprints", f"/3/footprints/{pact(1)['id']}"):
                status, body, headers = await host.ask("GET", path, headers={"Authorization": header})
                assert (status, body.get("code")) == (401, "BadRequest"), (header, body)
                assert headers["WWW-Authenticate"].startswith("Bearer ")
            assert (await host.ask("POST", "/3/events", headers={"Authorization": header}, body=b"{}"))[0] == 401
        assert (await host.ask("GET", "/3/footprints", headers={}))[0] == 401
        assert host.node.access.tokens.refused["exchange.token-unknown"] == 3 * len(wrong) + 1

    run(act)


def test_access_ends_with_its_time_with_its_token_and_with_the_scope(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        access = host.node.access
        given = {"Authorization": f"Bearer {await host.token()}"}
        assert (await host.ask("GET", "/3/footprints", headers=given))[0] == 200
        host.clock.ahead = LIFETIME
        status, body, _ = await host.ask("GET", "/3/footprints", headers=given)
        assert (status, body["code"]) == (401, "TokenExpired")

        given = {"Authorization": f"Bearer {await host.token()}"}
        await access.set_scopes("buyer", [Scope.SUBMIT])
        status, body, _ = await host.ask("GET", "/3/footprints", headers=given)
        assert status == 400
        status, body, _ = await host.post_token("buyer", host.secrets["buyer"])
        assert (status, body["error"]) == (400, "unauthorized_client")
        await access.set_scopes("buyer", [Scope.READ])
        assert (await host.ask("GET", "/3/footprints", headers=given))[0] == 200

        await access.revoke_token("buyer-1", "it leaked")
        status, body, _ = await host.ask("GET", "/3/footprints", headers=given)
        assert (status, body["code"]) == (401, "BadRequest")
        assert (await host.post_token("buyer", host.secrets["buyer"]))[0] == 401

    run(act)


def test_requests_that_are_not_valid(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        many = "&".join("status=x" for _ in range(501))
        for path, status, code in (
            ("/3/footprints?validOn=tomorrow", 400, "BadRequest"),
            ("/3/footprints?limit=-1", 400, "BadRequest"),
            ("/3/footprints?limit=0", 400, "BadRequest"),
            ("/3/footprints?limit=1&limit=2", 400, "BadRequest"),
            ("/3/footprints?x-carbonseal-after=1e9", 400, "BadRequest"),
            (f"/3/footprints?$filter={quote('created ge 2026')}", 400, "BadRequest"),  # of PACT 2
            (f"/3/footprints?{many}", 400, "BadRequest"),
            ("/3/footprints/urn:gtin:4712345060507", 400, "BadRequest"),
            ("/3/footprints/5a0a1b34-6b1d-4a5a-9d7a-000000000009", 404, "NotFound"),
            ("/2/footprints", 404, "NotFound"),
            ("/v1/records", 404, "NotFound"),  # nothing else of the node is here
            ("/3/events", 405, "BadRequest"),
        ):
            answered, body, _ = await host.get(path)
            assert (answered, body["code"]) == (status, code), path
            assert set(body) == {"code", "message"}
        status, facts, _ = await host.ask("GET", "/.well-known/openid-configuration", headers={})
        assert (status, facts["token_endpoint"]) == (200, "https://pact.example/auth/token")
        status, _, _ = await host.ask("GET", "/3/footprints", headers={"Host": "evil.example"})
        assert status == 421

    run(act)


def test_plain_http_gets_nothing(run: Callable[[Act], None]) -> None:
    async def act(host: Host) -> None:
        import aiohttp

        for path in ("/auth/token", "/3/footprints"):
            with pytest.raises(aiohttp.ClientError):
                await host.session.get(host.url.replace("https://", "http://") + path)

    run(act)
