"""A certificate whose subject the library finds odd is read all the same, and read without a word: signatures decide."""

from __future__ import annotations

from base64 import encodebytes
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from carbonseal_adapters.fabric.certificates import read_certificate, units

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
