"""Reading a command out of a request: strict, small, and before any database is touched."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest

from motcua.admin.domain.text import clean_text
from motcua.admin.errors import (
    BodyNotJsonError,
    BodyTooLargeError,
    IdempotencyKeyMissingError,
    InvalidInputError,
)
from motcua.admin.models.types import LARGEST_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum

    from flask import Request

_KEY = re.compile(r"[A-Za-z0-9._:-]{8,64}")
_NAME_CHARS = 40
_MOST_DIGITS = len(str(LARGEST_ID))


def read_key(request: Request) -> str:
    """Return the key that makes repeating the command safe."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise IdempotencyKeyMissingError
    if not _KEY.fullmatch(key):
        raise InvalidInputError(field="Idempotency-Key")
    return key


def query_number(
    request: Request, name: str, *, low: int = 1, high: int = LARGEST_ID, default: int | None = None
) -> int:
    """Return a whole number that stands behind the question mark. Raises InvalidInputError."""
    text = request.args.get(name)
    if text is None and default is not None:
        return default
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if not is_number or not low <= int(text or "") <= high:
        raise InvalidInputError(field=name)
    return int(text or "")


def read_body(request: Request, fields: frozenset[str], *, limit: int) -> Body:
    """Return the request's JSON object, which has no other fields than these."""
    length = request.content_length
    if length is None and "Transfer-Encoding" in request.headers:
        raise BodyTooLargeError(limit=limit)
    if length is not None and length > limit:
        raise BodyTooLargeError(limit=limit)
    if not request.is_json:
        raise BodyNotJsonError
    try:
        values = request.get_json()
    except (BadRequest, RecursionError) as error:
        raise BodyNotJsonError from error
    if not isinstance(values, dict) or not _is_text(values):
        raise BodyNotJsonError
    return Body.of(values, fields)


def _is_text(values: dict[str, Any]) -> bool:
    """Tell whether every text can be written down: JSON can name half a letter (a lone surrogate)."""
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object whose fields are asked for by name and kind. Asking raises InvalidInputError."""

    values: Mapping[str, Any]
    #: Where the object stands in the request, to name a field in full.
    path: str = ""

    @classmethod
    def of(cls, values: Any, fields: frozenset[str], path: str = "") -> Body:
        """Return the object, or refuse what is none or has a field nobody asked for."""
        if not isinstance(values, dict):
            raise InvalidInputError(field=path.rstrip(".") or "body")
        unknown = sorted(set(values) - fields)
        if unknown:
            raise InvalidInputError(field=path + _printable(unknown[0]))
        return cls(values, path)

    def refuse(self, name: str) -> InvalidInputError:
        """Return the refusal of a field."""
        return InvalidInputError(field=self.path + name)

    def id(self, name: str) -> int:
        """Return the id of a row."""
        found = self.optional_id(name)
        if found is None:
            raise self.refuse(name)
        return found

    def optional_id(self, name: str) -> int | None:
        """Return the id of a row, or None."""
        return None if self.values.get(name) is None else self.number(name, low=1, high=LARGEST_ID)

    def number(self, name: str, *, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refuse(name)
        return value

    def code(self, name: str) -> str:
        """Return a short word such as a service's code."""
        text = self.text(name, most=_NAME_CHARS)
        if not text:
            raise self.refuse(name)
        return text

    def text(self, name: str, *, most: int) -> str:
        """Return clean text; empty when the field is missing or null."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > most:
            raise self.refuse(name)
        return clean_text(value)

    def word(self, name: str, words: Mapping[str, Enum], default: str) -> Any:
        """Return the member that a word stands for."""
        value = self.values.get(name, default)
        if not isinstance(value, str) or value not in words:
            raise self.refuse(name)
        return words[value]

    def object(self, name: str, fields: frozenset[str]) -> Body:
        """Return an object inside this one."""
        return Body.of(self.values.get(name), fields, f"{self.path}{name}.")

    def objects(self, name: str, fields: frozenset[str], *, most: int) -> list[Body]:
        """Return a list of objects inside this one; empty when it is missing."""
        values = self.values.get(name, [])
        if not isinstance(values, list) or len(values) > most:
            raise self.refuse(name)
        return [Body.of(value, fields, f"{self.path}{name}.{number}.") for number, value in enumerate(values)]


def _printable(name: str) -> str:
    """Return a field name fit to be said back: short, without control characters."""
    return "".join(letter for letter in name if letter.isprintable())[:_NAME_CHARS]
