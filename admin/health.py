"""How the parts are: each says in one line whether it works, and what to do if not.

A package registers its parts in ``Motcua.checks`` (quick, asked by every
readiness probe) and ``Motcua.probes`` (may speak to a mail server or a
printer, asked by ``motcua doctor`` only).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from motcua.admin.extension import Motcua

State = Literal["ok", "warn", "fail"]

#: Without these nothing can be served; without the others work goes on, degraded.
CRITICAL = ("database", "migrations")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """How one part is. ``warn``: work goes on without it; ``fail``: somebody must act now."""

    name: str
    state: State
    text: str


def readiness(motcua: Motcua) -> list[Check]:
    """Return how every part is that serving depends on, critical ones first."""
    from motcua.admin.health_record import check_database, check_migrations

    record = [judge("database", lambda: check_database(motcua)), judge("migrations", lambda: check_migrations(motcua))]
    return record + judge_rest(motcua.checks, record)


def is_critical(check: Check) -> bool:
    """Tell whether a part's fault keeps the server from serving at all."""
    return check.state == "fail" and check.name in CRITICAL


def judge(name: str, check: Callable[[], Check]) -> Check:
    """Return what a check finds; a check that breaks is itself a finding."""
    from motcua.admin.language import gettext

    try:
        return check()
    except Exception:  # noqa: BLE001 - one broken check must not hide what the others have found
        _log.exception("the check of %s broke", name)
        return Check(name, "fail", gettext("The check itself broke; the log says where."))


def judge_rest(checks: Mapping[str, Callable[[], Check]], record: list[Check]) -> list[Check]:
    """Judge the parts that read the record, or say that there is no record to read."""
    from motcua.admin.language import gettext

    if any(is_critical(check) for check in record):
        return [Check(name, "warn", gettext("Not judged: the record cannot be read.")) for name in checks]
    return [judge(name, check) for name, check in checks.items()]
