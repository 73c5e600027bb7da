"""Time-stamp tokens (RFC 3161), in DER: what is asked, and the parts of the answer (CMS, RFC 5652) that prove something."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass

SHA256 = bytes.fromhex("300d06096086480165030402010500")  # AlgorithmIdentifier, with its NULL
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")


@dataclass(frozen=True, slots=True)
class Token:
    """What an authority signed and with what, each in DER. Nothing in it is unsigned, but the certificate, which is pinned."""

    info: bytes  # TSTInfo
    attributes: bytes  # the signed attributes, as the SET that the signature is over
    signature: bytes
    certificate: bytes

    def encode(self) -> bytes:
        """The evidence: a JSON list of the four parts in hexadecimal."""
        return json.dumps([part.hex() for part in astuple(self)]).encode()

    @staticmethod
    def decode(data: bytes) -> Token:
        """The inverse of `encode`, strictly. Raises ValueError or TypeError."""
        token = Token(*map(bytes.fromhex, json.loads(data)))
        if token.encode() != data:
            raise ValueError("the evidence is not four parts in hexadecimal")
        return token

    def attribute(self, kind: bytes) -> bytes:
        """The one value of a signed attribute. Raises ValueError."""
        pairs = [parts(pair) for pair in parts(self.attributes)]
        ((value,),) = [parts(values) for name, values in pairs if name == kind]
        return value


def parts(element: bytes) -> list[bytes]:
    """The DER elements inside of an element, each with its tag and length. Raises ValueError."""
    inner = content(element)
    found: list[bytes] = []
    while inner:
        start, length = _length(inner)
        found.append(inner[: start + length])
        inner = inner[start + length :]
    return found


def content(element: bytes) -> bytes:
    """What is inside of an element. Raises ValueError where it ends too early."""
    start, length = _length(element)
    return element[start : start + length]


def _length(data: bytes) -> tuple[int, int]:
    """Where the content of the first element begins, and its length."""
    size = data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + size] if size else data[1:2], "big")
    if len(data) < 2 + size + length:
        raise ValueError("an element ends too early")
    return 2 + size, length


def imprint(digest: bytes) -> bytes:
    """MessageImprint of a SHA-256 digest."""
    return b"\x30\x31" + SHA256 + b"\x04\x20" + digest


def request(digest: bytes) -> bytes:
    """TimeStampReq, version 1, with the imprint and certReq = TRUE."""
    return b"\x30\x39\x02\x01\x01" + imprint(digest) + b"\x01\x01\xff"


def read_response(data: bytes, certificate: bytes) -> Token:
    """The token in a TimeStampResp. Raises ValueError or IndexError where there is none."""
    _status, token = parts(data)  # without a token where the authority refuses
    signed = parts(parts(parts(token)[1])[0])  # ContentInfo -> [0] -> SignedData
    info = content(parts(parts(signed[2])[1])[0])  # EncapsulatedContentInfo -> [0] -> OCTET STRING
    signer = parts(parts(signed[-1])[0])  # SignerInfos -> SignerInfo: its attributes are [0], signed as a SET
    return Token(info, b"\x31" + signer[3][1:], content(signer[5]), certificate)
