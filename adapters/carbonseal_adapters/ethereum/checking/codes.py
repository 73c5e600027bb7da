"""Every code that Ethereum evidence, policy options and trust can give. `CODES` lists them for the catalogue."""

from __future__ import annotations

from carbonseal.findings import Code, noted, rejected, shown, undetermined

ANCHORED = shown("ethereum.anchored", "block {number} of {ledger} holds the anchor, under publisher {publisher}")

TIMESTAMPED = shown(
    "ethereum.timestamped", "block {number} of {ledger} holds the anchor's digest in EAS, which keeps no publisher"
)

# --- evidence that counts for nothing -------------------------------------------------------------------------------

EVIDENCE_UNKNOWN = noted(
    "ethereum.evidence-unknown",
    "evidence of type {type}, version {version} is not known here",
    "a newer carbonseal may know it",
)
EVIDENCE_TOO_LARGE = noted("ethereum.evidence-too-large", "the evidence has {size} bytes; at most {limit} are read")
CONTRACT_NOT_PINNED = noted(
    "ethereum.contract-not-pinned",
    "evidence of type {type} is of another kind of contract than the policy pins, which goes with {expected}",
)
PUBLISHER_NOT_LISTED = noted(
    "ethereum.publisher-not-listed",
    "the anchor is by publisher {publisher}, which the policy does not list",
    "add it to publisher= if its anchors should count",
)
BLOCK_NOT_PINNED = noted(
    "ethereum.block-not-pinned",
    "the trust has no block {number} to compare block {hash} with",
    "gather it with carbonseal trust, from endpoints of your own choice",
)
BLOCK_DIFFERS = noted(
    "ethereum.block-differs",
    "the evidence rests on block {number} with hash {hash}; the trust pins {pinned}",
    "the block was reorged out, or belongs to another chain: refresh the passport",
)
AGREEMENT_LACKING = noted(
    "ethereum.agreement-lacking",
    "no hash of block {number} is named by {agree}, as the policy asks: {pinned}",
    "gather the trust from more endpoints that are independent of each other",
)
TRUST_CONTRADICTS = noted(
    "ethereum.trust-contradicts",
    "the trust pins several blocks of number {number}: {pinned}",
    "an endpoint is wrong or has not followed a reorg: ask more of them, and require that more agree (agree=2)",
)
ENDPOINT_OUTVOTED = noted(
    "ethereum.endpoint-outvoted",
    "{source} names {hash} for block {number}; the others agree on {agreed}",
    "it is wrong, or has not followed a reorg: find out which before you ask it again",
)
TRUST_OTHER_CHAIN = noted(
    "ethereum.trust-other-chain",
    "{source} is on another chain: its block 0 is {pinned}; the policy pins genesis {genesis}",
    "gather the trust from an endpoint of the chain that the policy means",
)
GENESIS_MISSING = noted(
    "ethereum.genesis-missing",
    "{source} does not name block 0, so nothing shows that it is on the pinned chain: its answers do not count",
    "gather block 0 from it with carbonseal trust gather, or by hand: carbonseal trust pin LEDGER 0 HASH --source ...",
)
TRUST_MALFORMED = noted(
    "ethereum.trust-malformed",
    "a block in the trust is not {{number, hash}}: {value}",
    "gather the trust again",
)

REGISTRY_DIFFERS = noted(
    "ethereum.registry-differs",
    "the evidence is of contract {registry}; the policy pins {pinned}",
    "correct registry= or eas= in the policy if you mean to trust that contract",
)
CODE_DIFFERS = noted(
    "ethereum.code-differs",
    "the contract has code with hash {code}; the policy pins {pinned}",
    "correct code= in the policy if the contract is the one that you mean to trust",
)

SLOT_DIFFERS = noted(
    "ethereum.slot-differs",
    "nothing is shown at the place that slot={slot} gives, and evidence of EAS does not name its own: {problem}",
    "correct slot= in the policy if this EAS keeps its timestamps elsewhere; else have the passport refreshed",
)

# --- evidence that is wrong -----------------------------------------------------------------------------------------

RLP_MALFORMED = rejected("ethereum.rlp-malformed", "this is not RLP: {problem}")
RLP_NOT_CANONICAL = rejected("ethereum.rlp-not-canonical", "this RLP is not in its only allowed form: {problem}")
EVIDENCE_MALFORMED = rejected("ethereum.evidence-malformed", "the evidence is not of the agreed form: {problem}")
HEADER_MALFORMED = rejected("ethereum.header-malformed", "this is not a block header: {problem}")
NODE_HASH = rejected("ethereum.node-hash", "proof node {index} does not have the hash that leads to it")
NODE_MALFORMED = rejected("ethereum.node-malformed", "proof node {index} is not a trie node: {problem}")
NODE_MISSING = rejected("ethereum.node-missing", "the proof ends before its goal, after {count} nodes")
NODE_EXTRA = rejected("ethereum.node-extra", "the proof reaches its goal with node {index} and goes on to {count}")
PROOF_STRAYS = rejected("ethereum.proof-strays", "the proof leads to another key from node {index} on")
ACCOUNT_ABSENT = rejected("ethereum.account-absent", "the proof shows that the contract does not exist in this block")
ACCOUNT_MALFORMED = rejected("ethereum.account-malformed", "this is not an account: {problem}")
ANCHOR_ABSENT = rejected("ethereum.anchor-absent", "the proof shows that the anchor does not exist in this block")
OTHER_DIGEST = rejected(
    "ethereum.other-digest",
    "the registry holds the digest {found} for this log and size; this checkpoint's is {expected}",
)
TIMESTAMP_LATER = rejected(
    "ethereum.timestamp-later", "the contract holds {found}, which is not a time up to the block's own, {timestamp}"
)
VALUE_MALFORMED = rejected("ethereum.value-malformed", "the storage value is not a word of at most 32 bytes")

# --- policy lines and endpoints -------------------------------------------------------------------------------------

NAME_MALFORMED = rejected("ethereum.name-malformed", "{name} is not eip155: with a decimal chain id")
OPTION_UNKNOWN = rejected("ethereum.option-unknown", "the option {option} is not known", "known are {known}")
OPTION_MISSING = rejected(
    "ethereum.option-missing",
    "the option {option} is missing",
    "add {option}=… with its value",
)
HASH_MALFORMED = rejected("ethereum.hash-malformed", "{value} is not 0x and 64 lower-case hexadecimal digits")
ADDRESS_MALFORMED = rejected("ethereum.address-malformed", "{value} is not 0x and 40 hexadecimal digits")
ADDRESS_CHECKSUM = rejected(
    "ethereum.address-checksum",
    "the capital letters of {value} do not fit its checksum (EIP-55)",
    "look for a typing error, or write it in lower case",
)
PUBLISHER_REPEATED = rejected("ethereum.publisher-repeated", "the publisher {publisher} is listed twice")
PUBLISHER_UNKNOWABLE = rejected(
    "ethereum.publisher-unknowable",
    "EAS does not record who wrote an anchor, so {value} cannot be required",
    "write publisher=any: the log's signature shows whose head it is",
)
CONTRACT_UNKNOWN = rejected(
    "ethereum.contract-unknown",
    "the kind of contract {contract} is not known",
    "write eas, or leave contract out for a registry",
)
CONTRACT_ABSENT = rejected(
    "ethereum.contract-absent",
    "there is no contract at {address}",
    "is the address right, and this the chain that it is on?",
)
CONTRACT_OTHER = rejected(
    "ethereum.contract-other",
    "the contract at {address} is not an AnchorRegistry: its code has the hash {code}, that of a registry {expected}",
    "is the address right, and this the chain that it is on?",
)
SLOT_MALFORMED = rejected(
    "ethereum.slot-malformed",
    "{value} is not the number of a storage variable, from 0 to 999",
    "where EAS keeps its timestamps: 2 on mainnet, 5 in later versions",
)
AGREE_MALFORMED = rejected("ethereum.agree-malformed", "{value} is not a number of endpoints from 1 to 99")
CONFIRMATIONS_MALFORMED = rejected(
    "ethereum.confirmations-malformed", "{value} is not a number of blocks from 1 to 999999"
)
FINALITY_MALFORMED = rejected(
    "ethereum.finality-malformed",
    "finality={value} is not valid together with the other options",
    'write finality = "finalized", or confirmations = "12", not both',
)
SETTING_MALFORMED = rejected("ethereum.setting-malformed", "{value} is not {expected}", "write a decimal number")
ENDPOINT_MALFORMED = rejected(
    "ethereum.endpoint-malformed", "the endpoint is not an address with http or https", "write http://host:port"
)
ENDPOINT_OTHER_CHAIN = rejected(
    "ethereum.endpoint-other-chain", "{endpoint} serves chain {found}, not {expected}", "name an endpoint of that chain"
)
ENDPOINT_ANSWER = rejected(
    "ethereum.endpoint-answer", "{endpoint} gave no usable answer to {method}: {problem}", "try another endpoint"
)
ENDPOINT_BLOCK_MISSING = noted(
    "ethereum.endpoint-block-missing", "{endpoint} does not know block {number}", "is it synchronised?"
)

# --- signers ---------------------------------------------------------------------------------------------------------

KEY_MALFORMED = rejected(
    "ethereum.key-malformed",
    "{uri} holds no Ethereum key: neither 64 hexadecimal digits nor a keystore",
    "restore it, or make one: docs/operators/keys.md says how",
)
KEYSTORE_MALFORMED = rejected(
    "ethereum.keystore-malformed", "{uri} is not an Ethereum keystore of version 3", "restore it from a copy"
)
KEYSTORE_OTHER_ADDRESS = rejected(
    "ethereum.keystore-other-address",
    "{uri} names the address {named}, and holds the key of {found}",
    "use that account's own keystore",
)
SIGNER_OTHER_CHAIN = rejected(
    "ethereum.signer-other-chain",
    "the signer gave a transaction for chain {found}, and was asked for chain {expected}",
    "configure the signer for this chain; nothing was sent",
)
SIGNER_OTHER_TRANSACTION = rejected(
    "ethereum.signer-other-transaction",
    "the signer gave another transaction than it was asked for",
    "find out who changed it; nothing was sent",
)
SIGNER_HIGH_S = rejected(
    "ethereum.signer-high-s",
    "the signer gave a signature in the form that Ethereum refuses since EIP-2",
    "use a signer that is made for Ethereum; nothing was sent",
)
SIGNER_OTHER_ACCOUNT = rejected(
    "ethereum.signer-other-account",
    "what the signer gave is not signed by {expected}",
    "correct the address, or the key that the signer holds; nothing was sent",
)
SIGNER_ANSWER = rejected(
    "ethereum.signer-answer",
    "{endpoint} answers {method} with something that is not a signed transaction",
    "is it a signer?",
)
SIGNER_UNREACHABLE = undetermined(
    "ethereum.signer-unreachable", "the signer at {endpoint} does not answer: {reason}", "is it running?"
)
SIGNER_DENIES = undetermined(
    "ethereum.signer-denies",
    "the signer at {endpoint} does not sign: {reason}",
    "look into its rules and its log; it will be asked again",
)

ENDPOINT_BLOCK_UNFINAL = noted(
    "ethereum.endpoint-block-unfinal",
    "{endpoint} has not finalized block {number} yet; its newest finalized block is {final}",
    "ask again later, or say how many --confirmations are enough for you",
)
ENDPOINT_NO_FINALITY = noted(
    "ethereum.endpoint-no-finality",
    "{endpoint} reports no finalized block",
    "say how many --confirmations are enough for you; 0 takes whatever it has",
)
ENDPOINT_CHANGED = noted(
    "ethereum.endpoint-changed",
    "{endpoint} named {before} for block {number} before, and now names {now}",
    "a block that was final does not change: find out before you ask it again",
)
ENDPOINT_UNREACHABLE = noted(
    "ethereum.endpoint-unreachable", "the endpoint stopped answering: {problem}", "gather the rest again later"
)
PIN_MALFORMED = rejected(
    "ethereum.pin-malformed",
    "{words} is not block numbers and hashes",
    "write NUMBER HASH for each block, a hash as 0x and 64 digits",
)

CODES: tuple[Code, ...] = tuple(code for code in list(globals().values()) if isinstance(code, Code))
