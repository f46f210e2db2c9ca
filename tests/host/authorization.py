"""The table of who may open what, made by asking every address of the app.

``python -m tests.host.authorization`` writes it anew.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.domain import audit
from motcua.admin.domain.integrations import connect
from motcua.admin.domain.printing import order_reprint
from motcua.admin.enums import (
    AuditAction,
    Errand,
    HolidayKind,
    IntegrationScope,
    Language,
    MailKind,
    TicketState,
)
from motcua.admin.extension import EXTENSION
from motcua.admin.models import (
    AuditEntry,
    CalendarYear,
    Holiday,
    OutgoingMail,
    PriorityGroup,
    SavedFilter,
    StaffMember,
    Ticket,
)
from tests.town import NINE, WEDNESDAY

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from tests.admin.two_offices import TwoOffices

TABLE = Path(__file__).with_name("authorization_table.txt")
ROLES = (
    "receiving_officer", "case_officer", "supervisor", "office_admin", "auditor", "system_admin", "admin",
)  # fmt: skip
_HEAD = """\
Who may open what. Made by `python -m tests.host.authorization`; read the difference before approving it.

Each line is a method and an address. Then, by role: what it answers for a row of one's own office / of another
office, or once where no row is named. Roles without an office see both. 2xx and 3xx: opened; 302>: sent to the login;
400: opened, the empty form refused; 403, 404: not for this person; 401: no token.

"""
_COLUMN = 13
_SKIPPED = ("/logout",)
_ARGUMENT = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One rule of the app and how it is asked."""

    rule: str
    methods: frozenset[str]

    @property
    def is_screen(self) -> bool:
        """Whether it is a screen of the staff."""
        return self.rule.startswith("/motcua/")

    @property
    def is_shared(self) -> bool:
        """Whether its rows belong to no office: the catalogue that all of them share."""
        return self.is_screen and self.rule.split("/")[2] in {"procedures", "fields", "years"}

    @property
    def takes_row(self) -> bool:
        """Whether it names a row of an office."""
        return bool(_ARGUMENT.search(self.rule))

    def at(self, two: TwoOffices, *, ours: bool) -> str:
        """Return the address for a row of one office or the other."""
        return _ARGUMENT.sub(lambda found: self._value(found[1], two, ours=ours), self.rule)

    def _value(self, name: str, two: TwoOffices, *, ours: bool) -> str:
        town, dossier = (two.ours, two.our_dossier) if ours else (two.theirs, two.their_dossier)
        rows = {
            "dossiers": dossier.id,
            "counters": town.counter1.id,
            "services": town.civil.id,
            "printers": town.printer.id,
            "devices": town.kiosk.id,
            "integrations": town.extra["integration_id"],
            "offices": town.office.id,
            "staff": town.extra["place_id"],
            "priority-groups": town.extra["group_id"],
            "tickets": town.extra["ticket_id"],
            "papers": town.extra["paper_id"],
            "mails": town.extra["mail_id"],
            "audit": town.extra["audit_id"],
            "filters": town.extra["filter_id"],
            "holidays": town.extra["holiday_id"],
            "procedures": two.ours.procedure.procedure_id,
            "fields": two.ours.procedure.procedure.field_id,
            "years": 2026,
        }
        screen = self.rule.split("/")[2] if self.is_screen else ""
        if not self.is_screen and name == "pk":
            return "999999"  # of FAB's own rows none, so that nothing of the platform is lost by asking
        values = {
            "code": dossier.code if screen == "dossiers" else two.ours.procedure.procedure.code,
            "office": town.office.code,
            "counter_id": str(town.counter1.id),
            "dossier_id": str(dossier.id),
            "ticket_id": str(town.extra["ticket_id"]),
            "locale": "vi",
            "filename": "nix",
        }
        return str(rows[screen]) if screen and name == "pk" else values.get(name, "1")


def addresses(app: Flask) -> list[Address]:
    """Return every address of the app but files and the way out."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if not _is_file(rule) and rule.rule not in _SKIPPED and not rule.rule.startswith("/logout"):
            found.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return [Address(rule, frozenset(methods)) for rule, methods in sorted(found.items())]


def _is_file(rule: Rule) -> bool:
    return rule.endpoint.endswith(".static") or rule.endpoint == "static"


def table(app: Flask, two: TwoOffices) -> str:
    """Ask every address as everybody, and return the answers as a table."""
    limiter, motcua = app.appbuilder.sm.limiter, app.extensions[EXTENSION]  # type: ignore[attr-defined]
    # A bug of the platform is an answer here, and asking a hundred times is no attack.
    app.config["PROPAGATE_EXCEPTIONS"], limiter.enabled, motcua.counts_tries = False, False, False
    try:
        return _asked(app, two)
    finally:
        app.config["PROPAGATE_EXCEPTIONS"], limiter.enabled, motcua.counts_tries = None, True, True


def _asked(app: Flask, two: TwoOffices) -> str:
    head = f"{'':<6} {'':<46} " + " ".join(f"{role[: _COLUMN - 1]:<{_COLUMN}}" for role in ("anonymous", *ROLES))
    lines = [head.rstrip()]
    for address in addresses(app):
        for method in sorted(address.methods):
            answers = [_answers(app.test_client(), address, method, two)]
            answers += [_answers(two.browser(app, role), address, method, two) for role in ROLES]
            row = f"{method:<6} {address.rule:<46} " + " ".join(f"{answer:<{_COLUMN}}" for answer in answers)
            lines.append(row.rstrip())
    return _HEAD + "\n".join(lines) + "\n"


def _answers(client: FlaskClient, address: Address, method: str, two: TwoOffices) -> str:
    own = _answer(client, address.at(two, ours=True), method)
    if not address.takes_row:
        return own
    return f"{own} / {_answer(client, address.at(two, ours=False), method)}"


def _answer(client: FlaskClient, address: str, method: str) -> str:
    # With a field nobody has, whoever may enter is told so, and nothing is changed.
    body = {"data": {"no_such_field": "1"}} if method == "POST" else {}
    answer = client.open(address, method=method, **body)  # type: ignore[arg-type]
    is_sent_away = answer.status_code == 302 and "/login/" in (answer.location or "")
    return "302>" if is_sent_away else str(answer.status_code)


def prepare(session: Session, two: TwoOffices) -> None:
    """Add one row of each kind to both offices, so that an address has something to open."""
    session.add(CalendarYear(year=2026, is_announced=True))
    for town in (two.ours, two.theirs):
        ticket = Ticket(
            office_id=town.office.id,
            service_id=town.civil.id,
            series="A",
            service_day=WEDNESDAY,
            number=1,
            label="A001",
            errand=Errand.SUBMIT,
            language=Language.VI,
            state=TicketState.WAITING,
            queued_seq=1,
            issued_at=NINE,
            ahead_at_issue=0,
            wait_at_issue=0,
            idempotency_key="key",
            request_digest="digest",
            public_id=f"ticket-{town.office.id}",
            token_digest=f"ticket-{town.office.id}",
        )
        mail = OutgoingMail(kind=MailKind.DIGEST, recipient_id=town.hoa.id, local_day=WEDNESDAY, created_at=NINE)
        holiday = Holiday(office_id=town.office.id, day=date(2026, 5, 5), kind=HolidayKind.OFF, name="Hội làng")
        # The platform's Admin looks at every page where markup is looked for.
        keeper = two.people["admin"] if town is two.ours else town.hoa
        kept = SavedFilter(user_id=keeper.id, screen="MotcuaDossierView", name="Trễ hạn", query="view=late")
        session.add_all([ticket, mail, holiday, kept])
        session.flush()
        paper = order_reprint(session, ticket=ticket, by_user_id=town.lan.id, now=NINE)
        session.flush()
        place = session.scalars(select(StaffMember).where(StaffMember.user_id == town.lan.id)).one()
        system, _ = connect(
            session,
            town.office,
            name="Hộ tịch điện tử",
            scopes=[IntegrationScope.READ],
            expires_at=NINE + timedelta(days=365),
            now=NINE,
        )
        group = session.scalars(select(PriorityGroup).where(PriorityGroup.office_id == town.office.id)).one()
        town.extra |= {"ticket_id": ticket.id, "mail_id": mail.id, "holiday_id": holiday.id, "paper_id": paper.id}
        audit.record(session, AuditAction.LOGIN, "user", object_id=town.lan.id, office_id=town.office.id)
        audit.write_down(session, actor=audit.SYSTEM, now=NINE)
        town.extra["audit_id"] = session.scalars(
            select(AuditEntry.id).where(AuditEntry.chain == town.office.id).limit(1)
        ).one()
        town.extra |= {"place_id": place.id, "group_id": group.id, "integration_id": system.id}
        town.extra["filter_id"] = kept.id
    session.commit()


def main() -> None:
    """Write the table anew."""
    from sqlalchemy.orm import Session

    from motcua.admin.app import create_app
    from motcua.admin.schema import upgrade
    from tests.admin.two_offices import build_two_offices
    from tests.conftest import app_config

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(app_config(f"sqlite:///{folder}/motcua.db", Path(folder)))
        engine = app.extensions[EXTENSION].database.engine
        upgrade(engine)
        with Session(engine, expire_on_commit=False) as session:
            two = build_two_offices(app, session)
            prepare(session, two)
            TABLE.write_text(table(app, two), encoding="utf-8")


if __name__ == "__main__":
    main()
