"""Data carriers on the command line: digests and scanned addresses, and the passports asked for there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.options import DIGEST
from carbonseal.examining.files.codes import UNREAD_FAILED
from carbonseal.examining.files.names import is_stored
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.examining.files.items import Item
    from carbonseal.goods.data_carrier import DataCarrier

SCHEMES = ("http://", "https://")
NAMES_OF_FILES = (".zip", ".tar", ".gz", ".tgz", ".json", ".ndjson", ".jsonl")  # how they end
LOOPBACK = ("127.0.0.1", "::1", "localhost")


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
    """A path that exists, ``-``, an address with a passport's digest, an https address of any file with passports, or a URL of a
    store."""

    def __init__(self) -> None:
        super().__init__(exists=True, allow_dash=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = str(value)
        if is_address(text) and not is_file(text):
            return CARRIER.convert(text, param, ctx).text
        if is_address(text) or is_stored(text):
            return text
        return super().convert(value, param, ctx)


CARRIER = Carrier()


def is_address(name: str) -> bool:
    """Whether a name on the command line is an address, not a file."""
    return name[:8].lower().startswith(SCHEMES)


def is_file(address: str) -> bool:
    """Whether an address is that of a file, and not of one passport: its path ends as files' names do, and it has no digest. Over
    http only on this machine: nothing else would say that what comes is what was put there."""
    from carbonseal.goods.data_carrier import parse_carrier

    try:
        parse_carrier(address)
    except Refused:
        parts = urlsplit(address)
        is_safe = parts.scheme.lower() == "https" or parts.hostname in LOOPBACK
        return is_safe and parts.path.lower().endswith(NAMES_OF_FILES)
    return False


@contextmanager
def fetched(addresses: Iterable[str]) -> Iterator[dict[str, Path]]:
    """The files at addresses, in a temporary folder. That host alone is asked, and follows no redirect to another. Raises
    `BrokeOff` where there is none."""
    asked = [*addresses]
    if not asked:
        yield {}
        return
    from tempfile import TemporaryDirectory

    from carbonseal.cli.public.answers import NoAnswer, UnusableAnswer, get, is_address

    found: dict[str, Path] = {}
    with TemporaryDirectory(prefix="carbonseal-") as folder:
        for number, address in enumerate(asked):
            found[address] = Path(folder) / str(number)
            if not is_address(address):
                raise Failed(f"{address} is not an address that can be asked")
            try:
                with found[address].open("wb") as file:
                    answer = get(address, "*/*", file)
            except (NoAnswer, UnusableAnswer) as error:
                what = "answers" if isinstance(error, UnusableAnswer) else "does not answer:"
                raise BrokeOff(
                    f"{address} {what} {error}", "is the address right? If it is, try again later"
                ) from error
            if answer.status != 200:
                raise BrokeOff(f"{address} answers with HTTP status {answer.status}", "is the address right?")
        yield found


def ask_for(carrier: DataCarrier) -> Item:
    """The passport at the address that was scanned; it may be another one. With the problem, where there is none."""
    from carbonseal.cli.public.passports import NotHad, passport_at
    from carbonseal.examining.files.items import Item

    try:
        return Item(carrier.text, passport_at(carrier.text)[0], carrier=carrier)
    except NotHad as error:
        return Item(carrier.text, problem=UNREAD_FAILED(reason=error), carrier=carrier)
