"""The families of codes: the word before the dot, what a family is about, and which names are reserved."""

from __future__ import annotations

GROUPS: dict[str, dict[str, str]] = {
    "Records: what a submitter sends": {
        "json": "a document is not strict JSON, or changes in canonical form",
        "profile": "a profile is unknown, or refuses a document",
        "pact": "a document does not have the form of a PACT 3.0 footprint, property by property",
        "source": "a file or folder with records cannot be read",
        "commitment": "a commitment cannot be computed",
    },
    "The log: what a log signs and serves": {
        "entry": "the bytes of an entry",
        "genesis": "entry 0, which says what the log is",
        "tree": "hashes of the Merkle tree",
        "inclusion": "an inclusion proof (RFC 9162, section 2.1.3)",
        "consistency": "a consistency proof (RFC 9162, section 2.1.4)",
        "tile": "a tile (C2SP tlog-tiles)",
        "bundle": "an entry bundle (C2SP tlog-tiles)",
        "key": "a verifier key (C2SP signed-note)",
        "note": "a signed note and its signatures (C2SP signed-note)",
        "checkpoint": "a checkpoint (C2SP tlog-checkpoint)",
        "tlog-proof": "a file with an inclusion proof (C2SP tlog-proof)",
        "fraud-proof": "two checkpoints of one log that contradict each other",
        "group": "a group and its quorum (C2SP tlog-policy)",
    },
    "Documents: what a verifier is given": {
        "passport": "the passport file: its form, its citations, its limits",
        "credential": "a credential: its form, its signature, its validity",
        "status-list": "a status list: its form and its bits",
        "policy": "the policy of the verifier, with line and column",
        "trust": "the trust file of the verifier",
        "observations": "a file of observations: what files show of logs",
    },
    "Verification: what a passport shows (docs/spec.md, section 17)": {
        "signer": "the policy and the keys of who signed",
        "seal": "a seal ties a document to a log",
        "head": "a checkpoint in a seal",
        "log": "what a log signed: is it listed, does it equivocate",
        "ledger": "a ledger that a seal names",
        "ledger-quorum": "the ledgers that the policy requires",
        "witness-quorum": "the witnesses that the policy requires",
        "time-quorum": "the ledgers that must date a document",
        "time": "the time by which a document existed",
        "record": "a record that a credential lists",
        "component": "a component that a credential lists",
        "status": "whether a credential was revoked",
        "history": "whether the heads of a log lie on one line",
        "check": "a check that the policy requires by name",
        "flow": "the carbon-flow checks",
    },
    "Ledgers: evidence, endpoints, signers": {
        "ethereum": "anchors on Ethereum-like chains",
        "fabric": "anchors on Hyperledger Fabric",
        "tlog": "anchors in another operator's log",
        "plugin": "installed packages that bring ledgers, profiles or checks",
    },
    "The node: what an operator runs": {
        "config": "the settings, node.toml",
        "secret": "where a key or password is kept",
        "token": "a hardware token (PKCS#11)",
        "node": "the node's directory, database and background work",
        "frozen": "why a log signs nothing",
        "foreign": "another log's checkpoint that is to be entered",
        "issue": "an issue request",
        "http": "a request to the node's service",
        "client": "the connection of a command to a running node",
    },
}
FAMILIES = {family: sentence for families in GROUPS.values() for family, sentence in families.items()}

# Names that were codes before the first release, and are not given again: an old report or test may have them.
RESERVED = {
    "ethereum.endpoint-silent": "became `ethereum.endpoint-unreachable`",
    "ethereum.signer-silent": "became `ethereum.signer-unreachable`",
    "http.line-too-long": "became `json.too-large`",
    "http.unknown-commitment": "became `node.unknown-commitment`",
    "issuer.key-ended": "became `signer.key-ended`",
    "issuer.key-not-listed": "became `signer.key-not-listed`",
    "issuer.key-not-yet": "became `signer.key-not-yet`",
    "issuer.not-listed": "became `signer.not-listed`",
    "issuer.time-unknown": "became `signer.time-unknown`",
    "passport.status-list-twice": "became `passport.over-limit`: several versions may be carried",
    "policy.member-twice": "became `group.member-twice`",
    "policy.threshold": "became `group.threshold`",
    "policy.unknown-member": "became `group.member-unknown`",
    "profile.broken": "became `plugin.broken`",
}
