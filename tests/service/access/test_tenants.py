"""Tenants are a boundary: over every route, what is another tenant's is answered as what is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.service.app import ROUTES
from carbonseal.service.listeners import OPERATOR_ONLY, PUBLIC
from carbonseal.service.operations import drafts, webhooks
from carbonseal.service.operations.listed import address_of
from tests.service.access.tenants import Json, Party, make, parties

NOBODYS = "0" * 64


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return make(tmp_path / "node")


def run(directory: Path, act: Callable[[Node, Party, Party], Awaitable[None]]) -> None:
    async def go() -> None:
        async with parties(directory) as (node, mine, theirs):
            await act(node, mine, theirs)

    asyncio.run(go())


Attack = Callable[[str, str], tuple[str, Any]]  # (commitment, credential digest) -> path, body


def of_digest(kind: str, act: str) -> list[Attack]:
    """An act on a statement or an accreditation that somebody else's issued document is not."""
    reason = {} if act == "export" else {"reason": "x"}
    return [lambda _, digest: (f"/v1/{kind}s/{act}", {kind: digest, **reason})]


ACTS = {
    "statement": ("export", "withdraw", "suspend", "reinstate"),
    "accreditation": ("export", "withdraw", "suspend"),
}


def issued_with(commitment: str, **changes: Any) -> Json:
    listed = {"role": "footprint", "commitment": commitment, **changes}
    return {"issuer": "maker-of-mine", "subject": "urn:example:mine", "records": [listed]}


# For each route at which a tenant's documents could be asked for: how one asks for somebody else's.
ATTACKS: dict[tuple[str, str], list[Attack]] = {
    ("GET", "/v1/records/{commitment}"): [lambda c, d: (f"/v1/records/{c}", None)],
    ("GET", "/v1/records/{commitment}/content"): [lambda c, d: (f"/v1/records/{c}/content", None)],
    ("GET", "/v1/seals/{commitment}"): [lambda c, d: (f"/v1/seals/{c}", None)],
    ("POST", "/v1/passports"): [
        lambda c, d: ("/v1/passports", issued_with(c)),
        lambda c, d: ("/v1/passports", issued_with(c, disclose=False)),
    ],
    ("GET", "/v1/passports/{digest}"): [lambda c, d: (f"/v1/passports/{d}", None)],
    ("POST", "/v1/passports/{digest}/revoke"): [lambda c, d: (f"/v1/passports/{d}/revoke", {"reason": "x"})],
    ("POST", "/v1/passports/{digest}/suspend"): [lambda c, d: (f"/v1/passports/{d}/suspend", {"reason": "x"})],
    ("POST", "/v1/passports/{digest}/reinstate"): [lambda c, d: (f"/v1/passports/{d}/reinstate", {"reason": "x"})],
    ("POST", "/v1/grants"): [lambda c, d: ("/v1/grants", {"commitment": c, "reader": "system-mine"})],
    ("POST", "/v1/grants/revoke"): [lambda c, d: ("/v1/grants/revoke", {"commitment": c, "reader": "system-mine"})],
}
# Statements and accreditations, which these parties have not: what one of them issued is no such document.
CONFORMITY: dict[tuple[str, str], list[Attack]] = {
    ("POST", f"/v1/{kind}s/{act}"): of_digest(kind, act) for kind, acts in ACTS.items() for act in acts
}
# Routes at which nobody's document can be named, or only a body or an accreditor of the caller's own tenant; `test_lists_...`
# and `test_submitting_...` are about the first of them, tests/service/requests/test_jobs.py about jobs.
NAMELESS = {
    ("GET", "/v1/passports"),
    ("GET", "/v1/grants"),
    ("POST", "/v1/records"),
    ("POST", "/v1/records/states"),  # `tests/service/openapi/test_lists.py`
    ("GET", "/v1/records"),  # `tests/service/records/test_look_up.py`, and the next one
    ("POST", "/v1/records/find"),
    *(("POST", f"/v1/{kind}s/issue") for kind in ACTS),
    *(("GET", f"/v1/{kind}s") for kind in ACTS),
    *(
        ("GET" if one.is_list else "POST", address_of(name)) for name, one in webhooks.OPERATIONS.items()
    ),  # `test_webhook_tenants`
    ("GET", "/v1/exchange/events"),  # of the own tenant alone: `tests/service/exchange`
    ("GET", "/v1/jobs"),
    *(("GET", f"/v1/jobs/{{job}}{rest}") for rest in ("", "/results", "/passports")),
    *(("POST", f"/v1/jobs/{act}") for act in ("issue", "export", "show", "cancel")),
}
# Drafts have numbers: `tests/node/issuance/drafts/test_drafts.py` tries those of another tenant, in every way.
DRAFTS = {("POST", f"/v1/{name}") for name in drafts.OPERATIONS if name != "drafts/list"} | {("GET", "/v1/drafts")}


def test_every_route_is_attacked_or_names_nothing() -> None:
    """A new route has to be added here, with how it is attacked."""
    asked = {(route.method, route.path) for route in ROUTES if route.needs not in (PUBLIC, OPERATOR_ONLY, Scope.ADMIN)}
    assert asked == {*ATTACKS, *CONFORMITY, *NAMELESS, *DRAFTS}


def test_what_is_anothers_is_answered_as_what_is_not_there(directory: Path) -> None:
    needs = {(route.method, route.path): route.needs for route in ROUTES}

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        for (method, route), attacks in {**ATTACKS, **CONFORMITY}.items():
            scope = needs[method, route]
            assert isinstance(scope, Scope)
            for attack in attacks:
                path, body = attack(NOBODYS, NOBODYS)
                status, nothing = await mine.ask(scope, method, path, body)
                assert status in (400, 404, 422), (route, nothing)
                path, body = attack(theirs.commitment, theirs.digest)
                found = await mine.ask(scope, method, path, body)
                for digest in (theirs.commitment, theirs.digest):
                    nothing = (
                        nothing.replace(NOBODYS.encode(), digest.encode()) if digest.encode() in found[1] else nothing
                    )
                assert found == (status, nothing), route
        assert node.issued_as(parse(theirs.passport).root).revoked is False  # type: ignore[union-attr]
        assert not node.issued_as(parse(theirs.passport).root).suspended  # type: ignore[union-attr]

    run(directory, act)


def test_what_is_ones_own_is_there(directory: Path) -> None:
    """The same requests, for the own documents: none of the attacks fails for another reason."""
    needs = {(route.method, route.path): route.needs for route in ROUTES}

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        for (method, route), attacks in ATTACKS.items():
            for attack in attacks:
                path, body = attack(mine.commitment, mine.digest)
                scope = needs[method, route]
                assert isinstance(scope, Scope)
                status, raw = await mine.ask(scope, method, path, body)
                assert status in (200, 201), (route, raw)

    run(directory, act)


def test_lists_have_the_own_alone(directory: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        for party in (mine, theirs):
            _, raw = await party.ask(Scope.READ, "GET", "/v1/passports")
            assert [one["credential"] for one in orjson.loads(raw)["items"]] == [party.digest]
            await party.ask(
                Scope.RELEASE, "POST", "/v1/grants", {"commitment": party.commitment, "reader": "person-mine"}
            )
        _, raw = await theirs.ask(Scope.READ, "GET", "/v1/grants")
        assert [one["commitment"] for one in orjson.loads(raw)["items"]] == [theirs.commitment]
        assert [issued.digest.hex() for issued in node.issued()] == [mine.digest, theirs.digest]  # the operator's list

    run(directory, act)


def test_submitting_for_another_tenant_is_refused_as_for_none(directory: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        answers = []
        for tenant in ("theirs", "nobody"):
            path = f"/v1/records?profile=json/1&tenant={tenant}"
            status, raw = await mine.ask(Scope.SUBMIT, "POST", path, {"n": 1})
            answers.append((status, raw.replace(tenant.encode(), b"NAME")))
        assert answers[0] == answers[1]
        assert orjson.loads(answers[0][1])["code"] == "node.unknown-tenant"
        status, raw = await mine.ask(Scope.SUBMIT, "POST", "/v1/records?profile=json/1&tenant=mine", {"n": 1})
        assert status == 201

    run(directory, act)


def test_an_equal_document_is_no_oracle(directory: Path) -> None:
    """Both have sealed the same document: nobody can tell from commitment, salt or receipt."""

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        assert mine.commitment != theirs.commitment
        assert mine.salt != theirs.salt
        again = await mine.seal(b'{"kilograms": "12.50"}')
        assert (again["commitment"], again["salt"]) == (mine.commitment, mine.salt)

    run(directory, act)


def test_anothers_issuer_is_as_one_that_is_not_there(directory: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        answers = []
        for issuer in ("maker-of-theirs", "maker-of-nobody"):
            wanted = {**mine.request(mine.commitment), "issuer": issuer}
            status, raw = await mine.ask(Scope.ISSUE, "POST", "/v1/passports", wanted)
            answers.append((status, raw.replace(issuer.encode(), b"NAME")))
        assert answers[0] == answers[1]
        assert b"maker-of-mine" in answers[0][1]

    run(directory, act)


def test_superseding_anothers_credential_tells_nothing(directory: Path) -> None:
    async def warnings(party: Party, digest: str) -> bytes:
        wanted = {**party.request(party.commitment), "supersedes": digest}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {party.tokens[Scope.ISSUE]}"}
        async with party.session.post("/v1/passports", json=wanted, headers=headers) as response:
            assert response.status == 201
            return repr(response.headers.getall("Carbonseal-Warning", [])).replace(digest, "DIGEST").encode()

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        assert await warnings(mine, theirs.digest) == await warnings(mine, NOBODYS)
        assert b"supersedes-unknown" not in await warnings(mine, mine.digest)

    run(directory, act)


def test_a_component_is_cited_by_presenting_its_passport(directory: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        per = {"amount": "1", "unit": "piece"}
        component = {"passport": orjson.loads(theirs.passport), "quantity": "1", "unit": "piece", "per": per}
        wanted = {**mine.request(mine.commitment), "components": [{**component, "basis": "listed"}]}
        status, raw = await mine.ask(Scope.ISSUE, "POST", "/v1/passports", wanted)
        assert status == 201, raw
        assert theirs.digest in raw.decode()

    run(directory, act)


def test_who_was_granted_reads_and_cites_and_discloses_nothing(directory: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        grant = {"commitment": theirs.commitment, "reader": "system-mine"}
        assert await theirs.ask(Scope.RELEASE, "POST", "/v1/grants", grant) == (200, b'{"new":true}')
        assert await theirs.ask(Scope.RELEASE, "POST", "/v1/grants", grant) == (200, b'{"new":false}')
        path = f"/v1/records/{theirs.commitment}"
        assert (await mine.ask(Scope.READ, "GET", path))[0] == 200
        assert await mine.ask(Scope.READ, "GET", f"{path}/content") == (200, b'{"kilograms":"12.50"}')
        assert (await mine.ask(Scope.READ, "GET", f"/v1/seals/{theirs.commitment}"))[0] == 200
        status, raw = await mine.ask(Scope.ISSUE, "POST", "/v1/passports", mine.request(theirs.commitment))
        assert (status, orjson.loads(raw)["code"]) == (400, "issue.not-to-disclose")
        cited = mine.request(theirs.commitment, disclose=False)
        status, raw = await mine.ask(Scope.ISSUE, "POST", "/v1/passports", cited)
        assert status == 201
        assert b"12.50" not in raw
        assert theirs.salt.encode() not in raw
        # it is system-mine's alone, and no other's of its tenant; who may read does not hand on
        assert (await mine.ask(Scope.RELEASE, "POST", "/v1/grants", {**grant, "reader": "person-mine"}))[0] == 404
        _, raw = await mine.ask(Scope.READ, "GET", "/v1/grants")
        assert [one["tenant"] for one in orjson.loads(raw)["items"]] == ["theirs"]
        assert await theirs.ask(Scope.RELEASE, "POST", "/v1/grants/revoke", grant) == (200, b'{"new":true}')
        assert await theirs.ask(Scope.RELEASE, "POST", "/v1/grants/revoke", grant) == (200, b'{"new":false}')
        for asked in (path, f"{path}/content", f"/v1/seals/{theirs.commitment}"):
            status, raw = await mine.ask(Scope.READ, "GET", asked)
            assert (status, orjson.loads(raw)["code"]) == (404, "node.unknown-commitment")
        assert (await mine.ask(Scope.ISSUE, "POST", "/v1/passports", cited))[0] == 404

    run(directory, act)


def test_a_grant_to_nobody_is_refused(directory: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        grant = {"commitment": mine.commitment, "reader": "nobody"}
        status, raw = await mine.ask(Scope.RELEASE, "POST", "/v1/grants", grant)
        assert (status, orjson.loads(raw)["code"]) == (404, "access.no-such-principal")

    run(directory, act)


def test_a_file_comes_as_what_no_browser_opens(directory: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        page = b"<script>alert(1)</script>"
        headers = {"Content-Type": "text/html", "Authorization": f"Bearer {mine.tokens[Scope.SUBMIT]}"}
        async with mine.session.post("/v1/records?profile=file/1", data=page, headers=headers) as response:
            receipt = await response.json()
        headers = {"Authorization": f"Bearer {mine.tokens[Scope.READ]}"}
        async with mine.session.get(f"/v1/records/{receipt['commitment']}/content", headers=headers) as response:
            assert await response.read() == page
            assert response.content_type == "application/octet-stream"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Disposition"] == "attachment"
            assert (response.headers["Carbonseal-Profile"], response.headers["Carbonseal-Media"]) == (
                "file/1",
                "text/html",
            )

    run(directory, act)
