"""Refusals in PACT's form: the status and the word of each."""

from __future__ import annotations

import orjson
import pytest

from carbonseal.findings import Finding
from carbonseal.node.exchange import codes
from carbonseal.node.lookup.codes import LOOKUP_MALFORMED
from carbonseal.service import codes as http_codes
from carbonseal.service.exchange.errors import refuse

TABLE: tuple[tuple[Finding, int, str, str], ...] = (
    (codes.EXCHANGE_CLIENT_UNKNOWN(), 401, "BadRequest", "invalid_client"),
    (codes.EXCHANGE_CLIENT_SCOPE(client="buyer"), 400, "BadRequest", "unauthorized_client"),
    (codes.EXCHANGE_GRANT_TYPE(problem="none"), 400, "BadRequest", "unsupported_grant_type"),
    (codes.EXCHANGE_TOKEN_UNKNOWN(), 401, "BadRequest", ""),
    (codes.EXCHANGE_TOKEN_EXPIRED(), 401, "TokenExpired", ""),
    (codes.EXCHANGE_UNKNOWN_FOOTPRINT(id="x"), 404, "NotFound", ""),
    (codes.EXCHANGE_PARAMETER(name="limit", problem="none"), 400, "BadRequest", ""),
    (codes.EXCHANGE_EVENT(problem="none"), 400, "BadRequest", ""),
    (codes.EXCHANGE_EVENT_DIFFERS(id="x"), 400, "BadRequest", ""),
    (codes.EXCHANGE_NO_CALL_BACK(client="buyer", source="x"), 400, "BadRequest", ""),
    (codes.EXCHANGE_BUSY(count=1000), 503, "InternalError", ""),
    (LOOKUP_MALFORMED(problem="none"), 400, "BadRequest", ""),
    (http_codes.FROM_A_PAGE(origin="x"), 403, "AccessDenied", ""),
)


@pytest.mark.parametrize(("finding", "status", "word", "error"), TABLE, ids=[row[0].code.name for row in TABLE])
def test_every_refusal_has_a_status_and_one_of_pacts_words(
    finding: Finding, status: int, word: str, error: str
) -> None:
    answer = refuse(finding)
    assert isinstance(answer.body, bytes)
    body = orjson.loads(answer.body)
    assert (answer.status, body["code"], body.get("error", "")) == (status, word, error)
    assert finding.message in body["message"]
    assert finding.code.remedy in body["message"]
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)


def test_every_code_of_the_exchange_is_in_the_table() -> None:
    all_codes = {code.name for name, code in vars(codes).items() if name.startswith("EXCHANGE_")}
    assert all_codes <= {row[0].code.name for row in TABLE}
