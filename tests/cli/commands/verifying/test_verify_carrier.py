"""`carbonseal verify` with what was scanned from a product: the digest decides, and not who answers at the address."""

from __future__ import annotations

import gzip
import json

import pytest

from carbonseal.cli.public import passports
from carbonseal.passport.passports import parse
from tests.cli.conftest import AT, Files, Run
from tests.cli.public.servers import answering
from tests.world import World

GTIN = "09506000134352"


def asked(files: Files) -> list[str]:
    return ["--policy", str(files.policy), "--trust", str(files.trust), "--at", AT]


def digest(files: Files) -> str:
    return parse(files.passport.read_bytes()).root.hex()


def test_the_passport_at_an_address_is_verified_as_a_file_is(run: Run, files: Files) -> None:
    with answering(200, files.passport.read_bytes()) as (url, paths):
        path = f"/p/{digest(files)}"
        result = run("verify", url + path, *asked(files))
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"VERIFIED     {url}{path}\n")
    assert "[carrier.digest]" in result.output
    assert paths == [path]


def test_a_digital_link_is_compared_with_the_goods_that_the_passport_states(run: Run, files: Files) -> None:
    with answering(200, files.passport.read_bytes()) as (url, _):
        address = f"{url}/01/{GTIN}/10/L-7?digest={digest(files)}"
        result = run("verify", address, *asked(files), "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["file"]) == (0, address)
    found = [one["facts"]["what"] for one in report["findings"] if one["code"] == "carrier.not-stated"]
    assert found == ["GTIN", "lot"]


def test_another_passport_than_the_address_means_is_no_verdict_on_either(run: Run, files: Files) -> None:
    """Whoever runs the host, or printed the label, may err: nothing was shown to be false. Nor is a bad passport that is put
    at an address a verdict on the one that was meant."""
    others = [World().passport(name="other").encode(), files.tampered().read_bytes()]
    for other in others[:1]:
        with answering(200, other) as (url, _):
            result = run("verify", f"{url}/p/{digest(files)}", *asked(files), "--json")
        report = json.loads(result.stdout)
        assert (result.exit_code, report["verdict"]) == (3, "undetermined")
        assert [one["code"] for one in report["findings"]] == ["carrier.other-passport"]
    with answering(200, others[1]) as (url, _):
        result = run("verify", f"{url}/p/{digest(files)}", *asked(files))
    assert result.exit_code == 1
    assert "NOT READ" in result.output
    assert "what comes is not a passport" in result.output


def test_a_file_is_compared_with_a_label(run: Run, files: Files) -> None:
    for expected in (digest(files), digest(files).upper(), f"https://id.example/p/{digest(files)}"):
        result = run("verify", files.passport, *asked(files), "--expect-digest", expected)
        assert result.exit_code == 0, result.output
        assert "[carrier.digest]" in result.output
    result = run("verify", files.passport, *asked(files), "--expect-digest", "0" * 64)
    assert result.exit_code == 3
    assert f"expected that of {'0' * 64} [carrier.other-passport]" in result.output


def test_without_a_policy_too(run: Run, files: Files) -> None:
    result = run("verify", files.passport, "--expect-digest", "0" * 64)
    assert result.exit_code == 3
    assert "[carrier.other-passport]" in result.output
    assert "a policy would have to name" not in result.output
    for style in ((), ("--json",)):
        result = run("verify", files.passport, "--expect-digest", digest(files), *style)
        assert result.exit_code == 3
        assert "carrier.digest" in result.output
        assert "policy.not-given" in result.output or "a policy would have to name" in result.output


def test_a_tampered_file_is_rejected_whatever_is_expected(run: Run, files: Files) -> None:
    result = run("verify", files.tampered(), *asked(files), "--expect-digest", digest(files))
    assert result.exit_code == 4


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((f"https://id.example/01/{GTIN}",), "64 lower-case hexadecimal digits"),
        (("https://id.example",), "64 lower-case hexadecimal digits"),
        (("FILE", "--expect-digest", "5f0c"), "64 hexadecimal digits"),
        (("FILE", "--expect-digest", "https://id.example/p/5f0c"), "64 lower-case hexadecimal digits"),
        (("FILE", "FILE", "--expect-digest", "0" * 64), "for one passport"),
        ((f"https://id.example/p/{'0' * 64}", "--expect-digest", "0" * 64), "has its digest already"),
        ((f"https://id.example/p/{'0' * 64}", "-"), "cannot be combined"),
    ],
)
def test_what_cannot_be_asked(run: Run, files: Files, arguments: tuple[str, ...], why: str) -> None:
    result = run("verify", *(files.passport if one == "FILE" else one for one in arguments))
    assert result.exit_code == 2
    assert why in result.output


@pytest.mark.parametrize(
    ("status", "body", "headers", "why"),
    [
        (200, b"<html>", {}, "not a passport"),
        (200, b"", {}, "not a passport"),
        (200, gzip.compress(b"{}", mtime=0), {"Content-Encoding": "gzip"}, "content encoding gzip"),
        (200, b'{"carbonseal"', {"Content-Length": "20"}, "the answer breaks off"),
        (404, b'{"code":"http.unknown-passport","detail":"no such digest"}', {}, "HTTP status 404: no such digest"),
        (404, b"<html>", {}, "HTTP status 404"),
        (500, b'{"detail":["x"]}', {}, "HTTP status 500"),
        (302, b"", {"Location": "https://elsewhere.example/p/x"}, "redirect to https://elsewhere.example/p/x"),
        (302, b"", {"Location": "file:///etc/passwd"}, "redirect to file:///etc/passwd"),
        (302, b"", {"Location": "/again"}, "more than 3 redirects"),
    ],
)
def test_answers_of_no_use(run: Run, files: Files, status: int, body: bytes, headers: dict[str, str], why: str) -> None:
    with answering(status, body, **headers) as (url, _):
        result = run("verify", f"{url}/p/{'0' * 64}", *asked(files))
    assert result.exit_code == 1
    assert result.output.startswith(f"NOT READ     {url}/p/")
    assert why in result.output


def test_a_busy_node_is_asked_again(run: Run, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passports, "FIRST_DELAY", 0.0)
    with answering(503, b"{}") as (url, paths):
        result = run("verify", f"{url}/p/{'0' * 64}")
    assert result.exit_code == 1
    assert len(paths) == passports.TRIES


def test_an_address_among_files(run: Run, files: Files) -> None:
    with answering(200, files.passport.read_bytes()) as (url, paths):
        result = run("verify", f"{url}/p/{digest(files)}", files.passport, f"{url}/p/{digest(files)}", *asked(files))
    assert result.exit_code == 0, result.output
    assert result.output.endswith("2 passports: 2 verified\n")
    assert len(paths) == 1


def test_nobody_answers(run: Run, files: Files) -> None:
    with answering(200, b"") as (url, _):
        pass
    result = run("verify", f"{url}/p/{digest(files)}", *asked(files))
    assert result.exit_code == 1
    assert "it does not answer: [Errno" in result.output
