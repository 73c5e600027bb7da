"""What runs in the workers of a cluster: parts of the work, under what was sent once.

- `Sent` is the work, pickled, with what cut it: the code and the policy. A worker that runs other code refuses it before anything
  of it is unpickled, and one that got another policy before a file is read.
- Each thread of a worker keeps the work that it has opened: policy and trust are parsed once.

Private.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from carbonseal import plugins
from carbonseal.examining.cluster.codes import CLUSTER_OTHER_CODE, CLUSTER_OTHER_POLICY
from carbonseal.examining.judging import VerifyJob
from carbonseal.examining.parts import Part, PartResult, Work
from carbonseal.findings import Refused
from carbonseal.values import dataclass

OURS = ("carbonseal", "carbonseal_adapters")


@dataclass(frozen=True, slots=True)
class Sent:
    """Work as it travels. `policy` is the SHA-256 of the policy's bytes, in hex; empty where the work has none."""

    code: str
    policy: str
    pickled: bytes

    @staticmethod
    def of(work: Work) -> Sent:
        """The work, to be sent by this process."""
        return Sent(code_digest(), _policy_digest(work), pickle.dumps(work))

    def open(self) -> Callable[[Part], PartResult]:
        """See `Work.open`. Raises Refused: `cluster.other-code`, `cluster.other-policy`."""
        if self.code != code_digest():
            raise Refused(CLUSTER_OTHER_CODE(worker=_worker(), here=self.code[:16], there=code_digest()[:16]))
        work: Work = pickle.loads(self.pickled)  # noqa: S301 - dask unpickles what the scheduler sends anyway
        if self.policy != _policy_digest(work):
            raise Refused(CLUSTER_OTHER_POLICY(worker=_worker()))
        return work.open()


def hand_on(sent: Sent) -> Sent:
    """The task that puts the work on a worker: others fetch it from there, and where all are lost it is done again."""
    return sent


class _Opened(threading.local):
    """What a thread has opened last."""

    sent: Sent | None = None
    judged: Callable[[Part], PartResult]


_opened = _Opened()


def judge(sent: Sent, part: Part) -> PartResult:
    """The task of one part."""
    if _opened.sent != sent:
        _opened.judged = sent.open()
        _opened.sent = sent
    return _opened.judged(part)


@cache
def code_digest() -> str:
    """SHA-256 of what judges, in hex: every source file of carbonseal, and the installed packages that plug in, with versions."""
    total = hashlib.sha256()
    for name, raw in _sources():
        total.update(f"{name}\0{len(raw)}\0".encode() + raw)
    total.update("\n".join(plugins.installed_packages()).encode())
    return total.hexdigest()


def _sources() -> Iterator[tuple[str, bytes]]:
    for package in OURS:
        spec = find_spec(package)
        for root in map(Path, spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(root.rglob("*.py")):
                yield f"{package}/{path.relative_to(root).as_posix()}", path.read_bytes().replace(b"\r\n", b"\n")


def _policy_digest(work: Work) -> str:
    job = work.argument
    return hashlib.sha256(job.policy.raw).hexdigest() if isinstance(job, VerifyJob) else ""


def _worker() -> str:
    from distributed import get_worker

    return str(get_worker().address)
