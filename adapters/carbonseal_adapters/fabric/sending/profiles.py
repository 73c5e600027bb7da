"""Connection profiles, as consortia hand them out: which peers there are, whose, and how they prove who they are.

The form is that of Fabric's SDKs ("connection profile", version 1.0.0), in JSON. Of it are read: `client.organization`,
`organizations.*.{mspid, peers}` and `peers.*.{url, tlsCACerts, grpcOptions}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import open_regular, read_regular
from carbonseal_adapters.fabric.checking import codes

MAX_PROFILE = 4 << 20  # bytes
OVERRIDES = ("ssl-target-name-override", "hostnameOverride")


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer's address, and by which authority and under which name its TLS certificate is accepted."""

    name: str
    msp: str
    address: str  # HOST:PORT
    root: bytes | None  # PEM; None where the connection is not encrypted
    host: str = ""  # the name in the certificate, where the address has another


@dataclass(frozen=True, slots=True)
class Profile:
    """The peers of a consortium, by organisation, and which organisation is one's own."""

    msp: str
    peers: Mapping[str, tuple[Peer, ...]]  # by MSP id

    def gateways(self, address: str) -> tuple[Peer, ...]:
        """One's own organisation's peers, that at `address` first. Raises `Refused` where it is not there."""
        own = self.peers.get(self.msp, ())
        first = [peer for peer in own if peer.address == address]
        if not first:
            known = ", ".join(peer.address for peer in own)
            raise Refused(codes.GATEWAY_UNKNOWN("uri", address=address, msp=self.msp, known=known or "none"))
        return (*first, *(peer for peer in own if peer.address != address))

    @property
    def organisations(self) -> list[str]:
        """The MSP ids of those that have peers in it, sorted."""
        return sorted(msp for msp, peers in self.peers.items() if peers)

    @property
    def others(self) -> tuple[Peer, ...]:
        """The other organisations' peers."""
        return tuple(peer for msp, peers in self.peers.items() if msp != self.msp for peer in peers)


def read_profile(path: Path) -> Profile:
    """Raises `Refused` (fabric.profile-unreadable)."""
    try:
        with open_regular(path) as file:
            raw = file.read(MAX_PROFILE + 1)
        if len(raw) > MAX_PROFILE:
            raise _unreadable(path, f"it has more than {MAX_PROFILE} bytes")
        text = raw.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from None
    try:
        return _profile(json.loads(text), path.parent)
    except json.JSONDecodeError as error:
        raise _unreadable(path, f"not JSON ({error}); a YAML one has to be converted") from None
    except (KeyError, TypeError, AttributeError, OSError, ValueError) as error:
        raise _unreadable(path, f"{type(error).__name__} {error}") from None


def _profile(value: Mapping[str, Any], folder: Path) -> Profile:
    organisations = value["organizations"]
    own = str(organisations[value["client"]["organization"]]["mspid"])
    peers = {
        str(each["mspid"]): tuple(
            _peer(str(name), str(each["mspid"]), value["peers"][name], folder) for name in each.get("peers", ())
        )
        for each in organisations.values()
    }
    return Profile(own, peers)


def _peer(name: str, msp: str, value: Mapping[str, Any], folder: Path) -> Peer:
    url = urlsplit(value["url"])
    if url.scheme not in ("grpc", "grpcs") or not url.port:
        raise ValueError(f"{value['url']} is not grpcs://HOST:PORT")
    options = value.get("grpcOptions", {})
    host = next((str(options[option]) for option in OVERRIDES if option in options), "")
    root = _root(value.get("tlsCACerts", {}), folder) if url.scheme == "grpcs" else None
    return Peer(name, msp, url.netloc, root, host)


def _root(value: Mapping[str, Any], folder: Path) -> bytes:
    if "pem" in value:
        pem = value["pem"]
        return "\n".join(pem if isinstance(pem, list) else [pem]).encode()
    return read_regular(Path(folder, value["path"]))


def _unreadable(path: Path, problem: str) -> Refused:
    return Refused(codes.PROFILE_UNREADABLE("profile", path=path, problem=problem))
