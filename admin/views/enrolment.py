"""Enrolling a phone: what its camera sees, and what happens when its first code is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import qrcode
import qrcode.image.svg
from flask import current_app
from markupsafe import Markup

from motcua.admin.domain.logins import end_all_logins
from motcua.admin.domain.second_factor import enrol, enrolment_address
from motcua.admin.extension import current_motcua
from motcua.admin.second_step import counted_try, end_enrolment, secret_of_enrolment

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import User

_GROUP = 4


def enrolment_facts(user: User) -> dict[str, Any]:
    """Return what the page shows: the code to scan, and the secret for who cannot."""
    secret = secret_of_enrolment()
    address = enrolment_address(secret, login=user.username, issuer=str(current_app.config["APP_NAME"]))
    image = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage)
    groups = (secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP))
    # Made by the library of letters and numbers only; nothing that was typed stands in it.
    return {"qr": Markup(image.to_string(encoding="unicode")), "secret": " ".join(groups)}  # noqa: S704


def enrolled(user: User, code: str) -> list[str]:
    """Give the person a second factor if the code is right; return the spare codes.

    Logins and tokens from before it end: they were had with a password alone.
    Raises TooManyCodesError, CodeRefusedError, SecondFactorHeldError.
    """
    motcua = current_motcua()
    with counted_try(user), motcua.database.write() as record:
        codes = enrol(record, user.id, secret_of_enrolment(), code, now=motcua.clock())
        end_all_logins(record, [user.id])
    end_enrolment()
    current_app.logger.info("second factor of person %s enrolled", user.id)
    return codes
