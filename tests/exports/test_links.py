"""Names of what has a digest: RFC 6920's own example, and multihashes."""

from __future__ import annotations

import hashlib

from carbonseal.exports.links import digest_multibase, link, name_of
from carbonseal.passport.multibase import decode_multibase

HELLO = hashlib.sha256(b"Hello World!").digest()


def test_the_example_of_the_rfc() -> None:
    assert name_of(HELLO) == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"


def test_a_digest_is_a_multihash() -> None:
    assert digest_multibase(HELLO).startswith("zQm")
    assert decode_multibase(digest_multibase(HELLO)) == b"\x12\x20" + HELLO


def test_a_link_has_both() -> None:
    assert link(HELLO, "a word") == {
        "linkURL": name_of(HELLO),
        "linkName": "a word",
        "digestMultibase": digest_multibase(HELLO),
    }
    assert link(HELLO, "a word", "text/plain")["mediaType"] == "text/plain"
