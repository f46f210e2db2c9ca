"""The filters that people keep for themselves: few per list, each under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.errors import NotFoundError, TooManyFiltersError
from motcua.admin.models import SavedFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

#: Per person and list: more do not fit above the rows.
MOST = 12
NAME_CHARS = 40


def filters_of(session: Session, user_id: int, screen: str) -> Sequence[SavedFilter]:
    """Return what a person has kept for a list, in the order he kept it."""
    kept = select(SavedFilter).where(SavedFilter.user_id == user_id, SavedFilter.screen == screen)
    return session.scalars(kept.order_by(SavedFilter.id)).all()


def keep_filter(session: Session, user_id: int, screen: str, *, name: str, query: str) -> None:
    """Keep a filter; one of the same name is replaced. Raises TooManyFiltersError."""
    kept = filters_of(session, user_id, screen)
    same = next((row for row in kept if row.name == name), None)
    if same is not None:
        same.query = query
        return
    if len(kept) >= MOST:
        raise TooManyFiltersError(most=MOST)
    session.add(SavedFilter(user_id=user_id, screen=screen, name=name, query=query))


def own_filter(session: Session, user_id: int, filter_id: int) -> SavedFilter:
    """Return a filter of a person's own. Raises NotFoundError, also when it is somebody else's."""
    own = select(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.user_id == user_id)
    found = session.scalar(own)
    if found is None:
        raise NotFoundError
    return found
