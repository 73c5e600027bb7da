"""`carbonseal verify` on what people have: folders, archives, lines of passports; what kills a process stops no other."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.ledger import Evidence
from carbonseal.passport import passports
from carbonseal.passport.passports import parse
from carbonseal.passport.seals import SealedAnchor
from tests.cli.conftest import AT, Files, Run
from tests.installed import install


def asked(files: Files) -> list[str]:
    return ["--policy", str(files.policy), "--trust", str(files.trust), "--at", AT]


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return file.getvalue()


@pytest.fixture
def folder(files: Files, tmp_path: Path) -> Path:
    """Passports in every form, and what is not one."""
    folder = tmp_path / "deliveries"
    folder.mkdir()
    sound, tampered = files.passport.read_bytes(), files.tampered().read_bytes()
    for name, raw in {
        "A.JSON": sound,
        "b": sound,
        "batch.zip": zipped({"c/d.json": sound, "readme.txt": b"Dear customs", "../e.json": sound}),
        "day.ndjson": sound + tampered,
        "f.json.gz": gzip.compress(sound),
        "invoice.pdf": b"%PDF-1.7",
    }.items():
        (folder / name).write_bytes(raw)
    return folder


def test_a_folder_with_everything(run: Run, files: Files, folder: Path) -> None:
    result = run("verify", folder, *asked(files))
    assert result.exit_code == 1
    firsts = [line for line in result.output.splitlines() if not line.startswith(" ")]
    assert firsts == [
        f"VERIFIED     {folder}/A.JSON",
        f"VERIFIED     {folder}/b",
        f"VERIFIED     {folder}/batch.zip!c/d.json",
        f"NOT A PASSPORT {folder}/batch.zip!readme.txt: text",
        f"NOT READ     {folder}/batch.zip!../e.json: its name leads out of the archive",
        f"VERIFIED     {folder}/day.ndjson!1",
        f"REJECTED     {folder}/day.ndjson!2",
        f"VERIFIED     {folder}/f.json.gz",
        f"NOT A PASSPORT {folder}/invoice.pdf: a PDF",
        "9 files: 5 verified, 1 rejected, 2 not a passport, 1 not read",
    ]


def test_one_passport_in_an_archive_is_reported_in_full(run: Run, files: Files) -> None:
    path = files.directory / "one.zip"
    path.write_bytes(zipped({"a.json": files.passport.read_bytes()}))
    result = run("verify", path, *asked(files))
    assert (result.exit_code, result.output.splitlines()[0]) == (0, f"VERIFIED     {path}!a.json")
    assert "Rests on what you trust" in result.output
    packed = run("verify", "-", *asked(files), input=path.read_bytes())
    assert (packed.exit_code, packed.output.splitlines()[0]) == (0, "VERIFIED     -!a.json")


def test_a_folder_of_what_systems_make_is_no_verdict(run: Run, files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    path = folder / "a.zip"
    path.write_bytes(zipped({"__MACOSX/._a.json": b"\0"}))
    result = run("verify", path, *asked(files))
    assert result.exit_code == 2
    assert "there is no passport in" in result.stderr


DEADLY = """
import os, signal

class Verifier:
    scheme = "deadly"
    def pin(self, name, options): return self
    keys = frozenset()
    def check(self, evidence, statement, pins, trust): os.kill(os.getpid(), signal.SIGKILL)
    def describe_item(self, kind, value): return kind

VERIFIER = Verifier()
"""


def test_a_file_that_kills_its_process_is_not_read_and_the_others_are(
    run: Run, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code of an installed package that a policy names ends the process that runs it, as too little memory would."""
    install(tmp_path / "site", "deadly", {"carbonseal.evidence": {"deadly": "deadly:VERIFIER"}}, {"deadly": DEADLY})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    policy = files.policy.read_text(encoding="utf-8") + "ledger last deadly:1 package=deadly\n"
    files.policy.write_text(policy, encoding="utf-8")
    sound = parse(files.passport.read_bytes())
    anchor = SealedAnchor("deadly:1", Evidence("deadly", 1, b""))
    seals = {
        key: replace(seal, heads=(replace(seal.heads[0], anchors=(anchor, *seal.heads[0].anchors)), *seal.heads[1:]))
        for key, seal in sound.seals.items()
    }
    deadly = files.directory / "deadly.json"
    deadly.write_bytes(replace(sound, seals=seals).encode())
    result = run("verify", files.passport, deadly, files.tampered(), files.passport, *asked(files))
    assert result.exit_code == 1
    assert f"NOT READ     {deadly}: the process that read it died, twice (signal 9)" in result.output
    assert result.output.endswith("4 passports: 2 verified, 1 rejected, 1 not read\n")
    (line,) = [
        json.loads(line)
        for line in run("verify", files.passport, deadly, *asked(files), "--json").stdout.splitlines()
        if str(deadly) in line
    ]
    assert line["verdict"] is None
    assert "died" in line["error"]
    assert [found["code"] for found in line["findings"]] == ["unread.lost"]


@pytest.mark.parametrize("with_policy", [True, False])
def test_a_file_for_which_the_memory_does_not_suffice_is_not_read(
    run: Run, files: Files, monkeypatch: pytest.MonkeyPatch, with_policy: bool
) -> None:
    def parse(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(passports, "parse", parse)
    result = run("verify", files.passport, *(asked(files) if with_policy else []), "--json")
    assert result.exit_code == 1
    assert [found["code"] for found in json.loads(result.stdout)["findings"]] == ["unread.memory"]


def test_trust_is_gathered_for_what_can_be_read_and_the_rest_is_named(run: Run, files: Files, folder: Path) -> None:
    result = run("trust", "gather", folder, "-o", files.directory / "new.json")
    assert result.exit_code == 2
    assert f"{folder}/invoice.pdf: not a passport: this is a PDF" in result.stderr
    assert f"{folder}/batch.zip!../e.json: its name leads out of the archive" in result.stderr
    assert "no endpoint is named for eip155:31337" in result.stderr
    alone = run("trust", "gather", folder / "invoice.pdf", "-o", files.directory / "new.json")
    assert (alone.exit_code, "this is a PDF" in alone.stderr) == (2, True)
