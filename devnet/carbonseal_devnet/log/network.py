"""Log network: another operator's log that is running, in which yours can anchor once it was introduced.

A log takes the heads of logs that were introduced to it, and of nobody else. `carbonseal-devnet introduce` does that, and
`Log.introduce`: both ask the served node at an address that an operator's node does not have.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from carbonseal.findings import CarbonsealError
from carbonseal.log.notes import VerifierKey
from carbonseal.node import config
from carbonseal.node.config import DEFAULT, ForeignConfig
from carbonseal.node.config_file import with_foreign
from carbonseal.node.create import PRIVATE
from carbonseal.node.lock import Lock, Locked
from carbonseal.node.sealing.files import replace_file

INTRODUCE = "/dev/introduce"
TIMEOUT = 60  # seconds


class NotIntroduced(CarbonsealError):
    """The log did not take the key."""


@dataclass(frozen=True, slots=True)
class Log:
    """A running log (`carbonseal_devnet.network.LocalNetwork`)."""

    service: str  # the node's URL
    key: str  # the log's verifier key

    @property
    def origin(self) -> str:
        """The log's origin, which is its key's name."""
        return VerifierKey.parse(self.key).name

    @property
    def ledger(self) -> str:
        return f"tlog:{self.origin}"

    @property
    def url(self) -> str:
        """The log's address, below which its checkpoint and tiles are."""
        return f"{self.service}/v1/logs/{DEFAULT}"

    @property
    def uri(self) -> str:
        return f"tlog+{self.url}"

    def node_options(self) -> dict[str, str]:
        """Also the options of a policy's `ledger` line."""
        return {"key": self.key}

    def facts(self) -> Iterator[tuple[str, str]]:
        yield "key", self.key

    def introduce(self, key: str) -> None:
        """Let the log with this verifier key anchor here, from now on and after a restart. Blocks. Raises NotIntroduced."""
        _post(self.service + INTRODUCE, key)


def introduce(directory: Path, key: VerifierKey) -> None:
    """Let a log anchor in the one in `directory`, whether it runs or not. Blocks. Raises NotIntroduced; Refused where the
    directory has no log."""
    config.load(directory)
    try:
        lock = Lock(directory)
    except Locked as locked:
        if locked.address is None:
            raise NotIntroduced(f"the log in {directory} is just starting or ending") from locked
        _post(locked.address + INTRODUCE, key.encode())
    else:
        with closing(lock):
            write_introduction(directory, key)


def write_introduction(directory: Path, key: VerifierKey) -> None:
    """Add the key to the node's `node.toml`, once."""
    if key not in {foreign.key for foreign in config.load(directory).foreign}:
        path = directory / config.FILE
        replace_file(path, with_foreign(path.read_text("utf-8"), ForeignConfig(key)).encode(), PRIVATE)


def _post(url: str, key: str) -> None:
    request = urllib.request.Request(url, key.encode(), {"Content-Type": "text/plain; charset=utf-8"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            response.read()
    except urllib.error.HTTPError as error:
        with error:
            raise NotIntroduced(str(json.load(error)["detail"])) from error
