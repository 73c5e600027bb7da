"""The OpenAPI 3.1 document of a listener, from the routes that it serves. Pure, and the same whenever it is made.

A schema that `NAMED` has is written once, in components, and referred to wherever it occurs. An instant is a day that its month
has: the document says so by a pattern, the node by `parse_instant`, in better words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from carbonseal.node.access.scopes import Scope
from carbonseal.passport.schemas import INSTANT, Schema
from carbonseal.service.listeners import PUBLIC, Needs, Route

from .facts import Content, Parameter, names_in, template
from .idempotency_key import PARAMETER as KEY
from .problems import PROBLEM_JSON
from .refusals import REFUSALS, RETRIED, statuses
from .schemas import NAMED

Json = dict[str, Any]

VERSION = "1"  # of the interface, as the paths have it
TITLE = "carbonseal"
DESCRIPTION = """\
Seals records about carbon in a Merkle log, anchors it on ledgers, and issues passports.

Every refusal is a problem (RFC 9457) with a stable code. A query parameter that is not listed is refused, and so is one that
comes twice. Lists have one form, {items, next}: the next page is at after=NEXT."""
SCHEMES: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of this node, or of the OpenID Connect issuer that it names. Roles are scopes.",
    },
    "operator": {
        "type": "http",
        "scheme": "bearer",
        "description": "The operator's token, which is in the lock file of the node's directory and changes with every start.",
    },
}
_DAY_OF_MONTH = (  # of the years 1 to 9999
    "(?:(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-"
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)"
)
_STRICTER = {INSTANT["pattern"]: f"^{_DAY_OF_MONTH}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"}
_REFERENCES = {id(schema): name for name, schema in NAMED.items()}


def document(
    routes: Iterable[Route],
    title: str = TITLE,
    description: str = DESCRIPTION,
    schemas: Mapping[str, Schema] = NAMED,
) -> Json:
    """The document as a JSON value. `schemas` are those that it has by name. Raises ValueError where two routes have one method and
    path."""
    routes = [*routes]
    paths: Json = {}
    used: set[int] = set()
    for route in sorted(routes, key=lambda one: (one.path, one.method)):
        operations = paths.setdefault(template(route.path), {})
        if route.method.lower() in operations:
            raise ValueError(f"two routes are {route.method} {route.path}")
        operations[route.method.lower()] = _operation(route)
        used |= {*statuses(route)}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION, "description": description, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted({tag for path in paths.values() for tag in _tags(path)})],
        "paths": paths,
        "components": {
            **({"securitySchemes": SCHEMES} if any(_security(route.needs) for route in routes) else {}),
            "responses": {f"Refused{status}": _refusal(status) for status in sorted(used)},
            "schemas": {name: _inside(schema) for name, schema in sorted(schemas.items())},
        },
    }


def _tags(path: Json) -> list[str]:
    return [tag for operation in path.values() for tag in operation["tags"]]


def _operation(route: Route) -> Json:
    facts = route.facts
    said: Json = {
        "operationId": _id(route),
        "tags": [facts.tag or route.path.removeprefix("/v1").split("/")[1]],
        "summary": facts.summary,
        "security": _security(route.needs),
        "parameters": [_parameter(one, route) for one in facts.parameters] + ([KEY] if facts.takes_key else []),
        "responses": _responses(route),
    }
    if facts.body is not None:
        said["requestBody"] = {"required": True, **_content(facts.body)}
    return said


def _id(route: Route) -> str:
    """A name for programs: `post_grants_list`, `get_records_commitment_content`."""
    words = re.findall(r"[a-z0-9]+", template(route.path).removeprefix("/v1").lower())
    return "_".join((route.method.lower(), *words))


def _security(needs: Needs) -> list[Json]:
    if needs is PUBLIC:
        return []
    return [{"token": [needs.value]}] if isinstance(needs, Scope) else [{"operator": []}]


def _parameter(parameter: Parameter, route: Route) -> Json:
    is_in_path = parameter.name in names_in(route.path)
    default = {} if parameter.default is None else {"default": parameter.default}
    return {
        "name": parameter.name,
        "in": "path" if is_in_path else "query",
        "required": is_in_path or parameter.is_required,
        "description": parameter.what,
        "schema": _inside({**parameter.schema, **default}),
    }


def _responses(route: Route) -> Json:
    """What it answers, and its refusals. A status may be both: then either body may come."""
    refused = statuses(route)
    found = {status: {"$ref": f"#/components/responses/Refused{status}"} for status in refused}
    for status, content in route.facts.answers.items():
        said = {"description": content.what or HTTPStatus(status).phrase, **_content(content)}
        if content.headers:
            said["headers"] = {
                name: {"description": what, "schema": {"type": "string"}} for name, what in content.headers.items()
            }
        if status in refused:
            said = {**_refusal(status), **said, "content": {**_refusal(status)["content"], **said["content"]}}
        found[status] = said
    return {str(status): found[status] for status in sorted(found)}


def _content(content: Content) -> Json:
    described = {"description": content.what} if content.what else {}
    return {**described, "content": {media: {"schema": refer(schema)} for media, schema in content.media.items()}}


def _refusal(status: int) -> Json:
    said: Json = {
        "description": REFUSALS[status],
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in RETRIED:
        said["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}}
    if status == 401:
        said["headers"] = {"WWW-Authenticate": {"description": "RFC 6750", "schema": {"type": "string"}}}
    return said


def refer(schema: Any) -> Any:
    """The schema, with references in place of what is named."""
    if id(schema) in _REFERENCES:
        return {"$ref": f"#/components/schemas/{_REFERENCES[id(schema)]}"}
    return _inside(schema)


def _inside(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("const"), list):
            return _in_order(schema["const"])
        stricter = {"pattern": _STRICTER[schema["pattern"]]} if schema.get("pattern") in _STRICTER else {}
        return {name: refer(one) for name, one in schema.items()} | stricter
    return [refer(one) for one in schema] if isinstance(schema, list) else schema


def _in_order(values: list[str]) -> Json:
    """The schema of this very list, item by item: programs that make clients of such documents know no list as a constant."""
    items = [{"const": value} for value in values]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
