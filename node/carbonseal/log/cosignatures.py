"""The bytes that cosigners sign (C2SP tlog-cosignature v1.1.0-rc.1): Ed25519 a text, ML-DSA-44 a structure.

``cosignature/v1``, of type 0x04: two lines and the whole text of the checkpoint::

    cosignature/v1
    time 1679315147
    certifier.example/log
    4
    7PLDaiyGMYpHxAAKuHvw5MCAe7BpvmM8mXeLQAmk1IY=

``subtree/v1``, of type 0x06, for a whole tree (start 0): ``"subtree/v1\\n\\0"`` ‖ u8 length ‖ cosigner's name ‖ u64 time ‖
u8 length ‖ origin ‖ u64 start ‖ u64 end ‖ root. It says who signs, and leaves extension lines out.
"""

from __future__ import annotations

import struct

from carbonseal.log.text import MAX_SIZE, decode_decimal, decode_hash

MAX_NAME = 255  # bytes of UTF-8, of a cosigner's name and of an origin in ``subtree/v1``


def cosignature_message(time: int, text: str) -> bytes:
    """What type 0x04 signs at `time`, in seconds since 1970."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def subtree_message(cosigner: str, time: int, text: str) -> bytes | None:
    """What type 0x06 signs at `time`, in seconds since 1970, or 0 for a signature that states no time. None where `text` is
    not a checkpoint, or its origin has more than 255 bytes."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:
        return None
    name, origin, size, root = cosigner.encode(), lines[0].encode(), decode_decimal(lines[1]), decode_hash(lines[2])
    if not 0 < len(origin) <= MAX_NAME or size is None or size > MAX_SIZE or root is None:
        return None
    parts = (_short(name), struct.pack(">Q", time), _short(origin), struct.pack(">QQ", 0, size), root)
    return b"subtree/v1\n\0" + b"".join(parts)


def _short(data: bytes) -> bytes:
    return bytes([len(data)]) + data
