"""`carbonseal passport records`: the records that a passport discloses, each as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import READABLE
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.passport.passports import Passport


@click.command(short_help="Write the records that a passport discloses to files. Verifies nothing.")
@click.argument("file", metavar="PASSPORT", type=READABLE)
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to; created if it does not exist.",
)
def records(file: Path, folder: Path) -> None:
    """Write every record that PASSPORT discloses, its components' too, to a file in FOLDER named after the record's commitment.
    The bytes are the record's canonical form (RFC 8785), which the commitment binds; those of a file (profile file/1) are the
    file's own.

    Prints each file with its record's profile and role. Nothing is checked but the commitment: `carbonseal verify` checks the
    rest. An existing file with other content is refused, and left as it is.

    \b
    Example:
      carbonseal passport records passport.json -o records
    """
    from carbonseal.examining.files.items import read_passport
    from carbonseal.passport.passports import parse

    try:
        read = parse(read_passport(str(file)))
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused
    folder.mkdir(parents=True, exist_ok=True)
    for commitment, record in read.records.items():
        suffix, data = (".json", record.canonical) if record.file is None else (record.file.suffix, record.file.data)
        path = folder / f"{commitment.hex()}{suffix}"
        _write(path, data)
        click.echo(plain(f"{path}  {', '.join([record.profile, *_of(read, commitment)])}"))
    withheld = len(_listed(read) - set(read.records))
    click.echo(f"{len(read.records):,} written, {withheld:,} withheld. Nothing of this is verified.", err=True)


def _of(read: Passport, commitment: bytes) -> Iterator[str]:
    """The role of a record in each credential that lists it."""
    for one in read.credentials.values():
        for listed in one.signed.records:
            if listed.commitment == commitment:
                yield f"{listed.role} of {one.signed.name}"


def _listed(read: Passport) -> set[bytes]:
    return {record.commitment for one in read.credentials.values() for record in one.signed.records}


def _write(path: Path, data: bytes) -> None:
    """Write `data` to a new file. Raises `Failed` where the file exists with other content."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        if not path.is_file() or path.read_bytes() != data:
            raise Failed(f"{path} exists already with other content", "choose another folder") from None
