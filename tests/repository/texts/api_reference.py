"""The API reference: `make api` writes it below build/api, from the docstrings of the public modules.

A module is public if it is named here, and of it the names in its `__all__`. Everything else may change in any version.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

PUBLIC = (
    "carbonseal",  # verify from a program
    "carbonseal.footprint",  # read the figures of one record
    "carbonseal.client",  # a node over HTTP, from a program
    "carbonseal.api",  # extend carbonseal: a ledger, a profile, a signer scheme
    "carbonseal_adapters.conformance",  # try an adapter for another kind of ledger
)


def build(folder: Path) -> None:
    """Write the pages. Anything that pdoc warns of is an error: an annotation or a default that cannot be shown."""
    import pdoc

    alone = [spec for module in PUBLIC for spec in (module, f"!{module}\\..*")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pdoc.render.configure(footer_text="carbonseal, Apache-2.0")
        pdoc.pdoc(*alone, output_directory=folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
