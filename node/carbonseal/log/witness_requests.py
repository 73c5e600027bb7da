"""Request to a witness (C2SP tlog-witness v1.0.0, `add-checkpoint`): an old size, a consistency proof, a signed checkpoint.

As written::

    old 1
    WTXGorhOSjCvsX0iSEd1wXAwRHdcMer3h4KP6Xerosc=
    +TgoITrF04cO/u818RsB6GoDjeduFV+rJA2w0s/N7iA=

    certifier.example/log
    4
    7PLDaiyGMYpHxAAKuHvw5MCAe7BpvmM8mXeLQAmk1IY=

    — certifier.example/log CnS4xK/5kkcKdvkrCUyaBAM6kbnae1BHiggxOgtcpqMh7EbqW2SVC17oZebBg4lg30BgEpHsD5HrmSLKlwKuZjXqXQk=

- The old size is that of the checkpoint which the witness took last, and 0 where it took none.
- At most 63 hashes, each in base64 on its line; then an empty line, and the note as it is.
"""

from __future__ import annotations

from carbonseal.findings import Refused
from carbonseal.log.text import MAX_SIZE, decode_decimal, decode_hash, encode_base64
from carbonseal.values import dataclass

from . import codes

MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """`note` is a signed checkpoint that continues the one of size `old`, as `proof` (32 bytes a hash) shows."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *map(encode_base64, self.proof)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.note

    @staticmethod
    def parse(body: bytes) -> WitnessRequest:
        """The inverse of `encode`; looks into no note. Raises Refused (`witness-request.*`)."""
        head, blank, note = body.partition(b"\n\n")
        if not blank:
            raise Refused(codes.WITNESS_REQUEST_TRUNCATED())
        first, *lines = head.split(b"\n")
        old = decode_decimal(_text(first).removeprefix("old ")) if first.startswith(b"old ") else None
        if old is None or old > MAX_SIZE:
            raise Refused(codes.WITNESS_REQUEST_OLD(line=repr(_text(first)[:80])))
        if len(lines) > MAX_HASHES:
            raise Refused(codes.WITNESS_REQUEST_TOO_MANY_HASHES(count=len(lines), limit=MAX_HASHES))
        return WitnessRequest(old, tuple(map(_hash, lines)), note)


def _text(line: bytes) -> str:
    return line.decode("ascii", "replace")


def _hash(line: bytes) -> bytes:
    value = decode_hash(_text(line))
    if value is None:
        raise Refused(codes.WITNESS_REQUEST_HASH(line=repr(_text(line)[:80])))
    return value
