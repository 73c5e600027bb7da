"""Elements of an AAS submodel (IDTA 01001, part 1, JSON): found by their semantic id or their short id.

- A semantic id is compared without its version (``#003``) and without spaces around it: published templates differ in both.
- A document is one submodel, or an environment that holds some.
"""

from __future__ import annotations

from collections.abc import Iterator

from carbonseal.footprints.documents import Node


def submodels(root: Node, semantic_id: str) -> tuple[Node, ...]:
    """The submodels with this semantic id: the document itself, or of those in its environment."""
    found = [root] if root["modelType"].text() == "Submodel" else [*root["submodels"]]
    return tuple(one for one in found if semantic_id in keys(one["semanticId"]))


def keys(reference: Node) -> tuple[str, ...]:
    """The values of a reference's keys, without the version of an IRDI."""
    return tuple(without_version(key["value"].text()) for key in reference["keys"])


def without_version(identifier: str) -> str:
    """An IRDI without its version; any other identifier as it is.

    >>> without_version("0173-1#07-ABZ789#003 ")
    '0173-1#07-ABZ789'
    """
    identifier = identifier.strip()
    return identifier.rpartition("#")[0] if identifier.count("#") > 1 else identifier


def children(node: Node) -> Iterator[Node]:
    """The elements of a submodel, of a list, or of a collection."""
    yield from node["submodelElements"] if node["submodelElements"] else node["value"]


def child(node: Node, short_id: str, semantic_id: str) -> Node:
    """The element with this semantic id, else with this short id; an empty node where there is none."""
    found = [*children(node)]
    for one in found:
        if semantic_id in keys(one["semanticId"]):
            return one
    for one in found:
        if one["idShort"].text() == short_id:
            return one
    return Node(None, f"{node.pointer}/{short_id}")


def supplemental(node: Node) -> tuple[str, ...]:
    """The supplemental semantic ids of an element."""
    return tuple(key for one in node["supplementalSemanticIds"] for key in keys(one))


def word(node: Node) -> str:
    """The value of a property, else that of its value id: an IRDI without its version, or a text."""
    return without_version(node["value"].text()) or "".join(keys(node["valueId"])[-1:])
