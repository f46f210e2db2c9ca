"""What the descriptions of the counter's addresses say, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from apispec.exceptions import DuplicateComponentNameError

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

_COMMAND = {
    "counter": ID | {"description": "The counter's id, from /api/v1/counter/counters."},
    "ticket": or_null(ID) | {"description": "The ticket's id; left out, it is the one at the counter."},
    "version": or_null(ID) | {"description": "The version you saw; an older one than the present is refused."},
}
_CHOSEN = _COMMAND | {"ticket": ID}
_CODE = {"type": "string", "minLength": 1, "maxLength": 40}
_REASON = {"type": "string", "nullable": True, "maxLength": 300}
_STATUS = {"type": "string", "enum": [status.name.lower() for status in DossierStatus]}
_TICKET = {
    "id": ID,
    "version": ID,
    "label": {"type": "string", "example": "A012"},
    "service": TEXT,
    "series": TEXT,
    "errand": ERRAND,
    "language": LANGUAGE,
    "state": {
        "type": "string",
        "enum": ["waiting", "called", "serving", "held", "finished", "no_show", "cancelled"],
    },
    "priority": or_null(TEXT),
    "issued_at": MOMENT,
    "called_at": or_null(MOMENT),
    "started_at": or_null(MOMENT),
    "call_count": COUNT,
    "counter": or_null({"type": "integer", "description": "The counter's number."}),
}
_SHOWN = _TICKET | {"priority_vi": or_null(TEXT), "priority_en": or_null(TEXT)}
_DOSSIER_LINE = {
    "id": ID,
    "code": TEXT,
    "procedure": TEXT,
    "due_at": or_null(MOMENT),
    "due_is_provisional": FLAG,
    "status": _STATUS,
    "receipt": PAPER_STATE,
}
_STATE = {
    "seq": COUNT | {"description": "The last event of the office's log that this holds."},
    "now": MOMENT,
    "day": {"type": "string", "format": "date"},
    "counter": whole({"id": ID, "number": {"type": "integer"}, "name": or_null(TEXT)}),
    "services": listed(whole({"code": TEXT, "series": TEXT, "name_vi": TEXT, "name_en": TEXT, "waiting": COUNT})),
    "current": or_null(named("CounterShownTicket")),
    "dossiers": listed(whole(_DOSSIER_LINE)),
    "waiting": COUNT,
    "line": listed(named("CounterShownTicket")),
    "held": listed(named("CounterShownTicket")),
    "absent": listed(named("CounterShownTicket")),
    "today": whole({"served": COUNT, "absent": COUNT, "dossiers": COUNT, "average_seconds": or_null(COUNT)}),
}
_INTAKE = {
    **_COMMAND,
    "procedure": _CODE | {"example": "1.004873", "description": "National code; the version of today counts."},
    "applicant": closed(
        {
            "name": {"type": "string", "minLength": 1, "maxLength": 500},
            "id_number": {"type": "string", "nullable": True, "maxLength": 500},
            "phone": {"type": "string", "nullable": True, "maxLength": 500},
            "address": {"type": "string", "nullable": True, "maxLength": 500},
        },
        "name",
    ),
    "papers": listed(
        closed(
            {
                "paper": or_null(ID) | {"description": "A paper of the procedure, by its id."},
                "name": {"type": "string", "nullable": True, "maxLength": 500, "description": "Any other paper."},
                "copies": {"type": "integer", "minimum": 1, "maximum": 99, "default": 1},
            }
        )
    )
    | {"maxItems": 60},
    "assigned_to": or_null(ID) | {"description": "The case officer's user id."},
    "channel": {"type": "string", "enum": ["in_person", "online", "postal"], "default": "in_person"},
    "note": {"type": "string", "nullable": True, "maxLength": 2000},
}
_DOSSIER = whole(
    {
        "id": ID,
        "code": TEXT,
        "procedure": TEXT,
        "status": _STATUS,
        "received_at": MOMENT,
        "due_at": or_null(MOMENT),
        "due_is_provisional": FLAG,
        "tracking_url": TEXT,
        "print": whole({"state": PAPER_STATE, "copy": COUNT}),
    }
)
_PAPER = whole({"id": ID, "name": TEXT, "is_conditional": FLAG, "is_shown_only": FLAG})
_PROCEDURE = {
    "code": TEXT,
    "name": TEXT,
    "field": TEXT,
    "time": TEXT,
    "fee": TEXT,
    "needs_review": FLAG,
    "papers": listed(_PAPER),
    "due_at": or_null(MOMENT),
    "due_is_provisional": FLAG,
    "now": MOMENT,
}
_SCHEMAS: dict[str, Shape] = {
    "CounterTicket": whole(_TICKET),
    "CounterShownTicket": whole(_SHOWN),
    "CounterState": whole(_STATE),
    "CounterScreen": closed(_STATE | {"csrf_token": TEXT}, *_STATE),
    "CounterNext": closed({"counter": _COMMAND["counter"]}, "counter"),
    "CounterCommand": closed(_COMMAND, "counter"),
    "CounterChoice": closed(_CHOSEN, "counter", "ticket"),
    "CounterHold": closed(_COMMAND | {"reason": _REASON}, "counter"),
    "CounterCancel": closed(_CHOSEN | {"reason": _REASON}, "counter", "ticket"),
    "CounterTransfer": closed(_COMMAND | {"service": _CODE, "reason": _REASON}, "counter", "service"),
    "CounterPriority": closed(_CHOSEN | {"priority": or_null(_CODE)}, "counter", "ticket"),
    "CounterIntake": closed(_INTAKE, "counter", "procedure", "applicant"),
    "CounterAnswer": whole({"ticket": named("CounterTicket"), "state": named("CounterState")}),
    "CounterDossier": whole({"dossier": _DOSSIER}),
    "CounterTaken": whole({"dossier": _DOSSIER, "state": named("CounterState")}),
    "CounterProcedure": whole(_PROCEDURE),
    "CounterProcedures": whole({"procedures": listed(whole({"code": TEXT, "name": TEXT, "field": TEXT}))}),
    "Counters": whole(
        {
            "counters": listed(
                whole(
                    {
                        "id": ID,
                        "number": {"type": "integer"},
                        "name": or_null(TEXT),
                        "office": TEXT,
                        "services": listed(TEXT),
                    }
                )
            )
        }
    ),
}


def add_counter_parts(api_spec: Any) -> None:
    """Add the named shapes to an OpenAPI document, once for all classes of these addresses."""
    for name, schema in _SCHEMAS.items():
        try:
            api_spec.components.schema(name, schema)
        except DuplicateComponentNameError:
            return


def read_document(description: str, schema: str, *parameters: Shape, links: Shape | None = None) -> Shape:
    """Return what the description of a look adds to its docstring."""
    more = {"links": links} if links else {}
    return {
        "get": {
            "parameters": list(parameters),
            "responses": {"200": answer(description, schema, **more)} | refused(400, 401, 403, 404, 409, 503),
        }
    }


def command_document(schema: str, *parameters: Shape, **answers: Shape) -> Shape:
    """Return what the description of a command adds to its docstring: key, body, answers and refusals."""
    given = {status.removeprefix("status_"): shape for status, shape in answers.items()}
    return {
        "post": {
            "parameters": [IDEMPOTENCY_KEY, *parameters],
            "requestBody": {"required": True, "content": content(schema)},
            "responses": (given or {"200": answer("The ticket, and how things stand.", "CounterAnswer", links=FURTHER)})
            | refused(400, 401, 403, 404, 409, 413, 503),
        }
    }


#: Where one goes from a ticket that a command has left.
FURTHER: Shape = {
    name: {
        "operationId": f"CounterApi.{name}",
        "requestBody": {
            "counter": "$response.body#/state/counter/id",
            "ticket": "$response.body#/ticket/id",
            "version": "$response.body#/ticket/version",
        },
    }
    for name in ("recall", "start", "hold", "no_show", "finish", "resume")
}
AT_COUNTER = in_query("counter", ID, required=True)
DOSSIER_ID = in_path("dossier_id", {"type": "integer", "minimum": 0})
PROCEDURE_CODE = in_path("code", TEXT)
#: Where one goes from a dossier.
FROM_DOSSIER: Shape = {
    "dossier": {"operationId": "IntakeApi.dossier", "parameters": {"dossier_id": "$response.body#/dossier/id"}},
    "qr": {"operationId": "IntakeApi.qr", "parameters": {"dossier_id": "$response.body#/dossier/id"}},
}
