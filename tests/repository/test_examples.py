"""The files in examples/ are read by the program that they are for."""

from __future__ import annotations

import json

from carbonseal.node.config import parse
from carbonseal.node.issuance import requests
from carbonseal.records.admission import admit
from carbonseal.verification.policy import parse_policy
from tests.repository.sources import REPOSITORY
from tests.vectors.examples import FOOTPRINT

FOLDER = REPOSITORY / "examples"


def test_the_footprint_is_admitted_and_is_the_specifications() -> None:
    raw = (FOLDER / "footprint.json").read_bytes()
    assert admit(raw, "pact/3.0").profile == "pact/3.0"
    assert json.loads(raw) == FOOTPRINT


def test_the_request_has_the_form_of_one() -> None:
    request = json.loads((FOLDER / "passport.request.json").read_bytes())
    for component in request["components"]:
        assert component["passport"].endswith(".json")  # a path, in whose place the command puts the passport
        component["passport"] = {}
    requests.check(request)


def test_the_settings_are_read() -> None:
    settings = parse((FOLDER / "node.toml").read_text(encoding="utf-8"))
    assert [ledger.name for ledger in settings.ledgers] == ["eip155:11155111", "tlog:other.example/log"]
    assert settings.ledgers[0].options["max-fee"] == "30"
    assert (settings.status.days, settings.status.url) == (60, "https://log.example.org")
    assert [witness.url for witness in settings.witnesses] == ["https://witness.example"]


def test_the_policy_is_read() -> None:
    policy = parse_policy((FOLDER / "customs.policy").read_bytes())
    assert set(policy.ledgers) == {"eip155:31337", "tlog:other.example/log"}
    assert policy.status is not None


def test_the_page_lists_every_file() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in FOLDER.iterdir() if path.name != "README.md" and path.name not in page]
