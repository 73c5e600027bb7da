"""SVG as text: elements with escaped attributes and content. Nothing in it is loaded, run or linked."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from carbonseal.escaping import escape_invisible

WIDE = 0.62  # of the font's size: an estimate of a letter's width, a little too much


def element(name: str, content: Iterable[str] = (), /, **attributes: object) -> str:
    """An element; ``_`` in a name of an attribute is ``-``, and at its end nothing (``class_``)."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{given}>{''.join(content)}</{name}>"


def text(words: str, **attributes: object) -> str:
    """A text element."""
    return element("text", [escape(escape_invisible(words))], **attributes)


def picture(width: float, height: float, title: str, content: Iterable[str]) -> str:
    """A whole picture, which screen readers know by its title."""
    inner = [element("title", [escape(escape_invisible(title))]), *content]
    view = f"0 0 {width:.0f} {height:.0f}"
    return element("svg", inner, xmlns="http://www.w3.org/2000/svg", viewBox=view, role="img", width=f"{width:.0f}")


def shortened(words: str, width: float, size: float) -> str:
    """`words`, cut to what fits into this width in a font of this size."""
    most = max(4, int(width / (size * WIDE)))
    return words if len(words) <= most else words[: most - 1] + "…"


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
