"""The status page in a real browser: what it says is what the state says, and it loads nothing from anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from carbonseal.node.access.callers import OPERATOR, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.node import Node
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.service.app import serving
from carbonseal.service.health import health
from carbonseal.service.listeners import Listener
from carbonseal.service.monitoring.alarms import Alarm, alarms
from carbonseal.service.monitoring.background import Background, ReceiverState, RunningJob, background
from carbonseal.service.monitoring.page import REFRESH, Finality, finality, page
from tests.programs.browser import in_browser, needs_axe, needs_chromium, violations
from tests.service.nodes import make_node

HOSTILE = "<script>alert(1)</script>\u202e{{ 7 * 7 }}"


def visit(directory: Path, act: Callable[[Page, str, Node], Awaitable[None]], **context: Any) -> list[str]:
    """Let `act` look at the status page in a browser. Gives every address that the browser asked for, and what it complained of."""

    async def go(browser: Browser) -> list[str]:
        seen: list[str] = []
        async with Node.open(directory) as node, serving(node, listener=Listener.ADMIN) as url:
            await node.startup_checked()
            looking = await browser.new_context(**context)
            tab = await looking.new_page()
            tab.on("request", lambda request: seen.append(request.url.removeprefix(url)))
            tab.on("console", lambda message: seen.append(message.text))
            tab.on("pageerror", lambda error: seen.append(str(error)))
            await tab.goto(url + "/status")
            await act(tab, url, node)
            await looking.close()  # before the node stops serving
        return seen

    return in_browser(go)


@needs_chromium
def test_a_person_sees_state_alarms_ingest_ledgers_and_cost(directory: Path) -> None:
    async def act(tab: Page, _url: str, _node: Node) -> None:
        assert await tab.title() == "FAILING: log.example/test"
        assert "Something needs a person" in await tab.inner_text("p.state")
        told = await tab.inner_text("[aria-labelledby=alarms]")
        assert "ledger/sim:1\tnothing left: fund it" in told
        assert "ledger/sim:2\tthe ledger is down" in told
        rows = await tab.locator("[aria-labelledby=ingest] tbody tr").all_inner_texts()
        assert [row.split("\t") for row in rows] == [["default", "3", "1", "3", "3", "3"]]
        rows = await tab.locator("[aria-labelledby=ledgers] tbody tr").all_inner_texts()
        assert rows[0].split("\t") == ["sim:1", "no", "0", "0", "0", "0", "1", "0"]
        assert rows[1].split("\t")[:2] == ["sim:2", "no"]
        rows = await tab.locator("[aria-labelledby=finality] tbody tr").all_inner_texts()
        assert rows[0].split("\t")[:4] == ["sim:1", "default", "3", "0"]
        assert rows[1].split("\t")[2:4] == ["3", "0"]
        assert "SIM" in await tab.inner_text("[aria-labelledby=cost] tbody tr >> nth=0")

    assert visit(directory, act) == ["/status"]


@needs_axe
@needs_chromium
def test_nobody_is_kept_out(directory: Path) -> None:
    found: list[str] = []

    async def act(tab: Page, _url: str, _node: Node) -> None:
        found.extend(await violations(tab))

    visit(directory, act, bypass_csp=True)
    assert found == []


@needs_chromium
def test_it_is_read_on_a_narrow_screen_and_by_keyboard(directory: Path) -> None:
    async def act(tab: Page, _url: str, _node: Node) -> None:
        assert await tab.evaluate("document.documentElement.scrollWidth") <= 320
        reached = []
        for _ in range(6):  # what is wider scrolls by itself, and the keyboard reaches it
            await tab.keyboard.press("Tab")
            reached.append(await tab.evaluate("document.activeElement.getAttribute('aria-labelledby')"))
        assert reached == [None, "alarms", "ingest", "ledgers", "finality", "cost"]

    visit(directory, act, viewport={"width": 320, "height": 600})


@needs_chromium
def test_a_browser_asks_for_a_token_and_gets_in_with_it(tmp_path: Path) -> None:
    make_node(tmp_path / "node")

    async def token(kind: Scope) -> str:
        async with Node.open(tmp_path / "node") as node:
            new = NewToken(kind.value, kind.value, Kind.SYSTEM, "default", frozenset({kind}), 1)
            return await node.access.create_token(new)

    def look(password: str) -> str:
        found: list[str] = []

        async def act(tab: Page, _url: str, _node: Node) -> None:
            found.append(await tab.inner_text("body"))

        visit(tmp_path / "node", act, http_credentials={"username": "anyone", "password": password})
        return found[0]

    right, wrong = asyncio.run(token(Scope.ADMIN)), asyncio.run(token(Scope.READ))
    assert "Nothing needs a person" in look(right)
    assert "access.scope-missing" in look(wrong)
    assert "access.unknown-token" in look("carbonseal_guess")


def test_what_others_named_is_escaped(tmp_path: Path) -> None:
    make_node(tmp_path / "node")

    async def state() -> dict[str, Any]:
        async with Node.open(tmp_path / "node") as node:
            return health(node)

    told = asyncio.run(state())
    told["failures"] = [{"about": HOSTILE, "problem": HOSTILE, "remedy": HOSTILE, "frozen": False}]
    told["ledgers"] = [
        {
            "ledger": HOSTILE,
            "failing": True,
            "problem": HOSTILE,
            "remedy": HOSTILE,
            "warning": "",
            "counts": {},
            "costs": None,
            "anchors": [],
        }
    ]
    work = Background([], [ReceiverState(HOSTILE, HOSTILE, 3, 1, HOSTILE)], {})
    html = page(told, [], work, datetime(2026, 1, 1, tzinfo=UTC), REFRESH)
    assert "<script" not in html
    assert "\u202e" not in html
    assert "{{ 7 * 7 }}" in html
    assert f'http-equiv="refresh" content="{REFRESH}"' in html


def test_jobs_drafts_and_receivers_are_seen(tmp_path: Path) -> None:
    make_node(tmp_path / "node")

    async def go() -> tuple[dict[str, Any], Background]:
        async with Node.open(tmp_path / "node") as node:
            new = NewReceiver("", "erp", "https://erp.example/hooks", frozenset())
            await node.webhooks.add(OPERATOR, new)
            return health(node), background(node)

    told, work = asyncio.run(go())
    assert work == Background([], [ReceiverState("erp", "", 0, 0, "")], {})
    jobs = [RunningJob(7, "issue", "running", 1200, 3, 5000)]
    html = page(told, [], Background(jobs, work.receivers, {"reviewed": 2}), datetime(2026, 1, 1, tzinfo=UTC))
    for words in ("running", "1,200", "5,000", "Drafts that wait: 2 reviewed", "erp", "the operator"):
        assert words in html


def test_what_fails_and_what_will_is_an_alarm(directory: Path) -> None:
    """Whatever makes a node failing is there: both are one list."""

    async def state() -> dict[str, Any]:
        async with Node.open(directory) as node:
            await node.startup_checked()
            return health(node)

    told = asyncio.run(state())
    assert told["state"] == "failing"
    assert {one["about"] for one in told["failures"]} == {"ledger/sim:1", "ledger/sim:2"}
    told["ledgers"][1]["warning"] = "its certificate expires"
    assert alarms(told) == [
        Alarm("ledger/sim:1", "nothing left: fund it", ""),
        Alarm("ledger/sim:2", "the ledger is down", ""),
        Alarm("ledger/sim:2", "its certificate expires", ""),
    ]


def test_finality_is_told_of_each_log_on_each_of_its_ledgers() -> None:
    now = datetime(2026, 1, 2, 12, tzinfo=UTC)
    final = {"log": "aa", "size": 5, "state": "final", "since": "2026-01-02T10:00:00Z"}
    older = {**final, "size": 3, "since": "2026-01-01T10:00:00Z"}
    state = {
        "logs": [
            {"name": "one", "id": "aa", "size": 9, "ledgers": ["x"]},
            {"name": "two", "id": "bb", "size": 4, "ledgers": ["x"]},
        ],
        "ledgers": [{"ledger": "x", "anchors": [older, final, {**final, "state": "sent", "size": 9}]}],
    }
    assert finality(state, now) == [Finality("x", "one", 5, 4, "2 h ago"), Finality("x", "two", 0, 4, "never")]
