"""Signed documents and status lists beside Digital Bazaar's libraries: each verifies what the other signs, and reads its bits."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.passport.data_integrity import check_proof
from carbonseal.passport.multibase import encode_key, encode_multibase
from carbonseal.passport.status_lists import ENTRIES
from tests.interop.parts import needed, run
from tests.world import World

PROGRAM = Path(__file__).with_name("digitalbazaar") / "documents.mjs"
STATEMENTS = Path(__file__).parents[1] / "vectors" / "statements.json"
SECRET = b"\x80\x26"  # the prefix of a multikey with an Ed25519 secret key

Record = Callable[[str, object], None]


def digitalbazaar(asked: list[dict[str, Any]], folder: Path) -> list[Any]:
    request = folder / "request.json"
    request.write_text(json.dumps(asked))
    answers: list[Any] = json.loads(run("node", PROGRAM, needed("CARBONSEAL_DIGITALBAZAAR"), request))
    return answers


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """All that is signed in a passport with a component, and statements and accreditations of the vectors."""
    world = World()
    passport = json.loads(world.passport(components=[world.passport(world.supplier, "battery")]).encode())
    carried = [*passport["credentials"].values(), *passport["statusLists"].values()]
    stated = [case for case in json.loads(STATEMENTS.read_text())["cases"] if "digest" in case["expect"]]
    return [one["document"] for one in (*carried, *stated)]


def test_they_verify_what_is_signed_here(
    documents: list[dict[str, Any]], tmp_path: Path, record_property: Record
) -> None:
    changed = deepcopy(documents)
    for document in changed:
        document["validFrom"] = "2026-11-20T09:00:01Z"
    proved = deepcopy(documents)
    for document in proved:
        document["proof"]["created"] = "2026-11-20T09:00:01Z"
    asked = [{"document": one} for one in (*documents, *changed, *proved)]
    assert len(documents) > 6
    assert digitalbazaar(asked, tmp_path) == [True] * len(documents) + [False] * 2 * len(documents)
    record_property(
        "counted", f"Digital Bazaar: {len(documents)} of our documents verify, {2 * len(documents)} changed ones do not"
    )


def test_what_they_sign_verifies_here(documents: list[dict[str, Any]], tmp_path: Path, record_property: Record) -> None:
    world = World()
    public = world.maker.public
    method = f"{world.maker.id}#{encode_key(public)}"
    secret = encode_multibase(SECRET + world.maker.key.private_bytes_raw())
    unsigned = [{**one, "issuer": world.maker.id} for one in documents]
    for document in unsigned:
        del document["proof"]
    signed = digitalbazaar([{"unsigned": one, "method": method, "secret": secret} for one in unsigned], tmp_path)
    for document, given in zip(signed, unsigned, strict=True):
        assert {name: value for name, value in document.items() if name != "proof"} == given
        check_proof(document, public)
        with pytest.raises(Refused, match="signature"):
            check_proof({**document, "validFrom": "2026-11-20T09:00:01Z"}, public)
    record_property(
        "counted", f"Digital Bazaar: {len(signed)} documents that they signed verify here, and none changed"
    )


def test_the_same_bits_of_a_status_list_are_set(tmp_path: Path, record_property: Record) -> None:
    world = World()
    lists = [[], [0], [7, 8], [ENTRIES - 1], [1, 63, 64, 65_536], [*range(0, ENTRIES, 997)]]
    drafts = [world.status_document(world.maker, positions) for positions in lists]
    asked = [{"encodedList": draft["credentialSubject"]["encodedList"]} for draft in drafts]
    assert digitalbazaar(asked, tmp_path) == lists
    record_property("counted", f"Digital Bazaar: {len(lists)} status lists read alike")
