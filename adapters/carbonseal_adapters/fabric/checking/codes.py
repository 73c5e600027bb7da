"""Every code that Fabric evidence, policy options and trust can give. `CODES` lists them for the catalogue."""

from __future__ import annotations

from carbonseal.findings import Code, noted, rejected, shown

ORDERED = shown(
    "fabric.ordered",
    "block {number} of channel {channel} orders transaction {transaction}, which writes the anchor, endorsed by {endorsers}",
)
VALID = shown("fabric.valid", "the transaction is valid and its anchor is in the state, attested by {attesters}")

# --- evidence that counts for nothing -------------------------------------------------------------------------------

EVIDENCE_UNKNOWN = noted(
    "fabric.evidence-unknown",
    "evidence of type {type}, version {version} is not known here",
    "a newer carbonseal may know it",
)
EVIDENCE_TOO_LARGE = noted("fabric.evidence-too-large", "the evidence has {size} bytes; at most {limit} are read")
PUBLISHER_NOT_LISTED = noted(
    "fabric.publisher-not-listed",
    "the anchor is by publisher {publisher}, which the policy does not list",
    "add it to publisher= if its anchors should count",
)
CONFIG_MISSING = noted(
    "fabric.config-missing",
    "the trust has no configuration block with hash {hash}",
    "add it from a file of the channel's operator: carbonseal trust pin <ledger> config.block --source ... -o trust.json",
)
TRUST_MALFORMED = noted(
    "fabric.trust-malformed",
    "a configuration block in the trust cannot be used: {problem}",
    "add it again, from the channel's operator",
)
GENESIS_DIFFERS = noted(
    "fabric.genesis-differs",
    "the pinned configuration block is block 0, and the ledger is named after another one, {genesis}",
    "correct the ledger's name or config= in the policy",
)
CONFIG_NEWER = noted(
    "fabric.config-newer",
    "block {number} is governed by configuration block {last}; the chain from the pinned one begins at {pinned}",
    "pin the older configuration block, on which old anchors rest",
)
CONFIG_OLDER = noted(
    "fabric.config-older",
    "nothing leads from the pinned configuration block {pinned} to block {found}, which comes next in the evidence",
    "pin the configuration block behind which the evidence begins, or a later one that governs the anchor's block",
)
FIELD_UNKNOWN = noted(
    "fabric.field-unknown", "a {message} has a field {field}, which is not known here", "a newer carbonseal may know it"
)
CONFIG_UNSUPPORTED = noted(
    "fabric.config-unsupported",
    "the channel's configuration asks for what is not known here: {what}",
    "a newer carbonseal may know it",
)
KEY_UNSUPPORTED = noted(
    "fabric.key-unsupported",
    "a certificate of {msp} has a key of a kind that is not known here: {what}",
    "known are keys on the curves P-256 and P-384",
)
SIGNERS_MISSING = noted(
    "fabric.signers-missing",
    "the signatures of {signers} orderers on the block do not meet the channel's policy: {wanted}",
    "take the evidence again, with every orderer signature of the block",
)
ENDORSERS_MISSING = noted(
    "fabric.endorsers-missing", "the endorsements by {endorsers} do not meet the endorsement policy: {wanted}"
)
ATTESTERS_MISSING = noted(
    "fabric.attesters-missing",
    "nothing shows that the transaction is valid: attested by {attesters}, and {wanted} are wanted",
    "take the evidence again while the peers of enough organisations answer",
)
WRITTEN_BY_ANOTHER = noted(
    "fabric.written-by-another",
    "the anchor was written by transaction {writer_index} of block {writer}, not by transaction {index} of block {number}",
    "this one is invalid, or was repeated since: take the evidence of the one that counts",
)

# --- another ledger than the pinned one, another time, or forms that Fabric may accept: what honest parties can bring about ---

OTHER_CHANNEL = noted("fabric.other-channel", "this is of channel {channel}; the pinned configuration is of {pinned}")
OTHER_CHAINCODE = noted("fabric.other-chaincode", "this calls chaincode {chaincode}; the policy pins {pinned}")
MSP_UNKNOWN = noted("fabric.msp-unknown", "the channel's configuration has no organisation {msp}")
CERTIFICATE_UNTRUSTED = noted(
    "fabric.certificate-untrusted", "the certificate of {name} does not lead to an authority of {msp}: {problem}"
)
CERTIFICATE_EXPIRED = noted(
    "fabric.certificate-expired", "the certificate of {name} of {msp} was not valid at {at}: {since} to {until}"
)
CERTIFICATE_REVOKED = noted("fabric.certificate-revoked", "{msp} has revoked the certificate of {name}")
CERTIFICATE_UNIT = noted(
    "fabric.certificate-unit", "the certificate of {name} does not have the units that {msp} asks for: {problem}"
)
NOT_A_PEER = noted("fabric.not-a-peer", "{name} of {msp} is not a peer")
CONSENTER_UNKNOWN = noted(
    "fabric.consenter-unknown", "the pinned configuration has no orderer number {number}, or another key for it"
)
TIME_MALFORMED = noted("fabric.time-malformed", "a timestamp is not a time from 1970 to 9999")
ATTESTED_EARLIER = noted(
    "fabric.attested-earlier",
    "the attestation is of a time before the anchor's",
    "set the clock of the node that asked, and have the passport refreshed",
)
CERTIFICATE_MALFORMED = noted(
    "fabric.certificate-malformed",
    "a certificate of {msp} cannot be read: {problem}",
    "a newer carbonseal may read it, if Fabric does",
)

# --- evidence that is wrong: its form -------------------------------------------------------------------------------

EVIDENCE_MALFORMED = rejected("fabric.evidence-malformed", "the evidence is not of the agreed form: {problem}")
PROTOBUF_MALFORMED = rejected("fabric.protobuf-malformed", "a {message} cannot be read: {problem}")
SIGNATURE_MALFORMED = rejected("fabric.signature-malformed", "a signature by {msp} is not one of ECDSA in DER")

# --- identities and signatures --------------------------------------------------------------------------------------

SIGNATURE_FAILS = rejected("fabric.signature-fails", "invalid signature by {name} of {msp}")
SIGNATURE_HIGH_S = rejected("fabric.signature-high-s", "a signature by {msp} has the larger of its two forms (high S)")

# --- blocks and configurations --------------------------------------------------------------------------------------

DATA_HASH = rejected("fabric.data-hash", "block {number} has other contents than its header says")
NOT_A_CONFIG = rejected("fabric.not-a-config", "block {number} is not a configuration block: {problem}")
CONFIG_GAP = rejected("fabric.config-gap", "configuration {sequence} follows {previous}: one is missing or repeated")
CONFIG_ORDER = rejected("fabric.config-order", "block {number} cannot follow configuration block {previous}")
CONFIG_SELF = rejected("fabric.config-self", "configuration block {number} is signed as one governed by block {last}")
CONFIG_OTHER = rejected(
    "fabric.config-other", "block {number} is governed by configuration block {last}; the evidence ends at {found}"
)

# --- transactions ---------------------------------------------------------------------------------------------------

INDEX_OUTSIDE = rejected("fabric.index-outside", "block {number} has {count} transactions, and none at {index}")
NOT_A_TRANSACTION = rejected("fabric.not-a-transaction", "this is not a call of a chaincode: {problem}")
TRANSACTION_ID = rejected("fabric.transaction-id", "the transaction's id is not that of its creator and nonce")
PROPOSAL_HASH = rejected("fabric.proposal-hash", "what was signed answers another proposal")
CALL_FAILED = rejected("fabric.call-failed", "the chaincode answered with status {status}")
WRITES_OTHER = rejected("fabric.writes-other", "the transaction does not write this anchor alone: {problem}")
OTHER_ANCHOR = rejected("fabric.other-anchor", "the transaction writes {key}, not the anchor {wanted}")
OTHER_VALUE = rejected("fabric.other-value", "the value is not that of this anchor: {problem}")

# --- attestations ---------------------------------------------------------------------------------------------------

OTHER_QUESTION = rejected("fabric.other-question", "the peer was not asked for this anchor: {problem}")
ATTESTED_OTHER = rejected("fabric.attested-other", "{msp} attests another value than the transaction writes")
ATTESTED_UNREAD = rejected("fabric.attested-unread", "the answer does not show where it was read: {problem}")

# --- policy lines and files -----------------------------------------------------------------------------------------

NAME_MALFORMED = rejected("fabric.name-malformed", "{name} is not fabric: with 64 lower-case hexadecimal digits")
OPTION_UNKNOWN = rejected("fabric.option-unknown", "the option {option} is not known", "known are {known}")
OPTION_MISSING = rejected("fabric.option-missing", "the option {option} is missing")
HASH_MALFORMED = rejected("fabric.hash-malformed", "{value} is not 64 lower-case hexadecimal digits")
PUBLISHER_REPEATED = rejected("fabric.publisher-repeated", "the publisher {publisher} is listed twice")
CHAINCODE_MALFORMED = rejected("fabric.chaincode-malformed", "{value} is not a valid name of a chaincode")
ORGANISATIONS_MALFORMED = rejected(
    "fabric.organisations-malformed", "{value} is not <k>:<MSP id>,... with k from 1 to the number of different ids"
)
FILE_MALFORMED = rejected(
    "fabric.file-malformed",
    "this is not a configuration block of the channel: {problem}",
    "peer channel fetch writes one: `oldest FILE` the first, `config FILE` the newest",
)
FILE_UNREADABLE = rejected(
    "fabric.file-unreadable", "a configuration block is pinned from one file that can be read: {problem}"
)
NO_ENDPOINT = rejected(
    "fabric.no-endpoint",
    "a channel's configuration is not asked of an endpoint",
    "pin a file from the channel's operator: carbonseal trust pin {ledger} config.block --source ... -o trust.json",
)

# --- the node's side: node.toml and what it names ---------------------------------------------------------------------

PROFILE_UNREADABLE = rejected(
    "fabric.profile-unreadable",
    "the connection profile {path} cannot be used: {problem}",
    "ask the consortium for the one of your organisation, in JSON",
)
GATEWAY_UNKNOWN = rejected(
    "fabric.gateway-unknown",
    "the connection profile has no peer of {msp} at {address}",
    "let uri be fabric+grpcs:// with one of: {known}",
)
GENESIS_NEEDED = rejected(
    "fabric.genesis-needed",
    "the peers of {msp} joined channel {channel} by a snapshot and do not have its first block, which names the ledger",
    "fetch it from an orderer (`peer channel fetch oldest genesis.block`), and let genesis= name the file",
)
FOLDER_UNREADABLE = rejected(
    "fabric.folder-unreadable",
    "{folder} in the MSP folder cannot be used: {problem}",
    "let msp name the folder that holds the client's signcerts and keystore; key= names a key that is elsewhere",
)
KEY_MALFORMED = rejected(
    "fabric.key-malformed", "{uri} holds no ECDSA key on P-256 or P-384 in PEM", "name the client's private key"
)
KEY_OF_ANOTHER = rejected(
    "fabric.key-of-another", "the key is not that of the client's certificate", "name the one that belongs to it"
)
TLS_CERTIFICATE_UNREADABLE = rejected(
    "fabric.tls-certificate-unreadable",
    "{path} does not hold a TLS client certificate in PEM: {problem}",
    "name the one that the organisation's TLS authority gave this client, such as tls/client.crt",
)
TLS_KEY_MALFORMED = rejected(
    "fabric.tls-key-malformed",
    "{uri} holds no ECDSA or RSA key in PEM",
    "name the private key of the TLS client certificate, such as file:tls/client.key",
)
ATTESTERS_WITHOUT_PEERS = rejected(
    "fabric.attesters-without-peers",
    "the connection profile has no peers of {msp}, which are to attest or endorse",
    "ask for a profile that has them, or name other organisations",
)

CODES: tuple[Code, ...] = tuple(code for code in list(globals().values()) if isinstance(code, Code))
