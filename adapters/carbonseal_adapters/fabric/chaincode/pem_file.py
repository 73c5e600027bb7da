"""An option's file of certificates or a key in PEM."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from carbonseal.inputs.regular_files import NotRegular, check_regular


class PemFile(click.Path):
    """The path of a regular file that is there."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        try:
            check_regular(path)
        except NotRegular as error:
            self.fail(f"{path}: {error.strerror}", param, ctx)
        return path
