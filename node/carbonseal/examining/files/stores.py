"""Object stores and other file systems, by URL (``s3://bucket/prefix``), through fsspec (extra `cluster`).

- What is below a URL is listed folder by folder, by name, as folders on a disk are: one listing is in memory at a time for each
  level. Nothing is cached: a store is listed as it is.
- Small files are fetched whole, those of a part at once; of a larger one a window at a time is in memory.
- Credentials and endpoints are those of the process that reads, by its own environment or fsspec's configuration.

Private.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from carbonseal.examining.codes import STORE_IN_PROCESS, STORE_UNKNOWN, STORE_UNREADABLE
from carbonseal.examining.files.codes import UNREAD_FOLDER_LINK, UNREAD_NOT_REGULAR
from carbonseal.examining.files.items import MOST, problem_of
from carbonseal.findings import Finding, Refused

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

# fsspec knows more: other things than files in folders, and some that end in any exception
SCHEMES = ("file", "local", "s3", "s3a", "gs", "gcs", "abfs", "az", "sftp", "ssh")
IN_PROCESS = ("memory", "dask")  # file systems that only the process that made them has
WHOLE = 4 << 20  # bytes up to which a file is fetched at once
STATES = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "mtime")  # what stores call it
WINDOW = 1 << 20  # bytes that are fetched of a larger one


class StoredFile(NamedTuple):
    """A file in a store, how many bytes it has, and what changes with them: a tag, or a time; or why it is not read."""

    url: str
    size: int
    state: str
    problem: Finding | None = None


def open_store(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a URL, and the path in it. Raises Refused (`store.unknown`, `store.in-process`)."""
    from fsspec.core import url_to_fs

    if "::" in url:
        raise Refused(STORE_UNKNOWN(url=url, reason="it is one address in another"))
    scheme = url.partition("://")[0].lower()
    if scheme in IN_PROCESS:
        raise Refused(STORE_IN_PROCESS(url=url))
    if scheme not in SCHEMES:
        raise Refused(STORE_UNKNOWN(url=url, reason=f"supported are {', '.join(SCHEMES)}"))
    try:
        found: tuple[AbstractFileSystem, str] = url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise Refused(STORE_UNKNOWN(url=url, reason=str(error))) from error
    return found


def stored_files(url: str) -> Iterator[StoredFile]:
    """The file at a URL, or every file below it, in the order of their names. Raises Refused (`store.*`)."""
    store, path = open_store(url)
    try:
        about = store.info(path)
        yield from (_below(store, path) if about["type"] == "directory" else [_file(store, about)])
    except _failures() as error:
        raise Refused(STORE_UNREADABLE(url=url, reason=getattr(error, "strerror", "") or str(error))) from error


def _failures() -> tuple[type[Exception], ...]:
    """What a store's file system raises where it cannot be reached: S3's has errors of its own, as of credentials."""
    s3 = sys.modules.get("botocore.exceptions")
    return (OSError,) if s3 is None else (OSError, s3.BotoCoreError)


def _below(store: AbstractFileSystem, path: str) -> Iterator[StoredFile]:
    open_folders = [_listed(store, path)]
    while open_folders:
        about = next(open_folders[-1], None)
        if about is None:
            open_folders.pop()
        elif about["type"] == "directory":
            open_folders.append(_listed(store, about["name"]))
        else:
            yield _file(store, about)


def _listed(store: AbstractFileSystem, path: str) -> Iterator[dict[str, Any]]:
    """What is in a folder, by name; but not the empty object that some stores have in the place of a folder."""
    found = store.ls(path, detail=True)
    return iter(sorted((one for one in found if one["name"].rstrip("/") != path.rstrip("/")), key=_name))


def _name(about: dict[str, Any]) -> str:
    name: str = about["name"].rstrip("/")
    return f"{name}/" if about["type"] == "directory" else name


def _file(store: AbstractFileSystem, about: dict[str, Any]) -> StoredFile:
    state = next((str(about[name]) for name in STATES if about.get(name)), "")
    problem = None if about["type"] == "file" else _problem(store, about["name"])
    return StoredFile(store.unstrip_protocol(about["name"]), about["size"] or 0, state, problem)


def _problem(store: AbstractFileSystem, path: str) -> Finding | None:
    """Why what is not listed as a file is not read; None for a link to one."""
    try:
        kind = store.info(path)["type"]
    except OSError as error:
        return problem_of(error)
    if kind == "directory":
        return UNREAD_FOLDER_LINK()
    return None if kind == "file" else UNREAD_NOT_REGULAR()


def fetch(files: Iterable[StoredFile]) -> dict[str, bytes | Exception]:
    """By URL, the bytes of small files, no more than `MOST` of each, or why they could not be had."""
    found: dict[str, bytes | Exception] = {}
    stores: dict[AbstractFileSystem, dict[str, str]] = {}  # of each, URLs by path
    for url, size, *_ in files:
        if size:
            store, path = open_store(url)
            stores.setdefault(store, {})[path] = url
        else:
            found[url] = b""  # of nothing no range can be had
    for store, urls in stores.items():
        raws = store.cat_ranges([*urls], [0] * len(urls), [MOST] * len(urls), on_error="return")
        found.update(zip(urls.values(), raws, strict=True))
    return found


def open_large(url: str) -> io.BufferedReader:
    """A file, of which `WINDOW` bytes at a time are in memory. Raises OSError."""
    store, path = open_store(url)
    return io.BufferedReader(store.open(path, "rb", block_size=WINDOW, cache_type="readahead"), WINDOW)
