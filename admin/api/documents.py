"""What the descriptions of the counter's addresses share, for FAB's OpenAPI document."""

from __future__ import annotations

from typing import Any

from apispec.exceptions import DuplicateComponentNameError

_ID: dict[str, Any] = {"type": "integer", "minimum": 1}
_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}

_COMMAND = {
    "counter": _ID | {"description": "The counter's id, from /api/v1/counter/counters."},
    "ticket": _ID | {"nullable": True, "description": "The ticket's id; left out, it is the one at the counter."},
    "version": _ID
    | {"nullable": True, "description": "The version you saw; an older one than the present is refused."},
}
_REASON = {"type": "string", "nullable": True, "maxLength": 300}
_TICKET = {
    "id": _ID,
    "version": _ID,
    "label": {"type": "string", "example": "A012"},
    "service": {"type": "string"},
    "series": {"type": "string"},
    "errand": {"type": "string", "enum": ["submit", "supplement", "collect", "ask"]},
    "language": {"type": "string", "enum": ["vi", "en"]},
    "state": {
        "type": "string",
        "enum": ["waiting", "called", "serving", "held", "finished", "no_show", "cancelled"],
    },
    "priority": {"type": "string", "nullable": True},
    "priority_vi": {"type": "string", "nullable": True},
    "priority_en": {"type": "string", "nullable": True},
    "issued_at": _MOMENT,
    "called_at": _MOMENT | {"nullable": True},
    "started_at": _MOMENT | {"nullable": True},
    "call_count": {"type": "integer"},
    "counter": {"type": "integer", "nullable": True, "description": "The counter's number."},
}
_STATE = {
    "seq": {"type": "integer", "description": "The last event of the office's log that this holds."},
    "now": _MOMENT,
    "day": {"type": "string", "format": "date"},
    "counter": {"type": "object"},
    "services": {"type": "array", "items": {"type": "object"}},
    "current": {"allOf": [{"$ref": "#/components/schemas/CounterTicket"}], "nullable": True},
    "dossiers": {"type": "array", "items": {"type": "object"}},
    "waiting": {"type": "integer"},
    "line": {"type": "array", "items": {"$ref": "#/components/schemas/CounterTicket"}},
    "held": {"type": "array", "items": {"$ref": "#/components/schemas/CounterTicket"}},
    "absent": {"type": "array", "items": {"$ref": "#/components/schemas/CounterTicket"}},
    "today": {"type": "object"},
}
_DOSSIER = {
    "counter": _COMMAND["counter"],
    "ticket": _COMMAND["ticket"],
    "version": _COMMAND["version"],
    "procedure": {
        "type": "string",
        "example": "1.004873",
        "description": "National code; the version of today counts.",
    },
    "applicant": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "maxLength": 200},
            "id_number": {"type": "string", "nullable": True, "maxLength": 40},
            "phone": {"type": "string", "nullable": True, "maxLength": 40},
            "address": {"type": "string", "nullable": True, "maxLength": 300},
        },
    },
    "papers": {
        "type": "array",
        "maxItems": 60,
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "paper": _ID | {"nullable": True, "description": "A paper of the procedure, by its id."},
                "name": {"type": "string", "maxLength": 500, "description": "Any other paper."},
                "copies": {"type": "integer", "minimum": 1, "maximum": 99, "default": 1},
            },
        },
    },
    "assigned_to": _ID | {"nullable": True, "description": "The case officer's user id."},
    "channel": {"type": "string", "enum": ["in_person", "online", "postal"], "default": "in_person"},
    "note": {"type": "string", "nullable": True, "maxLength": 2000},
}
_PROBLEM = {
    "type": {"type": "string"},
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "code": {"type": "string", "description": "Stable; what a program goes by."},
    "detail": {"type": "string"},
    "detail_vi": {"type": "string"},
    "detail_en": {"type": "string"},
    "state": {"type": "object", "description": "How things stand now, where the state has moved on."},
}
#: What every refusal says.
_SAID = ("type", "title", "status", "code", "detail", "detail_vi", "detail_en")


def strict_object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return an object that has no other fields than these."""
    return _object(properties, *required, is_strict=True)


def content(schema: str) -> dict[str, Any]:
    """Return a JSON body of a named shape."""
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _object(properties: dict[str, Any], *required: str, is_strict: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    if is_strict:
        schema["additionalProperties"] = False
    return schema


_SCHEMAS = {
    "CounterTicket": _object(_TICKET),
    "CounterState": _object(_STATE),
    "CounterNext": _object({"counter": _COMMAND["counter"]}, "counter", is_strict=True),
    "CounterCommand": _object(_COMMAND, "counter", is_strict=True),
    "CounterChoice": _object(_COMMAND, "counter", "ticket", is_strict=True),
    "CounterHold": _object(_COMMAND | {"reason": _REASON}, "counter", is_strict=True),
    "CounterCancel": _object(_COMMAND | {"reason": _REASON}, "counter", "ticket", is_strict=True),
    "CounterTransfer": _object(
        _COMMAND | {"service": {"type": "string"}, "reason": _REASON}, "counter", "service", is_strict=True
    ),
    "CounterPriority": _object(
        _COMMAND | {"priority": {"type": "string", "nullable": True}}, "counter", "ticket", is_strict=True
    ),
    "CounterDossier": _object(_DOSSIER, "counter", "procedure", "applicant", is_strict=True),
    "CounterAnswer": _object(
        {
            "ticket": {"$ref": "#/components/schemas/CounterTicket"},
            "state": {"$ref": "#/components/schemas/CounterState"},
        }
    ),
}
#: An Idempotency-Key, as every command takes it.
KEY_PARAMETER = {
    "required": True,
    "description": "Made by you for one intent; the same key again gets the same answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,64}$"},
}
_REFUSALS = {
    "CounterUnusable": "The request is not usable.",
    "CounterStranger": "Nobody is logged in.",
    "CounterForbidden": "Not permitted, or a change by cookie without the CSRF token of the console's page.",
    "CounterMissing": "No such thing, or one of another office.",
    "CounterConflict": "The state has moved on; `state` says how things stand now.",
    "CounterAway": "The database was busy or away; nothing was changed.",
}


def add_shared_parts(api_spec: Any) -> None:
    """Add the shared parts to FAB's OpenAPI document, once for all classes of these addresses."""
    components = api_spec.components
    try:
        components.parameter("CounterKey", "header", {"name": "Idempotency-Key"} | KEY_PARAMETER)
    except DuplicateComponentNameError:
        return
    for name, schema in _SCHEMAS.items():
        components.schema(name, schema)
    add_problem_parts(api_spec, _REFUSALS)


def add_problem_parts(api_spec: Any, refusals: dict[str, str]) -> None:
    """Add refusals by name, each with its description; all have one shape."""
    components = api_spec.components
    if "Problem" not in components.schemas:
        components.schema("Problem", strict_object(_PROBLEM, *_SAID))
    for name, description in refusals.items():
        problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        components.response(name, {"description": description, "content": problem})


def command_document(
    schema: str, answer: str = "The ticket as it is now, and how things stand.", *, path: str | None = None
) -> dict[str, Any]:
    """Return what the description of a command adds to its docstring: key, body, answer and refusals."""
    parameters: list[str | dict[str, Any]] = ["CounterKey"]
    if path is not None:
        parameters.append({"in": "path", "name": path, "required": True, "schema": {"type": "integer"}})
    return {
        "post": {
            "parameters": parameters,
            "requestBody": {"required": True, "content": content(schema)},
            "responses": {"200": {"description": answer, "content": content("CounterAnswer")}} | REFUSED,
        }
    }


#: The refusals of a command, by status.
REFUSED: dict[str, Any] = {
    status: {"$ref": f"#/components/responses/{name}"}
    for status, name in (
        ("400", "CounterUnusable"),
        ("401", "CounterStranger"),
        ("403", "CounterForbidden"),
        ("404", "CounterMissing"),
        ("409", "CounterConflict"),
        ("413", "CounterUnusable"),
        ("503", "CounterAway"),
    )
}
