"""Keccak-256 with the original padding, which is not SHA3-256's, by the fastest implementation that is installed:

1. `safe-pysha3`, of the extra `fast`.
2. The compiled part of `pycryptodome`, which every install has, called directly. Its Python part would load cffi first, and
   have it parse declarations of C, whenever a process starts: four times what it takes to read the rest of Ethereum's checks.
3. `pycryptodome` as it documents itself, should its compiled part ever be called otherwise.

Each has to give the known digest of nothing before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

Hash = Callable[[bytes], bytes]

OF_NOTHING = bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
CAPACITY, ROUNDS = 64, 24  # bytes: Keccak-f[1600] with 512 bits of capacity
ORIGINAL_PADDING = 0x01


def _pysha3() -> Hash:
    from sha3 import keccak_256

    def keccak256(data: bytes) -> bytes:
        digest: bytes = keccak_256(data).digest()
        return digest

    return keccak256


def _pycryptodome_compiled() -> Hash:
    from ctypes import POINTER, PyDLL, byref, c_char_p, c_size_t, c_ubyte, c_void_p, create_string_buffer

    found = find_spec("Crypto.Hash._keccak")
    library = PyDLL(found.origin if found else None)
    begin, absorb, finish, free = (
        library.keccak_init,
        library.keccak_absorb,
        library.keccak_digest,
        library.keccak_destroy,
    )
    begin.argtypes = POINTER(c_void_p), c_size_t, c_ubyte
    absorb.argtypes = c_void_p, c_char_p, c_size_t
    finish.argtypes = c_void_p, c_char_p, c_size_t, c_ubyte
    free.argtypes = (c_void_p,)

    def keccak256(data: bytes) -> bytes:
        state, digest = c_void_p(), create_string_buffer(32)
        if begin(byref(state), CAPACITY, ROUNDS):
            raise MemoryError
        failed = absorb(state, data, len(data)) or finish(state, digest, 32, ORIGINAL_PADDING)
        free(state)
        if failed:
            raise RuntimeError(f"pycryptodome's Keccak gave error {failed}")
        return digest.raw

    return keccak256


def _pycryptodome() -> Hash:
    from Crypto.Hash import keccak

    return lambda data: keccak.new(digest_bits=256, data=data).digest()


IMPLEMENTATIONS = _pysha3, _pycryptodome_compiled, _pycryptodome


def _fastest() -> Hash:
    for implementation in IMPLEMENTATIONS:
        try:
            keccak256 = implementation()
        except (ImportError, OSError, AttributeError):
            continue
        if keccak256(b"") == OF_NOTHING:
            return keccak256
    raise ImportError("no implementation of Keccak-256 works: install pycryptodome again")


keccak256 = _fastest()
"""Keccak-256 (32 bytes) of bytes."""
