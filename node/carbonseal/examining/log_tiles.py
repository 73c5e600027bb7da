"""A log's tiles (C2SP tlog-tiles), from a folder or over HTTP: what `--history` names.

Over HTTP only the named host is queried, answers are bounded, and each is requested once.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from carbonseal.findings import BrokenOff, Refused
from carbonseal.inputs.regular_files import open_regular, read_regular
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.codes import TILE_WRONG_LENGTH
from carbonseal.log.notes import MAX_NOTE, Note
from carbonseal.log.tiles import Tile
from carbonseal.transport import BodyTooLarge, read_stream

from .codes import TILE_NO_CHECKPOINT, TILE_NO_PLACE, TILE_UNREADABLE

MAX_TILE = 32 * 256  # bytes
MOST_KEPT = 4096  # answers: 32 MiB of tiles
TIMEOUT = 30  # seconds, for every piece of an answer


class _Elsewhere(urllib.request.HTTPRedirectHandler):
    """Refuses redirects."""

    def redirect_request(self, *_: Any) -> None:
        return None


class LogTiles:
    """The tiles of the log at `place`, a folder or an http(s) address; a `carbonseal.log.tiles.TileReader`."""

    def __init__(self, place: str) -> None:
        """Raises Refused (tile.no-place) where `place` is neither. A folder may be a file: URI, too."""
        if place.startswith("file:"):
            place = urllib.request.url2pathname(urllib.parse.urlsplit(place).path)
        self._place = place.rstrip("/")
        self._remote = place.startswith(("http://", "https://"))
        if not self._remote and not Path(place).is_dir():
            raise Refused(TILE_NO_PLACE(place=place))
        self._opener = urllib.request.build_opener(_Elsewhere)
        self._fetch = lru_cache(maxsize=MOST_KEPT)(self._request)

    @cached_property
    def checkpoint(self) -> bytes:
        """The signed checkpoint, as the log serves it. Raises BrokenOff (tile.no-checkpoint) where there is none."""
        raw = self._read("checkpoint", MAX_NOTE)
        if raw is None:
            raise BrokenOff(TILE_NO_CHECKPOINT(place=self._place))
        return raw

    @property
    def origin(self) -> str:
        """The log's origin, by its checkpoint. Raises Refused where that is not one."""
        try:
            return Checkpoint.parse(Note.parse(self.checkpoint).text).origin
        except Refused as refused:
            raise refused.under(f"{self._place}/checkpoint") from refused

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` hashes of a tile. Raises `Refused` where neither that tile nor the full one is there."""
        for tile in (Tile(level, index, width), Tile(level, index)):
            data = self._read(tile.path, MAX_TILE)
            if data is not None and len(data) >= 32 * width:
                return data[: 32 * width]
        raise Refused(TILE_WRONG_LENGTH(self._place, tile.path, length=0, expected=32 * width))

    def entries(self, index: int, width: int) -> bytes:
        """No proof reads entries."""
        raise NotImplementedError

    def _read(self, path: str, most: int) -> bytes | None:
        """A file of the log; None where it is not there. Raises BrokenOff (tile.unreadable) where it cannot be read."""
        return self._fetch(path, most) if self._remote else self._open(path, most)

    def _open(self, path: str, most: int) -> bytes | None:
        try:
            with open_regular(Path(self._place) / path) as file:
                return read_stream(file, most)
        except (FileNotFoundError, NotADirectoryError):
            return self._wider(path)
        except (OSError, BodyTooLarge) as error:
            raise BrokenOff(TILE_UNREADABLE(place=f"{self._place}/{path}", reason=error)) from error

    def _wider(self, path: str) -> bytes | None:
        """A partial tile that begins with the wanted one: a log keeps the widest alone."""
        folder = Path(self._place) / path
        if not folder.parent.name.endswith(".p"):
            return None
        wider = [
            int(one.name) for one in folder.parent.glob("*") if one.name.isdigit() and int(one.name) > int(folder.name)
        ]
        return read_regular(folder.with_name(str(min(wider))))[: MAX_TILE + 1] if wider else None

    def _request(self, path: str, most: int) -> bytes | None:
        try:
            with self._opener.open(f"{self._place}/{path}", timeout=TIMEOUT) as response:
                return read_stream(response, most)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise BrokenOff(TILE_UNREADABLE(place=f"{self._place}/{path}", reason=f"HTTP {error.code}")) from error
        except (OSError, http.client.HTTPException, BodyTooLarge, ValueError) as error:
            raise BrokenOff(TILE_UNREADABLE(place=f"{self._place}/{path}", reason=error)) from error
