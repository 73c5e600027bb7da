"""Fetches the keys of an issuer: from its discovery document over HTTPS (OpenID Connect Discovery 1.0), or from a file.

Answers are bounded in size and time; redirects are not followed, and no proxy of the environment is used. Raises Refused
(`oidc.keys-unusable`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import check_regular, open_regular
from carbonseal.transport import BodyTooLarge, read_chunks

from .codes import OIDC_KEYS_UNUSABLE
from .config import OidcConfig, is_endpoint
from .issuer import Fetch, Issuer
from .key_sets import MAX_BYTES, KeySet, parse_json, parse_keys

if TYPE_CHECKING:  # a command that opens a node asks no issuer
    import aiohttp

TIMEOUT = 5.0  # seconds for one answer
DISCOVERY = "/.well-known/openid-configuration"


def open_issuer(settings: OidcConfig | None, directory: Path, clock: Callable[[], float]) -> Issuer | None:
    """The issuer in `settings`; None where there is none. Nothing is fetched yet."""
    return None if settings is None else Issuer(settings, fetch_for(settings, directory), clock)


def fetch_for(settings: OidcConfig, directory: Path) -> Fetch:
    """What fetches the keys of the issuer in `settings`. Paths are relative to the node's `directory`."""
    if settings.keys:
        return partial(_read, directory / settings.keys)
    return partial(_discover, settings, directory)


async def _read(path: Path) -> KeySet:
    try:
        raw = await asyncio.to_thread(_head, path)
    except OSError as error:
        raise Refused(OIDC_KEYS_UNUSABLE(place=path, problem=error.strerror)) from error
    return parse_keys(raw, str(path))


def _head(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read(MAX_BYTES + 1)


async def _discover(settings: OidcConfig, directory: Path) -> KeySet:
    from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

    trusted = await asyncio.to_thread(_trusted, settings, directory)
    place = settings.issuer.removesuffix("/") + DISCOVERY
    async with ClientSession(timeout=ClientTimeout(total=TIMEOUT), cookie_jar=DummyCookieJar()) as session:
        found = parse_json(await _get(session, place, trusted), place)
        keys = found.get("jwks_uri")
        if found.get("issuer") != settings.issuer:
            raise Refused(OIDC_KEYS_UNUSABLE(place=place, problem="it is of another issuer"))
        if not isinstance(keys, str) or not is_endpoint(keys, settings.loopback_http):
            raise Refused(OIDC_KEYS_UNUSABLE(place=place, problem="its jwks_uri is no address with https://"))
        return parse_keys(await _get(session, keys, trusted), keys)


def _trusted(settings: OidcConfig, directory: Path) -> ssl.SSLContext:
    path = directory / settings.authorities if settings.authorities else None
    try:
        if path is not None:
            check_regular(path)
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:
        raise Refused(OIDC_KEYS_UNUSABLE(place=path, problem=error)) from error


async def _get(session: aiohttp.ClientSession, url: str, trusted: ssl.SSLContext) -> bytes:
    from aiohttp import ClientError

    try:
        async with session.get(url, ssl=trusted, allow_redirects=False) as response:
            if response.status != 200:
                raise Refused(OIDC_KEYS_UNUSABLE(place=url, problem=f"the answer has the status {response.status}"))
            return await read_chunks(response.content.iter_any(), MAX_BYTES)
    except BodyTooLarge as error:
        raise Refused(OIDC_KEYS_UNUSABLE(place=url, problem=f"it has more than {MAX_BYTES} bytes")) from error
    except TimeoutError as error:
        raise Refused(OIDC_KEYS_UNUSABLE(place=url, problem="no answer in time")) from error
    except (ClientError, OSError, ValueError) as error:
        raise Refused(OIDC_KEYS_UNUSABLE(place=url, problem=str(error) or type(error).__name__)) from error
