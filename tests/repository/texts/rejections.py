"""Why no honest party brings about a *rejected* code: one argument for each group of codes, and the codes that are no verdict.

A pattern is a code's name in which `*` stands for anything. Each rejected code fits exactly one. A new one is either softened
(noted, undetermined), or gets its argument here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Rejection:
    """`codes` are patterns; `shown_by` are tests (`module.name`) in which honest parties do whatever they may."""

    title: str
    argument: str
    codes: str
    shown_by: tuple[str, ...] = ()

    def covers(self, name: str) -> bool:
        return any(fits(name, pattern) for pattern in self.codes.split())


def fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern)


ARGUMENTS = (
    Rejection(
        "Damaged files",
        "Only a file that says it is a passport gets here; any other is named as what it is. A passport is a JSON "
        "value, and every program that writes one writes it strictly: it may be spaced and ordered as one likes. "
        "What is left is a file that was cut off or edited. Another version, and a member that version 1 does not "
        "know, are undetermined.",
        "json.truncated json.trailing json.syntax json.control-character json.bad-escape json.lone-surrogate "
        "json.duplicate-key json.not-a-number json.integer-too-large json.number-changes passport.malformed "
        "statement-file.malformed",
        ("test_attacks.test_a_member_that_is_not_known",),
    ),
    Rejection(
        "Keys and citations",
        "Keys are digests of what they name. A node, and whoever refreshes or merges, drops what nothing cites "
        "and sorts the rest; leaving out a component, a record, an anchor or a head leaves a whole passport.",
        "passport.wrong-key passport.not-carried passport.uncited passport.anchors-unsorted",
        (
            "test_assembly.test_merging",
            "test_freedoms.test_to_withhold_a_record",
        ),
    ),
    Rejection(
        "Form of credentials and status lists",
        "An issuer's node reads each document with this parser before it signs and seals it. A type, suite, "
        "purpose or member of a later version is undetermined, and so is what is over a limit.",
        "credential.malformed credential.listed-twice status-list.*",
        ("test_honest_nodes.test_no_passport_of_an_honest_node_is_rejected",),
    ),
    Rejection(
        "Signatures",
        "A signature names its key, by key id, certificate or multikey, and is verified with no other. A key that "
        "is replaced, not listed or of an unknown kind makes a signature unknown, never invalid, and a BFT "
        "orderer that has another key in the pinned configuration is noted. A node takes no cosignature, "
        "endorsement or attestation that does not hold.",
        "credential.bad-signature note.signature-fails note.not-a-checkpoint tlog.bad-signature fabric.signature-*",
        ("test_freedoms.test_to_add_a_cosignature_that_is_there_already",),
    ),
    Rejection(
        "Entries, heads and proofs of a log",
        "A log is an append-only tree: its proofs are computed from what it published, and are the same for "
        "whoever asks. What a node adds to a seal is merged by head, with the proof that belongs between two "
        "heads or none. No pin and no clock has a part.",
        "entry.* tree.hash-length inclusion.* consistency.shrinks consistency.empty-root-differs consistency.fork "
        "consistency.too-* consistency.old-root-differs consistency.new-root-differs note.not-utf8 "
        "note.control-character note.without-signatures note.truncated note.signature-malformed "
        "checkpoint.truncated checkpoint.origin checkpoint.size checkpoint.root seal.other-entry seal.two-logs "
        "seal.heads-unsorted",
        (
            "test_assembly.test_what_verified_still_does_and_since_no_later",
            "test_honest_histories.test_no_honest_history_is_rejected",
        ),
    ),
    Rejection(
        "Equivocation",
        "Shown only by what one listed key of the log signed, of which no tree holds both. A node that was "
        "restored, or whose clock or disk failed, knows from its guard and its ledgers what it signed, and "
        "freezes rather than sign another history.",
        "log.equivocation log.fraud fraud-proof.holds",
        (
            "test_observations.test_honest_passports_of_any_sizes_contradict_nothing",
            "test_guard.test_restored_from_an_old_copy",
        ),
    ),
    Rejection(
        "A credential that takes too much of a lot",
        "Within one signed document: it takes more than all yields that it cites itself state, with their rounding. "
        "What several documents claim together is undetermined, as each may have been replaced by one that is not "
        "shown; who lowers a yield is held to the one that was cited.",
        "fraud-proof.lot-exceeded",
        ("test_honest_lots.test_nothing_that_is_left_out_makes_an_honest_party_guilty",),
    ),
    Rejection(
        "Evidence on Ethereum",
        "Hashes lead from a block's header to the anchor's word, whoever verifies. An adapter verifies evidence "
        "with this code before a node stores it, so what is left depends on the policy and the trust: contract, "
        "code, slot, publisher, chain and block are compared with the pins, and differences are noted. A block "
        "that was reorged out still proves what it held. Another form of evidence gets another version, which is "
        "noted.",
        "ethereum.rlp-* ethereum.evidence-malformed ethereum.header-malformed ethereum.node-* "
        "ethereum.proof-strays ethereum.account-* ethereum.anchor-absent ethereum.other-digest "
        "ethereum.timestamp-later ethereum.value-malformed",
        (
            "test_honest_histories.test_no_honest_history_is_rejected",
            "test_eas.test_a_pin_of_another_version_of_eas_accuses_nobody",
        ),
    ),
    Rejection(
        "Evidence on Fabric",
        "As on Ethereum: what is left depends on the pins. Another configuration, channel, chaincode, publisher "
        "or organisation is noted, and so are certificates that expired, were revoked or cannot be read, a clock, "
        "a field that is not known, and a transaction that lost a race.",
        "fabric.evidence-malformed fabric.protobuf-malformed fabric.data-hash fabric.not-a-config fabric.config-* "
        "fabric.index-outside fabric.not-a-transaction fabric.transaction-id fabric.proposal-hash "
        "fabric.call-failed fabric.writes-other fabric.other-* fabric.attested-*",
        (
            "test_honest_channels.test_no_pin_of_an_honest_channel_rejects",
            "test_blocks.test_any_configuration_may_be_pinned",
        ),
    ),
    Rejection(
        "Evidence in another log",
        "A proof of one entry under one head that the pinned key signed; an adapter verifies it before a node "
        "stores it. Another key, origin, version or form is noted.",
        "tlog.malformed tlog.malformed-checkpoint tlog.wrong-path tlog.not-included",
        ("test_honest_histories.test_no_honest_history_is_rejected",),
    ),
    Rejection(
        "Withdrawn",
        "The issuer itself withdrew a product credential, in a list that a key in force signed. Suspension is "
        "undetermined, and a withdrawn statement counts for nothing.",
        "status.revoked",
        ("test_versions.test_another_version_takes_no_revocation_back",),
    ),
    Rejection(
        "Another profile than the credential lists",
        "The profile is part of what the commitment hashes, and a node lists the profile under which it sealed "
        "the record.",
        "record.other-profile",
    ),
    Rejection(
        "Figures that contradict each other",
        "Exact arithmetic on what one issuer signed, with the rounding and losses that honest figures have; "
        "checks.md has each check. What is withheld, not stated or not comparable is not checkable, and rejects "
        "only where what one issuer signed contradicts itself.",
        "figures.* total.* biogenic.* consistency.geographies consistency.packaging consistency.range "
        "consistency.mass quantities.* contributions.* batch.* mass.* primary-data.* duplicate.* transport.*",
    ),
)

NO_VERDICT = (
    Rejection(
        "Records that are admitted",
        "A submitter learns what to correct; nothing of the document is kept.",
        "file.* json.byte-order-mark json.not-utf8 json.utf-16 json.xml profile.* commitment.* record.missing "
        "record.unknown-member record.type record.decimal record.range record.unknown-value record.form "
        "record.date-time record.empty record.repeated record.items record.exclusive",
    ),
    Rejection(
        "The verifier's own policy, trust and endpoints",
        "The command ends with status 2 and looks at no passport.",
        "policy.* group.* key.* trust.* ethereum.name-malformed ethereum.option-* ethereum.hash-malformed "
        "ethereum.address-* ethereum.publisher-* ethereum.contract-unknown ethereum.slot-malformed "
        "ethereum.agree-malformed ethereum.endpoint-* ethereum.pin-malformed fabric.name-malformed "
        "fabric.option-* fabric.hash-malformed fabric.publisher-repeated fabric.chaincode-malformed "
        "fabric.organisations-malformed fabric.file-* fabric.no-endpoint tlog.unknown-option tlog.missing-key "
        "tlog.malformed-key tlog.not-a-log-key tlog.key-of-another-log",
    ),
    Rejection(
        "Files beside passports",
        "Observations, fraud proofs that do not hold, tiles, bundles, genesis entries and exported proofs accuse "
        "nobody: they are not used.",
        "accreditation-file.malformed "
        "observations.* fraud-proof.malformed fraud-proof.two-logs fraud-proof.unsorted "
        "fraud-proof.shows-nothing tree.subtree-* tile.* bundle.* genesis.* tlog-proof.* checkpoint.empty checkpoint.unsigned "
        "checkpoint.other-origin",
    ),
    Rejection(
        "Goods and declarations",
        "A label or an address is not used, and the reason says which digit; an issuer is warned. A table that cannot "
        "be read is not used. Nothing of a declaration rejects a passport.",
        "goods.* table.* consignment.*",
    ),
    Rejection(
        "Other nodes' requests",
        "Who asks a witness or a log learns why it is refused.",
        "witness-request.* foreign.* http.* desk.* idempotency.* job.* client.*",
    ),
    Rejection(
        "Operators: settings, keys, ledgers, requests",
        "A command, a node's start or a request for a passport ends with the reason.",
        "access.* lookup.* webhook.* exchange.* audit.* backup.* config.* secret.* token.* node.* frozen.* issue.* "
        "draft.* oidc.* "
        "ethereum.contract-absent "
        "ethereum.contract-other ethereum.confirmations-malformed ethereum.finality-malformed ethereum.setting-malformed "
        "ethereum.key-* ethereum.keystore-* ethereum.signer-* fabric.profile-unreadable fabric.gateway-unknown "
        "fabric.genesis-needed fabric.folder-unreadable fabric.key-* fabric.tls-* fabric.attesters-without-peers "
        "tlog.malformed-endpoint",
    ),
)
