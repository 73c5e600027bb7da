"""Files that are named to whoever judges them: the same items as files that are read here, from folders and from stores."""

from __future__ import annotations

import io
import os
import pickle
import sys
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import pytest

from carbonseal.examining import parts as cutting
from carbonseal.examining.bulk.lines import LineResults
from carbonseal.examining.bulk.results_file import ResultsFile, run_path
from carbonseal.examining.bulk.run_file import RunFile
from carbonseal.examining.examination import Examination
from carbonseal.examining.files import codes
from carbonseal.examining.files.given import BEGIN, Files, GivenFiles
from carbonseal.examining.files.items import Item
from carbonseal.examining.files.referred import ReferredFiles
from carbonseal.examining.judging import Verifier, VerifyJob
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.parts import Part, PartResult, Work, in_this_process
from carbonseal.findings import BrokenOff, Refused
from tests.world import AT, World


@pytest.fixture(autouse=True)
def few_in_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "FIRST_ITEMS", 1)
    monkeypatch.setattr(cutting, "MOST_ITEMS", 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("a", "b", "__MACOSX/c", "d"):
            archive.writestr(name, name * 3)
    files = {"a": b"a", "b.zip": packed.getvalue(), "b!c": b"", "c/Thumbs.db": b"", "c/d": b"d", "e": b"e", "f": b"f"}
    for name, raw in files.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    (tmp_path / "in" / "gone").symlink_to("nothing")
    return tmp_path / "in"


def read_elsewhere(several: Iterable[Part]) -> Iterator[Item]:
    """The items of parts that travelled."""
    return chain.from_iterable(pickle.loads(pickle.dumps(part)).items() for part in several)


def test_the_items_are_those_that_are_read_here(folder: Path) -> None:
    given, referred = GivenFiles([str(folder)], beside=[folder / "f"]), ReferredFiles([str(folder)], [folder / "f"])
    wanted = [*given]
    assert [(item.name, item.raw) for item in referred] == [(item.name, item.raw) for item in wanted]
    assert [*read_elsewhere(part for _, part in referred.parts())] == [*referred]
    assert len(referred) == len(given) == 6
    assert [*referred.left_out] == [str(folder / "c/Thumbs.db")]
    assert {item.name: item.problem for item in referred if item.problem}.keys() == {str(folder / "gone")}
    for item in wanted:
        assert referred.find(item.name) == given.find(item.name)
    assert referred.find(str(folder / "f")) is None


def test_names_alone_travel(folder: Path) -> None:
    (folder / "e").write_bytes(b"a secret of this machine")
    several = [part for _, part in ReferredFiles([str(folder)]).parts()]
    assert b"a secret" not in pickle.dumps(several)
    assert b"a secret" in pickle.dumps([*read_elsewhere(several)])


@pytest.mark.parametrize("scheme", ["file", "local"])
def test_a_url_of_a_folder_is_read_as_the_folder(scheme: str, folder: Path) -> None:
    (folder / "gone").unlink()
    stored = ReferredFiles([f"{scheme}://{folder}"])
    assert [item.raw for item in stored] == [item.raw for item in ReferredFiles([str(folder)])]
    assert next(iter(stored)).name == f"file://{folder}/a"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_what_is_no_file_below_a_url_is_not_read_and_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe")
    (tmp_path / "file").write_bytes(b"f")
    for name, target in {
        "dangling": "nothing",
        "file": "../file",
        "loop": "loop",
        "to pipe": "pipe",
        "up": "..",
    }.items():
        (tmp_path / "in" / name).symlink_to(target)
    for url in (f"file://{tmp_path}/in", str(tmp_path / "in")):
        found = {item.name.rpartition("/")[2]: item.problem or item.raw for item in ReferredFiles([url])}
        assert found.pop("file") == b"f"
        assert found == {
            "dangling": codes.UNREAD_FAILED(reason="No such file or directory"),
            "loop": codes.UNREAD_FAILED(reason="Too many levels of symbolic links"),
            "pipe": codes.UNREAD_NOT_REGULAR(),
            "to pipe": codes.UNREAD_NOT_REGULAR(),
            "up": codes.UNREAD_FOLDER_LINK(),
        }
    (alone,) = ReferredFiles([f"file://{tmp_path}/in/pipe"])
    assert alone.problem == codes.UNREAD_NOT_REGULAR()


def test_what_vanished_is_named(folder: Path) -> None:
    several = [part for _, part in ReferredFiles([str(folder / "e"), f"file://{folder}/f"]).parts()]
    (folder / "e").unlink()
    (folder / "f").unlink()
    first, second = read_elsewhere(several)
    assert (first.name, first.problem) == (str(folder / "e"), codes.UNREAD_NO_PLACE())
    assert second.problem


def test_large_files_of_stores_are_read_by_windows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonseal.examining.files.referred.WHOLE", 1)
    files = ReferredFiles([f"file://{folder}/b.zip"])
    assert [item.raw for item in files] == [b"aaa", b"bbb", b"ddd"]


def test_the_rest_is_read_where_a_run_goes_on(folder: Path) -> None:
    files = ReferredFiles([str(folder)])
    several = [*files.parts()]
    everything = [*files]
    for at in range(len(several)):
        before = [*read_elsewhere(part for _, part in several[: at + 1])]
        after = [*read_elsewhere(part for _, part in files.parts(several[at][0]))]
        assert before + after == everything


def test_items_are_read_again_by_their_numbers(folder: Path) -> None:
    files: Files = ReferredFiles([str(folder)])
    names = [item.name for item in files]
    for wanted in ([names[0]], names[2:4], names[-1:], names, []):
        again = files.again((name, name in wanted) for name in names)
        assert [item.name for item in read_elsewhere(again)] == wanted
    with pytest.raises(BrokenOff) as refused:
        [*files.again((name, True) for name in [*names, "another"])]
    assert refused.value.finding.code.name == "files.changed"


def test_names_that_could_be_of_two_files_are_told(tmp_path: Path) -> None:
    """Else nobody knows which of them is to be read again."""
    for name in ("a", "a!1", "a!1!2", "b"):
        (tmp_path / name).write_bytes(name.encode())
    files = ReferredFiles(
        [str(tmp_path / "a"), str(tmp_path / "a"), *(str(tmp_path / n) for n in ("a!1", "a!1!2", "b"))]
    )
    named_so = codes.UNREAD_AMBIGUOUS()
    assert [item.raw or item.problem for item in files] == [b"a", named_so, named_so, b"b"]
    names = [item.name for item in files]
    again = files.again((name, name in (names[0], names[3])) for name in names)
    assert [item.raw for item in read_elsewhere(again)] == [b"a", b"b"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("memory://a", "store.in-process"),
        ("dask://a", "store.in-process"),
        ("zip://a::file:///b.zip", "store.unknown"),
        ("unheard://a", "store.unknown"),
        *(
            (f"{scheme}://a", "store.unknown")
            for scheme in ("dir", "reference", "generic", "data", "jlab", "git", "DIR")
        ),
        ("file:///nowhere/at/all", "store.unreadable"),
        ("/nowhere/at/all", ""),
    ],
)
def test_stores_that_cannot_be_read(url: str, code: str) -> None:
    if not code:  # as a file that is given: it is named when it is read
        assert [item.problem for item in ReferredFiles([url])] == [
            codes.UNREAD_FAILED(reason="No such file or directory")
        ]
        return
    with pytest.raises(Refused) as refused:
        ReferredFiles([url])
    assert refused.value.finding.code.name == code
    assert refused.value.finding.remedy


def test_a_store_without_credentials_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    s3 = pytest.importorskip("s3fs").S3FileSystem
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    s3.clear_instance_cache()
    try:
        with pytest.raises(Refused, match="credentials") as refused:
            ReferredFiles(["s3://"])
    finally:
        s3.clear_instance_cache()
    assert refused.value.finding.code.name == "store.unreadable"


def test_an_empty_folder_has_no_passport(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        ReferredFiles([f"file://{tmp_path}"])
    assert refused.value.finding.code.name == "files.none"


# --- runs that are stopped -----------------------------------------------------------------------------------------


def test_a_run_goes_on_behind_the_parts_that_were_judged(tmp_path: Path) -> None:
    world = World()
    for number in range(6):
        (tmp_path / f"{number}.json").write_bytes(world.passport().encode() + b" " * number)
    policy = "\n".join([*world.lines().values(), ""]).encode()
    job = VerifyJob(NamedBytes("policy", policy), (NamedBytes("trust", world.trust().encode()),), LineResults(AT))
    url, judged = f"file://{tmp_path}", 0

    def counted(work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
        nonlocal judged
        for part in in_this_process(work, parts):
            judged += len(part.results)
            yield part

    def run(results: Path, stop: int | None, *, resume: bool = False) -> bytes:
        files = ReferredFiles([url])
        about = RunFile(run_path(results), {"files": files.digest}, Verifier(job).keys)
        with (
            ResultsFile(results, about, resume=resume) as held,
            Examination(job, files, counted, held) as examination,
        ):
            done = [*islice(examination.read(), stop)]
            if len(done) != stop:
                examination.examine()
                held.finish()
        return results.read_bytes()

    out = tmp_path.parent / f"{tmp_path.name}-results.ndjson"
    whole = run(out, None)
    assert whole.count(b'"verified"') == judged == 6
    out.unlink()
    assert run(out, 2) == b"".join(whole.splitlines(keepends=True)[:3])
    judged = 0
    assert run(out, None, resume=True) == whole
    assert judged == 3

    run(out, 2)
    (tmp_path / "0.json").write_bytes(b"another")
    with pytest.raises(Refused) as refused:
        run(out, None, resume=True)
    assert refused.value.finding.code.name == "resume.other-run"
    assert ReferredFiles([url]).parts(BEGIN)
