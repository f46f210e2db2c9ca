"""The one OpenAPI document of all our addresses, also where the host shows FAB's own to nobody.

Built from what stands beside each address; the tests ask every address what
its description allows and forbids, and compare every answer with it.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from apispec import APISpec
from flask import Response, current_app, request
from flask_appbuilder.api import expose

from motcua.admin.api.base import JsonApi
from motcua.admin.api.officers import json_answer
from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
_METHODS = frozenset({"GET", "POST"})
_SCHEMES = {
    "device": "Token of an enrolled kiosk or display.",
    "officer": "Access token of a person, from POST /api/v1/security/login.",
    "system": "Key of a connected system.",
}


class OpenApiDocument(JsonApi):
    """For everybody: it says nothing that the source does not."""

    resource_name = "motcua"
    openapi_spec_tag = "Document"

    @expose("/openapi.json", methods=["GET"])
    def document(self) -> Response:
        """Return this document.
        ---
        get:
          description: This document (OpenAPI 3.0.2).
          responses:
            200:
              description: The document.
              content:
                application/json:
                  schema: {type: object}
        """  # noqa: D205 - FAB reads the YAML after the rule
        return json_answer(200, document())


def document() -> dict[str, Any]:
    """Return the document of every JSON address of ours on the current app."""
    spec = APISpec(
        title="Motcua",
        version=version("fab-addon-motcua"),
        openapi_version="3.0.2",
        info={"description": "Queue, dossiers and connected systems of a one-stop public-service centre."},
        servers=[{"url": request.script_root or "/"}],
    )
    for scheme, description in _SCHEMES.items():
        spec.components.security_scheme(scheme, {"type": "http", "scheme": "bearer", "description": description})
    schemes = {}
    for view in _apis():
        view.add_api_spec(spec)
        schemes[view.endpoint] = view.openapi_scheme
    for add in current_motcua().documents:
        add(spec)
    described = spec.to_dict()
    for path, method, endpoint in json_addresses():
        operation = described["paths"][path][method]
        needed = schemes.get(endpoint.partition(".")[0])
        operation |= {"operationId": endpoint, "security": [{needed: []}] if needed else []}
    _drop_what_nobody_names(described)
    return described


def json_addresses() -> Iterator[tuple[str, str, str]]:
    """Yield path, method and endpoint of every address under /api that is ours."""
    ours = {view.endpoint for view in _apis()}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in ours:
            path = _PART.sub(r"{\1}", rule.rule)
            yield from ((path, method.lower(), rule.endpoint) for method in (rule.methods or set()) & _METHODS)


def _apis() -> list[JsonApi]:
    return [view for view in current_app.appbuilder.baseviews if isinstance(view, JsonApi)]  # type: ignore[attr-defined]


def _drop_what_nobody_names(described: dict[str, Any]) -> None:
    """FAB adds its own answers and parameters to every API's description; ours name none of them."""
    responses = described["components"]["responses"]
    described["components"]["responses"] = {
        name: response for name, response in responses.items() if name.startswith("Refused")
    }
    kept = re.compile("Counter|System|Kiosk|Board|Tracking|Problem")
    schemas = described["components"]["schemas"]
    described["components"]["schemas"] = {name: schema for name, schema in schemas.items() if kept.match(name)}
