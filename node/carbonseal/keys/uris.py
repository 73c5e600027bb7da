"""URIs of secrets and keys: ``scheme:path``, and options after a question mark, as in ``file:keys/log.pem?password=env:WORD``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from carbonseal.findings import Refused

from .codes import SECRET_OPTION, SECRET_OPTION_MISSING, SECRET_UNSUPPORTED

_SCHEME = re.compile("[a-z][a-z0-9]{0,15}")
_LONG = re.compile("[0-9A-Fa-f]{32,}")


@dataclass(frozen=True, slots=True)
class KeyUri:
    """A URI, taken apart. Its text is for messages, and holds neither options nor what could be a key by mistake."""

    scheme: str
    path: str
    options: Mapping[str, str]

    def __str__(self) -> str:
        return _LONG.sub("…", f"{self.scheme}:{self.path}")

    def __repr__(self) -> str:
        return f"<{self}>"

    def need(self, option: str) -> str:
        """The value of an option. Raises `Refused` where it is missing."""
        if not self.options.get(option):
            raise Refused(SECRET_OPTION_MISSING(uri=self, option=option))
        return self.options[option]


def read_uri(uri: str, known: Mapping[str, tuple[str, ...]]) -> KeyUri:
    """`uri`, if `known` has its scheme with all of its options. Raises `Refused`."""
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme not in known:
        found = (
            f"{scheme}:" if colon and _SCHEME.fullmatch(scheme) else "anything else"
        )  # which may be the secret itself
        raise Refused(SECRET_UNSUPPORTED(found=found, known=", ".join(f"{name}:" for name in known)))
    path, question, query = rest.partition("?")
    options: dict[str, str] = {}
    read = KeyUri(scheme, path, options)
    for pair in query.split("&") if question else ():
        name, _, value = pair.partition("=")
        if name not in known[scheme] or name in options or not value:
            listed = ", ".join(f"{option}=" for option in known[scheme]) or "none"
            raise Refused(SECRET_OPTION(uri=read, known=listed))
        options[name] = value
    return read
