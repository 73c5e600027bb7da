"""What one attempt hands over to another log: a signed checkpoint, and its consistency proofs from the sizes that may be asked for.

As the outbox stores it::

    {"checkpoint": "<signed note>", "proofs": {"0": [], "4": ["<base64>", ...], "9": []}}

Which head the other log took last is known only when the checkpoint arrives there: other attempts are on their way, and the log
may be asked as a witness meanwhile. So an attempt has the proofs from all that is likely, and each makes one request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from carbonseal.log.text import decode_base64, encode_base64
from carbonseal.log.witness_requests import WitnessRequest


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint, and the proofs to it by old size. The first one is from the size that was taken when it was prepared."""

    checkpoint: bytes
    proofs: Mapping[int, tuple[bytes, ...]]

    def encode(self) -> bytes:
        """The payload of an attempt."""
        proofs = {str(old): [encode_base64(node) for node in proof] for old, proof in self.proofs.items()}
        return orjson.dumps({"checkpoint": self.checkpoint.decode(), "proofs": proofs})

    @staticmethod
    def parse(payload: bytes) -> Submission:
        """The inverse of `encode`; the outbox gives back what it was given."""
        value = orjson.loads(payload)
        proofs = {
            int(old): tuple(decode_base64(node) or b"" for node in proof) for old, proof in value["proofs"].items()
        }
        return Submission(value["checkpoint"].encode(), proofs)

    def first(self) -> int:
        """The old size to begin with."""
        return next(iter(self.proofs))

    def request(self, old: int) -> bytes:
        """The body of a request (C2SP tlog-witness) from this old size, which must be one of the proofs'."""
        return WitnessRequest(old, self.proofs[old], self.checkpoint).encode()
