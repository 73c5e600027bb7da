"""Whether the millionth record costs what the first did, and how much memory it takes to get there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from .measure import Row, Rows

COUNT = int(os.environ.get("CARBONSEAL_BENCHMARK_RECORDS", "1000000"))


def rows() -> Rows:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sealing", str(COUNT)], check=True, stdout=subprocess.PIPE, text=True
    )
    parts = json.loads(done.stdout)
    first, last = parts[0], parts[-1]
    share = COUNT // len(parts)
    begin, end = (part["cpu"] - part["dedup"] for part in (first, last))
    what = f"last {share:,} of {COUNT:,} records / first, deduplication apart"
    yield Row("node", what, end / begin, "<=", 1.2, f"{begin / share * 1e6:.0f} us a record at first")
    known = [f"{part['dedup'] / share * 1e6:.1f} us" for part in (first, last)]
    yield Row("node", "deduplication: last / first", last["dedup"] / first["dedup"], note=" -> ".join(known))
    half = len(parts) // 2
    peaks = [f"{parts[at - 1]['peak_mib']:.0f} MiB after {share * at:,}" for at in (1, half, len(parts))]
    flat = last["peak_mib"] / parts[half - 1]["peak_mib"]
    yield Row("node", "peak memory: at last / halfway", flat, note=", ".join(peaks))
