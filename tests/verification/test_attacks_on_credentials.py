"""Forged credentials, swapped components, status lists that are somebody else's: each with its own code."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from carbonseal.findings import Verdict
from carbonseal.passport.credentials import sign_document
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import PRODUCT
from carbonseal.passport.status_lists import MAX_BYTES, draft_status_list
from tests.verification.tampering import (
    Json,
    as_root,
    in_file,
    rejected,
    root_seal,
    sha256,
    undetermined,
    unsigned,
    with_seal,
)
from tests.world import (
    AT,
    SIGNED,
    Issuer,
    World,
    codes,
    key,
    written,
)


class TestSignatures:
    """Who signed the credential: the policy knows, and nobody else is asked."""

    def forged(self, world: World, sign: Callable[[Json], Json]) -> Passport:
        """A passport whose credential was changed, signed anew, and sealed properly."""
        passport = world.passport()
        document = sign(unsigned(passport.credential.document, lambda draft: draft.update(id="urn:example:forged")))
        salt, commitment = world.put(PRODUCT.profile, document)
        carried = PRODUCT.carry(document, salt)
        seals = world.seals([commitment])
        seals |= {other: seal for other, seal in passport.seals.items() if other in passport.records}
        seals |= {one.commitment: passport.seals[one.commitment] for one in passport.status_lists.values()}
        return replace(passport, root=carried.signed.digest, credentials={carried.signed.digest: carried}, seals=seals)

    def test_what_is_forged_that_way_verifies_with_the_right_key(self) -> None:
        world = World()
        assert world.verify(self.forged(world, world.maker.sign)).verdict is Verdict.VERIFIED

    def test_by_another_key_in_the_issuers_name(self) -> None:
        world = World()

        def sign(draft: Json) -> Json:
            return sign_document(draft, key("attacker").sign, world.maker.public, SIGNED)

        rejected(world.verify(self.forged(world, sign)), "credential.bad-signature")

    def test_a_proof_that_names_the_attackers_own_key(self) -> None:
        world = World()
        attacker = Issuer(world.maker.id, key("attacker"))
        undetermined(world.verify(self.forged(world, attacker.sign)), "signer.key-not-listed")

    def test_the_key_of_another_listed_issuer(self) -> None:
        world = World()
        supplier = Issuer(world.maker.id, world.supplier.key)
        undetermined(world.verify(self.forged(world, supplier.sign)), "signer.key-not-listed")

    def test_a_proof_that_names_another_issuer(self) -> None:
        world = World()

        def sign(draft: Json) -> Json:
            signed = world.supplier.sign({**draft, "issuer": world.supplier.id})
            return {**signed, "issuer": world.maker.id}

        with pytest.raises(Exception, match=r"credential\.malformed"):
            self.forged(world, sign)

    @pytest.mark.parametrize(
        "change",
        [
            lambda draft: draft["credentialSubject"].update(name="door reader, green"),
            lambda draft: draft.update(validFrom="2026-11-20T09:00:01Z"),
            lambda draft: draft.update(validUntil="2036-11-20T09:00:00Z"),
            lambda draft: draft["credentialStatus"].update(statusListIndex="8"),
            lambda draft: draft["credentialSubject"]["records"][0].update(role="other"),
        ],
    )
    def test_a_changed_credential_under_its_old_proof(self, change: Callable[[Json], None]) -> None:
        world = World()
        proof = world.passport().credential.document["proof"]
        world = World()

        def sign(draft: Json) -> Json:
            draft["id"] = "urn:example:door-reader"
            change(draft)
            return {**draft, "proof": proof}

        rejected(world.verify(self.forged(world, sign)), "credential.bad-signature")

    @pytest.mark.parametrize(
        "change",
        [
            lambda proof: proof.update(proofPurpose="authentication"),
            lambda proof: proof.pop("@context"),
            lambda proof: proof.update(created="2026-02-30T00:00:00Z"),
            lambda proof: proof.update(proofValue=proof["proofValue"].replace("z", "u", 1)),
            lambda proof: proof.update(verificationMethod="did:web:maker.example"),
        ],
    )
    def test_a_proof_of_another_form(self, change: Callable[[Json], None]) -> None:
        world = World()
        passport = world.passport()
        document = json.loads(json.dumps(passport.credential.document))
        change(document["proof"])
        rejected(world.verify(as_root(passport, document)), "credential.malformed")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda proof: proof.update(cryptosuite="ecdsa-jcs-2019"), "credential.unknown-value"),
            (lambda proof: proof.update(domain="example.com"), "credential.unknown-member"),
        ],
    )
    def test_a_proof_of_a_form_that_is_unknown(self, change: Callable[[Json], None], code: str) -> None:
        world = World()
        passport = world.passport()
        document = json.loads(json.dumps(passport.credential.document))
        change(document["proof"])
        undetermined(world.verify(as_root(passport, document)), code)

    def test_two_proofs(self) -> None:
        world = World()
        passport = world.passport()
        document = json.loads(json.dumps(passport.credential.document))
        document["proof"] = [document["proof"], document["proof"]]
        rejected(world.verify(as_root(passport, document)), "credential.malformed")

    def test_all_keys_and_digests_made_to_fit(self) -> None:
        """The forger moves the old seal under the new commitment; the log knows better."""
        world = World()
        honest = root_seal(world.passport())
        world = World()
        forged = self.forged(world, lambda draft: sign_document(draft, key("x").sign, world.maker.public, SIGNED))
        rejected(world.verify(with_seal(forged, honest)), "credential.bad-signature", "seal.other-entry")

    def test_after_the_keys_end_with_an_older_date_in_it(self) -> None:
        world = World()
        passport = world.passport(change=lambda draft: draft.update(validFrom="2020-01-01T00:00:00Z"))
        line = f"{world.lines()['maker']} until=2020-12-31T23:59:59Z"
        undetermined(world.verify(passport, maker=line), "signer.key-ended")


class TestComponents:
    def test_a_component_that_wasunsigned(self) -> None:
        world = World()
        part = world.passport(world.supplier, "cell")
        whole = world.passport(components=[part])

        def change(value: Json) -> None:
            value["credentials"][part.root.hex()]["document"]["credentialSubject"]["name"] = "better cell"

        rejected(world.verify(in_file(whole, change)), "passport.wrong-key")

    def test_another_component_in_its_place(self) -> None:
        world = World()
        part = world.passport(world.supplier, "cell")
        other = world.passport(world.supplier, "better cell")
        whole = world.passport(components=[part])
        credentials = {digest: one for digest, one in whole.credentials.items() if digest != part.root}
        swapped = {**credentials, other.root: other.credentials[other.root]}
        rejected(world.verify(replace(whole, credentials=swapped)), "passport.uncited")

    def test_a_component_left_out(self) -> None:
        world = World()
        whole = world.passport(components=[world.passport(name="cell")])
        alone = {whole.root: whole.credentials[whole.root]}
        kept = {next(iter(alone.values())).commitment, whole.credential.records[0].commitment}
        kept |= {one.commitment for one in whole.status_lists.values()}
        seals = {commitment: seal for commitment, seal in whole.seals.items() if commitment in kept}
        records = {commitment: record for commitment, record in whole.records.items() if commitment in kept}
        report = world.verify(replace(whole, credentials=alone, seals=seals, records=records))
        undetermined(report, "component.not-carried")

    def test_a_component_that_was_revoked(self) -> None:
        world = World()
        part = world.passport(world.supplier, "cell", revoked=[7])
        rejected(world.verify(world.passport(components=[part])), "status.revoked")


class TestStatusLists:
    """Lists that are somebody else's, packed to harm, or out of reach."""

    def listed(self, world: World, signer: Issuer, document: Json, *, sealed: bool = True) -> bytes:
        """A passport's file with another status list, signed by `signer` and sealed, in place of its own."""
        passport = world.passport()
        own = next(iter(passport.status_lists.values())).commitment
        signed = signer.sign(document)
        salt, commitment = world.put("status-list/1", signed)
        seals = {other: seal for other, seal in passport.seals.items() if other != own}
        bare = replace(passport, status_lists={}, seals={**seals, **(world.seals([commitment]) if sealed else {})})

        def put(value: Json) -> None:
            text = json.dumps(signed, sort_keys=True, separators=(",", ":"))
            value["statusLists"] = {sha256(text): {"salt": salt.hex(), "document": signed}}

        return in_file(bare, put)

    def draft(self, world: World, issuer: Issuer | None = None, revoked: list[int] | None = None) -> Json:
        return draft_status_list(
            id=f"urn:example:status:{world.maker.id}",
            issuer=(issuer or world.maker).id,
            positions=revoked or [],
            valid_from=SIGNED,
            valid_until=SIGNED + timedelta(days=7),
        )

    def packed(self, world: World, data: bytes) -> Json:
        draft = self.draft(world)
        draft["credentialSubject"]["encodedList"] = "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        return draft

    def test_the_issuers_own_verifies(self) -> None:
        world = World()
        assert world.verify(self.listed(world, world.maker, self.draft(world))).verdict is Verdict.VERIFIED

    def test_by_another_issuer(self) -> None:
        world = World()
        draft = self.draft(world, world.supplier)
        rejected(world.verify(self.listed(world, world.supplier, draft)), "passport.uncited")

    def test_in_the_issuers_name_by_another_key(self) -> None:
        world = World()
        attacker = Issuer(world.maker.id, key("attacker"))
        report = world.verify(self.listed(world, attacker, self.draft(world)))
        undetermined(report, "signer.key-not-listed")
        assert "status.current" not in codes(report)

    def test_unsealed(self) -> None:
        world = World()
        undetermined(world.verify(self.listed(world, world.maker, self.draft(world), sealed=False)), "seal.missing")

    def test_a_bomb(self) -> None:
        world = World()
        bomb = self.packed(world, gzip.compress(bytes(64 << 20), mtime=0))
        undetermined(world.verify(self.listed(world, world.maker, bomb)), "status-list.too-long")

    def test_as_long_as_may_be(self) -> None:
        world = World()
        longest = self.packed(world, gzip.compress(bytes(MAX_BYTES), mtime=0))
        assert world.verify(self.listed(world, world.maker, longest)).verdict is Verdict.VERIFIED

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (gzip.compress(bytes(16384), mtime=0) + b"\0", "status-list.trailing"),
            (gzip.compress(bytes(16384), mtime=0) + gzip.compress(b"\xff", mtime=0), "status-list.trailing"),
            (gzip.compress(bytes(16384), mtime=0)[:-1], "status-list.malformed"),
            (gzip.compress(bytes(16383), mtime=0), "status-list.too-short"),
            (b"\0" * 40, "status-list.malformed"),
        ],
    )
    def test_packed_otherwise(self, data: bytes, code: str) -> None:
        world = World()
        rejected(world.verify(self.listed(world, world.maker, self.packed(world, data))), code)

    def test_a_list_that_the_policy_does_not_ask_for_still_revokes(self) -> None:
        world = World()
        rejected(world.verify(world.passport(revoked=[7]), status=""), "status.revoked")
        stale = World()
        late = AT + timedelta(days=365)
        assert stale.verify(stale.passport(), at=late, status="").verdict is Verdict.VERIFIED

    def test_a_key_that_had_ended_revokes_nothing(self) -> None:
        world = World()
        passport = world.passport(revoked=[7])
        line = f"{world.lines()['maker']} until={written(SIGNED)}"
        report = world.verify(passport, maker=line)
        undetermined(report, "signer.key-ended")
        assert "status.revoked" not in codes(report)


def test_names_that_would_play_with_the_terminal() -> None:
    world = World()
    passport = world.passport()
    document = world.maker.sign(
        unsigned(passport.credential.document, lambda draft: draft["credentialSubject"].update(name="x\x1b[2Jverified"))
    )
    rejected(world.verify(as_root(passport, document)), "credential.malformed")
