"""A program of another house, with its key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from motcua.admin.domain.integrations import connect
from motcua.admin.enums import IntegrationScope
from tests.town import NINE

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from motcua.admin.models import Integration, Office

ROOT = "/api/v1/motcua/dossiers"
APPLICANT = {"name": "Đặng Thị Kín", "id_number": "033177001234", "phone": "0912345678", "address": "Thôn Đông"}


@dataclass
class Program:
    """What asks over the API."""

    client: FlaskClient
    key: str
    row: Integration

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def get(self, path: str = "", **more: Any) -> TestResponse:
        return self.client.get(f"{ROOT}{path}", headers=self.headers, **more)

    def post(self, path: str = "", *, key: str | None = None, **body: Any) -> TestResponse:
        headers = self.headers | {"Idempotency-Key": key or uuid.uuid4().hex}
        return self.client.post(f"{ROOT}{path}", json=body, headers=headers)

    def push(self, procedure: str, *, key: str | None = None, **body: Any) -> dict[str, Any]:
        """Hand a dossier over; return it."""
        answer = self.post(key=key, **{"procedure": procedure, "applicant": APPLICANT} | body)
        dossier: dict[str, Any] = answer.get_json()
        assert answer.status_code in {200, 201}, dossier
        return dossier


def connected(
    client: FlaskClient,
    session: Session,
    office: Office,
    name: str = "Hộ tịch điện tử",
    scopes: Collection[IntegrationScope] = tuple(IntegrationScope),
) -> Program:
    """Connect a program to an office for a year."""
    office.identifier = f"H88.{office.id}"  # no dossier that a test has made up has a code of it
    row, key = connect(session, office, name=name, scopes=scopes, expires_at=NINE + timedelta(days=365), now=NINE)
    session.commit()
    return Program(client, key, row)
