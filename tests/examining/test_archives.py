"""Archives: what is in them is read like files; bombs, names that lead out, links and devices are refused in words."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.examining.files import archives, codes
from carbonseal.examining.files.given import GivenFiles
from carbonseal.findings import Finding

PASSPORT = b'{"carbonseal":"passport/1"}'
FILES = {"a.json": PASSPORT, "b/C.JSON": b"[]", "d": b"%PDF"}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return file.getvalue()


def tarred(files: dict[str, bytes], *others: tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, raw in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
        for other in others:
            archive.addfile(other)
    return file.getvalue()


def tgz(files: dict[str, bytes]) -> bytes:
    return gzip.compress(tarred(files))


def read(folder: Path, raw: bytes) -> dict[str, bytes | Finding]:
    """The items of a file with these bytes: without the file's name, each with its bytes or its problem."""
    path = folder / "batch"
    path.write_bytes(raw)
    return {item.name.removeprefix(f"{path}"): item.problem or item.raw for item in GivenFiles([str(path)])}


@pytest.mark.parametrize("pack", [zipped, tarred, tgz, lambda files: gzip.compress(zipped(files))])
def test_files_in_archives_are_items(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    assert read(tmp_path, pack(FILES)) == {f"!{name}": raw for name, raw in FILES.items()}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar(tmp_path: Path, form: int) -> None:
    long = "/".join(["f" * 40] * 4) if form == tarfile.USTAR_FORMAT else "f" * 300
    assert read(tmp_path, tarred({long: PASSPORT}, form=form)) == {f"!{long}": PASSPORT}


def test_a_packed_file_alone_keeps_its_name(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(PASSPORT)) == {"": PASSPORT}
    path = tmp_path / "batch"
    files = GivenFiles([str(path)])
    assert (files.many, files.find(str(path))) == (False, PASSPORT)


def test_lines_and_archives_in_archives(tmp_path: Path) -> None:
    lines = PASSPORT + b"\n" + PASSPORT
    inner = {"day.ndjson": lines, "more.zip": zipped({"c.json": PASSPORT}), "e.json.gz": gzip.compress(PASSPORT)}
    assert read(tmp_path, zipped(inner)) == {
        "!day.ndjson!1": PASSPORT + b"\n",
        "!day.ndjson!2": PASSPORT,
        "!more.zip!c.json": PASSPORT,
        "!e.json.gz": PASSPORT,
    }
    assert GivenFiles([str(tmp_path / "batch")]).find(f"{tmp_path / 'batch'}!more.zip!c.json") == PASSPORT


@pytest.mark.parametrize("member", ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"])
def test_documents_that_are_zip_archives_are_not_opened(tmp_path: Path, member: str) -> None:
    raw = zipped({"a.xml": b"<a/>", member: b"<b/>"})
    assert read(tmp_path, raw) == {"": raw}


def test_what_macos_adds_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "batch.zip"
    path.write_bytes(zipped({"a.json": PASSPORT, "__MACOSX/._a.json": b"\0\5\x16\7", "b/.DS_Store": b"\0"}))
    files = GivenFiles([str(path)])
    assert [item.name for item in files] == [f"{path}!a.json"]
    assert [*files.left_out] == [f"{path}!__MACOSX/._a.json", f"{path}!b/.DS_Store"]


@pytest.mark.parametrize(
    "name", ["../x.json", "a/../../x.json", "/etc/x.json", "C:x.json", "C:\\x.json", "a\\..\\x", "\\\\host\\x"]
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_are_refused(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes], name: str) -> None:
    found = read(tmp_path, pack({name: PASSPORT, "a.json": PASSPORT}))
    assert found == {f"!{name}": codes.UNREAD_LEADS_OUT(), "!a.json": PASSPORT}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("b.json")
    member.type, member.linkname = kind, "/etc/passwd"
    problem = codes.UNREAD_LINK() if kind in (b"1", b"2") else codes.UNREAD_NOT_REGULAR()
    assert read(tmp_path, tarred({"a.json": PASSPORT}, member)) == {"!a.json": PASSPORT, "!b.json": problem}


def special(mode: int, flags: int = 0, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive with one file as it is, and one with this mode, these flags or this method in its directory."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.json", PASSPORT)
        archive.writestr("b.json", b"/etc/passwd")
        info = archive.getinfo("b.json")
        info.external_attr = mode << 16
        info.flag_bits |= flags
        info.compress_type = method
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (special(stat.S_IFLNK | 0o777), codes.UNREAD_LINK()),
        (special(stat.S_IFCHR | 0o644), codes.UNREAD_NOT_REGULAR()),
        (special(stat.S_IFREG | 0o644, flags=1), codes.UNREAD_ENCRYPTED()),
        (special(stat.S_IFREG | 0o644, method=zipfile.ZIP_LZMA), codes.UNREAD_METHOD()),
    ],
)
def test_what_a_zip_archive_may_not_have(tmp_path: Path, raw: bytes, problem: Finding) -> None:
    assert read(tmp_path, raw) == {"!a.json": PASSPORT, "!b.json": problem}


RATIO = codes.UNREAD_RATIO(most=50)
ZEROS = bytes(archives.FREE + 1)
MANY_ZEROS = {f"{n}": ZEROS[: 1 << 20] for n in range(20)}


@pytest.mark.parametrize(
    ("bomb", "found"),
    [
        (lambda: gzip.compress(ZEROS), {"": RATIO}),
        (lambda: gzip.compress(gzip.compress(ZEROS * 8)), {"": RATIO}),
        (lambda: zipped({"a.json": PASSPORT, "zeros": ZEROS, "more": PASSPORT}), {"!a.json": PASSPORT, "": RATIO}),
        (
            lambda: zipped({"a.json": PASSPORT, "b.gz": gzip.compress(ZEROS), "c": b""}),
            {"!a.json": PASSPORT, "": RATIO},
        ),
        (lambda: zipped({"a.zip": zipped({"zeros": ZEROS}), "c": b""}), {"": RATIO}),
        (lambda: tgz({"a.json": PASSPORT, "zeros": ZEROS, "more": PASSPORT}), {"!a.json": PASSPORT, "": RATIO}),
        (lambda: tgz({"a.json": PASSPORT, **MANY_ZEROS}), {"!a.json": PASSPORT, "": RATIO}),
    ],
)
def test_bombs_are_not_read_on(tmp_path: Path, bomb: Callable[[], bytes], found: dict[str, object]) -> None:
    """What came before is read."""
    given = read(tmp_path, bomb())
    assert {name: item for name, item in given.items() if not isinstance(item, bytes) or len(item) < 100} == found


def test_more_files_than_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    for pack in (zipped, tarred):
        found = read(tmp_path, pack({f"{number}": PASSPORT for number in range(5)}))
        assert found == {
            **{f"!{n}": PASSPORT for n in range(3)},
            "": codes.UNREAD_MANY(most=3),
        }


def test_archives_that_are_nested_too_deep(tmp_path: Path) -> None:
    three = zipped({"a.tgz": tgz({"a.json": PASSPORT})})
    assert read(tmp_path, three) == {"!a.tgz!a.json": PASSPORT}
    four = read(tmp_path, zipped({"b.zip": three, "c.json": PASSPORT}))
    assert four == {
        "!b.zip!a.tgz": codes.UNREAD_DEEP(most=3),
        "!c.json": PASSPORT,
    }


def test_a_long_name_or_directory_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LONGEST_HEADER", 100)
    monkeypatch.setattr(archives, "LONGEST_DIRECTORY", 100)
    for pack in (zipped, tarred):
        (found,) = read(tmp_path, pack({"f" * 300: PASSPORT})).items()
        assert found[0] == ""
        assert isinstance(found[1], Finding)
        assert found[1].code is codes.UNREAD_DAMAGED


@pytest.mark.parametrize("pack", [zipped, tarred, tgz])
def test_a_name_that_is_longer_than_any_path_is_shortened(
    tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    """Results are kept by name: what somebody delivers must not make them long."""
    longest = "é" * (archives.LONGEST_NAME // 2)
    found = read(tmp_path, pack({"a.json": PASSPORT, f"{longest}e": PASSPORT, longest: PASSPORT, "b.json": PASSPORT}))
    problem = codes.UNREAD_LONG_NAME(most="4,096")
    assert found == {"!a.json": PASSPORT, f"!{'é' * 80}…": problem, f"!{longest}": PASSPORT, "!b.json": PASSPORT}


def test_names_of_a_megabyte_leave_no_long_results(tmp_path: Path) -> None:
    path = tmp_path / "batch"
    path.write_bytes(tgz({f"{number:03}{'e' * 1_000_000}": os.urandom(30_000) for number in range(3)} | FILES))
    items = [*GivenFiles([str(path)])]
    assert max(len(item.name) for item in items) < len(str(path)) + 100
    assert [item.raw for item in items[3:]] == [*FILES.values()]


@pytest.mark.parametrize("pack", [zipped, tarred, tgz, lambda files: gzip.compress(files["a.json"])])
def test_an_archive_that_is_cut_off_is_not_silent(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    raw = pack({"a.json": PASSPORT, "b.json": PASSPORT * 100})
    end = len(raw.rstrip(b"\0")) if pack is tarred else len(raw)
    for length in (end - 1, end // 2):
        found = read(tmp_path, raw[:length])
        assert any(isinstance(item, Finding) and item.code is codes.UNREAD_DAMAGED for item in found.values()), length


def test_a_damaged_file_costs_no_other(tmp_path: Path) -> None:
    raw = zipped({"a.json": PASSPORT, "b.json": PASSPORT}, zipfile.ZIP_STORED)
    found = read(tmp_path, raw.replace(PASSPORT, PASSPORT[::-1], 1))
    assert found["!b.json"] == PASSPORT
    assert found["!a.json"] == codes.UNREAD_DAMAGED_INSIDE(reason="Bad CRC-32 for file 'a.json'")


def test_a_long_file_in_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has lines or files in it is not read in part."""
    monkeypatch.setattr(archives, "MOST", 1000)
    long = b"0" * 2000
    inner = {"long": long, "lines": (PASSPORT + b"\n") * 50, "zip": zipped({"a": long}, zipfile.ZIP_STORED)}
    found = read(tmp_path, tarred(inner))
    assert found.pop("!long") == long[:1000]
    assert found == dict.fromkeys(("!lines", "!zip"), codes.UNREAD_LONG(most=999))


@given(st.sampled_from([zipped(FILES), tarred(FILES), tgz(FILES)]), st.data())
def test_any_damage_is_an_item(tmp_path_factory: pytest.TempPathFactory, raw: bytes, data: st.DataObject) -> None:
    """Nothing is raised, whatever an archive says of itself."""
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read(tmp_path_factory.mktemp("any"), bytes(changed))
