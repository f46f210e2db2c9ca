"""The staff's screens. Views read the request, call one rule, choose the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app

from motcua.admin.views.health import health
from motcua.admin.views.problems import register_error_answers
from motcua.admin.views.screens import register_screens
from motcua.admin.views.shell import register_shell

if TYPE_CHECKING:
    from flask_appbuilder import AppBuilder


def register_views(appbuilder: AppBuilder) -> None:
    """Register templates, static files, error answers, screens and menu."""
    blueprint = Blueprint(
        "motcua",
        __name__,
        template_folder="../templates",
        static_folder="../static/motcua",
        static_url_path="/static/motcua",
    )
    current_app.register_blueprint(blueprint)
    current_app.register_blueprint(health)
    register_error_answers(current_app)
    register_shell(current_app)
    register_screens(appbuilder)
