"""`carbonseal fetch`: the passports of a declaration from a real node; the digest decides, and what is there stays."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import Result

from carbonseal.cli.public import passports
from carbonseal.passport.passports import parse
from tests.cli.conftest import Files, Run
from tests.cli.public.servers import answering, answering_by_tls, certified
from tests.cli.test_way import good, served
from tests.world import World

HEADER = "MRN,item,11 09 procedure,18 09 code,18 01 net mass,12 03 document reference"
MRN = "26DE27364916384836"


def declaration(folder: Path, *references: str) -> Path:
    """A declaration with a line for each of these references."""
    file = folder / "declaration.csv"
    lines = (f"{MRN},{item},4000,85235200,12.5,{reference}" for item, reference in enumerate(references, 1))
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A node, and the digests of three passports that it issued."""
    folder = tmp_path_factory.mktemp("fetch")
    good("init", folder / "node", "--origin", "certifier.example/fetch", "--issuer", "maker did:web:maker.example")
    (folder / "records.ndjson").write_text("".join(f'{{"n": {n}}}\n' for n in range(3)))
    sealed = good("seal", folder / "node", folder / "records.ndjson", "--profile", "json/1").splitlines()
    digests = []
    for number, line in enumerate(sealed):
        request = f'issuer = "maker"\nsubject = "urn:example:{number}"\n'
        request += f'records = [{{role = "footprint", commitment = "{line.split()[0]}"}}]\n'
        (folder / f"{number}.toml").write_text(request)
        good(
            "passport",
            "issue",
            folder / "node",
            "--request",
            folder / f"{number}.toml",
            "-o",
            folder / f"{number}.json",
        )
        digests.append(parse((folder / f"{number}.json").read_bytes()).root.hex())
    return folder / "node", digests


def had(folder: Path) -> dict[str, str]:
    """The root of each file in a folder, by its name."""
    return {file.name: parse(file.read_bytes()).root.hex() for file in folder.iterdir()}


def test_all_that_the_lines_refer_to_comes_from_a_node(
    run: Run, tmp_path: Path, issued: tuple[Path, list[str]]
) -> None:
    node, (one, two, three) = issued
    file = declaration(
        tmp_path,
        one,
        f"INV-2026-1 {two.upper()} https://id.example.com/p/{two}",
        f"https://id.example.com/01/09506000134352/10/L-7?digest={three}",
        one,
        "INV-2026-2",
    )
    with served(node) as url:
        done = run("fetch", file, "--from", url, "-o", tmp_path / "deliveries")
        assert done.exit_code == 0, done.output
        assert done.output.splitlines()[-1] == "3 passports: 3 fetched"
        assert f"asking {url}" in done.stderr
        expected = {f"{digest}.json": digest for digest in (one, two, three)}
        assert had(tmp_path / "deliveries") == expected
        (tmp_path / "deliveries" / f"{two}.json").unlink()
        again = run("fetch", file, "--from", url, "-o", tmp_path / "deliveries")
        assert again.output.splitlines()[-1] == "3 passports: 1 fetched, 2 already there"
        assert had(tmp_path / "deliveries") == expected


def test_what_is_missing_is_told_by_line_and_the_rest_comes(
    run: Run, tmp_path: Path, issued: tuple[Path, list[str]]
) -> None:
    node, (one, two, _) = issued
    file = declaration(tmp_path, one, "0" * 64, "https://registry.example/reg/42", two, "0" * 64)
    with served(node) as url:
        done = run("fetch", file, "--from", url, "-o", tmp_path)
    assert done.exit_code == 3
    told = [line for line in done.stdout.splitlines() if line.startswith("MISSING")]
    assert [line.split(":")[0] for line in told] == [f"MISSING       {MRN} {item}" for item in (2, 3, 5)]
    assert "HTTP status 404: this node has issued no passport with that digest" in told[0]
    assert "64 lower-case hexadecimal digits" in told[1]
    assert done.stdout.splitlines()[-1] == "4 passports: 2 fetched, 2 missing"
    assert {path.stem for path in tmp_path.glob("?" * 64 + ".json")} == {one, two}


def fetched(run: Run, files: Files, *answers: bytes | int) -> tuple[Result, Path, str]:
    """The command, for the passport of `files`, from servers that answer so in turn: what it did, the file, the digest."""
    digest = parse(files.passport.read_bytes()).root.hex()
    folder = files.directory / "deliveries"
    file = declaration(files.directory, digest)
    with ExitStack() as stack:
        urls = [
            stack.enter_context(answering(one, b"{}") if isinstance(one, int) else answering(200, one))[0]
            for one in answers
        ]
        done = run("fetch", file, *(word for url in urls for word in ("--from", url)), "-o", folder)
    return done, folder / f"{digest}.json", digest


def test_the_next_node_is_asked_where_one_has_it_not(run: Run, files: Files) -> None:
    done, file, _ = fetched(run, files, 404, b"<html>", files.tampered().read_bytes(), files.passport.read_bytes())
    assert done.exit_code == 0, done.output
    assert file.read_bytes() == files.passport.read_bytes()


def test_another_passport_is_not_written(run: Run, files: Files) -> None:
    other = World().passport(name="other")
    done, file, _ = fetched(run, files, other.encode())
    assert done.exit_code == 3
    assert f"what comes is the passport of the credential {other.root.hex()}" in done.output
    assert not [*file.parent.iterdir()]


def test_a_file_that_is_there_is_kept_whatever_it_is(run: Run, files: Files) -> None:
    digest = parse(files.passport.read_bytes()).root.hex()
    folder = files.directory / "deliveries"
    folder.mkdir()
    for content in (b"notes", files.tampered().read_bytes()):
        (folder / f"{digest}.json").write_bytes(content)
        done, file, _ = fetched(run, files, files.passport.read_bytes())
        assert done.exit_code == 3
        assert "is not this passport, and was kept" in done.output
        assert file.read_bytes() == content
    file.unlink()
    file.symlink_to(files.directory / "elsewhere.json")
    done, _, _ = fetched(run, files, files.passport.read_bytes())
    assert done.exit_code == 3
    assert not (files.directory / "elsewhere.json").exists()


def test_a_host_that_does_not_answer_is_asked_once(run: Run, tmp_path: Path) -> None:
    with answering(200, b"") as (url, _):
        pass
    file = declaration(tmp_path, "0" * 64, "1" * 64)
    done = run("fetch", file, "--from", url, "-o", tmp_path / "deliveries")
    assert done.exit_code == 3
    first, second = done.stdout.splitlines()[:2]
    assert "it does not answer" in first
    assert second.endswith("it was not asked again")


def test_a_host_that_stays_busy_is_waited_for_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passports, "FIRST_DELAY", 0.0)
    file = declaration(tmp_path, "0" * 64, "1" * 64, "2" * 64)
    with answering(503, b"{}") as (url, asked):
        assert run("fetch", file, "--from", url, "-o", tmp_path / "deliveries").exit_code == 3
    assert len(asked) == passports.TRIES + 2


def test_a_declaration_makes_nobody_ask_a_host_that_was_not_named(run: Run, tmp_path: Path) -> None:
    with answering(404, b"") as (named, asked), answering(200, b"") as (other, never):
        file = declaration(tmp_path, f"{other}/p/{'0' * 64}")
        done = run("fetch", file, "--from", named, "-o", tmp_path / "a")
        assert (done.exit_code, asked, never) == (3, [f"/p/{'0' * 64}"], [])
        done = run("fetch", file, "-o", tmp_path / "a")  # http: nobody
        assert (done.exit_code, never) == (3, [])
        assert "it is not an https address" in done.output


def test_without_a_node_the_addresses_of_the_lines_are_asked(
    run: Run, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = parse(files.passport.read_bytes()).root.hex()
    context, certificate = certified(files.directory)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with answering_by_tls(context, 200, files.passport.read_bytes()) as (url, asked):
        path = f"/01/09506000134352?digest={digest}"
        file = declaration(files.directory, url + path, digest, "0" * 64)
        done = run("fetch", file, "-o", files.directory / "deliveries")
    assert asked == [path]
    assert done.exit_code == 3
    assert had(files.directory / "deliveries") == {f"{digest}.json": digest}
    assert f"{MRN} 3: {'0' * 64}: it is not an https address: name a node to ask, with --from" in done.output


def test_what_was_amended_or_invalidated_is_not_fetched(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "declaration.csv"
    versions = [("1", "accepted", "0"), ("2", "accepted", "1"), ("3", "invalidated", "2")]
    lines = [f"{MRN},1,{version},{status},4000,85235200,12.5,{one * 64}" for version, status, one in versions]
    header = HEADER.replace("item,", "item,version,status,")
    with answering(404, b"") as (url, asked):
        file.write_text("\n".join([header, *lines[:2]]) + "\n", encoding="utf-8")
        assert run("fetch", file, "--from", url, "-o", tmp_path / "deliveries").exit_code == 3
        assert asked == [f"/p/{'1' * 64}"]
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        done = run("fetch", file, "--from", url, "-o", tmp_path / "deliveries")
        assert (done.exit_code, done.output) == (0, "0 passports: the lines refer to none\n")


def test_a_declaration_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "declaration.csv").write_text("MRN,item\n", encoding="utf-8")
    done = run("fetch", tmp_path / "declaration.csv", "-o", tmp_path / "deliveries")
    assert done.exit_code == 2
    assert not (tmp_path / "deliveries").exists()


def test_a_declaration_without_references(run: Run, tmp_path: Path) -> None:
    done = run("fetch", declaration(tmp_path, "INV-1", ""), "-o", tmp_path / "deliveries")
    assert (done.exit_code, done.output) == (0, "0 passports: the lines refer to none\n")


@pytest.mark.parametrize("url", ["ftp://id.example", "id.example", "https://u@id.example", "https://id.example?a=b"])
def test_nodes_that_cannot_be_asked(run: Run, tmp_path: Path, url: str) -> None:
    done = run("fetch", declaration(tmp_path, "0" * 64), "--from", url, "-o", tmp_path / "deliveries")
    assert done.exit_code == 2
    assert not (tmp_path / "deliveries").exists()


def test_a_folder_that_cannot_be_written(run: Run, files: Files) -> None:
    file = declaration(files.directory, "0" * 64)
    done = run("fetch", file, "-o", files.directory / "no" / "such")
    assert done.exit_code == 1
    assert run("fetch", file, "-o", file).exit_code == 2
