"""The tree of offices: province over commune, and no loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.errors import OfficeLoopError
from motcua.admin.models import Office

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def check_parent(session: Session, office: Office, parent_id: int | None) -> None:
    """Refuse a parent that lies below the office itself. Raises OfficeLoopError."""
    below = select(Office.id).where(Office.parent_id == office.id).cte("below", recursive=True)
    below = below.union(select(Office.id).where(Office.parent_id == below.c.id))
    if parent_id is not None and (
        parent_id == office.id or session.scalar(select(below.c.id).where(below.c.id == parent_id)) is not None
    ):
        raise OfficeLoopError(office=office.name)
