"""Reading a file never takes more than 640 MiB: files within the limit of bytes that are many values, and as many as admitted."""

from __future__ import annotations

import sys

import pytest

from benchmarks.memory import MOST, PIECES, admitted, large, peak

if not sys.platform.startswith("linux"):
    pytest.skip("only Linux says how much memory a process needed", allow_module_level=True)


@pytest.mark.parametrize("kind", PIECES)
def test_too_many_values_are_refused_before_they_are_read(kind: str) -> None:
    mib, code = peak(large(kind))
    assert (code, mib <= MOST / 2) == ("json.too-many-values", True), mib


@pytest.mark.parametrize("kind", PIECES)
def test_as_many_values_as_are_admitted(kind: str) -> None:
    mib, code = peak(admitted(kind))
    assert (code, mib <= MOST) == ("passport.malformed", True), mib
