"""Which connected system asks: its key, what the key opens, and how often it may ask (C-16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request
from flask_limiter.util import get_remote_address

from motcua.admin.actors import let_program_act
from motcua.admin.domain.integrations import check_scope, find_integration, is_seen_again, note_use
from motcua.admin.errors import NotAllowedError
from motcua.admin.extension import current_motcua
from motcua.admin.key_errors import TooManyRequestsError, UnknownKeyError
from motcua.admin.rate_limits import STORAGE, DatabaseStorage, count_failure

if TYPE_CHECKING:
    from motcua.admin.enums import IntegrationScope
    from motcua.admin.models import Integration

# Wrong keys of one address; a right one from the same address is never held up by them.
_WRONG_KEYS, _WRONG_SECONDS = 30, 15 * 60
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class System:
    """A connected system whose key was right and opens what is asked."""

    id: int
    office_id: int
    #: Who it is in a dossier's history, and whose the idempotency keys are.
    user_id: int


def asking_system(scope: IntegrationScope) -> System:
    """Return which system asks; a cookie or a person's token is no key.

    Raises UnknownKeyError, KeyRevokedError, KeyExpiredError, KeyScopeError,
    TooManyTriesError for wrong keys and TooManyRequestsError.
    """
    key = _key()
    motcua = current_motcua()
    now = motcua.clock()
    with motcua.database.read() as session:
        try:
            system = find_integration(session, key, now=now)
        except NotAllowedError:
            count_failure(f"wrong keys from {get_remote_address()}", most=_WRONG_KEYS, seconds=_WRONG_SECONDS)
            raise
    _count_request(system)
    if is_seen_again(system, now=now):
        with motcua.database.write() as session:
            note_use(session, system.id, now=now)
    let_program_act(system.user_id, system.name)
    check_scope(system, scope)
    return System(system.id, system.office_id, system.user_id)


def _key() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise UnknownKeyError
    return key.strip()


def _count_request(system: Integration) -> None:
    motcua = current_motcua()
    limit = motcua.settings.api_requests_per_minute
    if motcua.counts_tries and DatabaseStorage(STORAGE).incr(f"requests of system {system.id}", _MINUTE) > limit:
        raise TooManyRequestsError(limit=limit)
