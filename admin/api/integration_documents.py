"""What the descriptions of the connected systems' addresses say, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from motcua.admin.api.shapes import (
    IDEMPOTENCY_KEY,
    MOMENT,
    Shape,
    answer,
    closed,
    content,
    in_path,
    in_query,
    listed,
    named,
    or_null,
    refused,
    whole,
)
from motcua.admin.enums import DossierStatus
from motcua.admin.models.types import LARGEST_ID

_STATE: dict[str, Any] = {"type": "string", "enum": [status.name.lower() for status in DossierStatus]}
_VERSION: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}

_DOSSIER = {
    "code": {"type": "string", "maxLength": 60, "example": "H99.12-261202-0001"},
    "procedure": whole({"code": {"type": "string", "example": "1.004873"}, "name": {"type": "string"}}),
    "channel": {"type": "string", "enum": ["in_person", "online", "postal"]},
    "state": _STATE,
    "next_states": {
        "type": "array",
        "items": _STATE,
        "description": "Where the dossier may go from here, by people or by you.",
    },
    "version": _VERSION | {"description": "Send it back with the next step; an older one is refused."},
    "received_at": MOMENT,
    "due_at": or_null(MOMENT),
    "due_is_provisional": {"type": "boolean", "description": "The holidays of that year are not announced yet."},
    "overdue": {"type": "boolean"},
    "finished_at": or_null(MOMENT),
    "returned_at": or_null(MOMENT),
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
    "SystemDossier": whole(_DOSSIER),
    "SystemPush": closed(_PUSHED, "procedure", "applicant"),
    "SystemResult": closed(_ATTACHED, "state", "version"),
    "SystemDossiers": closed(
        {
            "dossiers": listed(named("SystemDossier")),
            "next": {"type": "integer", "minimum": 0},
            "more": {"type": "boolean"},
        },
        "dossiers",
        "next",
        "more",
    ),
}


def add_integration_parts(api_spec: Any) -> None:
    """Add the named shapes to an OpenAPI document."""
    for name, schema in _SCHEMAS.items():
        api_spec.components.schema(name, schema)


def _links(code: str) -> dict[str, Any]:
    """Return where one goes from an answer that is a dossier."""
    state = {"operationId": "IntegrationApi.dossier", "parameters": {"code": code}}
    result = {
        "operationId": "IntegrationApi.attach",
        "parameters": {"code": code},
        "requestBody": {"state": "processing", "version": "$response.body#/version"},
    }
    return {"state": state, "result": result}


_CODE = in_path("code", {"type": "string", "minLength": 1, "maxLength": 60})
_READING = refused(400, 401, 403, 404, 429, 503)
_WRITING = refused(400, 401, 403, 404, 409, 413, 429, 503)


def _dossier(description: str) -> Shape:
    return answer(description, "SystemDossier", links=_links("$response.body#/code"))


PUSH_DOCUMENT: dict[str, Any] = {
    "post": {
        "parameters": [IDEMPOTENCY_KEY],
        "requestBody": {"required": True, "content": content("SystemPush")},
        "responses": {
            "201": _dossier("The new dossier."),
            "200": _dossier("The dossier this key was already given."),
        }
        | _WRITING,
    }
}
ATTACH_DOCUMENT: dict[str, Any] = {
    "post": {
        "parameters": [IDEMPOTENCY_KEY, _CODE],
        "requestBody": {"required": True, "content": content("SystemResult")},
        "responses": {"200": _dossier("The dossier as it is now.")} | _WRITING,
    }
}
READ_DOCUMENT: dict[str, Any] = {
    "get": {
        "parameters": [_CODE],
        "responses": {"200": _dossier("How the dossier stands.")} | _READING,
    }
}
LIST_DOCUMENT: dict[str, Any] = {
    "get": {
        "parameters": [
            in_query("after", {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}),
            in_query("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
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
