"""`python leash.py GRACE PROGRAM ...`: runs a program for as long as standard input stays open.

Whoever started it holds the other end; when that ends, however it ends, the program ends too: asked to, and killed after
GRACE seconds (at once where that is 0). So nothing is left running, not even by a parent that was killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress


def main(grace: float, command: list[str]) -> None:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=lambda: os._exit(child.wait()), daemon=True).start()  # it ended by itself
    while os.read(0, 4096):
        pass
    if grace:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(grace)
    child.kill()
    child.wait()


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
