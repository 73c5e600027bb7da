"""Pictures of QR codes as a camera has them: rows of grey pixels, read from the files by code of the tests' own (PNG: RFC 2083;
SVG: the one path that is drawn), turned and scaled, and decoded by zxing-cpp, which is others' code."""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Sequence

import zxingcpp

Picture = Sequence[bytes]  # rows; 0 is black, 255 white
WHITE = 255


def read_png(data: bytes) -> list[bytes]:
    """A greyscale PNG of 1 bit a pixel, without interlace, whose rows have no filter or the one named Up."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,), kind = struct.unpack_from(">I", data, at), data[at + 4 : at + 8]
        chunks[kind] = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + chunks[kind]) == struct.unpack_from(">I", data, at + 8 + length)[0]
        at += 12 + length
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colour, interlace) == (1, 0, 0)
    raw, stride = zlib.decompress(chunks[b"IDAT"]), 1 + (width + 7) // 8
    rows, above = [], bytes(stride - 1)
    for y in range(height):
        line = raw[y * stride + 1 : (y + 1) * stride]
        assert raw[y * stride] in {0, 2}
        above = bytes((one + up) % 256 for one, up in zip(line, above, strict=True)) if raw[y * stride] else line
        bits = "".join(f"{byte:08b}" for byte in above)
        rows.append(bytes(WHITE * int(bit) for bit in bits[:width]))
    return rows


def read_svg(text: str, pixels: int) -> list[bytes]:
    """An SVG of one path of horizontal strokes, one unit high, at so many pixels a unit."""
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', text)
    assert found
    width, height = map(int, found.groups())
    strokes = re.findall(r'<path[^>]*stroke="#000"[^>]*d="([^"]+)"', text)
    assert len(strokes) == 1
    rows = [bytearray([WHITE]) * (width * pixels) for _ in range(height * pixels)]
    x, y = 0.0, 0.0
    for kind, numbers in re.findall(r"([Mmh])([-\d. ]+)", strokes[0]):
        values = [float(one) for one in re.findall(r"-?[\d.]+", numbers)]
        if kind == "h":
            for row in range(int((y - 0.5) * pixels), int((y + 0.5) * pixels)):
                rows[row][int(x * pixels) : int((x + values[0]) * pixels)] = bytes(int(values[0] * pixels))
            x += values[0]
        else:
            x, y = (values[0], values[1]) if kind == "M" else (x + values[0], y + values[1])
    return [bytes(row) for row in rows]


def turned(picture: Picture, degrees: float, side: int) -> list[bytes]:
    """The picture, turned about its centre and scaled, on a white square of so many pixels a side."""
    reach = side / (abs(math.cos(math.radians(degrees))) + abs(math.sin(math.radians(degrees)))) / len(picture)
    cosine, sine = (f(math.radians(degrees)) / reach for f in (math.cos, math.sin))
    middle, centre = (side - 1) / 2, (len(picture) - 1) / 2
    rows = []
    for row in range(side):
        line = bytearray()
        for column in range(side):
            dx, dy = column - middle, row - middle
            x, y = round(centre + dx * cosine - dy * sine), round(centre + dx * sine + dy * cosine)
            inside = 0 <= x < len(picture) and 0 <= y < len(picture)
            line.append(picture[y][x] if inside else WHITE)
        rows.append(bytes(line))
    return rows


def decoded(picture: Picture) -> list[str]:
    """The texts of all codes that zxing-cpp finds."""
    grey = memoryview(b"".join(picture)).cast("B", (len(picture), len(picture[0])))
    return [code.text for code in zxingcpp.read_barcodes(grey)]
