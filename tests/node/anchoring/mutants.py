"""Hand-made mutants of `carbonseal.node.anchoring`, each of which the drawn histories have to notice.

    python -m tests.node.anchoring.mutants [WORD...]      those that have all these words in their name, or all

Each is a change of one place in a copy of the package; `test_histories` draws its histories against that copy, without its fixed
examples and without shrinking what it finds. Prints after how many draws each was noticed, and by what; ends with 1 if one was not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import carbonseal

ROOT = Path(__file__).parents[3]
ANCHORING = Path("node/anchoring")  # of the package


@dataclass(frozen=True)
class Mutant:
    """`old` occurs once in `module`, and becomes `new`."""

    name: str
    module: str
    old: str
    new: str


def cell(event: str, state: int, rule: str) -> tuple[str, str, str]:
    """The table's rule for an event in the state of this number, as another: module, old, new."""
    source = (Path(carbonseal.__file__).parent / ANCHORING / "machine.py").read_text(encoding="utf-8")
    (line,) = (line for line in source.splitlines() if line.startswith(f"    {event}: "))
    head, _, rest = line.partition("(")
    rules = rest.rstrip("),").replace(" ", "").split(",")
    rules[state] = rule
    return "machine.py", line, f"{head}({', '.join(rules)}),"


DUE, SIGNED, SENT, INCLUDED, FINAL, FAILED = range(6)
MUTANTS = (
    Mutant("a reorged final anchor stays final: missing", *cell("SeenMissing", FINAL, "_watch_on")),
    Mutant("a reorged final anchor stays final: pending", *cell("SeenPending", FINAL, "_watch_on")),
    Mutant("a reorged final anchor stays final: refused", *cell("SeenRefused", FINAL, "_watch_on")),
    Mutant("a permanent error of follow fails a final anchor", *cell("PermanentFailure", FINAL, "_fail")),
    Mutant("a permanent error of follow fails an included anchor", *cell("PermanentFailure", INCLUDED, "_fail")),
    Mutant("a permanent error of follow fails a sent anchor", *cell("PermanentFailure", SENT, "_fail")),
    Mutant("a retry while final: a transient error", *cell("TransientFailure", FINAL, "_retry")),
    Mutant("a retry while final: a permanent error", *cell("PermanentFailure", FINAL, "_retry")),
    Mutant("a retry while final: no evidence", *cell("FinalUnproved", FINAL, "_prove_again")),
    Mutant("final without evidence", "calls.py", "return unproved(seen, evidence.reason)", "return observed(seen)"),
    Mutant(
        "send before store: the attempt is sent by prepare",
        "calls.py",
        "        self._reached(failpoints.PREPARED)\n",
        "        self._reached(failpoints.PREPARED)\n        await ledger.send(attempt)\n",
    ),
    Mutant(
        "send before store: the attempt is not stored",
        "outbox.py",
        "    if changes.attempt is not None:\n",
        "    if changes.attempt is None:\n",
    ),
    Mutant(
        "a second attempt while the first could still pay: no earlier ones are shown",
        "calls.py",
        "ledger.prepare(wanted, earlier)",
        "ledger.prepare(wanted, [])",
    ),
    Mutant(
        "a second attempt while the first could still pay: none of its own are shown",
        "calls.py",
        "ledger.prepare(wanted, earlier)",
        "ledger.prepare(wanted, [one for one in earlier if one.statement != wanted.statement])",
    ),
    Mutant(
        "a second attempt while the first could still pay: none of other anchors are shown",
        "calls.py",
        "ledger.prepare(wanted, earlier)",
        "ledger.prepare(wanted, [one for one in earlier if one.statement == wanted.statement])",
    ),
    Mutant(
        "a second attempt while the first could still pay: those of failed anchors are not shown",
        "outbox.py",
        "ANCHORS.c.size).where(_IS_LIVE)",
        "ANCHORS.c.size).where(_IS_LIVE, ANCHORS.c.state != 'failed')",
    ),
    Mutant(
        "an attempt is dropped at a reorg",
        "outbox.py",
        "        evidence.drop(connection, after.name)\n",
        "        evidence.drop(connection, after.name)\n"
        "        connection.execute(delete(ATTEMPTS).where(_is(ATTEMPTS, after.name)))\n",
    ),
    Mutant(
        "an attempt is dropped at a reorg: its count",
        "machine.py",
        "replace(sent, attempted=now, reason=",
        "replace(sent, attempts=0, attempted=now, reason=",
    ),
    Mutant(
        "evidence is kept at a reorg",
        "machine.py",
        'reason="reorged out"), drop_evidence=True)',
        'reason="reorged out"))',
    ),
    Mutant(
        "what send answered is not stored",
        "outbox.py",
        "    if changes.answer:\n",
        "    if changes.answer and changes.attempt:\n",
    ),
    Mutant(
        "an anchor with an attempt makes way for a larger head",
        "machine.py",
        "return Changes(anchor, anchor if anchor.attempts else None)",
        "return Changes(anchor, None)",
    ),
    Mutant(
        "what failed is not resumed",
        "machine.py",
        "replace(_move(anchor, State.SENT, now, now), tries=0) if anchor.attempts else anchor)",
        "anchor)",
    ),
    Mutant(
        "what is stuck is not replaced",
        "machine.py",
        "        return Changes(anchor, _move(waiting, State.DUE, now, now), drop_evidence=True, resume=True)\n",
        "        pass\n",
    ),
    Mutant(
        "a stale change is stored",
        "outbox.py",
        'where(_named(ANCHORS), ANCHORS.c.version == bindparam("its_version"))',
        'where(_named(ANCHORS), ANCHORS.c.version <= bindparam("its_version") + 1000)',
    ),
    Mutant(
        "a ledger is asked about another ledger's attempts",
        "outbox.py",
        '_IS_LIVE = (ANCHORS.c.ledger == bindparam("its_ledger")) & ANCHORS.c.live',
        '_IS_LIVE = ANCHORS.c.live & (bindparam("its_ledger") != "")',
    ),
    Mutant(
        "a clock that was set back stops a ledger's anchors",
        "machine.py",
        "0 < time - now <= limits.longest_wait",
        "0 < time - now",
    ),
    Mutant(
        "a full disk stops a ledger until the node is opened again",
        "connection.py",
        "        except BrokenOff:  # the node's own disk, which may have room again soon\n            raise\n",
        "",
    ),
    Mutant("an answer of another kind is taken", "calls.py", "        check(found)\n", ""),
    Mutant(
        "an unreachable ledger fails an anchor",
        "calls.py",
        "    except (UnreachableError, OvertakenError):\n",
        "    except OvertakenError:\n",
    ),
)


MOST_DRAWS = 400  # four times those of the test: what happens in one of a hundred is noticed
ELSEWHERE = {"what is stuck is not replaced", "a stale change is stored"}  # noticed by other tests: see MUTANTS.md


def notice(mutant: Mutant) -> str:
    """How the drawn histories notice it; empty where they do not."""
    with TemporaryDirectory() as folder:
        package = Path(folder) / "carbonseal"
        shutil.copytree(Path(carbonseal.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
        module = package / ANCHORING / mutant.module
        source = module.read_text(encoding="utf-8")
        if source.count(mutant.old) != 1:
            raise SystemExit(
                f"{mutant.name}: {mutant.module} has not once, but {source.count(mutant.old)} times: {mutant.old}"
            )
        module.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
        path = os.pathsep.join([folder, str(ROOT / "adapters"), str(ROOT / "devnet"), str(ROOT)])
        child = [sys.executable, "-W", "ignore", "-m", "tests.node.anchoring.mutants", "--draw", folder]
        done = subprocess.run(
            child, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
        )
        return (
            "" if done.returncode == 0 else (done.stdout.strip().splitlines() or done.stderr.strip().splitlines())[-1]
        )


def draw(folder: str) -> int:
    """In a process of its own: draw histories until one notices something. 1 where one did."""
    import logging

    from hypothesis import Phase, given, settings

    from tests.node.anchoring import histories, test_histories

    assert Path(carbonseal.__file__).is_relative_to(folder), "this is not the copy that was changed"
    logging.disable()
    drawn = 0

    def counted(history: histories.History) -> None:
        nonlocal drawn
        drawn += 1
        with_node(history)

    with test_histories.opened_node() as node:

        def with_node(history: histories.History) -> None:
            broken = test_histories.run(node, history)
            assert not broken, broken[0]

        only = settings(
            test_histories.SETTINGS,
            max_examples=MOST_DRAWS,
            phases=[Phase.generate],
            database=None,
            report_multiple_bugs=False,
        )
        try:
            only(given(histories.HISTORIES)(counted))()
        except Exception as noticed:  # noqa: BLE001 - a mutant may end in any error
            print(f"draw {drawn}: {str(noticed).splitlines()[0] if str(noticed) else repr(noticed)}"[:100])
            return 1
    return 0


def main(words: list[str]) -> int:
    """Try all mutants that are asked for. 1 where one was not noticed."""
    missed = 0
    for mutant in MUTANTS:
        if all(word in mutant.name for word in words):
            how = "by other tests: MUTANTS.md" if mutant.name in ELSEWHERE else notice(mutant)
            missed += not how
            print(f"{mutant.name:78} {how or 'NOT NOTICED'}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(draw(sys.argv[2]) if sys.argv[1:2] == ["--draw"] else main(sys.argv[1:]))
