"""Passports by the digest in their address: who has it needs no account, and nothing else opens anything."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import pytest

from carbonseal.passport.passports import parse
from carbonseal.service.client.nodes import AnyNode
from carbonseal.service.context import Bounds
from carbonseal.service.routes.passports.carriers import prefers_page
from tests.service.nodes import make_node
from tests.service.test_passports import MAKER, refusal, request, run

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
GTIN = "09506000134352"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node", issuers=[MAKER])
    return tmp_path / "node"


def addresses(digest: str) -> list[str]:
    """Addresses that have the digest, as labels have them."""
    return [
        f"/p/{digest}",
        f"/p/{digest}.json",
        f"/01/{GTIN}?digest={digest}",
        f"/01/{GTIN}/10/L%2F7/21/0001?digest={digest}",
        f"/01/{GTIN}/10/L-7?17=261231&digest={digest}&linkType=all",
    ]


def without(digest: str) -> list[str]:
    """Addresses that do not."""
    other = ("1" if digest[0] == "0" else "0") + digest[1:]
    return [
        *addresses("0" * 64),
        *addresses(other),
        *addresses(digest.upper()),
        *addresses(digest[:-2]),
        f"/p/{digest}%20",
        f"/p/{GTIN}",
        f"/01/{GTIN}",
        f"/01/{GTIN}/10/L-7/21/0001",
        f"/01/{GTIN}?digest=",
        f"/01/{GTIN}?digest={digest}&digest={digest}",
        f"/01/{GTIN}/10/{digest}",
    ]


def test_a_program_gets_the_refreshed_passport(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        root = parse(await far.issue(await request(far))).root
        for address in addresses(root.hex()):
            async with session.get(address) as response:
                assert (response.status, response.content_type) == (200, "application/json")
                assert response.headers["Cache-Control"] == "no-store"
                assert response.headers["Vary"] == "Accept"
                assert await response.read() == await near.passport(root)

    run(directory, act)


def test_what_has_not_the_digest_has_one_answer(directory: Path) -> None:
    """By it nobody learns whether a product, a lot or a digest is known here."""

    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        root = parse(await far.issue({**await request(far), "subject": f"urn:gtin:{GTIN}"})).root
        for accept, kind in (("*/*", "application/problem+json"), (BROWSER, "text/html")):
            answers = set()
            for address in without(root.hex()):
                if accept == BROWSER and address.endswith(".json"):
                    continue  # JSON for everybody
                async with session.get(address, headers={"Accept": accept}) as response:
                    assert (response.status, response.content_type) == (404, kind), address
                    told = {name: value for name, value in response.headers.items() if name != "Date"}
                    answers.add((await response.text(), tuple(sorted(told.items()))))
            assert len(answers) == 1
        async with session.get(f"/p/{'0' * 64}") as response:
            assert await refusal(response) == (404, "http.unknown-passport")

    run(directory, act)


class Page(HTMLParser):
    """What a browser makes of a page: its elements and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_person_gets_a_page_that_leads_to_the_passport(directory: Path) -> None:
    """Whatever a passport says in its texts, no element of the page comes from there; and it loads nothing."""
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)> &amp; Reader'

    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        root = parse(await far.issue({**await request(far), "name": evil})).root
        plain = parse(await far.issue(await request(far))).root
        shapes = []
        for digest in (root, plain):
            address = f"/01/{GTIN}?digest={digest.hex()}"
            async with session.get(address, headers={"Accept": BROWSER}) as response:
                assert (response.status, response.content_type) == (200, "text/html")
                policy = response.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; style-src 'sha256-")
                assert "unsafe" not in policy
                assert response.headers["Referrer-Policy"] == "no-referrer"
                page = Page(await response.text())
            assert digest.hex() in page.text
            assert "proves nothing" in page.text
            shapes.append([tag for tag, _ in page.elements])
            assert not {"script", "img", "link", "iframe", "form"} & {*shapes[-1]}
            (link,) = (given["href"] for tag, given in page.elements if tag == "a")
            async with session.get(urljoin(address, link), headers={"Accept": BROWSER}) as response:
                assert response.headers["Content-Disposition"] == f'attachment; filename="{digest.hex()}.json"'
                assert parse(await response.read()).root == digest
            if digest == root:
                assert evil in page.text
        assert shapes[0] == shapes[1]

    run(directory, act)


def test_the_page_says_what_the_issuer_took_back(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        root = parse(await far.issue(await request(far))).root
        for take_back, word in ((far.suspend, "SUSPENDED"), (far.revoke, "REVOKED")):
            await take_back(root, "why")
            async with session.get(f"/p/{root.hex()}", headers={"Accept": BROWSER}) as response:
                assert word in await response.text()

    run(directory, act)


def test_a_busy_node_says_so_and_still_shows_pages(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        root = parse(await far.issue(await request(far))).root
        async with session.get(f"/p/{root.hex()}") as response:
            assert await refusal(response) == (503, "http.busy")
            assert "Retry-After" in response.headers
        async with session.get(f"/p/{root.hex()}", headers={"Accept": BROWSER}) as response:
            assert response.status == 200

    run(directory, act, Bounds(refreshes=0))


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML ; charset=utf-8", True),
        ("text/*, application/json;q=0.5", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html", False),
        ("text/html;q=0", False),
        ("text/html;q=2, */*;q=0.1", False),
        ("text/html;q=x", False),
        (";;,,=", False),
    ],
)
def test_who_prefers_a_page(accept: str, page: bool) -> None:
    assert prefers_page(accept) is page
