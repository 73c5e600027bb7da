"""Identifiers of credentials that look like those of trade: canonical form, and the GTIN in them (docs/spec.md, section 25)."""

from __future__ import annotations

from carbonseal.findings import Refused

from .digital_link import looks_like_link, parse_link
from .identifiers import parse_gtin, parse_lei

GTIN_URNS = ("urn:gtin:", "gtin:")
LEI_URNS = ("urn:lei:", "lei:")


def canonical_identifier(uri: str) -> str:
    """The canonical form of an identifier; `uri` itself where it looks like none of trade's. Raises Refused (`goods.*`) where its
    check digit or its form is wrong."""
    if looks_like_link(uri):
        return str(parse_link(uri))
    if code := _behind(uri, GTIN_URNS):
        parse_gtin(code)  # as it is printed, of whatever length
    if code := _behind(uri, LEI_URNS):
        parse_lei(code)
    return uri


def gtin_of(uri: str) -> str | None:
    """The GTIN, as 14 digits, in an identifier; None where there is none, or a wrong one."""
    try:
        if looks_like_link(uri):
            return parse_link(uri).gtin
        code = _behind(uri, GTIN_URNS)
        return parse_gtin(code) if code else None
    except Refused:
        return None


def _behind(uri: str, starts: tuple[str, ...]) -> str:
    return next((uri[len(start) :] for start in starts if uri.lower().startswith(start)), "")
