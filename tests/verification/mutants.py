"""What the tests of mutation share."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust
from tests.world import World

Way = tuple[str | int, ...]


@cache
def made() -> tuple[bytes, Policy, Trust]:
    world = World()
    return world.passport().encode(), world.policy(), world.trust()


def at(value: Any, way: Way) -> Any:
    for step in way:
        value = value[step]
    return value


@cache
def value() -> Any:
    return json.loads(made()[0])
