"""What the tests of this folder share: how a refusal is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from carbonseal.findings import Code, Finding, Refused


def refused(code: Code, call: Callable[..., Any], *arguments: Any) -> Finding:
    """The finding with which `call` refuses its arguments: of that code, with a message that can be printed anywhere."""
    with pytest.raises(Refused) as caught:
        call(*arguments)
    finding = caught.value.finding
    assert finding.code is code, finding
    assert str(finding).isprintable()
    str(finding).encode()
    return finding
