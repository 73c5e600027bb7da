"""Who must act: for each code that can decide a verdict, the table says it."""

from __future__ import annotations

import pytest

from carbonseal.desk.duties import CODES, FAMILIES, Who, who_acts
from carbonseal.findings import Code, Outcome
from carbonseal.languages.report import REPORT
from tests.repository.texts import codes
from tests.repository.texts.verifiers_codes import met


@pytest.fixture(scope="module")
def deciding() -> dict[str, Code]:
    """The codes that can decide a verdict, by name. Reading them from the sources takes seconds: not at import."""
    return {
        one.code.name: one.code
        for one in codes.defined()
        if met(one.code.name) and one.code.outcome in (Outcome.UNDETERMINED, Outcome.REJECTED)
    }


def test_the_table_has_every_code_that_decides(deciding: dict[str, Code]) -> None:
    assert len(deciding) > 150
    assert [name for name in deciding if name not in CODES and name.partition(".")[0] not in FAMILIES] == []
    assert CODES.keys() <= {one.code.name for one in codes.defined()}


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("signer.not-listed", Who.VERIFIER),
        ("ledger-quorum.unmet", Who.HOLDER),
        ("total.differs", Who.ISSUER),
        ("consistency.mass", Who.ISSUER),
        ("consistency.fork", Who.VERIFIER),
        ("log.fraud", Who.VERIFIER),
        ("statement.unmet", Who.BODY),
    ],
)
def test_it_names_whoever_can_mend_it(code: str, who: Who, deciding: dict[str, Code]) -> None:
    assert who_acts(deciding[code]) is who
    assert f"who-{who.value}" in REPORT
