"""Keys by URI that are of the wrong kind, or do not sign as they should: each has its code, and nothing is signed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import Refused
from carbonseal.keys.signers import Curve, as_signer
from carbonseal.keys.tokens import TokenKey
from carbonseal.node.secrets import VerifiedSigner, open_signer
from tests.tokens import PIN, SoftHsm

ACCOUNT = "0x" + "12" * 20


class Faulty:
    """Gives the signature over something else."""

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key

    def sign(self, data: bytes, /) -> bytes:
        return bytes(64)


@pytest.mark.parametrize(
    "uri", [f"web3signer:http://signer.example?address={ACCOUNT}", f"clef:http://signer.example?address={ACCOUNT}"]
)
def test_an_account_of_a_chain_is_no_key_of_a_log(uri: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        open_signer(uri, tmp_path)
    assert refused.value.finding.code.name == "secret.curve"
    assert refused.value.finding.facts["wanted"] == "Ed25519"


def test_what_a_scheme_opens_must_sign() -> None:
    with pytest.raises(Refused) as refused:
        as_signer("acmekms:log", SimpleNamespace(public_key=bytes(32)))
    assert refused.value.finding.code.name == "secret.not-a-signer"
    assert refused.value.finding.facts["scheme"] == "acmekms"


def test_a_signature_that_does_not_verify_is_not_handed_on() -> None:
    public_key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    signer = VerifiedSigner("acmekms:log", Faulty(public_key))
    with pytest.raises(Refused) as refused:
        signer.sign(b"a checkpoint")
    assert refused.value.finding.code.name == "secret.signature-wrong"


def test_a_key_in_a_token_that_may_not_sign_is_no_key(softhsm: SoftHsm, tmp_path: Path) -> None:
    softhsm.make_key("idle", "ed25519", signs=False)
    try:
        with pytest.raises(Refused) as refused:
            open_signer(softhsm.uri("token=carbonseal;object=idle"), tmp_path)
        assert refused.value.finding.code.name == "token.key-not-one"
    finally:
        softhsm.remove_key("idle")


def test_a_token_that_stays_away(softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked once more in a new session, and then the signature is refused. SoftHSM cannot be unplugged."""
    from pkcs11.exceptions import DeviceRemoved

    asked: list[bytes] = []

    class Unplugged:
        def sign(self, data: bytes, *, mechanism: object) -> bytes:
            asked.append(data)
            raise DeviceRemoved

    monkeypatch.setattr(TokenKey, "_find", lambda self: (Unplugged(), bytes(32)))
    key = TokenKey(softhsm.uri("token=carbonseal;object=away"), lambda uri: PIN.encode(), Curve.ED25519)
    with pytest.raises(Refused) as refused:
        key.sign(b"a checkpoint")
    assert refused.value.finding.code.name == "token.failed"
    assert asked == [b"a checkpoint"] * 2


def test_the_last_try_of_a_pin_is_left_to_its_owner(
    softhsm: SoftHsm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SoftHSM counts no tries, so a token that does is put in its place."""
    from pkcs11 import TokenFlag

    monkeypatch.setattr(TokenKey, "_token", lambda self: SimpleNamespace(flags=TokenFlag.USER_PIN_FINAL_TRY))
    with pytest.raises(Refused) as refused:
        open_signer(softhsm.uri("token=carbonseal;object=log"), tmp_path)
    assert refused.value.finding.code.name == "token.final-try"
