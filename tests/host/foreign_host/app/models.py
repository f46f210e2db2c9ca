"""The host's tables. One has a name we would like, too."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Column, ForeignKey, Integer, String


class Ticket(Model):
    """What a reader holds in the library of the host; nothing to do with queues."""

    __tablename__ = "ticket"
    id = Column(Integer, primary_key=True)
    number = Column(String(20), unique=True, nullable=False)


class Loan(Model):
    """A book that is out."""

    __tablename__ = "loan"
    id = Column(Integer, primary_key=True)
    title = Column(String(100), nullable=False)
    ticket_id = Column(Integer, ForeignKey("ticket.id"))
