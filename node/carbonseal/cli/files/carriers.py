"""Data carriers on the command line: digests and scanned addresses, and the passports asked for there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.options import DIGEST
from carbonseal.examining.files.items import Item
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.goods.data_carrier import DataCarrier

SCHEMES = ("http://", "https://")


class Carrier(click.ParamType["DataCarrier"]):
    """A digest in hexadecimal, or a scanned address with one."""

    name = "digest or address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> DataCarrier:
        from carbonseal.goods.data_carrier import DataCarrier, parse_carrier

        text = str(value)
        if not is_address(text):
            return DataCarrier(text, DIGEST.convert(text, param, ctx))
        try:
            return parse_carrier(text)
        except Refused as refused:
            raise Failed.by(refused) from refused


class PassportOrAddress(click.Path):
    """A path that exists, ``-``, or an address with a passport's digest."""

    def __init__(self) -> None:
        super().__init__(exists=True, allow_dash=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if is_address(str(value)):
            return CARRIER.convert(value, param, ctx).text
        return super().convert(value, param, ctx)


CARRIER = Carrier()


def is_address(name: str) -> bool:
    """Whether a name on the command line is an address, not a file."""
    return name[:8].lower().startswith(SCHEMES)


def ask_for(carrier: DataCarrier) -> Item:
    """The passport at the address that was scanned; it may be another one. With the problem, where there is none."""
    from carbonseal.cli.public.passports import NotHad, passport_at

    try:
        return Item(carrier.text, passport_at(carrier.text)[0], carrier=carrier)
    except NotHad as error:
        return Item(carrier.text, problem=str(error), carrier=carrier)
