"""Multibase and multikeys (W3C Controlled Identifiers 1.0, sections 2.4 and 2.2.2).

- Multibase: `z` ‖ base58btc(bytes), in the Bitcoin alphabet.
- Multikey of an Ed25519 public key: multibase of ED 01 ‖ 32 bytes, as in
  `z6MkqbYJAjSwuyw3dyqZnwVYs795BUfe85DzPxgWgnx521Mb`.
"""

from __future__ import annotations

from functools import lru_cache

from carbonseal.public_keys import check_ed25519

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NO_LETTER = 0xFF
_VALUES = bytes(_ALPHABET.find(chr(letter)) & _NO_LETTER for letter in range(256))
_ED25519 = b"\xed\x01"
_LONGEST = 128  # letters; a 64-byte signature takes 88, and the conversion is quadratic
# From digits of base 58, a byte each, to digits of 58², two bytes each, and so on to one number. Every other digit, where the ones
# between begin, and the base.
_JOINED = [
    (sum((1 << 8 * width) - 1 << 16 * width * place for place in range(_LONGEST // width // 2)), 8 * width, 58**width)
    for width in (1, 2, 4, 8, 16, 32, 64)
]


def encode_multibase(data: bytes) -> str:
    """`z` and the base58btc of `data`."""
    number = int.from_bytes(data, "big")
    letters: list[str] = []
    while number:
        number, value = divmod(number, 58)
        letters.append(_ALPHABET[value])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def decode_multibase(text: str) -> bytes:
    """The inverse of `encode_multibase`. Raises ValueError on another base, another letter, or more than 128 letters."""
    if not text.startswith("z") or len(text) > _LONGEST + 1:
        raise ValueError("not base58btc in multibase form: expected z and at most 128 letters")
    digits = text[1:]
    values = digits.encode("latin-1", "replace").translate(_VALUES)
    if _NO_LETTER in values:
        wrong = next(letter for letter in digits if letter not in _ALPHABET)
        raise ValueError(f"{wrong!r} is not a base58 letter")
    number = int.from_bytes(values, "big")
    for even, shift, base in _JOINED:
        number = (number & even) + (number >> shift & even) * base
    zeros = len(digits) - len(digits.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_key(public_key: bytes) -> str:
    """An Ed25519 public key (32 bytes) as `z6Mk…`."""
    return encode_multibase(_ED25519 + public_key)


@lru_cache(maxsize=1024)
def decode_key(text: str) -> bytes:
    """The Ed25519 public key (32 bytes) of a multikey. Raises ValueError on any other kind of key, and on one that
    `carbonseal.public_keys` refuses."""
    data = decode_multibase(text)
    if len(data) != 34 or not data.startswith(_ED25519):
        raise ValueError("not an Ed25519 public key in multibase form (z6Mk…)")
    try:
        check_ed25519(data[2:])
    except ValueError as error:
        raise ValueError(f"the Ed25519 public key {text} is not accepted: {error}") from error
    return data[2:]
