"""Bounds of a desk: of size, number, time, and of requests at one time; who meets one is told which, and nobody else waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from carbonseal.service.desk.bounds import DeskBounds
from tests.service.desk.conftest import answering, holding_of

BOUNDS = DeskBounds(files=2, bytes=20_000, requests=3, requests_each=2, seconds=0.5)
JSON = {"Content-Type": "application/json"}
BEGUN = (
    b"POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
    b"Expect: 100-continue\r\n\r\n"
)


@pytest.fixture(scope="module")
def small(made: dict[str, bytes]) -> Iterator[str]:
    with answering(holding_of(made), BOUNDS) as url:
        yield url


@pytest.fixture(scope="module")
def patient(made: dict[str, bytes]) -> Iterator[str]:
    """A desk for whose files there is time."""
    with answering(holding_of(made), DeskBounds(requests=3, requests_each=2)) as url:
        yield url


@contextmanager
def begun(desk: str, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A request that a desk has taken, and whose body does not come."""
    port = urlsplit(desk).port
    with socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(source, 0)) as connection:
        connection.sendall(BEGUN)
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(b"{")
        yield connection


def refused(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def verify(desk: str, body: bytes) -> requests.Response:
    return requests.post(f"{desk}/v1/verify", data=body, headers=JSON, timeout=60)


def test_size_and_number(small: str) -> None:
    assert refused(verify(small, b" " * 20_001)) == (413, "http.body-too-large")
    many = [("files", ("a.json", b"{}"))] * 3
    assert refused(requests.post(f"{small}/examine", files=many, timeout=60)) == (422, "desk.too-many-files")
    large = [("files", ("a.json", b" " * 15_000)), ("declaration", ("d.csv", b" " * 15_000))]
    assert refused(requests.post(f"{small}/examine", files=large, timeout=60)) == (413, "http.body-too-large")
    named = {"files": (None, b" " * 30_000)}  # a field without a name of a file counts, too
    assert refused(requests.post(f"{small}/examine", files=named, timeout=60)) == (413, "http.body-too-large")


def test_files_that_do_not_come_in_time(small: str) -> None:
    with begun(small) as connection:
        answer = connection.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"http.body-too-slow" in answer


def test_one_address_leaves_room_for_others(patient: str, folder: Path) -> None:
    good = (folder / "good.json").read_bytes()
    with begun(patient), begun(patient):
        answer = verify(patient, good)
        assert refused(answer) == (503, "http.busy")
        assert answer.headers["Retry-After"]
        assert requests.get(f"{patient}/health", timeout=60).json() == {"state": "ok"}
        with begun(patient, "127.0.0.2"):  # the last of all
            assert refused(verify(patient, good)) == (503, "http.busy")
