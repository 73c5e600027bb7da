"""Refresh from a URL: what fails in an answer is refused, and the passport is sent to the named node alone."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from carbonseal.cli.public import answers
from carbonseal.cli.public.refresh import refresh_from
from carbonseal.findings import BrokenOff, Refused, Verdict
from carbonseal.log.entries import Heartbeat
from carbonseal.passport.assembly import refresh
from carbonseal.passport.passports import Passport
from tests.cli.public.servers import answering
from tests.verification.tampering import every_head
from tests.world import AT, BLOCK_TIME, SIGNED, World, codes


@cache
def example() -> tuple[World, Passport, Passport]:
    """A passport, and the same with a status list more, of the day after."""
    world = World()
    passport = world.passport()
    newer = world.status_list(world.maker, valid_from=SIGNED + timedelta(days=1))
    whole = refresh(passport, seals=world.seals([newer.commitment]), status_lists=[newer], link=no_link)
    return world, passport, whole


def no_link(_origin: str, _old: int, _new: int) -> None:
    return None


def test_what_is_new_is_added() -> None:
    world, passport, newer = example()
    with answering(200, newer.encode()) as (url, asked):
        assert refresh_from(url + "/", passport, AT) == newer
    assert asked == ["/v1/passports/refresh"]
    assert world.verify(newer).verdict is Verdict.VERIFIED


def test_nothing_goes_away_whatever_the_answer_leaves_out() -> None:
    """No anchors, no lists: the time that is proved stays."""
    world, passport, newer = example()
    bare = every_head(replace(passport, status_lists={}), lambda head: replace(head, anchors=()))
    kept = {one.commitment for one in newer.status_lists.values()}
    bare = replace(bare, seals={key: seal for key, seal in bare.seals.items() if key not in kept})
    with answering(200, bare.encode()) as (url, _):
        after = refresh_from(url, newer, AT)
    assert after == newer
    assert world.verify(after).existed_by == BLOCK_TIME


def test_the_answer_about_another_credential_is_refused() -> None:
    world, passport, _ = example()
    other = World().passport(name="gate")
    with answering(200, other.encode()) as (url, _), pytest.raises(Refused) as refused:
        refresh_from(url, passport, AT)
    assert refused.value.finding.code.name == "client.other-passport"
    assert world.verify(passport).verdict is Verdict.VERIFIED


def test_an_answer_that_would_spoil_the_file_is_refused() -> None:
    """With heads of the log's name that the entries are not under."""
    _, passport, _ = example()
    forger = World()
    forger.log.append(Heartbeat(1))
    elsewhere = forger.log.head(2)
    spoiled = every_head(passport, lambda head: replace(head, checkpoint=elsewhere))
    with answering(200, spoiled.encode()) as (url, _), pytest.raises(Refused, match=r"inclusion\."):
        refresh_from(url, passport, AT)


def test_a_revocation_is_no_spoiling() -> None:
    world, passport, _ = example()
    revoking = world.status_list(world.maker, [7], SIGNED + timedelta(days=2))
    seals = world.seals([revoking.commitment])
    revoked = refresh(passport, seals=seals, status_lists=[revoking], link=no_link)
    with answering(200, revoked.encode()) as (url, _):
        assert "status.revoked" in codes(world.verify(refresh_from(url, passport, AT)))


def test_redirects_are_not_followed() -> None:
    _, passport, newer = example()
    with answering(200, newer.encode()) as (target, reached):
        for status in (301, 302, 303, 307, 308):
            with answering(status, b"", Location=target) as (url, _), pytest.raises(Refused, match="redirect"):
                refresh_from(url, passport, AT)
    assert reached == []


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"", r"passport\.other-file"),
        (200, b"<html>", r"json\.|passport\."),
        (404, b"<html>", r"client\.not-a-node"),
        (502, b"<html>", r"client\.unreachable"),
        (400, b'{"code": 1}', r"client\.not-a-node"),
        (
            400,
            b'{"code":"node.unrelated-passport","outcome":"rejected","place":[],"detail":"m","remedy":"r"}',
            r"node\.unrelated-passport",
        ),
    ],
)
def test_answers_of_no_use(status: int, body: bytes, expected: str) -> None:
    _, passport, _ = example()
    with answering(status, body) as (url, _), pytest.raises(Refused, match=expected):
        refresh_from(url, passport, AT)


@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_answer_that_breaks_off(status: int) -> None:
    _, passport, _ = example()
    broken = {"Transfer-Encoding": "chunked"}
    with answering(status, b"5\r\nab", **broken) as (url, _), pytest.raises(BrokenOff, match="does not answer"):
        refresh_from(url, passport, AT)


def test_an_answer_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time: the whole does not."""
    _, passport, _ = example()
    over = threading.Event()

    class Endless(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is http.server's
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            while not over.wait(0.01):
                self.wfile.write(b" ")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    monkeypatch.setattr(answers, "LONGEST", 0.3)
    with HTTPServer(("127.0.0.1", 0), Endless) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with pytest.raises(BrokenOff, match="the whole answer did not come"):
                refresh_from(f"http://127.0.0.1:{server.server_port}", passport, AT)
        finally:
            over.set()
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "url", ["ftp://x.example", "https://", "x", "https://u@x.example", "https://x.example?a=b", "https://[x"]
)
def test_addresses_of_no_use(url: str) -> None:
    _, passport, _ = example()
    with pytest.raises(Refused, match=r"client\.not-a-node"):
        refresh_from(url, passport, AT)


def test_where_nobody_answers() -> None:
    _, passport, _ = example()
    with answering(200, b"") as (url, _):
        pass
    with pytest.raises(BrokenOff):
        refresh_from(url, passport, AT)
