"""A certificate whose subject the library finds odd is read all the same, and read without a word: signatures decide. What the
library cannot read is refused."""

from __future__ import annotations

from base64 import encodebytes
from dataclasses import replace
from datetime import datetime
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.certificates import read_certificate, units
from tests.fabric.evidence.verdicts import SOUND, called, code_of
from tests.fabric.scenes.identities import BEGIN, END

ORGANISATION, COUNTRY = b"\x06\x03\x55\x04\x0a", b"\x06\x03\x55\x04\x06"  # object identifiers, in DER


def test_a_country_of_three_letters() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "DEU")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(5).not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2027, 1, 1))
    der = made.sign(key, SHA256()).public_bytes(Encoding.DER).replace(ORGANISATION, COUNTRY)
    pem = b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"
    read = read_certificate(pem, "Org1MSP")  # in these tests, a warning would be an error
    assert [part.value for part in read.subject] == ["DEU"]
    assert units(read) == frozenset()


@pytest.mark.parametrize("kind", [3, 5])  # a bit string, nothing: no text
def test_a_name_that_is_no_text(kind: int) -> None:
    """Anyone can put such a certificate into evidence: it is refused, and ends no verification."""
    name = SOUND.channel.client.certificate.subject.public_bytes()
    at = name.index(b"\x0c")  # the first UTF8String
    other = replace(
        SOUND.channel.client, certificate=cast(x509.Certificate, _Odd(SOUND.channel.client.certificate, name, at, kind))
    )
    assert code_of(called(client=other)) is codes.CERTIFICATE_MALFORMED


def test_a_feature_that_is_unknown() -> None:
    """The library looks features up by their numbers (RFC 7633), and has a few of them."""
    client = SOUND.channel.client
    made = x509.CertificateBuilder().subject_name(client.certificate.subject).issuer_name(client.certificate.issuer)
    made = made.serial_number(5).not_valid_before(BEGIN).not_valid_after(END).public_key(client.key.public_key())
    feature = x509.UnrecognizedExtension(ExtensionOID.TLS_FEATURE, b"\x30\x03\x02\x01\x18")
    odd = made.add_extension(feature, critical=False).sign(client.key, SHA256())
    assert code_of(called(client=replace(client, certificate=odd))) is codes.CERTIFICATE_MALFORMED


class _Odd:
    """A certificate whose subject holds something else in place of a text."""

    def __init__(self, certificate: x509.Certificate, name: bytes, at: int, kind: int) -> None:
        odd = name[:at] + bytes([kind]) + name[at + 1 :]
        der = certificate.public_bytes(Encoding.DER)
        before, _, after = der.rpartition(name)
        self._der = before + odd + after
        self.subject, self.issuer = certificate.subject, certificate.issuer
        self.tbs_certificate_bytes = certificate.tbs_certificate_bytes

    def public_bytes(self, encoding: Encoding) -> bytes:
        assert encoding is Encoding.PEM
        return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(self._der) + b"-----END CERTIFICATE-----\n"
