"""Operations of a node, each by its name: `/v1/NAME` over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from . import access, conformity, drafts, exchange, identities, records, webhooks
from .operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    **conformity.OPERATIONS,
    **drafts.OPERATIONS,
    **records.OPERATIONS,
    **exchange.OPERATIONS,
    **access.OPERATIONS,
    **identities.OPERATIONS,
    **webhooks.OPERATIONS,
}
