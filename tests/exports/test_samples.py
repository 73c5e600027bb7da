"""Copies beside a reduction of UN/CEFACT's schema, where CARBONSEAL_SAMPLES has one (see tests/records/profiles): dppvalidator has
none of the conformity credential."""

from __future__ import annotations

import json
from typing import Any

import pytest

from carbonseal.exports.dcc_form import DCC
from carbonseal.exports.links import digest_multibase
from carbonseal.findings import Refused
from tests.exports.test_dcc_0_7 import COMMITMENT, MODIFIED, commitment, copied, in_passport, of
from tests.flow.chains import Chain
from tests.passport.stated import opinion, program
from tests.records.profiles.changes import SAMPLES

FOLDER = SAMPLES / "untp-dcc"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="CARBONSEAL_SAMPLES has no folder untp-dcc")


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def documents() -> list[Any]:
    chain = Chain()
    pack = chain.product("pack", "7.70")
    made = [
        of(opinion([COMMITMENT])),
        of(opinion([COMMITMENT], accreditor="urn:a:b", number="7", **MODIFIED), accredited=False),
        of(program(covers="model", model="cells 3.1"), level="authority-globalmra"),
        copied(in_passport(chain, pack, [commitment(pack)])),
    ]
    return [one.document for one in made]


def test_copies_are_valid_by_the_published_schema() -> None:
    from jsonschema_rs import Draft202012Validator

    validator = Draft202012Validator(read("untp-dcc-0.7.0.reduced.schema.json"), validate_formats=True)
    assert not [str(error.message)[:200] for document in documents() for error in validator.iter_errors(document)]
    assert not validator.is_valid({**documents()[0], "issuer": "did:web:body.example"})


def test_our_form_takes_the_example_whose_digests_are_no_multibase() -> None:
    text = json.dumps(read("dcc-0.7.0-pcf-example.json"))
    with pytest.raises(Refused, match="digestMultibase"):
        DCC.check(json.loads(text))
    DCC.check(json.loads(text.replace("zQmExample", digest_multibase(COMMITMENT))))
