"""What the descriptions of the connected systems' addresses say, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from motcua.admin.api.documents import KEY_PARAMETER, add_problem_parts, content, strict_object
from motcua.admin.enums import DossierStatus

_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
_STATE: dict[str, Any] = {"type": "string", "enum": [status.name.lower() for status in DossierStatus]}
_VERSION: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}

_DOSSIER = {
    "code": {"type": "string", "maxLength": 60, "example": "H99.12-261202-0001"},
    "procedure": strict_object(
        {"code": {"type": "string", "example": "1.004873"}, "name": {"type": "string"}}, "code", "name"
    ),
    "channel": {"type": "string", "enum": ["in_person", "online", "postal"]},
    "state": _STATE,
    "next_states": {
        "type": "array",
        "items": _STATE,
        "description": "Where the dossier may go from here, by people or by you.",
    },
    "version": _VERSION | {"description": "Send it back with the next step; an older one is refused."},
    "received_at": _MOMENT,
    "due_at": _MOMENT | {"nullable": True},
    "due_is_provisional": {"type": "boolean", "description": "The holidays of that year are not announced yet."},
    "overdue": {"type": "boolean"},
    "finished_at": _MOMENT | {"nullable": True},
    "returned_at": _MOMENT | {"nullable": True},
    "tracking_url": {"type": "string", "description": "For the applicant; shows the state and nothing personal."},
}
_PUSHED = {
    "procedure": {
        "type": "string",
        "minLength": 1,
        "maxLength": 40,
        "example": "1.004873",
        "description": "National code; the version of today counts.",
    },
    "applicant": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 200, "description": "With at least one letter."},
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
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 500},
                "copies": {"type": "integer", "minimum": 1, "maximum": 99, "default": 1},
            },
        },
    },
    "channel": {"type": "string", "enum": ["online", "postal"], "default": "online"},
    "note": {"type": "string", "nullable": True, "maxLength": 2000, "description": "Such as your own number."},
}
_ATTACHED = {
    "state": {"type": "string", "enum": ["processing", "supplement", "stopped", "done"]},
    "version": _VERSION | {"description": "The dossier's version you saw."},
    "text": {
        "type": "string",
        "nullable": True,
        "maxLength": 2000,
        "description": "Number and day of the result, or why; only `processing` needs none.",
    },
}
_SCHEMAS = {
    "SystemDossier": strict_object(_DOSSIER, *_DOSSIER),
    "SystemPush": strict_object(_PUSHED, "procedure", "applicant"),
    "SystemResult": strict_object(_ATTACHED, "state", "version"),
    "SystemDossiers": strict_object(
        {
            "dossiers": {"type": "array", "items": {"$ref": "#/components/schemas/SystemDossier"}},
            "next": {"type": "integer", "minimum": 0},
            "more": {"type": "boolean"},
        },
        "dossiers",
        "next",
        "more",
    ),
}
_REFUSALS = {
    "SystemUnusable": "The request is not usable.",
    "SystemStranger": "No connected system has this key; a cookie or a person's token is none.",
    "SystemForbidden": "The key was withdrawn, has expired, or does not open this.",
    "SystemMissing": "No such thing, or one of another office.",
    "SystemConflict": "The state has moved on, or the Idempotency-Key came with another request.",
    "SystemTooLarge": "The request is too large.",
    "SystemTooFast": "Too many requests, or too many wrong keys from this address; see Retry-After.",
    "SystemAway": "The database was busy or away; nothing was changed.",
}


def add_integration_parts(api_spec: Any) -> None:
    """Add the shared parts to an OpenAPI document."""
    api_spec.components.parameter("SystemKey", "header", {"name": "Idempotency-Key"} | KEY_PARAMETER)
    for name, schema in _SCHEMAS.items():
        api_spec.components.schema(name, schema)
    add_problem_parts(api_spec, _REFUSALS)


def _refused(*names: str) -> dict[str, Any]:
    status = {
        "SystemUnusable": "400",
        "SystemStranger": "401",
        "SystemForbidden": "403",
        "SystemMissing": "404",
        "SystemConflict": "409",
        "SystemTooLarge": "413",
        "SystemTooFast": "429",
        "SystemAway": "503",
    }
    return {status[name]: {"$ref": f"#/components/responses/{name}"} for name in names}


def _links(code: str) -> dict[str, Any]:
    """Return where one goes from an answer that is a dossier."""
    state = {"operationId": "IntegrationApi.dossier", "parameters": {"code": code}}
    result = {
        "operationId": "IntegrationApi.attach",
        "parameters": {"code": code},
        "requestBody": {"state": "processing", "version": "$response.body#/version"},
    }
    return {"state": state, "result": result}


_CODE = {"in": "path", "name": "code", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 60}}
_READING = _refused(
    "SystemUnusable", "SystemStranger", "SystemForbidden", "SystemMissing", "SystemTooFast", "SystemAway"
)
_WRITING = _READING | _refused("SystemConflict", "SystemTooLarge")


def _dossier(description: str, code: str) -> dict[str, Any]:
    return {"description": description, "content": content("SystemDossier"), "links": _links(code)}


PUSH_DOCUMENT: dict[str, Any] = {
    "post": {
        "parameters": ["SystemKey"],
        "requestBody": {"required": True, "content": content("SystemPush")},
        "responses": {
            "201": _dossier("The new dossier.", "$response.body#/code"),
            "200": _dossier("The dossier this key was already given.", "$response.body#/code"),
        }
        | _WRITING,
    }
}
ATTACH_DOCUMENT: dict[str, Any] = {
    "post": {
        "parameters": ["SystemKey", _CODE],
        "requestBody": {"required": True, "content": content("SystemResult")},
        "responses": {"200": _dossier("The dossier as it is now.", "$response.body#/code")} | _WRITING,
    }
}
READ_DOCUMENT: dict[str, Any] = {
    "get": {
        "parameters": [_CODE],
        "responses": {"200": _dossier("How the dossier stands.", "$response.body#/code")} | _READING,
    }
}
LIST_DOCUMENT: dict[str, Any] = {
    "get": {
        "parameters": [
            {"in": "query", "name": "after", "schema": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}},
            {"in": "query", "name": "limit", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
        ],
        "responses": {
            "200": {
                "description": "A page of changes.",
                "content": content("SystemDossiers"),
                "links": {
                    "next": {
                        "operationId": "IntegrationApi.changes",
                        "parameters": {"after": "$response.body#/next"},
                    },
                    "first": {
                        "operationId": "IntegrationApi.dossier",
                        "parameters": {"code": "$response.body#/dossiers/0/code"},
                    },
                },
            }
        }
        | _READING,
    }
}
