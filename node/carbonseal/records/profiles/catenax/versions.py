"""Which version of io.catenax.pcf a document names."""

from __future__ import annotations

import re

from carbonseal.footprints.documents import Node

_URN = re.compile(r"urn:io[.]catenax[.]pcf:datamodel:version:(([0-9]+)[.][0-9]+[.][0-9]+)", re.ASCII)


def version(node: Node, major: int) -> str:
    """``Catena-X pcf 9.0.0`` where the text or list `node` names a version with this first number; else empty.

    >>> version(Node(["urn:io.catenax.pcf:datamodel:version:8.0.0"]), 8)
    'Catena-X pcf 8.0.0'
    """
    for text in node.texts():
        found = _URN.fullmatch(text)
        if found and int(found[2]) == major:
            return f"Catena-X pcf {found[1]}"
    return ""
