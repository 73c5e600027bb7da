"""Profile ``pact/3.0``: product footprints in the WBCSD's PACT exchange format, version 3.0 (docs/spec.md, section 3).

- The form of a document is a JSON schema: :mod:`carbonseal.records.profiles.pact_schema`.
- Rules between properties are here. Whether figures add up along a supply chain is for the carbon-flow checks.
- A refusal has PACT's property in its place and in its message; each code names the rule.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Finding, Refused
from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint
from carbonseal.records.places import kind_of, pointer, printable
from carbonseal.records.profiles import pact_figures
from carbonseal.records.profiles import pact_schema as schema

from . import codes

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

_GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
_CCS = ("ccsTechnologicalCO2Capture", "technologicalCO2Removals", "technologicalCO2CaptureOrigin")
_DECIMAL = re.compile(schema.DECIMAL)

_BOUNDS = {
    schema.AT_LEAST_ZERO: "0 or more",
    schema.AT_MOST_ZERO: "0 or less",
    schema.ABOVE_ZERO: "above 0",
    schema.PERCENT: "0 to 100",
    schema.RATING: "1 to 5",
}
_KINDS = {"object": "an object", "array": "a list", "string": "a string", "boolean": "a truth value"}
_FORMS = {
    schema.URN: "a URN (RFC 8141) such as urn:gtin:4712345060507",
    schema.SPEC_VERSION: "a version of PACT 3.0 such as 3.0.0",
    schema.COUNTRY: "an ISO 3166-1 code such as DE",
    schema.SUBDIVISION: "an ISO 3166-2 code such as DE-BW",
    schema.ASSESSMENT_REPORT: "an IPCC assessment report such as AR6",
    "uuid": "a UUID",
    "uri": "a URI",
}


class Pact:
    """A PACT 3.0 product footprint."""

    id = "pact/3.0"

    def recognises(self, value: Any) -> str:
        """``PACT 3.0.1`` for a footprint that states that version."""
        document = Node(value)
        version = document["specVersion"].text()
        return f"PACT {version}" if version.startswith("3.0.") and isinstance(document["pcf"].value, dict) else ""

    def footprint(self, value: Any) -> Footprint:
        """The figures, where PACT has them."""
        return pact_figures.footprint(value, self.id)

    def check(self, value: Any) -> None:
        """Raise Refused with a ``pact.*`` code and the JSON pointer unless `value` is such a footprint."""
        from jsonschema_rs import ValidationError

        validator = _validator()
        try:
            validator.validate(value)
        except ValidationError as error:
            raise Refused(_explain(next(iter(validator.iter_errors(_shortened(value))), error))) from None
        pcf = value["pcf"]
        _check_order(value, "validityPeriodStart", "validityPeriodEnd")
        _check_order(pcf, "referencePeriodStart", "referencePeriodEnd", "pcf")
        given = [name for name in _GEOGRAPHIES if pcf.get(name) is not None]
        if len(given) > 1:
            raise Refused(codes.PACT_GEOGRAPHIES(*pointer(["pcf", given[1]]), first=given[0], second=given[1]))
        _check_flag(pcf, "packagingEmissionsIncluded", ("packagingGhgEmissions",))
        _check_flag(pcf, "ccsTechnologicalCO2CaptureIncluded", _CCS)
        for index, rule in enumerate(pcf.get("productOrSectorSpecificRules") or ()):
            if rule["operator"] == "Other" and rule.get("otherOperatorName") is None:
                path = ["pcf", "productOrSectorSpecificRules", str(index), "otherOperatorName"]
                raise Refused(codes.PACT_MISSING(*pointer(path), name="otherOperatorName"))


PROFILE = Pact()


@cache
def _validator() -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema.PRODUCT_FOOTPRINT, validate_formats=True)


def _shortened(value: Any) -> Any:
    """The value with the first hundred items of every list: all errors of a long list would fill the memory."""
    if isinstance(value, dict):
        return {name: _shortened(member) for name, member in value.items()}
    return [_shortened(item) for item in value[:100]] if isinstance(value, list) else value


def _check_order(parent: dict[str, Any], start: str, end: str, *path: str) -> None:
    if parent.get(start) is not None and parent.get(end) is not None:
        first, last = _instant(parent, start, path), _instant(parent, end, path)
        if first >= last:
            raise Refused(codes.PACT_PERIOD(*pointer([*path, end]), start=parent[start], end=parent[end]))


def _instant(parent: dict[str, Any], name: str, path: tuple[str, ...]) -> datetime:
    """The instant of a date-time that the schema accepts. A leap second counts as the second after it."""
    text = parent[name].upper()
    try:
        if text[17:19] == "60":
            return datetime.fromisoformat(text[:17] + "59" + text[19:]) + timedelta(seconds=1)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):  # year 0000, or past 9999
        raise Refused(codes.PACT_DATE_TIME(*pointer([*path, name]), found=printable(text))) from None


def _check_flag(pcf: dict[str, Any], flag: str, names: tuple[str, ...]) -> None:
    if pcf.get(flag) is False:
        for name in names:
            if pcf.get(name) is not None:
                raise Refused(codes.PACT_FLAG(*pointer(["pcf", name]), name=name, flag=flag))


def _explain(error: ValidationError) -> Finding:
    """The finding for a schema violation, in words for the author of the document."""
    details = error.kind.as_dict()
    path = [str(part) for part in error.instance_path]
    place = pointer(path)
    found = printable(error.instance) if isinstance(error.instance, str) else kind_of(error.instance)
    match error.kind.name:
        case "required":
            return codes.PACT_MISSING(*pointer([*path, details["property"]]), name=details["property"])
        case "additionalProperties":
            name = sorted(details["unexpected"])[0]
            return codes.PACT_UNKNOWN_PROPERTY(*pointer([*path, name]), name=printable(name))
        case "type":
            (expected,) = (_KINDS[name] for name in details["types"] if name != "null")
            return codes.PACT_TYPE(*place, expected=expected, found=kind_of(error.instance))
        case "enum":
            options = ", ".join(option for option in details["options"] if option)
            return codes.PACT_UNKNOWN_VALUE(*place, found=found, options=options)
        case "pattern" if details["pattern"] in _FORMS:
            return codes.PACT_FORM(*place, found=found, expected=_FORMS[details["pattern"]])
        case "pattern" if _DECIMAL.fullmatch(str(error.instance)):
            return codes.PACT_RANGE(*place, found=found, expected=_BOUNDS[details["pattern"]])
        case "pattern":
            return codes.PACT_DECIMAL(*place, found=found)
        case "format" if details["format"] == "date-time":
            return codes.PACT_DATE_TIME(*place, found=found)
        case "format":
            return codes.PACT_FORM(*place, found=found, expected=_FORMS[details["format"]])
        case "uniqueItems":
            return codes.PACT_REPEATED(*place)
        case _:  # minItems, minLength
            return codes.PACT_EMPTY(*place)
