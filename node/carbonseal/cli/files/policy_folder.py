"""What a verifier brings with ``--policy``: a policy file, or a folder with one, trust files and observations of earlier runs.

- Each file in the folder is recognised by what is in it, not by its name. What is none of these is named, and not used.
- A policy that was saved with CR LF, or with a byte order mark, as editors of Windows do, is read as it was meant.
"""

from __future__ import annotations

from pathlib import Path

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import InputPath, Once
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.values import dataclass

MARK = b"\xef\xbb\xbf"  # a byte order mark in UTF-8
FOLDER_OR_FILE = InputPath(folder=True)
HELP = "Your policy: a file, or a folder that has it with your trust files and earlier observations."
POLICY_OR_FOLDER = click.option("--policy", cls=Once, type=FOLDER_OR_FILE, help=HELP)


@dataclass(frozen=True, slots=True)
class Brought:
    """A policy, trust files, and files of observations. `paths` are all files that were looked at."""

    policy: NamedBytes
    trust: tuple[NamedBytes, ...] = ()
    observations: tuple[Path, ...] = ()
    paths: tuple[Path, ...] = ()


def bring(policy: Path, trust: Path | None = None) -> Brought:
    """What is at `policy`, a file or a folder, and the trust file beside it. Raises `Failed` where a folder has no policy, or
    several; `BrokeOff`, OSError."""
    brought = _folder(policy) if policy.is_dir() else Brought(read_policy(policy), paths=(policy,))
    if trust is None:
        return brought
    more = (*brought.trust, NamedBytes.read(trust))
    return Brought(brought.policy, more, brought.observations, (*brought.paths, trust))


def read_policy(path: Path) -> NamedBytes:
    """The policy file at `path`, or the one in that folder, with LF at the ends of lines and without a byte order mark. Raises as
    `bring`."""
    if path.is_dir():
        return _folder(path).policy
    named = NamedBytes.read(path)
    return NamedBytes(named.name, named.raw.removeprefix(MARK).replace(b"\r\n", b"\n"))


def _folder(folder: Path) -> Brought:
    from carbonseal.verification.observing.observations import HEADER

    policies: list[Path] = []
    trust: list[NamedBytes] = []
    observations: list[Path] = []
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            _not_used(path, "not a file")
            continue
        try:
            with path.open("rb") as file:
                beginning = file.read(1024).removeprefix(MARK).lstrip()
        except OSError as error:
            raise BrokeOff.on(error, path) from error
        if beginning.startswith(b"carbonseal-policy"):
            policies.append(path)
        elif beginning.startswith(HEADER.rstrip()):
            observations.append(path)
        elif beginning.startswith(b"{") and b'"trust/' in (raw := path.read_bytes()) and b'"passport/' not in raw:
            trust.append(NamedBytes(str(path), raw))
        else:
            _not_used(path, "neither a policy, nor trust, nor observations")
    if len(policies) != 1:
        names = f"{len(policies)} policies: {', '.join(path.name for path in policies)}" if policies else "no policy"
        raise Failed(
            f"the folder {folder} has {names}", "keep one policy in it, a file that begins carbonseal-policy v1"
        )
    found = (*policies, *(Path(one.name) for one in trust), *observations)
    return Brought(read_policy(policies[0]), tuple(trust), tuple(observations), found)


def _not_used(path: Path, why: str) -> None:
    click.echo(plain(f"not used: {path} ({why})"), err=True)
