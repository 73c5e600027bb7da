"""`carbonseal seal`: what it counts, and the file of receipts."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from carbonseal.service.client.nodes import open_node
from tests.cli.conftest import Run
from tests.records.documents import encoded, footprint


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "node", "--origin", "log.example/seal").exit_code == 0
    return tmp_path / "node"


def lines(count: int) -> str:
    return "".join(f'{{"n":{number}}}\n' for number in range(count))


def test_what_was_sealed_before_is_counted_apart(run: Run, node: Path) -> None:
    async def earlier() -> None:
        async with open_node(node, clock=lambda: 1_000_000.0) as opened:
            await opened.submit(b'{"n":0}', "json/1")

    asyncio.run(earlier())
    result = run("seal", node, "-", "--profile", "json/1", input=lines(3) + "nothing\n")
    assert result.exit_code == 2
    assert result.stderr.endswith("2 sealed, 1 sealed before, 1 refused\n")


def test_receipts_are_appended_once(run: Run, node: Path, tmp_path: Path) -> None:
    file = tmp_path / "receipts.ndjson"
    for count in (2, 3, 3):
        done = run("seal", node, "-", "--profile", "json/1", "--receipts", file, input=lines(count))
        assert done.exit_code == 0, done.output
    kept = [json.loads(line)["commitment"] for line in file.read_text().splitlines()]
    assert len(kept) == len(set(kept)) == 3
    assert kept == [line.split()[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("content", ['{"carbonseal":"passport/1"}\n', "text\n", '{"commitment":"' + "ab" * 32 + '"}'])
def test_another_file_is_left_alone(run: Run, node: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    done = run("seal", node, "-", "--profile", "json/1", "--receipts", file, input=lines(1))
    assert done.exit_code == 2
    assert f"{file} > line 1" in done.stderr
    assert file.read_text() == content


def test_receipts_go_to_regular_files(run: Run, node: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o644)
    done = run("seal", node, "-", "--profile", "json/1", "--receipts", tmp_path / "pipe", input=lines(1))
    assert done.exit_code == 2
    assert "is not a regular file" in done.stderr
    assert (tmp_path / "pipe").stat().st_mode & 0o777 == 0o644


def test_without_a_profile_the_one_to_use_is_named(run: Run, node: Path, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(encoded(footprint()))
    (tmp_path / "other.json").write_text('{"a":1}')
    (tmp_path / "no.json").write_text("no")
    done = run("seal", node, tmp_path / "one.json")
    assert done.exit_code == 2
    assert "one.json looks like PACT 3.0.0: --profile pact/3.0" in done.stderr
    for name in ("other.json", "no.json", "-"):
        done = run("seal", node, tmp_path / name if name != "-" else name)
        assert done.exit_code == 2
        assert "docs/formats.md lists the profiles" in done.stderr
    sealed = run("seal", node, tmp_path / "one.json", "--profile", "pact/2.3")
    assert sealed.exit_code == 2
    assert "use the profile pact/3.0" in sealed.stderr


class TestFiles:
    DATA = b"%PDF-1.7\n\x00\xff"

    def test_a_file_is_sealed_as_it_is_and_comes_out_again(self, run: Run, node: Path, tmp_path: Path) -> None:
        (tmp_path / "declaration.PDF").write_bytes(self.DATA)
        (tmp_path / "data.unknown").write_bytes(self.DATA)
        done = run("seal", node, tmp_path / "declaration.PDF", "--profile", "file/1")
        assert (done.exit_code, done.stderr) == (0, f"{tmp_path / 'declaration.PDF'}  application/pdf\n1 sealed\n")
        commitment = done.stdout.split()[0]
        same = run("seal", node, tmp_path / "data.unknown", "--profile", "file/1", "--media", "application/pdf")
        assert same.stdout.split()[0] == commitment
        request = {"issuer": "issuer", "subject": "urn:a:b", "records": [{"role": "test", "commitment": commitment}]}
        (tmp_path / "request.json").write_text(json.dumps(request))
        passport, folder = tmp_path / "passport.json", tmp_path / "records"
        assert run("passport", "issue", node, "--request", tmp_path / "request.json", "-o", passport).exit_code == 0
        output = run("passport", "records", passport, "-o", folder).stdout
        assert "file/1, test of urn:a:b" in output
        assert (folder / f"{commitment}.pdf").read_bytes() == self.DATA
        assert "record      test, file/1, disclosed" in run("passport", "show", passport).stdout

    def test_what_cannot_be_sealed_is_reported_and_the_rest_goes_on(self, run: Run, node: Path, tmp_path: Path) -> None:
        for name, size in (("a.bin", 1), ("b.csv", (8 << 20) + 1), ("c.csv", 8 << 20)):
            (tmp_path / name).write_bytes(b"x" * size)
        paths = [tmp_path / name for name in ("a.bin", "b.csv", "c.csv")]
        done = run("seal", node, *paths, tmp_path, "--profile", "file/1")
        assert done.exit_code == 2
        assert "name it: --media" in done.stderr
        assert "the file has more than 8388608 bytes" in done.stderr
        assert done.stderr.endswith("1 sealed, 3 refused\n")

    def test_a_media_type_belongs_to_files(self, run: Run, node: Path, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text("{}")
        for profile, media, said in (("json/1", "text/csv", "--profile file/1"), ("file/1", "PDF", "not a media type")):
            done = run("seal", node, tmp_path / "a.json", "--profile", profile, "--media", media)
            assert done.exit_code == 2
            assert said in done.stderr


@pytest.mark.parametrize("piece", ["[" * 20 + "]" * 20, '{"":1.5}', '{"a":0}'])
def test_records_with_too_many_values_are_refused_and_the_others_sealed(run: Run, node: Path, piece: str) -> None:
    """Counted before anything is made of them; each within the limit of bytes."""
    many = '{"x":[' + ",".join([piece] * 66_000)[: (1 << 20) - 100].rpartition(",")[0] + "]}"
    done = run("seal", node, "-", "--profile", "json/1", input=f"{many}\n{lines(1)}")
    assert done.exit_code == 2
    assert "[json.too-many-values]" in done.stderr or "more than 65536 values" in done.stderr
    assert done.stderr.endswith("1 sealed, 1 refused\n")
