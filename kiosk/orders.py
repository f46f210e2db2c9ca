"""Reading a visitor's order out of a request: strict, small, and before any database is touched."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

from motcua.admin.domain.tickets import TicketOrder
from motcua.admin.enums import Errand, Language
from motcua.admin.errors import (
    BodyNotJsonError,
    BodyTooLargeError,
    IdempotencyKeyMissingError,
    InvalidInputError,
)

if TYPE_CHECKING:
    from flask import Request

_Word = TypeVar("_Word", Errand, Language)
MAX_BODY_BYTES = 4096
_KEY = re.compile(r"[A-Za-z0-9._:-]{8,64}")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")


def read_order(request: Request) -> TicketOrder:
    """Return what the visitor asked for.

    Only the four fields are looked at: whatever else a client says about
    time, day or number is nothing to us. Raises a kind of InvalidInputError.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise IdempotencyKeyMissingError
    if not _KEY.fullmatch(key):
        raise InvalidInputError(field="Idempotency-Key")
    body = json_object(request)
    return TicketOrder(
        service=_code(body, "service"),
        errand=_word(body, "errand", Errand, Errand.SUBMIT),
        priority=_code(body, "priority") if body.get("priority") is not None else None,
        language=_word(body, "language", Language, Language.VI),
        key=key,
    )


def json_object(request: Request) -> dict[str, Any]:
    """Return the request's body, a small JSON object. Raises BodyTooLargeError and BodyNotJsonError."""
    length = request.content_length
    if length is None and "Transfer-Encoding" in request.headers:
        raise BodyTooLargeError(limit=MAX_BODY_BYTES)
    if length is not None and length > MAX_BODY_BYTES:
        raise BodyTooLargeError(limit=MAX_BODY_BYTES)
    if not request.is_json:
        raise BodyNotJsonError
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise BodyNotJsonError from error
    if not isinstance(body, dict):
        raise BodyNotJsonError
    return body


def _code(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidInputError(field=field)
    return value


def _word(body: dict[str, Any], field: str, kind: type[_Word], default: _Word) -> _Word:
    value = body.get(field, default)
    if isinstance(value, kind):
        return value
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidInputError(field=field) from error
