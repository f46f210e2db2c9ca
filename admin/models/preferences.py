"""What a person has set up for himself."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from motcua.admin.models.base import Record
from motcua.admin.models.types import Identified


class SavedFilter(Identified, Record):
    """A filter of a list that a person comes back to, under a name of his own."""

    __tablename__ = "motcua_saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "screen", "name", name="uq_motcua_saved_filter_name"),)

    user_id: Mapped[int] = mapped_column(
        Integer, ForeignKey(User.id, ondelete="CASCADE", name="fk_motcua_saved_filter_user"), nullable=False
    )
    #: The screen's own name on the platform, such as MotcuaDossierView.
    screen: Mapped[str] = mapped_column(String(60), nullable=False)
    name: Mapped[str] = mapped_column(String(40), nullable=False)
    #: What the list's address asks for, as the part behind its question mark.
    query: Mapped[str] = mapped_column(String(500), nullable=False)
