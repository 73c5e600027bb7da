"""Work for the workers of tests: what an item does is its name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from carbonseal.cli.formatting.results import Results, Style
from carbonseal.examining.files.items import Item
from carbonseal.examining.judging import Verifier, VerifyJob
from carbonseal.examining.parts import PartResult, Work
from carbonseal.examining.results import FileResult
from tests.world import AT


def acting(folder: Path) -> Callable[[Item], PartResult]:
    """The judge of items that kill their worker, always or once, or raise."""

    def judge(item: Item) -> PartResult:
        match item.name.split():
            case ["kill", *_]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["kill-once", name]:
                marker = folder / name
                if not marker.exists():
                    marker.touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            case ["raise", *_]:
                raise ValueError("as it was told")
        return PartResult((FileResult(item.name, 0, "verified", ""),))

    return judge


def acting_in(folder: Path) -> Work:
    """That work; what was killed once is remembered in `folder`."""
    return Work(acting, folder, Results(Style.BRIEF, AT))


def meeting(argument: tuple[VerifyJob, Path, int]) -> Callable[[Item], PartResult]:
    """A verifier that has no result before so many workers have an item, and then tells which it is."""
    job, folder, count = argument
    judge = Verifier(job).judge

    def judged(item: Item) -> PartResult:
        (folder / str(os.getpid())).touch()
        while len([*folder.iterdir()]) < count:
            time.sleep(0.01)
        result = judge(item)
        return replace(result, results=tuple(replace(one, text=str(os.getpid())) for one in result.results))

    return judged
