"""The link under which the first account is made: signed, good for a day, and worthless once there is an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from motcua.admin.errors import NotFoundError
from motcua.admin.extension import current_motcua
from motcua.admin.login_errors import FirstAccountLinkOldError

LINK_LIFETIME = timedelta(hours=24)
PAGE = "/motcua/first-account"


def new_link() -> str:
    """Return the address of the page, for a day from now."""
    motcua = current_motcua()
    return f"{motcua.settings.public_url}{PAGE}/{_signer().dumps(int(motcua.clock().timestamp()))}"


def check_link(signed: str) -> None:
    """Look at the last part of the address. Raises NotFoundError, and FirstAccountLinkOldError after a day."""
    try:
        made_at = datetime.fromtimestamp(_signer().loads(signed), UTC)
    except BadSignature as error:
        raise NotFoundError from error
    if current_motcua().clock() - made_at > LINK_LIFETIME:
        raise FirstAccountLinkOldError


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="motcua first account")
