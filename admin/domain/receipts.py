"""The same command twice is one command: its first answer is kept under the key it came with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.errors import IdempotencyKeyReusedError
from motcua.admin.models import CommandReceipt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

_DIGEST_CHARS = 32
_KEY_COLUMNS = ("user_id", "idempotency_key")


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered, and whether it had been answered before."""

    body: dict[str, Any]
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody asked for, under which key."""

    user_id: int
    key: str
    name: str
    body: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """What makes two requests under one key the same request."""
        words = json.dumps([self.name, self.body], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(words.encode()).hexdigest()[:_DIGEST_CHARS]


def answer_once(session: Session, command: Command, act: Callable[[], dict[str, Any]], *, now: datetime) -> Answered:
    """Act and keep the answer, or return the one that was given before.

    The answer must hold nothing secret: it is kept in the database for two
    days. A refusal keeps nothing, so the command may be tried again. Raises
    IdempotencyKeyReusedError when the key came with another request.
    """
    if not _claim(session, command, now):
        return Answered(_earlier(session, command), is_repeat=True)
    answer = act()
    session.execute(
        update(CommandReceipt)
        .where(CommandReceipt.user_id == command.user_id, CommandReceipt.idempotency_key == command.key)
        .values(answer=answer)
        .execution_options(synchronize_session=False)
    )
    return Answered(answer, is_repeat=False)


def _claim(session: Session, command: Command, now: datetime) -> bool:
    """Write the key down first: whoever comes with the same one at once waits here for our commit."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    claimed = session.execute(
        dialect.insert(CommandReceipt)
        .values(
            user_id=command.user_id,
            idempotency_key=command.key,
            request_digest=command.digest,
            answer={},
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=_KEY_COLUMNS)
        .returning(CommandReceipt.id)
    ).scalar()
    return claimed is not None


def _earlier(session: Session, command: Command) -> dict[str, Any]:
    receipt = session.scalars(
        select(CommandReceipt).where(
            CommandReceipt.user_id == command.user_id, CommandReceipt.idempotency_key == command.key
        )
    ).one()
    if receipt.request_digest != command.digest:
        raise IdempotencyKeyReusedError
    return receipt.answer
