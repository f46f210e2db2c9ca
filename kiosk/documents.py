"""What the descriptions of the citizen's addresses say, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from motcua.admin.api.shapes import (
    COUNT,
    ERRAND,
    FLAG,
    ID,
    IDEMPOTENCY_KEY,
    LANGUAGE,
    MOMENT,
    PAPER_STATE,
    TEXT,
    Shape,
    answer,
    content,
    in_path,
    in_query,
    listed,
    or_null,
    refused,
    whole,
)
from motcua.admin.enums import DossierStatus

_CODE = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,40}$"}
_TICKET = whole(
    {
        "id": ID,
        "number": {"type": "string", "example": "A012"},
        "service": TEXT,
        "service_day": {"type": "string", "format": "date"},
        "issued_at": MOMENT,
        "waiting_ahead": COUNT,
        "estimated_wait_minutes": COUNT,
        "tracking_url": TEXT,
        "print": whole({"state": PAPER_STATE}),
    }
)
_REASON = whole({"code": TEXT, "detail": TEXT, "detail_vi": TEXT, "detail_en": TEXT})
_SERVICE = whole(
    {
        "code": TEXT,
        "series": TEXT,
        "name": TEXT,
        "name_vi": TEXT,
        "name_en": TEXT,
        "open": FLAG,
        "reason": or_null(_REASON),
        "waiting": COUNT,
        "estimated_wait_minutes": COUNT,
    }
)
_OFFER = whole(
    {
        "office": whole({"name": TEXT, "hotline": or_null(TEXT)}),
        "open": FLAG,
        "opens_at": or_null(MOMENT),
        "services": listed(_SERVICE),
        "priorities": listed(whole({"code": TEXT, "name_vi": TEXT, "name_en": TEXT})),
        "server_time": MOMENT,
        "page_version": TEXT,
    }
)
_ORDER: Shape = {
    "type": "object",
    "required": ["service"],
    "properties": {
        "service": _CODE,
        "errand": ERRAND,
        "priority": or_null(_CODE) | {"description": "A group of the office."},
        "language": LANGUAGE,
    },
}
_CALLED = {"label": TEXT, "service": TEXT, "counter": or_null({"type": "integer"}), "at": MOMENT}
_NEWS = whole(
    {
        "events": listed(whole(_CALLED | {"seq": COUNT, "kind": TEXT})),
        "last_seq": COUNT,
        "now": MOMENT,
        "waiting": listed(whole({"service": TEXT, "series": TEXT, "name_vi": TEXT, "name_en": TEXT, "waiting": COUNT})),
        "calls": listed(whole(_CALLED | {"state": TEXT})),
    }
)
_STATUS = {"type": "string", "enum": [status.name.lower() for status in DossierStatus]}
_FOLLOWING = whole(
    {
        "kind": {"type": "string", "enum": ["ticket", "dossier"]},
        "number": or_null(TEXT),
        "service": or_null(TEXT),
        "state": TEXT,
        "waiting_ahead": or_null(COUNT),
        "estimated_wait_minutes": or_null(COUNT),
        "counter": or_null({"type": "integer"}),
        "called_at": or_null(MOMENT),
        "dossier": or_null(whole({"code": TEXT, "state": _STATUS, "due_at": or_null(MOMENT), "overdue": FLAG})),
        "version": ID,
    }
)
_LINKS = {"ticket": {"operationId": "KioskApi.ticket", "parameters": {"ticket_id": "$response.body#/id"}}}

KIOSK_DOCUMENTS: dict[str, Any] = {
    "services": {
        "get": {"responses": {"200": answer("What the first screen shows.", _OFFER)} | refused(401, 403, 503)}
    },
    "issue": {
        "post": {
            "parameters": [IDEMPOTENCY_KEY],
            "requestBody": {"required": True, "content": content(_ORDER)},
            "responses": {
                "200": answer("The ticket that this key was already given.", _TICKET, links=_LINKS),
                "201": answer("A new ticket.", _TICKET, links=_LINKS),
            }
            | refused(400, 401, 403, 404, 409, 413, 503),
        }
    },
    "ticket": {
        "get": {
            "parameters": [in_path("ticket_id", {"type": "integer", "minimum": 0})],
            "responses": {"200": answer("The ticket and its print state.", _TICKET)} | refused(401, 403, 404, 503),
        }
    },
}
BOARD_DOCUMENTS: dict[str, Any] = {
    "events": {
        "get": {
            "parameters": [
                in_path("office", TEXT),
                in_query("after", COUNT),
                {"in": "header", "name": "Last-Event-ID", "schema": COUNT},
            ],
            "responses": {
                "200": {
                    "description": "Events, waiting numbers and calls.",
                    "content": content(_NEWS) | {"text/event-stream": {"schema": TEXT}},
                }
            }
            | refused(400, 404, 503),
        }
    }
}


def describe_tracking(api_spec: Any) -> None:
    """Add the tracking link's JSON, which is no API of FAB's, to an OpenAPI document."""
    api_spec.path(
        path="/t/{token}.json",
        operations={
            "get": {
                "operationId": "motcua_tracking.show",
                "tags": ["Tracking"],
                "description": "The state of a ticket, then of its dossier, for whoever holds the link. ETag and 304.",
                "security": [],
                "parameters": [in_path("token", TEXT)],
                "responses": {
                    "200": answer("How it stands; nothing about the person.", _FOLLOWING),
                    "304": {"description": "Nothing has changed."},
                }
                | refused(404, 429, 503),
            }
        },
    )
