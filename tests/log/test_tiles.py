"""Names and bytes of tiles and bundles, as C2SP tlog-tiles has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.log.tiles import (
    Tile,
    bundle_path,
    bundles_between,
    cut_bundle,
    decode_bundle,
    encode_bundle,
    partial_tiles,
)
from tests.log.refusals import refusal

ENTRIES = st.lists(st.binary(max_size=300), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 7, 255), "tile/0/007.p/255"),
        (Tile(1, 999), "tile/1/999"),
        (Tile(2, 1000, 1), "tile/2/x001/000.p/1"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 10**9), "tile/63/x001/x000/x000/000"),
    ],
)
def test_paths_of_tiles(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_paths_of_bundles() -> None:
    assert bundle_path(1234067) == "tile/entries/x001/x234/067"
    assert bundle_path(5, 3) == "tile/entries/005.p/3"


def test_the_specifications_example_of_partial_tiles() -> None:
    assert list(partial_tiles(70_000)) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(partial_tiles(256)) == [Tile(1, 0, 1)]
    assert list(partial_tiles(0)) == []


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_bundles_to_write_are_those_with_new_entries(old: int, grown: int) -> None:
    new = old + grown
    bundles = list(bundles_between(old, new))
    expected = {entry // 256 for entry in range(old, new)}
    assert [bundle.index for bundle in bundles] == sorted(expected)
    assert all(bundle.width == min(256, new - 256 * bundle.index) for bundle in bundles)


@given(ENTRIES, st.data())
def test_bundles_read_back_and_can_be_cut(entries: list[bytes], data: st.DataObject) -> None:
    bundle = encode_bundle(entries)
    assert decode_bundle(bundle, len(entries)) == entries
    width = data.draw(st.integers(1, len(entries)))
    assert decode_bundle(cut_bundle(bundle, width), width) == entries[:width]


@given(ENTRIES, st.data())
def test_bundles_of_another_length_are_refused(entries: list[bytes], data: st.DataObject) -> None:
    bundle = encode_bundle(entries)
    cut = data.draw(st.integers(0, len(bundle) - 1))
    assert refusal(decode_bundle, bundle[:cut], len(entries)) == "bundle.truncated"
    assert refusal(decode_bundle, bundle, len(entries) + 1) == "bundle.truncated"
    assert refusal(cut_bundle, bundle, len(entries) + 1) == "bundle.truncated"
    assert refusal(decode_bundle, bundle + b"\0", len(entries)) == "bundle.too-long"


def test_an_entry_fits_its_length_field() -> None:
    assert decode_bundle(encode_bundle([bytes(65_535), b""]), 2) == [bytes(65_535), b""]
    assert refusal(encode_bundle, [bytes(65_536)]) == "entry.too-long"
