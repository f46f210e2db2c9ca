"""Tracking tokens: what stands in the QR code and finds the ticket or dossier again.

A token is Crockford base32 of the first 130 bits of
HMAC-SHA256(key, public id ‖ version): printable again, void after a new
version, and not in the database, which keeps only a digest of it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.models import Dossier, Ticket

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SYMBOLS = 26
_BITS = 5 * _SYMBOLS
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
# What a person copying by hand may write instead (Crockford's own rule).
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DIGEST_CHARS = 32


def tracking_token(key: bytes, public_id: str, version: int) -> str:
    """Return the 26 symbols that stand for one version of a ticket or dossier."""
    mac = hmac.digest(key, f"{public_id}:{version}".encode(), "sha256")
    number = int.from_bytes(mac) >> (len(mac) * 8 - _BITS)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(_BITS - 10, -1, -10)])


def tracking_url(public_url: str, token: str) -> str:
    """Return the address in the QR code: all capitals, so that the code stays small."""
    scheme, _, rest = public_url.partition("://")
    host, slash, prefix = rest.partition("/")
    # Scheme and host have no case; a path prefix of the host application may have one.
    return f"{scheme.upper()}://{host.upper()}{slash}{prefix}/T/{token}"


def token_digest(token: str) -> str:
    """Return what the database keeps of a token, whatever case or look-alikes it came in."""
    plain = token.strip().upper().translate(_LOOK_ALIKES)
    return hashlib.sha256(plain.encode()).hexdigest()[:_DIGEST_CHARS]


def find_by_token(session: Session, token: str) -> Ticket | Dossier | None:
    """Return what the token stands for, or None.

    Both tables are always asked, so that an unknown token takes as long as a
    known one.
    """
    digest = token_digest(token)
    ticket = session.scalar(select(Ticket).where(Ticket.token_digest == digest))
    dossier = session.scalar(select(Dossier).where(Dossier.token_digest == digest))
    return ticket or dossier


def revoke_token(subject: Ticket | Dossier, key: bytes) -> str:
    """Make every earlier link to the subject void and return its new token."""
    subject.token_version += 1
    token = tracking_token(key, subject.public_id, subject.token_version)
    subject.token_digest = token_digest(token)
    return token
