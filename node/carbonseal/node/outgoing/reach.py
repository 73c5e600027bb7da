"""Settings `allow` and `authorities` of a section of `node.toml`: where what others name may be, and whom it is trusted by."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import check_regular
from carbonseal.node.codes import CONFIG_WRONG_VALUE
from carbonseal.node.toml_tables import Table

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Reach:
    """Both settings of one section."""

    allow: tuple[Network, ...] = ()  # networks beside what is public; plain http goes there too
    authorities: str = ""  # path of certificates in PEM that are trusted beside this machine's

    def context(self, directory: Path) -> ssl.SSLContext | None:
        """What decides which certificates are trusted, of a node in `directory`; None where this machine alone does. Raises
        OSError."""
        if not self.authorities:
            return None
        check_regular(directory / self.authorities)
        context = ssl.create_default_context()
        context.load_verify_locations(directory / self.authorities)
        return context


PUBLIC_ONLY = Reach()


def read_reach(table: Table) -> Reach:
    """The settings of a section. Raises Refused."""
    try:
        allow = tuple(ipaddress.ip_network(text) for text in table.texts("allow") or ())
    except ValueError as error:
        expected = f"a list of networks such as 10.1.0.0/16 ({error})"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="allow", expected=expected)) from error
    return Reach(allow, table.text("authorities", ""))
