"""`python -m benchmarks [SUBJECT ...]`: one table of ratios, with the targets beside them."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys

from rich.console import Console
from rich.table import Table

from carbonseal.cli.main import COLLECT_AFTER

from .measure import Row

# An ext4 without a journal looks at each inode that was freed in the last minutes before it makes a file. So what makes files while
# it is measured comes before what leaves 10,000 of them behind, and 120,000
SUBJECTS = {
    **{name: name for name in ("tree", "inclusion", "records", "passports", "memory", "flow")},
    **{name: f"service.{name}" for name in ("ingest", "health")},
    **{name: name for name in ("growth", "fabric", "node", "bulk")},
}
MARKS = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}; all when left out")
    chosen = parser.parse_args().subjects or [*SUBJECTS]
    if unknown := set(chosen) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    os.environ["PYTHONDONTWRITEBYTECODE"] = ""  # what commands import is compiled once, as by pip
    gc.set_threshold(COLLECT_AFTER)  # as the command and a node that answers
    console = Console()
    rows: list[Row] = []
    for subject in chosen:
        with console.status(f"measuring {subject}"):
            rows += importlib.import_module(f"benchmarks.{SUBJECTS[subject]}").rows()
    console.print(table(rows))
    return int(any(row.met is False for row in rows))


def table(rows: list[Row]) -> Table:
    result = Table(title="carbonseal, ratios of CPU time within this run")
    for heading in ("subject", "what", "measured", "target", "", "for information"):
        result.add_column(heading, justify="right" if heading in ("measured", "target") else "left")
    for row in rows:
        value = row.value if isinstance(row.value, str) else f"{row.value:.2f}"
        target = "" if row.target is None else f"{row.sense} {row.target:g}"
        result.add_row(row.subject, row.what, value, target, MARKS[row.met], row.note)
    return result


if __name__ == "__main__":
    sys.exit(main())
