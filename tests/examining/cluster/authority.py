"""A certificate authority of a cluster's own, and one certificate of it, which scheduler, workers and client share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PARTIES = ("scheduler", "worker", "client")
SHOWN = {"cert": "node.pem", "key": "node.key"}


def configuration(folder: Path) -> dict[str, str]:
    """dask's configuration, by the dotted names of what is set, for an authority that is made in `folder`."""
    authority, member = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    files = {
        "ca.pem": _certificate("authority", authority, authority),
        "node.pem": _certificate("node", member, authority),
    }
    for name, certificate in files.items():
        (folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "node.key").write_bytes(member.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    shown = {f"{party}.{name}": folder / file for party in PARTIES for name, file in SHOWN.items()}
    return {f"distributed.comm.tls.{name}": str(file) for name, file in {"ca-file": folder / "ca.pem", **shown}.items()}


def _certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=key is issuer, path_length=None), critical=True)
        .sign(issuer, SHA256())
    )
