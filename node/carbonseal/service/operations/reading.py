"""Reads what operations are asked: in a worker process, where it takes longer than others should wait.

Private.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from carbonseal.findings import Code
from carbonseal.node.working.work import Work
from carbonseal.passport.schemas import Shape
from carbonseal.records.strict import parse

SMALL = 16 << 10  # bytes: to read so many, and to say what is wrong with them, takes 2 ms
SHAPES = 128  # as many as there are operations, and more


async def read_request(work: Work, client: str, body: bytes, shape: Shape, malformed: Code) -> Any:
    """What a request says, which has this form. Raises Refused (`json.*`, `work.*`, with `malformed` where it has another)."""
    schema = orjson.dumps(shape.schema)
    if len(body) <= SMALL:
        return read_here(body, schema, malformed)
    return await work.small(client, read_here, body, schema, malformed)


def read_here(body: bytes, schema: bytes, malformed: Code) -> Any:
    """The same, where this is called. `schema` is JSON."""
    value = parse(body)
    _shape(schema).check(value, malformed)
    return value


@lru_cache(SHAPES)
def _shape(schema: bytes) -> Shape:
    return Shape(orjson.loads(schema))
