"""What `node.toml` says about a channel.

[[ledger]]
uri = "fabric+grpcs://peer0.org1.example:7051"   # a peer of one's own organisation, as in the connection profile

[ledger.options]
channel = "anchors"
profile = "connection-org1.json"                 # relative to the node's directory, as all paths are
msp = "anchorer/msp"                             # the client's MSP folder
key = "file:keys/anchorer.pem?password=env:WORD" # where the key is not in the folder's keystore
tls-certificate = "tls/client.crt"               # where peers ask for a client's: mutual TLS
tls-key = "file:tls/client.key"
chaincode = "carbonseal"
attest = "2:Org1MSP,Org2MSP"                     # how many of which must attest; left out: a majority of the profile's
endorse = "2:Org1MSP,Org2MSP"                    # where the chaincode has a policy of its own: how many of which endorse
config = "config.block"                          # the configuration block that verifiers pin; left out: the first one
genesis = "genesis.block"                        # the channel's first block, where one's own peers joined by a snapshot
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import read_regular
from carbonseal.ledger import Secrets
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.checking.config import read_config
from carbonseal_adapters.fabric.checking.evidence import Organisations
from carbonseal_adapters.fabric.sending.profiles import Peer, Profile, read_profile
from carbonseal_adapters.fabric.sending.signers import Client, open_client
from carbonseal_adapters.fabric.sending.tls import TlsIdentity, open_tls

REQUIRED = ("channel", "profile", "msp")
TLS = ("tls-certificate", "tls-key")  # both, or neither
OPTIONS = (*REQUIRED, "key", *TLS, "chaincode", "attest", "endorse", "config", "genesis")
CHAINCODE = "carbonseal"


@dataclass(frozen=True, slots=True)
class Options:
    """All of it, read."""

    channel: str
    chaincode: str
    client: Client
    tls: TlsIdentity | None
    profile: Profile
    gateways: tuple[Peer, ...]  # one's own organisation's, the one in the URI first
    attest: Organisations
    endorse: Organisations | None  # None: as the Gateway and the channel's policy have it
    config: bytes | None  # a configuration block, raw
    genesis: bytes | None  # the channel's first block, raw

    @property
    def expires(self) -> float:
        """Until when both of the client's certificates are valid, Unix time in seconds."""
        own = [self.client.certificate, *([self.tls.certificate] if self.tls else [])]
        return min(certificate.not_valid_after_utc.timestamp() for certificate in own)


def read_options(uri: str, options: Mapping[str, str], secret: Secrets) -> Options:
    """Raises `Refused`, placed at the option."""
    for option in options:
        if option not in OPTIONS:
            raise Refused(codes.OPTION_UNKNOWN(option, option=option, known=", ".join(OPTIONS)))
    for option in (*REQUIRED, *(TLS if options.keys() & set(TLS) else ())):
        if option not in options:
            raise Refused(codes.OPTION_MISSING(option, option=option))
    profile = read_profile(secret.directory / options["profile"])
    return Options(
        options["channel"],
        options.get("chaincode", CHAINCODE),
        open_client(profile.msp, secret.directory / options["msp"], options.get("key"), secret),
        open_tls(secret.directory / options["tls-certificate"], options["tls-key"], secret)
        if TLS[0] in options
        else None,
        profile,
        profile.gateways(uri.rpartition("://")[2]),
        _organisations("attest", options["attest"], profile) if "attest" in options else _majority(profile),
        _organisations("endorse", options["endorse"], profile) if "endorse" in options else None,
        _file(secret.directory, options, "config"),
        _genesis(_file(secret.directory, options, "genesis"), options["channel"]),
    )


def _majority(profile: Profile) -> Organisations:
    having = profile.organisations
    return Organisations(len(having) // 2 + 1, frozenset(having))


def _organisations(option: str, text: str, profile: Profile) -> Organisations:
    wanted = Organisations.read(text, option)
    if lacking := wanted.ids - set(profile.organisations):
        raise Refused(codes.ATTESTERS_WITHOUT_PEERS(option, msp=", ".join(sorted(lacking))))
    return wanted


def _file(directory: Path, options: Mapping[str, str], option: str) -> bytes | None:
    """The bytes of the file that an option names, if it is there."""
    try:
        return read_regular(directory / options[option]) if option in options else None
    except OSError as error:
        raise Refused(codes.FILE_UNREADABLE(option, problem=error)) from error


def _genesis(raw: bytes | None, channel: str) -> bytes | None:
    """The same, if it is block 0 of a channel of that name."""
    if raw is None:
        return None
    try:
        block = Block.of(raw)
        named = read_config(block).channel
    except Refused as refused:
        raise Refused(codes.FILE_MALFORMED("genesis", problem=refused.finding.message)) from None
    if block.number:
        raise Refused(codes.FILE_MALFORMED("genesis", problem=f"it is block {block.number}, not the first one"))
    if named != channel:
        raise Refused(codes.FILE_MALFORMED("genesis", problem=f"it is of channel {named}"))
    return raw
