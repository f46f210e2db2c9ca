"""A library's web application, as Flask-AppBuilder's skeleton makes them."""

from __future__ import annotations

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf import CSRFProtect

from app.index import LibraryIndexView

app = Flask(__name__)
app.config.from_object("config")
CSRFProtect(app)
db = SQLA(app)


@app.errorhandler(404)
def not_found(_error: Exception) -> tuple[str, int]:
    """Say so in the host's words."""
    return "the host's own page for what is not there", 404


@app.errorhandler(ValueError)
def wrong_value(_error: ValueError) -> tuple[str, int]:
    """Say so in the host's words."""
    return "the host's own page for a wrong value", 500


with app.app_context():
    appbuilder = AppBuilder(app, db.session, indexview=LibraryIndexView)

    from app import views

    views.register(appbuilder)
