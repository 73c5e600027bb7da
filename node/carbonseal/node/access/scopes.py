"""Scopes: what a principal (a person or a system) may do. Every route of the private listener needs one of them."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Scope(StrEnum):
    """`admin` is about the node (health, ledgers, anchoring), and about no tenant's documents."""

    SUBMIT = "submit"  # records
    READ = "read"  # records, seals and passports of the own tenant, and records that were granted
    ISSUE = "issue"  # passports
    REVIEW = "review"  # what somebody else prepared
    RELEASE = "release"  # what somebody else prepared; and grant others reading
    REVOKE = "revoke"  # revoke, suspend and reinstate
    EXCHANGE = (
        "exchange"  # of the own tenant, at the PACT listener alone: the footprints that node.toml lets the client see
    )
    ADMIN = "admin"


def format_scopes(scopes: Collection[Scope]) -> str:
    """The scopes in their order, with spaces between them."""
    return " ".join(scope.value for scope in Scope if scope in scopes)
