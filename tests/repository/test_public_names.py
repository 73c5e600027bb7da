"""`import carbonseal` gives the public names, and costs nothing until one is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import carbonseal
from carbonseal.verification.verify import verify


@pytest.mark.parametrize("name", carbonseal.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(carbonseal, name) is not None
    assert name in dir(carbonseal)


def test_they_are_the_real_ones() -> None:
    assert carbonseal.verify is verify
    assert carbonseal.parse_passport.__module__ == "carbonseal.passport.passports"


def test_no_other_name_is() -> None:
    with pytest.raises(AttributeError, match="no attribute 'verfy'"):
        carbonseal.verfy  # noqa: B018


def test_importing_the_package_imports_none_of_its_parts() -> None:
    program = "import carbonseal, sys; print(*[name for name in sys.modules if name.startswith('carbonseal.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
