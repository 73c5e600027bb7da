"""Settings `[oidc]` of `node.toml`: the issuer whose tokens let persons and systems in, and what they have to be like."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from carbonseal.findings import Refused
from carbonseal.node.codes import CONFIG_WRONG_VALUE
from carbonseal.node.listen_config import Address
from carbonseal.node.toml_tables import Table

# Signatures alone (RFC 7518, RFC 8037): with a secret that both know, whoever checks tokens could make them.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
USUAL = ("RS256", "PS256", "ES256", "EdDSA")


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """`[oidc]`. `issuer` and `audience` are compared with a token's as they are written."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...] = USUAL
    keys: str = ""  # path of the issuer's keys (a JSON Web Key Set); empty: from the issuer's discovery document
    authorities: str = ""  # path of certificates (PEM) that the issuer's is trusted by; empty: this machine's
    loopback_http: bool = False  # whether an issuer on this machine may answer without TLS: for tests


def read_oidc(table: Table | None) -> OidcConfig | None:
    """The section of that name; None where there is none. Raises Refused."""
    if table is None:
        return None
    oidc = OidcConfig(
        table.text("issuer"),
        table.text("audience"),
        table.texts("algorithms") or USUAL,
        table.text("keys", ""),
        table.text("authorities", ""),
        table.flag("loopback-http"),
    )
    table.end()
    if not is_endpoint(oidc.issuer, oidc.loopback_http) or urlsplit(oidc.issuer).query:
        expected = "an address that begins with https://, without a query, as the issuer writes it in its tokens"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="issuer", expected=expected))
    if not oidc.audience:
        expected = "the name that the issuer's tokens for this node have in aud"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="audience", expected=expected))
    if not set(oidc.algorithms) <= {*ALGORITHMS}:
        expected = f"a list of these: {', '.join(ALGORITHMS)}"
        raise Refused(CONFIG_WRONG_VALUE(*table.place, key="algorithms", expected=expected))
    return oidc


def is_endpoint(url: str, loopback_http: bool) -> bool:
    """Whether keys may be fetched there: over HTTPS, or on this machine where that is allowed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or port == 0 or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback_http and Address(host, 0).is_loopback)
