"""What the descriptions of all our addresses share: how a refusal looks, a key, an object without other fields."""

from __future__ import annotations

from typing import Any

from motcua.admin.models.types import LARGEST_ID

Shape = dict[str, Any]

ID: Shape = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
COUNT: Shape = {"type": "integer", "minimum": 0}
TEXT: Shape = {"type": "string"}
FLAG: Shape = {"type": "boolean"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
LANGUAGE: Shape = {"type": "string", "enum": ["vi", "en"]}
ERRAND: Shape = {"type": "string", "enum": ["submit", "supplement", "collect", "ask"]}
PAPER_STATE: Shape = {
    "type": "string",
    "enum": ["none", "queued", "sending", "confirmed", "unconfirmed", "failed", "stale"],
}
#: The header of every command.
IDEMPOTENCY_KEY: Shape = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "Made by you for one intent; the same key again gets the same answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,64}$"},
}

_REFUSALS = {
    400: "The request is not usable.",
    401: "The token or key is missing, wrong, or over.",
    403: "Known, but not permitted; or a change by cookie without the sign of our own page.",
    404: "No such thing, or one of another office.",
    409: "The state has moved on, or the Idempotency-Key came with another request. Nothing was changed.",
    413: "The request is too large.",
    429: "Too many requests, or too many wrong keys; see Retry-After.",
    503: "The database was busy or away; nothing was changed. See Retry-After.",
}


def closed(properties: Shape, *required: str) -> Shape:
    """Return an object that has these fields and no others."""
    shape: Shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": list(required)} if required else {})


def whole(properties: Shape) -> Shape:
    """Return an object that has all of these fields and no others."""
    return closed(properties, *properties)


def listed(items: Shape) -> Shape:
    """Return a list."""
    return {"type": "array", "items": items}


def or_null(shape: Shape) -> Shape:
    """Return what may be null as well."""
    return {"allOf": [shape], "nullable": True} if "$ref" in shape else shape | {"nullable": True}


def named(schema: str) -> Shape:
    """Return what refers to a named shape of the document."""
    return {"$ref": f"#/components/schemas/{schema}"}


def content(shape: Shape | str) -> Shape:
    """Return a JSON body, of a shape or of a named one."""
    return {"application/json": {"schema": named(shape) if isinstance(shape, str) else shape}}


def answer(description: str, shape: Shape | str, **more: Any) -> Shape:
    """Return an answer with a JSON body."""
    return {"description": description, "content": content(shape)} | more


def refused(*statuses: int) -> Shape:
    """Return the refusals of an address, by status."""
    return {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in statuses}


def in_path(name: str, shape: Shape) -> Shape:
    """Return a part of an address."""
    return {"in": "path", "name": name, "required": True, "schema": shape}


def in_query(name: str, shape: Shape, *, required: bool = False) -> Shape:
    """Return what stands behind the question mark."""
    return {"in": "query", "name": name, "required": required, "schema": shape}


_PROBLEM = closed(
    {
        "type": {"type": "string", "example": "urn:motcua:problem:not_found"},
        "title": TEXT,
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; what a program goes by."},
        "detail": {"type": "string", "description": "In the reader's language."},
        "detail_vi": TEXT,
        "detail_en": TEXT,
        "state": {"type": "object", "description": "How things stand now, where the state has moved on."},
    },
    "type",
    "title",
    "status",
    "code",
    "detail",
    "detail_vi",
    "detail_en",
)


def add_refusals(api_spec: Any) -> None:
    """Add what a refusal looks like to an OpenAPI document, RFC 9457 in both languages."""
    if "Problem" in api_spec.components.schemas:  # another class of ours was here
        return
    api_spec.components.schema("Problem", _PROBLEM)
    body = {"application/problem+json": {"schema": named("Problem")}}
    for status, description in _REFUSALS.items():
        api_spec.components.response(f"Refused{status}", {"description": description, "content": body})
