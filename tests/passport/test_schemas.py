"""What the schemas of credentials admit, whoever reads them relies on."""

from __future__ import annotations

from typing import Any

import pytest

from carbonseal.passport import bundles


def has_texts_alone(schema: dict[str, Any]) -> bool:
    """Whether all that a schema admits is made of texts, lists, and objects with names in ASCII."""
    words = schema.get("enum", schema.get("const"))
    if words is not None:
        return all(isinstance(word, str) for word in ([words] if isinstance(words, str) else words))
    kinds = {schema["type"]} if isinstance(schema["type"], str) else {*schema["type"]}
    members = schema.get("properties", {})
    return (
        kinds <= {"object", "array", "string"}
        and ("array" not in kinds or has_texts_alone(schema["items"]))
        and ("object" not in kinds or (schema["additionalProperties"] is False and "".join(members).isascii()))
        and all(has_texts_alone(member) for member in members.values())
    )


@pytest.mark.parametrize("section", bundles.SIGNED)
def test_no_credential_has_a_number(section: str) -> None:
    """So its canonical form needs no look at numbers, nor at the order of names."""
    schema = bundles.subject_of(section).shape.schema
    assert has_texts_alone(schema)
    assert not has_texts_alone({**schema, "properties": {**schema["properties"], "n": {"type": "number"}}})
