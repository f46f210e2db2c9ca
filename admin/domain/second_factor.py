"""The second factor of a login: a code of half a minute from the person's phone (RFC 6238), or a spare one.

Codes are accepted once. A phone's clock may be one code ahead or behind. The
caller commits, and counts the tries.
"""

from __future__ import annotations

import hashlib
import secrets
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import pyotp
from sqlalchemy import delete, func, select, update

from motcua.admin.domain import audit
from motcua.admin.enums import AuditAction, SecondFactorPolicy
from motcua.admin.login_errors import CodeRefusedError, SecondFactorHeldError
from motcua.admin.models import SecondFactor, SpareCode

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy import CursorResult
    from sqlalchemy.orm import Session

SPARE_CODES = 8
#: Twenty digits are more than a thief of their digests can try.
_SPARE_GROUPS, _GROUP_DIGITS = 5, 4
#: The code of now first: it is nearly always that.
_DRIFT = (0, -1, 1)


class SecondStep(Enum):
    """What a person still has to do after the password."""

    CODE = "code"
    ENROL = "enrol"


def step_after_password(
    session: Session, user: User, *, policy: SecondFactorPolicy, required_of: Collection[str]
) -> SecondStep | None:
    """Return what is missing for a login; ``required_of`` names roles, and none of them means everybody's."""
    if policy == SecondFactorPolicy.OFF:
        return None
    if session.get(SecondFactor, user.id) is not None:
        return SecondStep.CODE
    held = {role.name for role in user.roles} | {role.name for group in user.groups for role in group.roles}
    is_required = policy == SecondFactorPolicy.REQUIRED and (not required_of or not held.isdisjoint(required_of))
    return SecondStep.ENROL if is_required else None


def new_secret() -> str:
    """Return a secret for a phone and us."""
    return pyotp.random_base32()


def enrolment_address(secret: str, *, login: str, issuer: str) -> str:
    """Return what the QR code says to the app on the phone."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def enrol(session: Session, user_id: int, secret: str, code: str, *, now: datetime) -> list[str]:
    """Give a person a second factor, a code of which proves that the phone has it; return the spare codes.

    Nobody can be told them again. Raises SecondFactorHeldError and
    CodeRefusedError.
    """
    if session.get(SecondFactor, user_id) is not None:
        raise SecondFactorHeldError
    step = _step_of(secret, _digits(code), now)
    if step is None:
        raise CodeRefusedError
    session.add(SecondFactor(user_id=user_id, secret=secret, enrolled_at=now, last_step=step))
    codes = [_new_spare_code() for _ in range(SPARE_CODES)]
    session.add_all(SpareCode(digest=_digest(user_id, _digits(code)), user_id=user_id) for code in codes)
    session.flush()
    return codes


def accept_code(session: Session, user_id: int, code: str, *, now: datetime) -> bool:
    """Take a code from the phone, or a spare one, and tell whether it was a spare one. Raises CodeRefusedError."""
    factor, digits = session.get(SecondFactor, user_id), _digits(code)
    if factor is None:
        raise CodeRefusedError
    step = _step_of(factor.secret, digits, now)
    if step is None:
        _spend(session, delete(SpareCode).where(SpareCode.digest == _digest(user_id, digits)))
        return True
    taken = update(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
    _spend(session, taken.values(last_step=step))
    return False


def spare_codes_left(session: Session, user_id: int) -> int:
    """Return how many spare codes a person has not used."""
    return session.scalar(select(func.count()).select_from(SpareCode).where(SpareCode.user_id == user_id)) or 0


def remove_second_factor(session: Session, user_id: int) -> bool:
    """Take a person's second factor away; return whether there was one."""
    session.execute(delete(SpareCode).where(SpareCode.user_id == user_id))
    is_removed = _rows(session, delete(SecondFactor).where(SecondFactor.user_id == user_id)) == 1
    if is_removed:
        audit.record(session, AuditAction.SECOND_FACTOR_OFF, "user", object_id=user_id, person_id=user_id)
    return is_removed


def _spend(session: Session, statement: Any) -> None:
    """Use something up that only one of two at once may have."""
    if _rows(session, statement) != 1:
        raise CodeRefusedError


def _rows(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _step_of(secret: str, digits: str, now: datetime) -> int | None:
    """Return the half minute a code belongs to; None when it is none of now."""
    totp = pyotp.TOTP(secret)
    found = (drift for drift in _DRIFT if secrets.compare_digest(totp.at(now, counter_offset=drift), digits))
    drift = next(found, None)
    return None if drift is None else totp.timecode(now) + drift


def _digits(code: str) -> str:
    """Return the digits of what was typed; people write gaps into codes as they read them."""
    return "".join(letter for letter in code if letter in "0123456789")


def _new_spare_code() -> str:
    groups = (f"{secrets.randbelow(10**_GROUP_DIGITS):0{_GROUP_DIGITS}}" for _ in range(_SPARE_GROUPS))
    return " ".join(groups)


def _digest(user_id: int, digits: str) -> str:
    return hashlib.sha256(f"{user_id} {digits}".encode()).hexdigest()
