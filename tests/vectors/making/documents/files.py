"""Vectors of records that are files: their canonical form, and how a passport discloses them."""

from __future__ import annotations

import base64
import hashlib

from carbonseal.log.entries import RecordEntry
from carbonseal.passport.bundles import Disclosed
from carbonseal.records.commitments import commit, salt_for
from carbonseal.records.files import File
from tests.vectors import changes
from tests.vectors.cases import Case, case, octets, refused, repeated, undetermined
from tests.vectors.making.verdicts import SINCE, Verdicts
from tests.vectors.scene import Scene, Value
from tests.world import SALT_KEY

DATA = b"%PDF-1.7\n\x00\xff declaration\n"


class FileScene(Scene):
    """A scene in which the footprint is a file."""

    def record(self, text: str) -> Disclosed:
        file = File("application/pdf", DATA)
        salt = salt_for(SALT_KEY, "file/1", file.canonical)
        self.log.append(RecordEntry(commit("file/1", salt, file.canonical)))
        return Disclosed("file/1", salt, {}, file)


def admission() -> list[Case]:
    found = []
    for name, media, data in (
        ("a PDF", "application/pdf", DATA),
        ("an empty file", "text/plain", b""),
        ("JSON as a file is not read", "application/json", b'{"a":1,"a":2}'),
        ("another media type, another record", "application/octet-stream", DATA),
        ("the longest media type", f"{'a' * 127}/{'b' * 127}", b"x"),
    ):
        whole = bytes([0, len(media)]) + media.encode() + data
        expect = {"canonicalSha256": hashlib.sha256(whole).hexdigest()}
        found.append(case(name, "admit", expect, profile="file/1", media=media, input=octets(data)))
    for media in ("", "pdf", "application/PDF", "text/csv; charset=utf-8", "text/", "/pdf", f"{'a' * 128}/b", "a/b/c"):
        wrong = refused("file.media-type")
        found.append(case(f"media type {media[:24]!r}", "admit", wrong, profile="file/1", media=media, input="x"))
    large = repeated(("x", (8 << 20) + 1))
    over = undetermined("file.too-large")
    found.append(case("a file over 8 MiB", "admit", over, profile="file/1", media="text/plain", input=large))
    return found


def verdicts(made: Verdicts) -> None:
    scene = FileScene()
    made.passports["file"], made.trusts["file"] = scene.passport().to_json(), scene.trust_value()
    record = changes.first(made.passports["file"]["records"])
    assert record["data"] == base64.b64encode(DATA).decode()
    made.add("a file", "verified", "record.disclosed", of="file", since=SINCE)
    for name, code, members in (
        ("a file with a byte changed", "passport.wrong-key", {"data": base64.b64encode(DATA + b"x").decode()}),
        ("a file of another media type", "passport.wrong-key", {"media": "text/plain"}),
        ("a media type with a parameter", "passport.malformed", {"media": "text/plain; charset=utf-8"}),
        ("a file with stray bits", "passport.malformed", {"data": "AB=="}),
    ):
        made.add(name, "rejected", code, of="file", change=_record(members))
    made.add(
        "a file with a document", "undetermined", "passport.unknown-member", of="file", change=_record({"document": {}})
    )
    made.add("a file in the place of a document", "rejected", "passport.malformed", of="plain", change=_as_file)


def _record(members: Value) -> changes.Change:
    return lambda value: changes.first(value["records"]).update(members)


def _as_file(value: Value) -> None:
    record = changes.first(value["records"])
    del record["document"]
    record.update(media="text/plain", data="")
