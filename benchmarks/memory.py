"""Peak memory of reading files that are made to cost much: `python -m benchmarks memory`. Each is read in a process of its own.

Beside files of the passport's limit in bytes, which are refused before they are read, there are the worst that are admitted: as
many values as a passport may have, of the sorts that take most memory for a value.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from carbonseal.passport.passports import PASSPORT_LIMITS

from .measure import Row, Rows

MOST = 640  # MiB: DESIGN.md, "Limits"
MIB = 60
PIECES = {"nested lists": "[" * 60 + "]" * 60, "numbers": '{"":1.5}', "objects": '{"a":0}', "empty lists": "[]"}
VALUES = {"nested lists": 60, "numbers": 2, "objects": 2, "empty lists": 1}  # of a piece
READ = """
import re, sys
from pathlib import Path
from carbonseal.findings import Refused
from carbonseal.passport.passports import parse
try:
    parse(Path(sys.argv[1]).read_bytes())
except Refused as refused:
    status = Path("/proc/self/status").read_text()  # Linux; ru_maxrss has what the process was started from, too
    print(int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) // 1024, refused.finding.code.name)
"""


def large(kind: str) -> str:
    """A document of `MIB`, which is over the limit of values."""
    piece = PIECES[kind]
    return "[" + ",".join([piece] * ((MIB << 20) // (len(piece) + 1))) + "]"


def admitted(kind: str) -> str:
    """A document that claims to be a passport, with as many values as one may have."""
    pieces = ",".join([PIECES[kind]] * ((PASSPORT_LIMITS.max_values - 3) // VALUES[kind]))
    return f'{{"carbonseal":"passport/1","records":[{pieces}]}}'


def peak(text: str) -> tuple[int, str]:
    """MiB that a process needs at most that reads the document, Python itself included, and the code that it is refused with."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.json")
        path.write_text(text, encoding="ascii")
        done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    mib, code = done.stdout.split()
    return int(mib), code


def rows() -> Rows:
    """The rows of the table."""
    for kind in PIECES:
        mib, code = peak(large(kind))
        yield Row("memory", f"MiB for {MIB} MiB of {kind}", mib, "<=", MOST, code)
        mib, code = peak(admitted(kind))
        yield Row("memory", f"MiB for a million values as {kind}", mib, "<=", MOST, code)
