"""The tracking links of tickets and dossiers of people who do not exist."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from motcua.admin.domain.tracking import token_digest, tracking_token

if TYPE_CHECKING:
    from random import Random


def tracked(random: Random, qr_key: bytes) -> dict[str, Any]:
    """Return the columns by which a row is found from its QR code."""
    public_id = uuid.UUID(int=random.getrandbits(128), version=4).hex
    return {"public_id": public_id, "token_digest": token_digest(tracking_token(qr_key, public_id, 1))}
