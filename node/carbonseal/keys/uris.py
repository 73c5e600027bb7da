"""URIs of secrets and keys: ``scheme:path``, and options after a question mark: ``file:keys/log.pem?password=env:WORD``.

A secret that was written in place of its URI is never part of a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from carbonseal.findings import Refused

from .codes import SECRET_OPTION, SECRET_OPTION_MISSING, SECRET_UNSUPPORTED

_SCHEME = re.compile("[a-z][a-z0-9]{0,15}")
_LONG = re.compile("[0-9A-Fa-f]{32,}")


@dataclass(frozen=True, slots=True)
class KeyUri:
    """A URI in its parts. Its text is for messages: it has no options, and no 32 hexadecimal digits in a row."""

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


def split_uri(uri: str) -> KeyUri:
    """Scheme and path of `uri`, whatever they are, without its options: to name a key in a message."""
    scheme, _, rest = uri.partition(":")
    return KeyUri(scheme, rest.partition("?")[0], {})


def read_uri(uri: str, known: Mapping[str, tuple[str, ...]]) -> KeyUri:
    """`uri` in its parts. `known` has the options of each scheme that may stand here.

    Raises `Refused`: `secret.unsupported` for another scheme, `secret.option` for an option that is unknown, empty or repeated.

    >>> read_uri("file:log.pem?password=env:WORD", {"file": ("password",)}).options
    {'password': 'env:WORD'}
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme not in known:
        raise unsupported(uri, known)
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


def unsupported(uri: str, known: Iterable[str]) -> Refused:
    """The refusal `secret.unsupported`: `uri` has none of the `known` schemes. Text that is not a scheme may be the
    secret itself, and is not repeated."""
    scheme, colon, _ = uri.partition(":")
    found = f"{scheme}:" if colon and _SCHEME.fullmatch(scheme) else "something else"
    return Refused(SECRET_UNSUPPORTED(found=found, known=", ".join(f"{name}:" for name in known)))
