"""GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax; docs/spec.md, section 25), read and written in one canonical form::

    https://id.example/01/09506000134352/10/L%2F7/21/0001?digest=5f0c…

- The path ends in ``/01/`` and a GTIN, then in this order as far as they are there ``/22/`` consumer product variant, ``/10/`` lot
  and ``/21/`` serial; or ``/235/``, a third party's serial, alone. Host and whatever is before ``/01/`` are free.
- Canonical are: https and host in lower case; a GTIN of 14 digits; percent-encoded, with capital hexadecimal digits, what is no
  letter, digit or one of ``-._~``; the query's pairs sorted by name, each name once.
- Reading takes other spellings of the same; what has another meaning, or none, is refused: `goods.malformed`, `goods.check-digit`.
"""

from __future__ import annotations

import re

from carbonseal.values import dataclass

from .identifiers import malformed, parse_gtin

LINK = "a GS1 Digital Link"
QUALIFIERS = {
    "22": 20,
    "10": 20,
    "21": 20,
}  # application identifiers behind a GTIN, in order, and how long each may be
THIRD_PARTY = {"235": 28}
GS1_82 = frozenset(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)  # General Specifications, figure 7.11-1
_BASE = re.compile(
    r"(?i:https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[1-9][0-9]{0,4})?)(?P<path>(?:/[!-~]*)?)"
)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_STEM = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*")
_LOOKS = re.compile(r"(?i:https?)://[^/?#]+(?:/[^?#]*)?/01/[0-9]{8,14}(?![^/?#])")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_LONGEST = 2048  # characters


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """What a GS1 Digital Link says. `base` is https://, host and path in front of ``/01/``; `gtin` has 14 digits; texts are
    decoded, and empty where they are not there."""

    base: str
    gtin: str
    variant: str = ""  # AI 22
    lot: str = ""  # AI 10
    serial: str = ""  # AI 21
    third_party: str = ""  # AI 235
    query: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """The canonical form."""
        said = {"22": self.variant, "10": self.lot, "21": self.serial, "235": self.third_party}
        path = "".join(f"/{identifier}/{_encoded(text)}" for identifier, text in said.items() if text)
        query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(self.query))
        return f"{self.base}/01/{self.gtin}{path}" + (f"?{query}" if query else "")


def build_link(
    base: str,
    gtin: str,
    *,
    variant: str = "",
    lot: str = "",
    serial: str = "",
    third_party: str = "",
    query: tuple[tuple[str, str], ...] = (),
) -> DigitalLink:
    """A link whose every part is valid: `str` of it is its canonical form. Raises Refused (`goods.*`)."""
    said = {"22": variant, "10": lot, "21": serial, "235": third_party}
    return _link(base.rstrip("/"), gtin, {name: text for name, text in said.items() if text}, query, base)


def parse_link(text: str) -> DigitalLink:
    """The link that `text` spells. It is canonical where `str` of the result is `text`. Raises Refused (`goods.*`)."""
    address, question, query = text.partition("?")
    found = _BASE.fullmatch(address)
    if len(text) > _LONGEST or found is None or "#" in text:
        raise malformed(text, LINK, "expected https://, a host, and no user, blank or fragment")
    segments = found["path"].split("/")[1:]
    at = next((at for at, one in enumerate(segments[:-1]) if one == "01" and segments[at + 1].isdigit()), None)
    if at is None:
        raise malformed(text, LINK, "expected /01/ and a GTIN in the path")
    rest = segments[at + 2 :]
    if len(rest) % 2:
        raise malformed(text, LINK, "expected pairs of an application identifier and a value behind the GTIN")
    said: dict[str, str] = {}
    for name, value in zip(rest[::2], rest[1::2], strict=True):
        if name in said:
            raise malformed(text, LINK, f"/{name}/ stands there twice")
        said[name] = _decoded(value, text)
    base = "/".join([f"https://{found['host'].lower()}", *segments[:at]])
    return _link(base, segments[at + 1], said, _pairs(query, text) if question else (), text)


def looks_like_link(text: str) -> bool:
    """Whether somebody meant a GS1 Digital Link of a GTIN: an address with ``/01/`` and 8 to 14 digits."""
    return _LOOKS.match(text) is not None


def is_value(text: str) -> bool:
    """Whether a lot or a serial number can stand in a link: 1 to 20 of the 82 characters of GS1."""
    return 0 < len(text) <= 20 and GS1_82.issuperset(text)


def _link(base: str, gtin: str, said: dict[str, str], query: tuple[tuple[str, str], ...], text: str) -> DigitalLink:
    """Raises Refused where a part is not valid, or out of order."""
    host = _BASE.fullmatch(base)
    stem = base.split("/")[3:]
    if host is None or not _STEM.fullmatch(host["path"]) or not base.startswith(f"https://{host['host'].lower()}"):
        raise malformed(text, LINK, "expected https://, a host, and a path of plain segments in front of /01/")
    if len(stem) > 1 and stem[-2] in {*QUALIFIERS, *THIRD_PARTY}:
        raise malformed(text, LINK, f"/{stem[-2]}/ stands in front of the GTIN, where it would be overlooked")
    allowed = THIRD_PARTY if "235" in said else QUALIFIERS
    if [*said] != [name for name in allowed if name in said]:
        raise malformed(text, LINK, "behind the GTIN come /22/, /10/ and /21/ in this order, or /235/ alone")
    for name, value in said.items():
        if not 0 < len(value) <= allowed[name] or not GS1_82.issuperset(value):
            raise malformed(text, LINK, f"/{name}/ has 1 to {allowed[name]} of the 82 characters of GS1")
    if len({name for name, _ in query}) < len(query):
        raise malformed(text, LINK, "a name stands twice in the query")
    if taken := {name for name, _ in query} & {"01", *QUALIFIERS, *THIRD_PARTY}:
        raise malformed(text, LINK, f"{min(taken)} belongs in the path, not in the query")
    third_party = said.get("235", "")
    variant, lot, serial = (said.get(name, "") for name in QUALIFIERS)
    return DigitalLink(base, parse_gtin(gtin), variant, lot, serial, third_party, tuple(sorted(query)))


def _pairs(query: str, text: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise malformed(text, LINK, "expected name=value in the query, joined by &")
        pairs.append((_decoded(name, text), _decoded(value, text)))
    return tuple(pairs)


def _encoded(text: str) -> str:
    return "".join(one if one in _UNRESERVED else "".join(f"%{byte:02X}" for byte in one.encode()) for one in text)


def _decoded(part: str, text: str) -> str:
    """Percent-decoding (RFC 3986, section 2.1). Raises Refused."""
    if "%" in _ESCAPE.sub("", part):
        raise malformed(text, LINK, "a % without two hexadecimal digits behind it")
    raw = _ESCAPE.sub(lambda found: chr(int(found[0][1:], 16)), part)
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:
        raise malformed(text, LINK, "what is percent-encoded is not UTF-8") from None
