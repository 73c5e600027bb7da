"""`make test-fabric`: the tests of Fabric on Fabric's own programs. Fails, and says why, where they are not found."""

import sys

import pytest

from carbonseal_devnet.fabric_native_programs import Missing, Programs


def main():
    try:
        version = Programs().version
    except Missing as missing:
        sys.exit(str(missing))
    kinds = ["native", "native-bft"] if version.startswith("3.") else ["native"]
    for kind in kinds:
        print(f"Fabric {version}, {kind}", flush=True)
        if status := pytest.main(["tests/fabric", f"--fabric={kind}"]):
            sys.exit(status)


if __name__ == "__main__":
    main()
