"""Lists of records in one JSON document: a list, or an answer of a PACT host, ``{"data": [...]}``. Each item is a record.

Only the brackets around the items are looked at here, so that a long list costs no more memory than its bytes; what is wrong
inside an item is found where it is admitted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from carbonseal.findings import Refused

from . import codes

MAX_BYTES = 64 << 20  # of a list

_LIST = re.compile(rb"[ \t\r\n]*\[")
_ANSWER = re.compile(rb'[ \t\r\n]*\{[ \t\r\n]*"data"[ \t\r\n]*:[ \t\r\n]*\[')
_EITHER = re.compile(_LIST.pattern + b"|" + _ANSWER.pattern)
_TOKEN = re.compile(
    rb'"(?:[^"\\]++|\\.?)*+"?|[\[\]{},]', re.DOTALL
)  # without its end, a string goes to the end: linear
_SPACE = b" \t\r\n"

Items = Sequence[tuple[str, bytes]]  # the JSON pointer of each item, and its bytes


def may_be_list(begun: bytes) -> bool:
    """Whether a document that begins so may be a list or an answer."""
    return _EITHER.match(begun) is not None


def items(raw: bytes, *, answers: bool) -> Items | None:
    """The items of a list and, where `answers`, of an object that has such a list as `data` and nothing else; None for any other
    document. Raises Refused: `json.truncated`, `json.trailing`."""
    if (begun := _LIST.match(raw)) is not None:
        spans, end = _spans(raw, begun.end())
        if raw[end:].strip(_SPACE):
            raise Refused(codes.JSON_TRAILING(**_position(raw, end)))
        prefix = ""
    elif answers and (begun := _ANSWER.match(raw)) is not None:
        spans, end = _spans(raw, begun.end())
        if raw[end:].strip(_SPACE) != b"}":
            return None
        prefix = "/data"
    else:
        return None
    return [(f"{prefix}/{number}", raw[start:stop]) for number, (start, stop) in enumerate(spans)]


def _spans(raw: bytes, start: int) -> tuple[list[tuple[int, int]], int]:
    """Where each item of the list begins and ends that is opened before `start`, and what follows the list. Raises Refused."""
    found: list[tuple[int, int]] = []
    depth, begin = 0, start
    for token in _TOKEN.finditer(raw, start):
        match token[0]:
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}" if depth:
                depth -= 1
            case b"]" | b"}":
                if found or raw[begin : token.start()].strip(_SPACE):
                    found.append((begin, token.start()))
                return found, token.end()
            case b"," if not depth:
                found.append((begin, token.start()))
                begin = token.end()
    raise Refused(codes.JSON_TRUNCATED(**_position(raw, len(raw)), expected="the end of the list"))


def _position(raw: bytes, at: int) -> dict[str, int]:
    before = raw[:at]
    return {"line": before.count(b"\n") + 1, "column": at - before.rfind(b"\n")}
