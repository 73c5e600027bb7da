from __future__ import annotations

import pytest

RPC = "carbonseal_adapters.ethereum.sending.rpc"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy endpoint is not waited for: tests that want it say so."""
    monkeypatch.setattr(f"{RPC}.PAUSES", ())
