"""Files as records: one canonical form for a media type and bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.records import files
from carbonseal.records.admission import admit
from carbonseal.records.files import MAX_FILE, File, admit_file, guess
from carbonseal.records.profiles import lookup

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


def test_no_json_value_is_a_file() -> None:
    profile = lookup("file/1")
    assert not profile.recognises({"media": "text/csv"})
    assert profile.footprint({}) is None
    with pytest.raises(Refused) as refused:
        profile.check({})
    assert refused.value.finding.code.name == "file.not-bytes"
