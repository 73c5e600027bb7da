"""`python leash.py PROGRAM ...`: runs a program for as long as standard input stays open.

Whoever started it holds the other end. What is written there asks the program to stop; when it is closed, however the
holder ends, the program is killed. So nothing is left running, not even by a parent that was killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading


def main(command: list[str]) -> None:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=lambda: os._exit(child.wait()), daemon=True).start()  # it ended
    while os.read(0, 4096):
        child.terminate()
    child.kill()
    child.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
