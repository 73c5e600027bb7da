"""Tokens: who is let in by one, until when, and what a change of one does to the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Kind
from carbonseal.node.access.principals import Principals
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import DAY, PREFIX, NewToken, Tokens
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE

NOW = 1_800_000_000
READ = frozenset({Scope.READ})
ERP = NewToken("erp-1", "erp", Kind.SYSTEM, "acme", READ, 10)
ANNA = NewToken("anna-1", "anna", Kind.PERSON, "acme", frozenset({Scope.REVIEW, Scope.RELEASE}), 10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.db"


@pytest.fixture
def tokens(path: Path) -> Iterator[Tokens]:
    with closing(Database(path, NODE)) as database:
        yield Tokens(database, Principals(database, ["acme", "other"]))


def code(act: object) -> str:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    return refused.value.finding.code.name


def test_who_presents_a_token_is_its_principal(tokens: Tokens) -> None:
    secret = tokens.create(ERP, NOW)
    caller = tokens.admit(secret, NOW)
    assert (caller.name, caller.kind, caller.tenant, caller.scopes) == ("erp", Kind.SYSTEM, "acme", READ)
    assert caller.token == "erp-1"
    assert caller.may_see("acme")
    assert not caller.may_see("other")
    for wrong in ("", secret[:-1], secret + "x", secret.lower(), secret.removeprefix(PREFIX), "x"):
        assert code(lambda wrong=wrong: tokens.admit(wrong, NOW)) == "access.unknown-token"


def test_the_secret_is_nowhere_in_the_database(tokens: Tokens, path: Path) -> None:
    secret = tokens.create(ERP, NOW)
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"erp-1" in stored
    assert secret.encode() not in stored
    assert secret.removeprefix(PREFIX).encode() not in stored


def test_they_are_needed_once_there_is_one(tokens: Tokens) -> None:
    before = tokens.principals.are_there
    tokens.create(ERP, NOW)
    assert (before, tokens.principals.are_there) == (False, True)


def test_no_two_secrets_are_alike(tokens: Tokens) -> None:
    secrets = {tokens.create(NewToken(f"t{n}", "erp", Kind.SYSTEM, "acme", READ, 1), NOW) for n in range(20)}
    assert len(secrets) == 20
    assert all(len(secret) == len(PREFIX) + 43 for secret in secrets)


def test_a_token_ends_to_the_second_and_stays_needed(tokens: Tokens) -> None:
    secret = tokens.create(ERP, NOW)
    assert tokens.admit(secret, NOW + 10 * DAY - 1).name == "erp"
    assert code(lambda: tokens.admit(secret, NOW + 10 * DAY)) == "access.token-expired"
    assert tokens.principals.are_there


def test_a_rotated_token_works_on_until_the_overlap_is_over(tokens: Tokens) -> None:
    old = tokens.create(ERP, NOW)
    new = tokens.rotate("erp-1", NOW + DAY, 20, 3600)
    assert tokens.admit(old, NOW + DAY + 3599).token == tokens.admit(new, NOW + DAY).token == "erp-1"
    assert code(lambda: tokens.admit(old, NOW + DAY + 3600)) == "access.token-expired"
    assert tokens.admit(new, NOW + 21 * DAY - 1).name == "erp"
    tokens.rotate("erp-1", NOW + 20 * DAY, 20, 30 * DAY)  # an overlap makes no token live longer
    assert code(lambda: tokens.admit(new, NOW + 21 * DAY)) == "access.token-expired"


def test_a_revoked_name_lets_nobody_in_and_others_stay(tokens: Tokens) -> None:
    old = tokens.create(ERP, NOW)
    new = tokens.rotate("erp-1", NOW, 20, 3600)
    other = tokens.create(NewToken("erp-2", "erp", Kind.SYSTEM, None, None, 5), NOW)
    assert tokens.revoke("erp-1", NOW) == 2
    for secret in (old, new):
        assert code(lambda secret=secret: tokens.admit(secret, NOW)) == "access.token-revoked"
    assert tokens.admit(other, NOW).name == "erp"
    assert code(lambda: tokens.revoke("erp-1", NOW)) == "access.no-such-token"
    assert code(lambda: tokens.rotate("erp-1", NOW, 1, 0)) == "access.no-such-token"
    assert code(lambda: tokens.create(ERP, NOW)) == "access.name-taken"


def test_everything_is_there_after_a_restart(tokens: Tokens, path: Path) -> None:
    erp, anna = tokens.create(ERP, NOW), tokens.create(ANNA, NOW)
    tokens.revoke("anna-1", NOW)
    tokens.principals.set_scopes("erp", [Scope.SUBMIT])
    with closing(Database(path, NODE)) as database:
        again = Tokens(database, Principals(database, ["acme"]))
        assert again.principals.are_there
        assert again.admit(erp, NOW) == tokens.admit(erp, NOW)
        assert again.admit(erp, NOW).scopes == {Scope.SUBMIT}
        assert code(lambda: again.admit(anna, NOW)) == "access.token-revoked"
        assert again.all() == tokens.all()


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (NewToken("x", "erp", Kind.PERSON, None, None, 1), "access.principal-differs"),
        (NewToken("x", "erp", Kind.SYSTEM, "other", READ, 1), "access.principal-differs"),
        (
            NewToken("x", "erp", Kind.SYSTEM, "acme", frozenset({Scope.READ, Scope.ISSUE}), 1),
            "access.principal-differs",
        ),
        (NewToken("x", "new", Kind.SYSTEM, "nobody", READ, 1), "node.unknown-tenant"),
        (NewToken("x", "new", Kind.SYSTEM, None, None, 1), "access.new-principal"),
        (NewToken("x", "new", Kind.SYSTEM, "acme", frozenset(), 1), "access.new-principal"),
        (NewToken("x", "new", Kind.SYSTEM, "acme", frozenset({Scope.RELEASE}), 1), "access.scopes-together"),
        (NewToken("x", "new", Kind.SYSTEM, "acme", frozenset({Scope.REVIEW}), 1), "access.scopes-together"),
        (
            NewToken("x", "new", Kind.PERSON, "acme", frozenset({Scope.ADMIN, Scope.RELEASE}), 1),
            "access.scopes-together",
        ),
    ],
)
def test_what_cannot_be_made(tokens: Tokens, new: NewToken, expected: str) -> None:
    tokens.create(ERP, NOW)
    assert code(lambda: tokens.create(new, NOW)) == expected
    assert len(tokens.all()) == 1


def test_scopes_that_cannot_be_together_cannot_be_set_either(tokens: Tokens) -> None:
    tokens.create(ANNA, NOW)
    assert code(lambda: tokens.principals.set_scopes("anna", [Scope.ADMIN, Scope.REVIEW])) == "access.scopes-together"
    assert code(lambda: tokens.principals.set_scopes("nobody", [Scope.READ])) == "access.no-such-principal"
    tokens.principals.set_scopes("anna", [Scope.ADMIN])
    assert tokens.principals.named("anna").scopes == {Scope.ADMIN}
