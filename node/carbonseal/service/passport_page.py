"""The page that a person sees who scans a data carrier (docs/spec.md, section 27): plain HTML that loads nothing.

It says what the node says, and that this proves nothing: how to have the passport, and how to verify it. Everything from the
passport is escaped, and the page may run no script, send no form, and be framed by nobody (`HEADERS`).
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

from carbonseal.escaping import escape_invisible
from carbonseal.instants import format_instant, from_seconds
from carbonseal.node.issuance.issued import Issued

STYLE = (
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 sans-serif;color:#1a1a1a;background:#fff}"
    "dt{font-weight:bold}dd{margin:0 0 .7rem;overflow-wrap:anywhere}code{overflow-wrap:anywhere}"
)
_STYLE_HASH = base64.b64encode(
    hashlib.sha256(STYLE.encode()).digest()
).decode()  # Content Security Policy 3, section 2.3.1
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # whoever has the address has the passport
}
STATES = {
    "issued": "issued, and neither revoked nor suspended",
    "suspended": "SUSPENDED by its issuer: ask why",
    "revoked": "REVOKED by its issuer: do not rely on it",
}


def page(issued: Issued, path: str) -> str:
    """The page about a credential that was issued here; its passport is at `path`, on the host that the page comes from."""
    state = "revoked" if issued.revoked else "suspended" if issued.suspended else "issued"
    facts = {
        "Product": issued.name,
        "Identifier": issued.subject,
        "Issuer": issued.issuer,
        "Issued": format_instant(from_seconds(issued.issued)),
        "State": STATES[state],
        "Digest": issued.digest.hex(),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in facts.items())
    return _document(
        f"Carbon passport: {_text(issued.name)}",
        f"<p>A product's carbon passport was issued here:</p><dl>{listed}</dl>"
        "<h2>To verify it</h2>"
        "<p><strong>This page proves nothing.</strong> It is what this server says; the passport is a file that proves itself."
        " You need a policy of your own, which says whom you trust.</p>"
        "<ol><li>Install carbonseal: <code>pip install carbonseal</code></li>"
        "<li>Give it the address that you scanned, in quotes. It asks for the passport and compares its digest with the one in"
        " the address:<br><code>carbonseal verify 'SCANNED ADDRESS' --policy YOUR.policy</code></li>"
        f'<li>Or <a href="{_text(path)}">download the passport</a>, a JSON file, and compare it with the label:<br>'
        "<code>carbonseal verify FILE --policy YOUR.policy --expect-digest 'SCANNED ADDRESS'</code></li></ol>"
        "<p>Then compare the goods with what the passport says of product, lot and serial number.</p>",
    )


def nothing_here() -> str:
    """The page where no passport has the digest in the address, or no digest is in it: the same whatever the reason."""
    return _document(
        "No passport here",
        "<p>An address that leads to a passport has the passport's digest in it, 64 hexadecimal digits. This one has none, or not"
        " that of a passport which was issued here.</p>"
        "<p>Scan the whole code again, or ask whoever gave you the address.</p>",
    )


def _document(title: str, body: str) -> str:
    """A page from markup: what is not ours is escaped already."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        '<meta name="viewport" content="width=device-width"><title>'
        f"{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n"
    )


def _text(text: str) -> str:
    return escape(escape_invisible(text))
