"""The issuer's keys: fetched over TLS or read from a file, kept while the issuer is down, asked for at most so often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.oidc.config import OidcConfig
from carbonseal.node.access.oidc.fetching import fetch_for
from carbonseal.node.access.oidc.issuer import FRESH, KEPT, MOST_WAITING, PAUSE, Issuer
from carbonseal.node.access.oidc.key_sets import MAX_BYTES, KeySet
from tests.node.access.oidc.issuing import AUDIENCE, NOW, SUBJECT, IssuerServer, answering, claims, jwk, signed


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


async def code(issuer: Issuer, token: str) -> str:
    with pytest.raises(Refused) as refused:
        await issuer.identify(token)
    return refused.value.finding.code.name


def settings(server: IssuerServer, **more: Any) -> OidcConfig:
    return OidcConfig(server.url, AUDIENCE, loopback_http=True, **more)


def told(server: IssuerServer, clock: Clock, **header: Any) -> str:
    return signed(claims(server.url, iat=int(clock.now), exp=int(clock.now) + 60), **header)


def test_keys_are_kept_while_the_issuer_is_down_and_asked_for_at_most_so_often(tmp_path: Path) -> None:
    async def go() -> None:
        clock = Clock()
        async with answering(IssuerServer([jwk("ES256", "ES256")])) as server:
            issuer = Issuer(settings(server), fetch_for(settings(server), tmp_path), clock)
            several = [issuer.identify(told(server, clock)) for _ in range(10)]
            assert {one.subject for one in await asyncio.gather(*several)} == {SUBJECT}
            assert server.asked == ["/.well-known/openid-configuration", "/keys"]  # once for all
            clock.now += FRESH - 1
            await issuer.identify(told(server, clock))
            assert len(server.asked) == 2
            clock.now += 2
            await issuer.identify(told(server, clock))
            assert len(server.asked) == 4
            # names that nobody has: asked for once in a while, whatever comes
            for number in range(20):
                assert await code(issuer, told(server, clock, kid=f"k{number}")) == "oidc.unknown-key"
            assert len(server.asked) == 4
            clock.now += PAUSE
            for number in range(20):
                assert await code(issuer, told(server, clock, kid=f"k{number}")) == "oidc.unknown-key"
            assert len(server.asked) == 6
            # the issuer has a new key, and no more the old one
            server.keys = [jwk("new", "ES256", 1)]
            clock.now += PAUSE
            new = told(server, clock, kid="new", which=1)
            assert (await issuer.identify(new)).subject == SUBJECT
            assert await code(issuer, told(server, clock)) == "oidc.unknown-key"
            # down for less than a day
            server.status = 503
            clock.now += KEPT - 1
            assert (await issuer.identify(told(server, clock, kid="new", which=1))).subject == SUBJECT
            asked = len(server.asked)
            for _ in range(10):
                await issuer.identify(told(server, clock, kid="new", which=1))
            assert len(server.asked) == asked
            clock.now += 1
            assert await code(issuer, told(server, clock, kid="new", which=1)) == "oidc.unreachable"
            server.status = 200
            assert await code(issuer, told(server, clock, kid="new", which=1)) == "oidc.unreachable"
            issuer.expire()  # the operator says so
            assert (await issuer.identify(told(server, clock, kid="new", which=1))).subject == SUBJECT

    asyncio.run(go())


def test_an_issuer_that_hangs_holds_up_few(tmp_path: Path) -> None:
    """Names that nobody has are refused at once, but for those that wait; who has a known key goes on."""

    async def go() -> None:
        clock, hanging = Clock(), asyncio.Event()
        async with answering(IssuerServer([jwk("ES256", "ES256")])) as server:
            oidc = settings(server)
            fetch = fetch_for(oidc, tmp_path)

            async def slowly() -> KeySet:
                await hanging.wait()
                return await fetch()

            hanging.set()
            issuer = Issuer(oidc, slowly, clock)
            await issuer.identify(told(server, clock))
            hanging.clear()
            clock.now += PAUSE
            many = [
                asyncio.create_task(code(issuer, told(server, clock, kid=f"k{n}"))) for n in range(MOST_WAITING + 30)
            ]
            await issuer.identify(told(server, clock))
            refused, waiting = await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
            while len(refused) < 30:
                refused, waiting = await asyncio.wait(many, timeout=0.01)
            assert (len(refused), len(waiting)) == (30, MOST_WAITING)
            hanging.set()
            assert {await one for one in many} == {"oidc.unknown-key"}

    asyncio.run(go())


def not_json(server: IssuerServer) -> None:
    server.discovery["padding"] = "x" * MAX_BYTES


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda server: server.discovery.update(issuer="https://other.example"), "another issuer"),
        (lambda server: server.discovery.update(jwks_uri="http://192.0.2.1/keys"), "jwks_uri"),
        (lambda server: server.discovery.update(jwks_uri="file:///etc/passwd"), "jwks_uri"),
        (lambda server: server.discovery.update(jwks_uri=None), "jwks_uri"),
        (lambda server: setattr(server, "status", 302), "status 302"),
        (lambda server: setattr(server, "status", 500), "status 500"),
        (lambda server: setattr(server, "keys", []), "none of its keys"),
        (not_json, "more than"),
    ],
)
def test_an_issuer_that_answers_otherwise_gives_no_keys(
    change: Callable[[IssuerServer], None], problem: str, tmp_path: Path
) -> None:
    async def go() -> None:
        clock = Clock()
        async with answering(IssuerServer([jwk("ES256", "ES256")])) as server:
            change(server)
            issuer = Issuer(settings(server), fetch_for(settings(server), tmp_path), clock)
            with pytest.raises(Refused, match=problem) as refused:
                await issuer.identify(told(server, clock))
            assert refused.value.finding.code.name == "oidc.unreachable"
            assert "/elsewhere" not in server.asked

    asyncio.run(go())


def test_http_on_this_machine_only_where_the_setting_says_so(tmp_path: Path) -> None:
    async def go() -> None:
        clock = Clock()
        async with answering(IssuerServer([jwk("ES256", "ES256")])) as server:
            plain = replace(settings(server), loopback_http=False)
            issuer = Issuer(plain, fetch_for(plain, tmp_path), clock)
            assert await code(issuer, told(server, clock)) == "oidc.unreachable"
            assert "/keys" not in server.asked

    asyncio.run(go())


def test_keys_from_a_file_need_no_network(tmp_path: Path) -> None:
    async def go() -> None:
        clock, url = Clock(), "https://login.example.org"
        oidc = OidcConfig(url, AUDIENCE, keys="keys.json")
        issuer = Issuer(oidc, fetch_for(oidc, tmp_path), clock)
        assert await code(issuer, signed(claims(url))) == "oidc.unreachable"
        (tmp_path / "keys.json").write_text(json.dumps({"keys": [jwk("ES256", "ES256")]}))
        issuer.expire()
        assert (await issuer.identify(signed(claims(url)))).issuer == url

    asyncio.run(go())
