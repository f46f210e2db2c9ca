"""What every JSON API of ours is made of: faults are answered as JSON, and the description stands by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask_appbuilder.api import BaseApi

from motcua.admin.api.shapes import add_refusals
from motcua.admin.views.problems import answer_faults

if TYPE_CHECKING:
    from flask import Blueprint


class JsonApi(BaseApi):
    """A FAB API that speaks our JSON."""

    #: Whose token opens it, a name of the OpenAPI document; None when it opens to everybody.
    openapi_scheme: ClassVar[str | None] = None

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        """Build FAB's blueprint; what goes wrong in it is answered as JSON."""
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        answer_faults(blueprint)
        return blueprint

    def add_apispec_components(self, api_spec: Any) -> None:
        """Add what the descriptions share, also to the document that FAB makes of all APIs of the host."""
        super().add_apispec_components(api_spec)
        add_refusals(api_spec)
