"""`make test-fabric`: the tests of Fabric on Fabric's own programs. Fails, and says why, where they are not found."""

from __future__ import annotations

import subprocess
import sys

from carbonseal_devnet.fabric.native.programs import Programs
from carbonseal_devnet.supervised_process import ProgramMissing

# Of what starts and drives them, which `make test` leaves out.
COVERAGE = ("--cov=carbonseal_devnet.fabric.native", "--cov-branch", "--cov-config=/dev/null", "--cov-report=term")
PEER = "tests/devnet/fabric/test_peer_program.py"


def main() -> None:
    try:
        version = Programs().version
    except ProgramMissing as missing:
        sys.exit(str(missing))
    kinds = ["native", "native-bft"] if version.startswith("3.") else ["native"]
    sys.exit(max(_run(version, kind) for kind in kinds))


def _run(version: str, kind: str) -> int:
    print(f"Fabric {version}, {kind}", flush=True)
    tests = [sys.executable, "-m", "pytest", "tests/fabric", PEER, f"--carbonseal-fabric={kind}", *COVERAGE]
    return subprocess.run(tests, check=False).returncode


if __name__ == "__main__":
    main()
