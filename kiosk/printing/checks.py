"""Whether papers come out, in one line: for readiness, and for `motcua doctor` by asking every printer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.domain.print_report import print_report
from motcua.admin.errors import PrinterAddressError
from motcua.admin.health import Check
from motcua.admin.language import N_, gettext
from motcua.admin.models import PrinterDevice
from motcua.kiosk.printing.printer import PrinterError
from motcua.kiosk.printing.status import Condition

if TYPE_CHECKING:
    from motcua.admin.extension import Motcua
    from motcua.admin.health import State
    from motcua.kiosk.printing.ways import Ways

NAME = "printer"
PROBE = "printers"
#: A worker that runs tries a new paper within a second.
TOO_LONG = timedelta(seconds=30)
_WORDS = N_(
    {
        Condition.OK: "Ready",
        Condition.NEAR_END: "Paper is running low",
        Condition.PAPER_END: "Out of paper",
        Condition.COVER_OPEN: "Cover open",
        Condition.FAULT: "Faulty",
        Condition.OFFLINE: "Offline",
        Condition.UNKNOWN: "Says nothing",
        Condition.UNREACHABLE: "Cannot be reached",
    }
)


def check_printing(motcua: Motcua) -> Check:
    """Tell whether papers come out, by what is known. Speaks to no printer."""
    with motcua.database.read() as session:
        report = print_report(session, now=motcua.clock(), too_long=TOO_LONG)
    if report.untouched:
        text = gettext(
            "{count} papers wait and nobody prints them: is `motcua worker` running?", count=report.untouched
        )
        return Check(NAME, "fail", text)
    if not report.statuses:
        return Check(NAME, "warn", gettext("No printer is set up: numbers are shown on screens only."))
    conditions = [Condition(status) if status else None for status in report.statuses]
    counted = Counter(gettext(_WORDS[condition]) if condition else gettext("Not asked yet") for condition in conditions)
    return Check(
        NAME,
        _gravity(conditions),
        ", ".join(f"{word}: {count}" for word, count in sorted(counted.items())),
    )


def probe_printers(motcua: Motcua, ways: Ways) -> Check:
    """Ask every printer in use how it is."""
    with motcua.database.read() as session:
        devices = session.scalars(
            select(PrinterDevice).where(PrinterDevice.is_active.is_(True)).order_by(PrinterDevice.id)
        ).all()
    found = [(device.name, _asked(device.uri, ways)) for device in devices]
    text = "; ".join(f"{name}: {gettext(_WORDS[condition])}" for name, condition in found)
    return Check(PROBE, _gravity([condition for _, condition in found]), text or gettext("No printer is set up."))


def _asked(uri: str, ways: Ways) -> Condition:
    try:
        return ways.to(uri).ask()
    except PrinterError as error:
        return error.condition
    except PrinterAddressError:
        return Condition.UNREACHABLE


def _gravity(conditions: list[Condition | None]) -> State:
    if any(condition and condition.is_bad for condition in conditions):
        return "fail"
    return "ok" if all(condition is Condition.OK for condition in conditions) else "warn"
