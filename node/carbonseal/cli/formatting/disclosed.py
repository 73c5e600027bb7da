"""The records that a passport discloses: what a footprint says, in a few lines, and each as a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import READABLE
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.passport.passports import Disclosed, Passport

PACT = "pact/3.0"


def footprint_lines(record: Disclosed | None) -> Iterator[str]:
    """What a disclosed product footprint says of itself. Nothing of a record that is withheld, or of another kind."""
    from carbonseal.records.profiles import lookup

    if record is None or record.profile != PACT:
        return
    try:
        lookup(PACT).check(record.document)
    except Refused as refused:
        yield f"not verified  no footprint that can be read: {refused.finding}"
        return
    yield from (f"not verified  {line}" for line in _footprint(record.document))


def _footprint(document: Mapping[str, Any]) -> Iterator[str]:
    """PACT counts emissions per declared unit, and says how many of them the product has."""
    pcf = document["pcf"]
    unit = pcf["declaredUnitOfMeasurement"]
    yield f"{document['productNameCompany']} ({document['productIds'][0]}), by {document['companyName']}"
    yield f"{pcf['pcfExcludingBiogenicUptake']} kg CO2e per {unit}, excluding biogenic uptake"
    yield f"{pcf['pcfIncludingBiogenicUptake']} kg CO2e per {unit}, including it"
    yield f"{pcf['declaredUnitAmount']} {unit} in the product"
    yield f"from {pcf['referencePeriodStart']} to {pcf['referencePeriodEnd']}"


@click.command(short_help="Write the records that a passport discloses to files. Verifies nothing.")
@click.argument("file", metavar="PASSPORT", type=READABLE)
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write them to; it is made where it is missing.",
)
def records(file: Path, folder: Path) -> None:
    """Write every record that PASSPORT discloses, its own and its components', to a file in FOLDER that is called by the record's
    commitment. The bytes are the record's canonical ones (RFC 8785), which its commitment binds.

    Prints each file, and what its record is. Nothing is checked against anything but that commitment: `carbonseal verify` does
    that. A file that is there already and says something else is left alone, and refused.

    \b
    Example:
      carbonseal passport records passport.json -o records
    """
    from carbonseal.cli.verify_jobs import read_passport
    from carbonseal.passport.passports import parse
    from carbonseal.records.canonical import jcs

    try:
        read = parse(read_passport(str(file)))
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused
    folder.mkdir(parents=True, exist_ok=True)
    for commitment, record in read.records.items():
        path = folder / f"{commitment.hex()}.json"
        _write(path, jcs(record.document))
        click.echo(plain(f"{path}  {', '.join([record.profile, *_of(read, commitment)])}"))
    withheld = len(_listed(read) - set(read.records))
    click.echo(f"{len(read.records):,} written, {withheld:,} withheld. Nothing of this is verified.", err=True)


def _of(read: Passport, commitment: bytes) -> Iterator[str]:
    """As what each credential lists a record."""
    for one in read.credentials.values():
        for listed in one.signed.records:
            if listed.commitment == commitment:
                yield f"{listed.role} of {one.signed.name}"


def _listed(read: Passport) -> set[bytes]:
    return {record.commitment for one in read.credentials.values() for record in one.signed.records}


def _write(path: Path, data: bytes) -> None:
    """Raises `Failed` rather than overwrite something else."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        if not path.is_file() or path.read_bytes() != data:
            raise Failed(f"{path} is there already, and is not that record", "choose another folder") from None
