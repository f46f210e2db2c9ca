"""What people do to a dossier: the next status, another desk, an apology, a correction, another receipt.

Each command carries the version that was on the screen. When somebody else
was quicker, or a reason is missing, the page comes back as it is now, with
the sentence above it and nothing changed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.sqla.models import User

from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.dossier_care import apologise, assign, officers_of
from motcua.admin.domain.printing import order_reprint
from motcua.admin.domain.supplements import SupplementEffect
from motcua.admin.domain.workflow import NEEDS_REASON, PROCESSED, change_status, correct_status, next_statuses
from motcua.admin.enums import DossierStatus, SupplementPolicy
from motcua.admin.errors import InBoth, InvalidInputError, Refusal
from motcua.admin.extension import current_motcua
from motcua.admin.language import N_, current_language, gettext
from motcua.admin.models import Dossier
from motcua.admin.views.base import OfficeModelView, command_target
from motcua.admin.views.forms import read_clock, read_day
from motcua.admin.views.page import signed_in
from motcua.admin.views.people import person_name
from motcua.admin.views.problems import status_of
from motcua.admin.views.wording import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

_STATUS = InBoth("trạng thái", "the status")
_DAY = InBoth("ngày hẹn trả mới", "the new due date")
_OFFICER = InBoth("cán bộ thụ lý", "the case officer")
_POLICY = InBoth("cách tính hạn trả", "what it does to the due date")
_FIELDS = ("version", "to", "reason", "policy", "extra_days", "officer", "new_day", "new_time")
#: Verbs first on buttons.
_VERBS = N_(
    {
        DossierStatus.RECEIVED: "Accept",
        DossierStatus.REFUSED: "Refuse",
        DossierStatus.PROCESSING: "Begin or go on with the work",
        DossierStatus.SUPPLEMENT: "Ask for papers",
        DossierStatus.AWAITING_PAYMENT: "Ask for payment",
        DossierStatus.WITHDRAWN: "Record the withdrawal",
        DossierStatus.STOPPED: "Stop",
        DossierStatus.DONE: "Result is ready",
        DossierStatus.RETURNED: "Hand the result over",
    }
)
#: The ordinary way forward comes first, what ends a dossier last.
_ORDER = (
    DossierStatus.RECEIVED,
    DossierStatus.PROCESSING,
    DossierStatus.DONE,
    DossierStatus.RETURNED,
    DossierStatus.SUPPLEMENT,
    DossierStatus.AWAITING_PAYMENT,
    DossierStatus.REFUSED,
    DossierStatus.WITHDRAWN,
    DossierStatus.STOPPED,
)


class DossierCommands(OfficeModelView, ABC):
    """The addresses behind the buttons of a dossier's page."""

    @abstractmethod
    def page(self, item: Dossier, *, error: str = "", status: int = 200) -> ResponseReturnValue:
        """Return a dossier's page, with what stood in the way of the last command."""

    @expose("/move/<pk>", methods=["POST"])
    @has_access
    def move(self, pk: str) -> ResponseReturnValue:
        """Take a dossier to its next status."""

        def act(session: Session, dossier: Dossier) -> None:
            change_status(
                session,
                dossier,
                _status(),
                actor_id=signed_in().id,
                now=current_motcua().clock(),
                calendar=working_calendar(session, dossier.office),
                version=_version(),
                reason=request.form.get("reason"),
                supplement=_supplement(),
            )

        return self._command(pk, "can_move", act)

    @expose("/assign/<pk>", methods=["POST"])
    @has_access
    def assign(self, pk: str) -> ResponseReturnValue:
        """Lay a dossier on a colleague's desk."""

        def act(session: Session, dossier: Dossier) -> None:
            chosen = request.form.get("officer", "")
            officer = session.get(User, _number(chosen, _OFFICER)) if chosen else None
            if chosen and officer is None:
                raise InvalidInputError(field=_OFFICER)
            now = current_motcua().clock()
            assign(session, dossier, officer, actor_id=signed_in().id, now=now, version=_version())

        return self._command(pk, "can_assign", act)

    @expose("/apologise/<pk>", methods=["POST"])
    @has_access
    def apologise(self, pk: str) -> ResponseReturnValue:
        """Record an apology with a new due date."""

        def act(session: Session, dossier: Dossier) -> None:
            apologise(
                session,
                dossier,
                new_due_at=_new_due(dossier.office.time_zone),
                reason=request.form.get("reason", ""),
                actor_id=signed_in().id,
                now=current_motcua().clock(),
                version=_version(),
            )

        return self._command(pk, "can_apologise", act)

    @expose("/correct/<pk>", methods=["POST"])
    @has_access
    def correct(self, pk: str) -> ResponseReturnValue:
        """Put right what was pressed by mistake."""

        def act(session: Session, dossier: Dossier) -> None:
            correct_status(
                session,
                dossier,
                _status(),
                actor_id=signed_in().id,
                now=current_motcua().clock(),
                version=_version(),
                reason=request.form.get("reason", ""),
            )

        return self._command(pk, "can_correct", act)

    @expose("/reprint/<pk>", methods=["POST"])
    @has_access
    def reprint(self, pk: str) -> ResponseReturnValue:
        """Order another receipt; pressed several times it is one."""

        def act(session: Session, dossier: Dossier) -> None:
            order_reprint(session, dossier=dossier, by_user_id=signed_in().id, now=current_motcua().clock())

        return self._command(pk, "can_reprint", act)

    def choices(self, item: Dossier) -> dict[str, Any]:
        """Return what the person may do to a dossier now."""
        moves = []
        is_open = item.status not in PROCESSED
        if self.may_act(item, "can_move"):
            following = next_statuses(item)
            moves = [
                (status, gettext(_VERBS[status]), status in NEEDS_REASON) for status in _ORDER if status in following
            ]
        return {
            "moves": moves,
            "asks_policy": item.procedure_version.supplement_policy == SupplementPolicy.UNSET,
            "policies": [
                (policy.value, name_of(policy)) for policy in SupplementPolicy if policy != SupplementPolicy.UNSET
            ],
            "officers": self._officers(item) if is_open and self.may_act(item, "can_assign") else [],
            "may_apologise": self.may_act(item, "can_apologise"),
            "corrections": self._corrections(item) if self.may_act(item, "can_correct") else [],
            "may_reprint": self.may_act(item, "can_reprint"),
        }

    def _officers(self, item: Dossier) -> list[tuple[int, str]]:
        places = {place.user_id: place for place in officers_of(self.session, item.office_id)}
        return [(user_id, person_name(place.user)) for user_id, place in places.items()]

    def _corrections(self, item: Dossier) -> list[tuple[int, str]]:
        return [(status.value, name_of(status)) for status in DossierStatus if status != item.status]

    def _command(self, pk: str, permission: str, act: Callable[[Session, Dossier], None]) -> ResponseReturnValue:
        """Run one command in a transaction of its own; on a refusal the page comes back with the reason."""
        target = command_target(self, pk, permission, *_FIELDS)
        try:
            with current_motcua().database.write() as session:
                act(session, session.get_one(Dossier, target.id))
        except Refusal as refusal:
            self.session.expire_all()
            return self.page(self.wanted(pk), error=refusal.text(current_language()), status=status_of(refusal))
        flash(gettext("Saved."), "success")
        return redirect(self.address("show", pk=target.id))


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() else -1


def _number(text: str, field: InBoth) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:  # noqa: PLR2004 - what an INTEGER surely holds
        raise InvalidInputError(field=field)
    return int(text)


def _status() -> DossierStatus:
    try:
        return DossierStatus(_number(request.form.get("to", ""), _STATUS))
    except ValueError as error:
        raise InvalidInputError(field=_STATUS) from error


def _supplement() -> SupplementEffect | None:
    policy = request.form.get("policy")
    if not policy:
        return None
    days = request.form.get("extra_days")
    try:
        return SupplementEffect(SupplementPolicy(policy), _number(days, _POLICY) if days else None)
    except ValueError as error:
        raise InvalidInputError(field=_POLICY) from error


def _new_due(zone: str) -> datetime:
    """Read the new date and time, in the office's zone."""
    try:
        new_day, at = read_day(request.form.get("new_day", "")), read_clock(request.form.get("new_time", ""))
    except ValueError as error:
        raise InvalidInputError(field=_DAY) from error
    return datetime.combine(new_day, at, tzinfo=ZoneInfo(zone))
