"""What a call is refused with."""

from collections.abc import Callable
from typing import Any

import pytest

from carbonseal.findings import Refused


def refusal(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    """The code of the Refused that `call` must raise; its message must be fit to print."""
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    assert "{" not in refused.value.finding.message
    return refused.value.finding.code.name
