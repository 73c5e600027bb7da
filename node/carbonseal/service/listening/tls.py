"""TLS of the listeners: a certificate chain and its key from files, loaded again when they change, without a restart.

- TLS 1.2 and later. New connections have what the files held when they were last looked at, every `PERIOD` seconds, and on SIGHUP.
- Files that do not belong together are refused at the start; later they are logged, and what was loaded before stays.
"""

from __future__ import annotations

import hashlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import check_regular, read_regular
from carbonseal.node.secrets import open_secret
from carbonseal.service.codes import CERTIFICATE_UNUSABLE

LOG = logging.getLogger(__name__)
PERIOD = 60.0  # seconds between two looks at the files

_State = tuple[tuple[int, int], ...]


def fingerprint(chain: Path) -> bytes:
    """SHA-256 (32 bytes) of the first certificate of a chain: commands on a node's directory know its service by it, whatever name
    the certificate is for. Raises Refused."""
    try:
        first = read_regular(chain).decode("ascii").partition("-----END CERTIFICATE-----")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert((first[0] + first[1]).lstrip())).digest()
    except (OSError, ValueError) as error:
        raise Refused(CERTIFICATE_UNUSABLE(path=chain, reason=error)) from error


class Certificate:
    """The certificate chain (PEM, the node's own first) and its key (PEM, not encrypted, its owner's alone), of a node's
    `directory`. Raises Refused where they cannot be used."""

    def __init__(self, directory: Path, chain: str, key: str) -> None:
        self._directory = directory
        self._chain, self._key = directory / chain, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._seen: _State = ()
        self.reload()

    def reload(self) -> bool:
        """Load the files if they changed since they were last loaded; whether they did. Raises Refused where they cannot be
        used: what was loaded stays."""
        try:
            state = tuple((one.st_mtime_ns, one.st_size) for one in (self._chain.stat(), self._key_path.stat()))
            if state == self._seen:
                return False
            check_regular(self._chain)
            open_secret(f"file:{self._key}", self._directory)  # that nobody else reads or writes it
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._chain, self._key_path, password="")
            self.context.load_cert_chain(self._chain, self._key_path, password="")
        except (OSError, ValueError) as error:
            raise Refused(CERTIFICATE_UNUSABLE(path=self._chain, reason=error)) from error
        self._seen = state
        return True

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Look at the files again and again, until cancelled."""
        while True:
            await sleep(PERIOD)
            self.look()

    def look(self) -> None:
        """Load the files if they changed. What cannot be used is logged, and what was loaded stays."""
        try:
            if self.reload():
                LOG.info("certificate loaded: path=%s", self._chain)
        except Refused as refused:
            LOG.error("certificate not loaded: path=%s error=%s", self._chain, refused.finding.message)

    @property
    def _key_path(self) -> Path:
        return self._directory / self._key
