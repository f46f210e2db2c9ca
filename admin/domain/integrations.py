"""Connecting programs of other houses: their keys, what a key opens, and when it ends.

A key belongs to one office and stands for no person: it opens no screen, and
nobody's password or second factor comes into it. In histories the program
appears under a login of the platform that is switched off and has no
password, so that nobody can log in as it.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select, update

from motcua.admin.enums import IntegrationScope
from motcua.admin.errors import InBoth, InvalidInputError
from motcua.admin.key_errors import KeyExpiredError, KeyRevokedError, KeyScopeError, KeySpanError, UnknownKeyError
from motcua.admin.models import Integration

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.models import Office

#: So that a search through files and a scanner for secrets find it.
KEY_BEGINS = "motcua_"
LONGEST_LIFE = timedelta(days=2 * 366)
_MARK_BYTES, _SECRET_BYTES = 4, 32
_SEEN_EVERY = timedelta(minutes=1)
_SCOPES = InBoth("quyền của khóa", "what the key opens")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be handed over, once, and what the record keeps of it."""

    key: str
    prefix: str
    digest: str


def connect(
    session: Session,
    office: Office,
    *,
    name: str,
    scopes: Collection[IntegrationScope],
    expires_at: datetime,
    now: datetime,
) -> tuple[Integration, str]:
    """Connect a system and return it with its key, which nobody can be told again.

    Raises KeySpanError, and InvalidInputError for a key that would open nothing.
    """
    check_life(expires_at, now=now)
    made = _new_key()
    login = f"integration-{uuid.uuid4().hex}"
    system = Integration(
        office=office,
        name=name,
        # ".invalid" is nobody's domain (RFC 2606): no mail ever leaves for it.
        user=User(username=login, first_name="", last_name=name, email=f"{login}@motcua.invalid", active=False),
        key_prefix=made.prefix,
        key_digest=made.digest,
        issued_at=now,
        expires_at=expires_at,
    )
    allow(system, scopes)
    session.add(system)
    session.flush()
    return system, made.key


def allow(system: Integration, scopes: Collection[IntegrationScope]) -> None:
    """Say what a system's key opens, from its next request on. Raises InvalidInputError for nothing at all."""
    if not scopes:
        raise InvalidInputError(field=_SCOPES)
    system.may_push = IntegrationScope.PUSH in scopes
    system.may_read = IntegrationScope.READ in scopes
    system.may_attach = IntegrationScope.ATTACH in scopes


def renew(system: Integration, *, now: datetime) -> str:
    """Give a system a new key for as long and return it; the old one is void from the next request on."""
    expires_at = now + min(system.expires_at - system.issued_at, LONGEST_LIFE)
    made = _new_key()
    system.key_prefix, system.key_digest = made.prefix, made.digest
    system.issued_at, system.expires_at, system.revoked_at = now, expires_at, None
    return made.key


def revoke(system: Integration, *, now: datetime) -> None:
    """Withdraw a system's access, from its next request on."""
    system.revoked_at = system.revoked_at or now


def find_integration(session: Session, key: str, *, now: datetime) -> Integration:
    """Return the system a key belongs to. Raises UnknownKeyError, KeyRevokedError and KeyExpiredError."""
    system = session.scalar(select(Integration).where(Integration.key_digest == _digest(key)))
    if system is None:
        raise UnknownKeyError
    if system.revoked_at is not None:
        raise KeyRevokedError
    if system.expires_at <= now:
        raise KeyExpiredError
    return system


def scopes_of(system: Integration) -> frozenset[IntegrationScope]:
    """Return what a system's key opens."""
    held = {
        IntegrationScope.PUSH: system.may_push,
        IntegrationScope.READ: system.may_read,
        IntegrationScope.ATTACH: system.may_attach,
    }
    return frozenset(scope for scope, is_held in held.items() if is_held)


def check_scope(system: Integration, scope: IntegrationScope) -> None:
    """Raise KeyScopeError unless the system's key opens that."""
    if scope not in scopes_of(system):
        raise KeyScopeError


def is_seen_again(system: Integration, *, now: datetime) -> bool:
    """Tell whether it is time to note that the key is in use."""
    return system.last_used_at is None or system.last_used_at <= now - _SEEN_EVERY


def note_use(session: Session, system_id: int, *, now: datetime) -> None:
    """Note that a key was used; of several requests at once one writes. It makes no new version of the row."""
    is_old = or_(Integration.last_used_at.is_(None), Integration.last_used_at <= now - _SEEN_EVERY)
    session.execute(update(Integration).where(Integration.id == system_id, is_old).values(last_used_at=now))


def check_life(expires_at: datetime, *, now: datetime) -> None:
    """Raise KeySpanError unless a key ends after now, and within two years."""
    if not now < expires_at <= now + LONGEST_LIFE:
        raise KeySpanError


def _new_key() -> NewKey:
    prefix = KEY_BEGINS + secrets.token_hex(_MARK_BYTES)
    key = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return NewKey(key, prefix, _digest(key))


def _digest(key: str) -> str:
    """Return what the record keeps of a key: 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()
