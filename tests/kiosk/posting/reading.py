"""Posting a few lines more, and reading a page as a person does."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from typing import TYPE_CHECKING

from motcua.admin.domain.procedure_import import import_procedures

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse


HEADER = "code,name_vi,field,level,working_days_or_hours,fee_vnd,papers,source,verified,process"


def post(session: Session, *rows: str) -> None:
    import_procedures(session, io.StringIO("\n".join([HEADER, *rows])), effective_from=date(2026, 1, 1))
    session.commit()


def shown(client: FlaskClient, address: str, status: int = 200) -> str:
    """Return the text of a page as it is read, on one line."""
    answer = client.get(address)
    assert answer.status_code == status
    return words_of(answer)


def words_of(answer: TestResponse) -> str:
    body = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


def names(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"/procedures/?{query}")
    assert answer.status_code == 200
    found = re.findall(r'class="line__name" lang="vi">([^<]*)<', answer.get_data(as_text=True))
    return [html.unescape(name) for name in found]
