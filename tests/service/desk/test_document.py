"""The desk's OpenAPI document: valid, served, true to what is answered; schemathesis finds nothing that it lacks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import requests
from openapi_spec_validator import validate

from carbonseal.passport.schemas import Shape
from carbonseal.service.desk.routes import ROUTES, desk_document
from tests.cli.consigning.conftest import LINE, MRN
from tests.service.openapi.fuzzing import fuzz_at

_LINE = {**LINE, "12 03": "https://registry.example/passports/none"}
DECLARED = "\n".join(",".join(cells) for cells in (_LINE, _LINE.values())).encode()
RULES = """\
[[operations]]
include-name = ["POST /examine", "POST /examine.csv", "POST /v1/verify", "GET /"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 422]
"""


def test_it_is_valid_served_and_has_every_route(desk: str) -> None:
    served = requests.get(f"{desk}/openapi.json", timeout=60)
    made = json.loads(desk_document())
    assert served.json() == made
    validate(made)
    said = {(method.upper(), path) for path, operations in made["paths"].items() for method in operations}
    assert said == {(route.method, route.path) for route in ROUTES}
    assert all(operation["security"] == [] for path in made["paths"].values() for operation in path.values())


def test_answers_have_the_forms_that_it_names(desk: str, folder: Path) -> None:
    schemas = json.loads(desk_document())["components"]["schemas"]
    files = [("files", (path.name, path.read_bytes())) for path in sorted(folder.iterdir())]
    declared = ("declaration", ("declaration.csv", DECLARED))
    answer = requests.post(f"{desk}/v1/verify", files=[*files, declared], timeout=60)
    assert answer.status_code == 200, answer.text
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len(lines) == 4
    for line in lines[:3]:
        assert Shape(schemas["Answer"]).problem(line) is None
    assert Shape(schemas["LineAnswer"]).problem(lines[3]) is None
    assert (lines[3]["mrn"], lines[3]["item"], lines[3]["outcome"]) == (MRN, 1, "not checkable")
    refused = requests.get(f"{desk}/nothing", timeout=60)
    assert Shape(schemas["Problem"]).problem(refused.json()) is None


def test_schemathesis_finds_nothing(desk: str) -> None:
    outcome = asyncio.run(fuzz_at(desk, RULES, {}, "--phases", "fuzzing", "--max-examples", "2"))
    assert outcome.status == 0, outcome.output
    assert " passed" in outcome.output
