"""Recursive Length Prefix, strictly: one encoding per value, and nothing after it (Ethereum yellow paper, appendix B).

Items are `bytes` or lists of items. Pure Python on the base install: a verifier must not depend on a lax decoder.
"""

from __future__ import annotations

from typing import TypeAlias

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import codes

Item: TypeAlias = "bytes | list[Item]"

MAX_DEPTH = 8
MAX_ITEMS = 128  # in one list; the longest list in evidence is a proof of 65 nodes
MAX_IN_ALL = 1024  # items and lists; a trie node that is full of others has 513
# By their first byte: how many bytes nearly all items have with their prefix, which need no other check: of 0, or 2 to 55 bytes
_SHORT = bytes(first - 0x7F if first == 0x80 or 0x81 < first < 0xB8 else 0 for first in range(256))
_BRANCH, _CHILDREN = b"\xf9\x02\x11", b"\xa0" * 16  # how a node with sixteen children and no value begins, and they


def encode(item: Item) -> bytes:
    """The RLP encoding of bytes, or of a list of items (yellow paper, appendix B)."""
    if isinstance(item, list):
        body = b"".join(map(encode, item))
        return _prefix(0xC0, len(body)) + body
    if len(item) == 1 and item[0] < 0x80:
        return item
    return _prefix(0x80, len(item)) + item


def number(value: int) -> bytes:
    """An integer as RLP writes it: big-endian, without leading zeros."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def decode(data: bytes) -> Item:
    """The one item that `data` encodes. Raises `Refused` (ethereum.rlp-malformed, ethereum.rlp-not-canonical)."""
    item, end = _item(data, 0, len(data), 0, [0])
    if end != len(data):
        raise _malformed(f"{len(data) - end} bytes follow its end")
    return item


def child_hash(node: bytes, number: int) -> bytes | None:
    """The hash of child `number` of a trie node that has sixteen and no value, as nearly every node of a large trie: it is read
    without the others. None for any other node."""
    if len(node) != 532 or node[:3] != _BRANCH or node[3:-1:33] != _CHILDREN or node[-1] != 0x80:
        return None
    return node[33 * number + 4 : 33 * number + 36]


def _prefix(kind: int, length: int) -> bytes:
    if length < 56:
        return bytes([kind + length])
    size = number(length)
    return bytes([kind + 55 + len(size)]) + size


def _item(data: bytes, start: int, limit: int, depth: int, count: list[int]) -> tuple[Item, int]:
    if start >= limit:
        raise _malformed("it ends too early")
    first = data[start]
    if first < 0x80:
        return data[start : start + 1], start + 1
    is_list = first >= 0xC0
    length = first - (0xC0 if is_list else 0x80)
    start += 1
    if length > 55:
        start, length = _long_length(data, start, length - 55, limit)
    end = start + length
    if end > limit:
        raise _malformed("an item is longer than what holds it")
    if is_list:
        return _items(data, start, end, depth + 1, count), end
    if length == 1 and data[start] < 0x80:
        raise _not_canonical("a single byte below 0x80 has a prefix")
    return data[start:end], end


def _items(data: bytes, start: int, end: int, depth: int, count: list[int]) -> list[Item]:
    """The items of a list. `count` holds one number, of all items and lists that were read so far."""
    if depth > MAX_DEPTH:
        raise _malformed(f"lists are nested more than {MAX_DEPTH} deep")
    items: list[Item] = []
    for _ in range(MAX_ITEMS):
        if start >= end:
            break
        first = data[start]
        size = _SHORT[first]
        if size:
            items.append(data[start + 1 : start + size])
            start += size
        elif first == 0xB9 and start + 3 <= end and data[start + 1]:  # nodes and headers: 256 bytes or more
            begin = start + 3
            start = begin + (data[start + 1] << 8) + data[start + 2]
            items.append(data[begin:start])
        else:
            item, start = _item(data, start, end, depth, count)
            items.append(item)
    if start < end:
        raise _malformed(f"a list has more than {MAX_ITEMS} items")
    if start > end:
        raise _malformed("an item is longer than what holds it")
    count[0] += len(items) + 1
    if count[0] > MAX_IN_ALL:
        raise _malformed(f"it has more than {MAX_IN_ALL} items")
    return items


def _long_length(data: bytes, start: int, width: int, limit: int) -> tuple[int, int]:
    """The length written in `width` bytes at `start`, after where it ends."""
    end = start + width
    if end > limit:
        raise _malformed("a length ends too early")
    if data[start] == 0:
        raise _not_canonical("a length has leading zeros")
    length = int.from_bytes(data[start:end], "big")
    if length < 56:
        raise _not_canonical("a short length is written in the long form")
    return end, length


def _malformed(problem: str) -> Refused:
    return Refused(codes.RLP_MALFORMED(problem=problem))


def _not_canonical(problem: str) -> Refused:
    return Refused(codes.RLP_NOT_CANONICAL(problem=problem))
