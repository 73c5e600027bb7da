"""Operations of a node, each by its name: `/v1/NAME` over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from . import access, conformity, drafts, exchange, identities, jobs, records, webhooks
from .operation import Operation
from .passports import OPERATIONS as PASSPORTS

OPERATIONS: Mapping[str, Operation] = {
    **PASSPORTS,
    **conformity.OPERATIONS,
    **drafts.OPERATIONS,
    **jobs.OPERATIONS,
    **records.OPERATIONS,
    **exchange.OPERATIONS,
    **access.OPERATIONS,
    **identities.OPERATIONS,
    **webhooks.OPERATIONS,
}


def address_of(name: str) -> str:
    """The path of an operation.

    >>> address_of("grants/revoke"), address_of("grants/list")
    ('/v1/grants/revoke', '/v1/grants')
    """
    return "/v1/" + (name.removesuffix("/list") if OPERATIONS[name].is_list else name)
