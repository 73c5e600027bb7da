"""`carbonseal passport qr`: the data carrier of a passport, as a QR code to be printed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.inputs import read_named
from carbonseal.cli.options import INPUT, Once
from carbonseal.cli.outputs import FILE, FORCE, Output
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.passport.products import ProductCredential

KINDS = {".svg": "svg", ".png": "png"}
LEVEL = (
    "M"  # of error correction (ISO/IEC 18004): 15 % may be damaged; segno takes a higher one where it costs no space
)
QUIET_ZONE = 4  # modules around the code, as the standard asks for
MODULE = 8  # pixels of a PNG


@click.command(short_help="Write the QR code that leads to a passport.")
@click.argument("file", metavar="PASSPORT", type=INPUT)
@click.option("--base", required=True, cls=Once, help="Where passports are served: https://id.example.com")
@click.option("--serial", cls=Once, help="The serial number of the piece that the label is for.")
@click.option(
    "-o", "--output", required=True, cls=Once, type=FILE, help="The file: out.svg (to be scaled) or out.png (pixels)."
)
@FORCE
def qr(*, file: Path, base: str, serial: str | None, output: Path, force: bool) -> None:
    """Write the QR code of a label that leads to PASSPORT, and print the address in it.

    The address is a GS1 Digital Link in canonical form, where an identifier of the product has a GTIN: below --base the GTIN,
    the lot, with --serial the serial number, and the digest of the passport's credential. Of a product without GTIN it has the
    digest alone. The digest decides: whoever scans the label and verifies the address gets this passport or none.

    --base is where the node, or a proxy in front of it, answers to everybody. It is printed for as long as the product lives:
    choose a name that you will keep.

    \b
    Examples:
      carbonseal passport qr door-reader.json --base https://id.example.com -o door-reader.svg
      carbonseal passport qr door-reader.json --base https://id.example.com --serial 0001 -o 0001.png
    """
    kind = KINDS.get(output.suffix.lower())
    if kind is None:
        raise click.BadParameter("expected a name that ends in .svg or .png.", param_hint="-o")
    written = Output(output, over=force)
    _, passport = read_named(file)
    address = address_of(passport.credential, base, serial or "")
    written.write(code_of(address, kind), "a QR code")
    click.echo(address)


def address_of(root: ProductCredential, base: str, serial: str) -> str:
    """The address of a label for the passport of this credential; `serial` may be empty. Raises `Failed`."""
    from carbonseal.goods.data_carrier import carrier_address
    from carbonseal.goods.digital_link import is_value
    from carbonseal.goods.spelling import gtin_of

    gtins = [found for found in map(gtin_of, (root.subject, *root.identifiers)) if found]
    gtin = gtins[0] if gtins else ""
    lot = root.batch.number if root.batch else ""
    serials = root.batch.serials if root.batch else ()
    if serial and not gtin:
        raise Failed("the product has no GTIN, so its address has no place for a serial number", "leave out --serial")
    if serial and serials and serial not in serials:
        raise Failed(plain(f"the passport's lot has no serial number {serial}"), "name one of those that it lists")
    if gtin and lot and not is_value(lot):
        note = (
            f"the lot {lot} is not in the address: a GS1 Digital Link has lots of 1 to 20 of the 82 characters of GS1"
        )
        click.echo(plain(note), err=True)
        lot = ""
    try:
        return carrier_address(base, root.digest, gtin, lot, serial)
    except Refused as refused:
        raise Failed.by(refused, "--base and --serial") from refused


def code_of(address: str, kind: str) -> bytes:
    """A QR code (ISO/IEC 18004) of the address, as `svg` or `png`."""
    import segno

    made = io.BytesIO()
    code = segno.make_qr(address, error=LEVEL)
    scaled = {"omitsize": True, "light": "white"} if kind == "svg" else {"scale": MODULE}
    code.save(made, kind=kind, border=QUIET_ZONE, **scaled)
    return made.getvalue()
