"""What a desk refuses: a person gets the form again, with why and what to do; a program gets a problem."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

FROM_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NOTHING = [("files", ("", b""))]


def post(desk: str, path: str = "examine", *, files: Any = NOTHING, **headers: str) -> requests.Response:
    return requests.post(f"{desk}/{path}", files=files, headers=headers, timeout=60)


def word(page: requests.Response) -> str:
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    (found,) = re.findall(r"<code>([a-z.-]+)</code></p>", page.text)
    return str(found)


def test_a_person_gets_the_form_again_in_their_language(desk: str) -> None:
    page = post(desk, "examine?lang=de", **FROM_BROWSER)
    assert (page.status_code, word(page)) == (422, "desk.no-files")
    assert "mit der Anfrage kam keine Datei" in page.text
    assert 'type="file"' in page.text
    assert "The office&#39;s policy of 2026" in page.text
    problem = post(desk, "examine?lang=de")
    assert (problem.status_code, problem.json()["code"]) == (422, "desk.no-files")
    assert problem.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nothing", 404, "http.not-found"),
        ("GET", "examine", 405, "http.wrong-method"),
        ("GET", "?lang=xx", 400, "http.malformed-parameter"),
        ("GET", "?for=me", 400, "http.unknown-parameter"),
        ("POST", "examine?lang=de&lang=en", 400, "http.repeated-parameter"),
        ("POST", "v1/verify?AT=2026-01-01T00:00:00Z", 400, "http.unknown-parameter"),
        ("POST", "v1/verify?at=2026-01-01T00:00:00Z&at=2026-01-01T00:00:00Z", 400, "http.repeated-parameter"),
    ],
)
def test_what_the_address_says_too_much_or_wrong(desk: str, method: str, path: str, status: int, code: str) -> None:
    files = NOTHING if method == "POST" else None
    problem, page = (
        requests.request(method, f"{desk}/{path}", files=files, headers=headers, timeout=60)
        for headers in ({}, FROM_BROWSER)
    )
    assert (problem.status_code, problem.json()["code"]) == (status, code)
    assert (page.status_code, word(page)) == (status, code)
    assert problem.headers.get("Allow") == page.headers.get("Allow") == ("POST" if status == 405 else None)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://127.0.0.1:1", "file://"])
@pytest.mark.parametrize("path", ["examine", "examine.csv", "v1/verify"])
def test_a_page_of_another_site_sends_nothing(desk: str, origin: str, path: str) -> None:
    answer = post(desk, path, Origin=origin)
    assert (answer.status_code, answer.json()["code"]) == (403, "desk.other-page")


def test_the_desks_own_page_does(desk: str) -> None:
    assert post(desk, Origin=desk).status_code == 422
    behind = post(desk, Origin="https://desk.example", Host="desk.example")  # a proxy that ends TLS, and keeps the name
    assert behind.status_code == 422


def test_a_name_that_leads_here_from_elsewhere_reads_no_page(desk: str) -> None:
    """DNS rebinding: the page would be the other site's own, for the browser."""
    answer = requests.get(desk, headers={"Host": "evil.example", **FROM_BROWSER}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (421, "http.wrong-host")
    assert "--name" in answer.json()["remedy"]
    assert "policy of 2026" not in answer.text
