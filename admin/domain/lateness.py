"""Whose clock is running: a dossier can only be late while it waits for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from motcua.admin.enums import DossierStatus, SupplementPolicy
from motcua.admin.models import Dossier, DossierEvent, ProcedureVersion

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

#: Taken in and being worked on.
RUNNING = (DossierStatus.RECEIVED, DossierStatus.PROCESSING)
#: The next step is the citizen's: papers to bring, a fee to pay.
WAITING_FOR_CITIZEN = (DossierStatus.SUPPLEMENT, DossierStatus.AWAITING_PAYMENT)
# What nobody has decided about keeps its deadline: better a needless look than a forgotten dossier.
_KEEPS_RUNNING = (SupplementPolicy.NONE, SupplementPolicy.UNSET)


def is_running() -> ColumnElement[bool]:
    """Return the condition that a dossier's due date counts now. The query must join its ProcedureVersion.

    While papers are asked for, what was decided with the request, or else the
    procedure's policy, says whether the clock stands; while a fee is to be
    paid, it always does.
    """
    policy = func.coalesce(_decided_with_request(), ProcedureVersion.supplement_policy)
    return or_(
        Dossier.status.in_(RUNNING),
        and_(Dossier.status == DossierStatus.SUPPLEMENT, policy.in_(_KEEPS_RUNNING)),
    )


def _decided_with_request() -> Any:
    return (
        select(DossierEvent.supplement_policy)
        .where(DossierEvent.dossier_id == Dossier.id, DossierEvent.to_status == DossierStatus.SUPPLEMENT)
        .order_by(DossierEvent.id.desc())
        .limit(1)
        .correlate(Dossier)
        .scalar_subquery()
    )
