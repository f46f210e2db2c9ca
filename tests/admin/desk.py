"""An officer's way to the counter's API: with the bearer token of FAB's login, or with the console's session."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from motcua.admin.enums import StaffRole
from motcua.admin.permissions import ROLE_OF_STAFF, sync_roles
from tests.town import PASSWORD

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from flask_appbuilder import AppBuilder
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.town import Town

ROOT = "/api/v1/counter"


def give_roles(app: Flask, session: Session, town: Town) -> None:
    """Give the people of a town the platform roles that go with their places."""
    with app.app_context():
        platform: AppBuilder = app.appbuilder  # type: ignore[attr-defined]
        if platform.sm.find_role(ROLE_OF_STAFF[StaffRole.SUPERVISOR]) is None:  # roles outlive the people of a test
            sync_roles(platform)
    roles = {role.name: role for role in session.scalars(select(Role).where(Role.name.in_(ROLE_OF_STAFF.values())))}
    for user, place in (
        (town.lan, StaffRole.RECEIVING_OFFICER),
        (town.minh, StaffRole.CASE_OFFICER),
        (town.hoa, StaffRole.SUPERVISOR),
    ):
        session.get_one(User, user.id).roles = [roles[ROLE_OF_STAFF[place]]]
    session.commit()


@dataclass
class Desk:
    """A client that gives commands at one counter."""

    client: FlaskClient
    counter_id: int
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, name: str, *, key: str | None = None, **body: Any) -> TestResponse:
        """Give a command under a key of its own, unless one is given."""
        headers = self.headers | {"Idempotency-Key": key or uuid.uuid4().hex}
        return self.client.post(f"{ROOT}/{name}", json={"counter": self.counter_id} | body, headers=headers)

    def get(self, name: str, **more: Any) -> TestResponse:
        """Ask about the counter."""
        mark = "&" if "?" in name else "?"
        headers = self.headers | more.pop("headers", {})
        return self.client.get(f"{ROOT}/{name}{mark}counter={self.counter_id}", headers=headers, **more)

    def state(self) -> dict[str, Any]:
        """Return how things stand."""
        answer: dict[str, Any] = self.get("state").get_json()
        return answer


def bearer(client: FlaskClient, username: str) -> dict[str, str]:
    """Log in the way programs do; return the header."""
    answer = client.post("/api/v1/security/login", json={"username": username, "password": PASSWORD, "provider": "db"})
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def sign_in(client: FlaskClient, username: str) -> None:
    """Log in the way people do."""
    page = client.get("/login/").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {"username": username, "password": PASSWORD} | ({"csrf_token": token[1]} if token else {})
    assert client.post("/login/", data=form).status_code == 302


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Return a refusal, having checked that it is one."""
    body: dict[str, Any] = answer.get_json()
    assert (answer.status_code, answer.content_type, body.get("code")) == (status, "application/problem+json", code)
    assert body["detail_vi"]
    assert body["detail_en"]
    return body
