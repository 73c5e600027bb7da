"""Files as records: one canonical form for a media type and bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Finding, Outcome, Refused
from carbonseal.records import files
from carbonseal.records.admission import admit
from carbonseal.records.files import MAX_FILE, File, admit_file, guess
from carbonseal.records.profiles import lookup
from carbonseal.records.sources import Source, read_files

MEDIA = st.from_regex(files.MEDIA_TYPE, fullmatch=True)


@given(MEDIA, st.binary(max_size=64))
def test_a_canonical_form_is_read_again(media: str, data: bytes) -> None:
    file = admit_file(data, media)
    assert File.of_canonical(file.canonical) == file == File(media, data)
    assert admit(data, "file/1", media=media).canonical == file.canonical


@given(MEDIA, MEDIA, st.binary(max_size=8), st.binary(max_size=8))
def test_different_files_have_different_forms(media: str, other: str, data: bytes, more: bytes) -> None:
    same = (media, data) == (other, more)
    assert (File(media, data).canonical == File(other, more).canonical) is same


def test_a_file_over_the_limit_is_undetermined() -> None:
    assert len(admit_file(bytes(MAX_FILE), "text/plain").data) == MAX_FILE
    with pytest.raises(Refused) as refused:
        admit_file(bytes(MAX_FILE + 1), "text/plain")
    assert refused.value.finding.code.name == "file.too-large"
    assert refused.value.finding.code.outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize("media", ["", "pdf", "Text/csv", "text/csv;x=1", "text/csv\n", "text/ csv", "téxt/csv"])
def test_what_is_not_a_media_type(media: str) -> None:
    with pytest.raises(Refused) as refused:
        admit(b"", "file/1", media=media)
    assert refused.value.finding.code.name == "file.media-type"


def test_names_say_what_a_file_is_and_files_how_they_are_named() -> None:
    assert guess("A declaration.PDF") == "application/pdf"
    assert guess("a.csv.exe") == ""
    for suffix, media in files.SUFFIXES.items():
        assert guess(f"x{suffix}") == media
        assert files.SUFFIXES[File(media, b"").suffix] == media
    assert File("font/woff", b"").suffix == ".bin"


def test_files_are_read_with_their_media_types(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.bin"):
        (tmp_path / name).write_bytes(b"\xff")
    paths = [tmp_path / name for name in ("a.pdf", "b.bin", "c.pdf")]
    found = list(read_files(paths))
    assert found[0] == Source((str(paths[0]),), b"\xff", "application/pdf")
    codes = [one.code.name for one in found if isinstance(one, Finding)]
    assert codes == ["source.media-type", "source.missing"]
    assert [one.media for one in read_files(paths[:2], "font/woff") if isinstance(one, Source)] == ["font/woff"] * 2


def test_no_json_value_is_a_file() -> None:
    profile = lookup("file/1")
    assert not profile.recognises({"media": "text/csv"})
    assert profile.footprint({}) is None
    with pytest.raises(Refused) as refused:
        profile.check({})
    assert refused.value.finding.code.name == "file.not-bytes"
