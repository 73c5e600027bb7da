"""Protocol Buffers, read strictly: the wire format (protobuf.dev, "Encoding") of Fabric's messages, and no library.

A :class:`Shape` lists a message's fields. What it does not list is not understood, and so not read over. Every length is
bounded by the input; numbers have their shortest form; what is not repeated occurs once; embedded messages stay raw slices
until they are asked for, because hashes and signatures are over the bytes as they were sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes

MAX_FIELDS = 65_536  # in one message
_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_TOKEN = re.compile(r"([0-9]+)([nbt])(\*?)")


@dataclass(frozen=True, slots=True)
class Shape:
    """A message's name and fields: by number, its kind (n number, b bytes or message, t text) and if it may repeat."""

    name: str
    fields: Mapping[int, tuple[str, bool]]

    @staticmethod
    def of(name: str, fields: str) -> Shape:
        """From a list such as "1n 2b* 4t": a number, bytes that repeat, a text."""
        found = (_TOKEN.fullmatch(token) for token in fields.split())
        return Shape(name, {int(one[1]): (one[2], bool(one[3])) for one in found if one})


@dataclass(frozen=True, slots=True)
class Message:
    """A message's fields as they came. What is absent has its default: 0, b"", ""."""

    raw: bytes
    _values: dict[int, list[int | bytes]] = field(default_factory=dict)

    def number(self, field: int) -> int:
        """An unsigned number below 2^64."""
        value = self._values.get(field, [0])[0]
        assert isinstance(value, int)
        return value

    def data(self, field: int) -> bytes:
        """The bytes of a field that does not repeat."""
        value = self._values.get(field, [b""])[0]
        assert isinstance(value, bytes)
        return value

    def text(self, field: int) -> str:
        """A text field that does not repeat."""
        return self.data(field).decode()  # `read` has checked that it is UTF-8

    def each(self, field: int) -> tuple[bytes, ...]:
        """The bytes of every occurrence of a field."""
        return tuple(value for value in self._values.get(field, []) if isinstance(value, bytes))

    def has(self, field: int) -> bool:
        """Whether the field occurs at all."""
        return field in self._values

    def message(self, field: int, shape: Shape) -> Message:
        """An embedded message. Raises `Refused` (fabric.protobuf-malformed)."""
        return read(self.data(field), shape)

    def messages(self, field: int, shape: Shape) -> tuple[Message, ...]:
        """Every occurrence of an embedded message. Raises `Refused` (fabric.protobuf-malformed)."""
        return tuple(read(raw, shape) for raw in self.each(field))


def read(raw: bytes, shape: Shape) -> Message:
    """The message in `raw`. Raises `Refused` (fabric.protobuf-malformed, fabric.field-unknown)."""
    message = Message(raw)
    for number, value in _fields(raw, shape):
        if number not in shape.fields:
            raise Refused(codes.FIELD_UNKNOWN(message=shape.name, field=number))
        kind, repeated = shape.fields[number]
        if isinstance(value, int) != (kind == "n"):
            raise _malformed(shape, f"field {number} has the wrong wire type")
        if kind == "t":
            _check_text(value, shape, number)
        values = message._values.setdefault(number, [])
        if values and not repeated:
            raise _malformed(shape, f"field {number} occurs twice")
        values.append(value)
    return message


def _fields(raw: bytes, shape: Shape) -> Iterator[tuple[int, int | bytes]]:
    at = count = 0
    while at < len(raw):
        count += 1
        if count > MAX_FIELDS:
            raise _malformed(shape, f"it has more than {MAX_FIELDS} fields")
        tag, at = _varint(raw, at, shape)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise _malformed(shape, f"{number} is not a field number")
        if wire in (_FIXED64, _FIXED32) and number not in shape.fields:  # no message has such a field yet
            raise Refused(codes.FIELD_UNKNOWN(message=shape.name, field=number))
        if wire not in (_VARINT, _DELIMITED):
            raise _malformed(shape, f"field {number} has wire type {wire}")
        value, at = _varint(raw, at, shape)
        if wire == _VARINT:
            yield number, value
            continue
        if value > len(raw) - at:
            raise _malformed(shape, f"field {number} goes on past the end")
        yield number, raw[at : at + value]
        at += value


def _varint(raw: bytes, at: int, shape: Shape) -> tuple[int, int]:
    """A number below 2^64 in base 128, least significant group first, in its shortest form."""
    if at < len(raw) and raw[at] < 0x80:  # as nearly always
        return raw[at], at + 1
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(raw):
            raise _malformed(shape, "it ends within a number")
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if (byte == 0 and shift) or value >= 1 << 64:
                break
            return value, at
    raise _malformed(shape, "a number is overlong")


def _check_text(value: int | bytes, shape: Shape, number: int) -> None:
    assert isinstance(value, bytes)
    try:
        value.decode()
    except UnicodeDecodeError:
        raise _malformed(shape, f"field {number} is not UTF-8") from None


def _malformed(shape: Shape, problem: str) -> Refused:
    return Refused(codes.PROTOBUF_MALFORMED(message=shape.name, problem=problem))
