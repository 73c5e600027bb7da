"""What several packages' tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tokens import SoftHsm, softhsm_module


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """SoftHSM with fresh tokens: one per process, because a PKCS#11 module reads its settings once."""
    module = softhsm_module()
    if module is None:
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    with pytest.MonkeyPatch.context() as environment:
        yield SoftHsm.begin(module, tmp_path_factory.mktemp("softhsm"), environment)
