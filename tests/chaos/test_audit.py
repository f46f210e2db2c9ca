"""The audit trail under many writers, and under writers that are killed: no fork, no gap, no change without its row."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.domain.audit_chain import examine_chains
from motcua.admin.enums import AuditAction
from motcua.admin.models import AuditEntry, QueueService

if TYPE_CHECKING:
    from tests.chaos.centre import Centre, Nursery
    from tests.conftest import Figures

PROCESSES, ACTS = 8, 200
#: So many at once, so that one may be killed while it waits for the other.
WRITERS, KILLS = 2, 50


@pytest.fixture
def counted(centre: Centre) -> Centre:
    """Return the centre with services whose position counts how often they were changed since the last row."""
    with centre.engine.begin() as connection:
        for service, rows in rows_about(centre).items():
            connection.execute(sa.update(QueueService).where(QueueService.id == service).values(position=rows))
    return centre


def rows_about(centre: Centre) -> dict[int, int]:
    """Return how many rows of the trail speak of each service being changed."""
    entry = AuditEntry
    counts = (
        sa.select(entry.object_id, sa.func.count())
        .where(entry.kind == "service", entry.action == AuditAction.RECORD_CHANGED.value)
        .group_by(entry.object_id)
    )
    with centre.engine.connect() as connection:
        found = {service: count for service, count in connection.execute(counts) if service is not None}
    return dict.fromkeys(centre.services, 0) | found


def positions(centre: Centre) -> dict[int, int]:
    """Return how often each service was changed."""
    with centre.engine.connect() as connection:
        rows = connection.execute(sa.select(QueueService.id, QueueService.position))
        return {row.id: row.position for row in rows}


def broken(centre: Centre) -> list[str]:
    """Return what is wrong with the chains."""
    with centre.engine.connect() as connection:
        return [f"{state.chain}: {state.reason}" for state in examine_chains(connection) if state.broken_at]


def test_eight_processes_write_unbroken_chains(centre: Centre, nursery: Nursery, figures: Figures) -> None:
    """AUD-03: sixteen hundred acts in two chains, by eight processes at once."""
    began, read = time.monotonic(), sa.select(sa.func.count()).where(AuditEntry.action == AuditAction.DOSSIER_READ)

    nursery.all_at_once("act", [{"office": turn % 2 + 1, "times": ACTS} for turn in range(PROCESSES)])

    with centre.engine.connect() as connection:
        rows = connection.execute(read).scalar()
    figures(f"AUD-03 {centre.kind}: {PROCESSES} processes, {rows} rows, {time.monotonic() - began:.1f} s")
    assert rows == PROCESSES * ACTS
    assert broken(centre) == []


def test_no_change_outlives_its_row_when_the_process_is_killed(
    counted: Centre, nursery: Nursery, figures: Figures
) -> None:
    """AUD-05: fifty processes killed while they write, on each engine."""
    began, before = time.monotonic(), sum(rows_about(counted).values())
    each = [{"service": service, "kills": KILLS, "longest_life": 0.03} for service in counted.services[:WRITERS]]

    begun = sum(nursery.all_at_once("change_and_die", each))

    rows = sum(rows_about(counted).values()) - before
    changed, told = positions(counted), rows_about(counted)
    without = sum(abs(changed[service] - told[service]) for service in counted.services)
    figures(
        f"AUD-05 {counted.kind}: {begun} kills, {rows} changes, {without} without their row, "
        f"{time.monotonic() - began:.1f} s"
    )
    assert begun == WRITERS * KILLS
    assert rows >= begun
    assert (without, broken(counted)) == (0, [])
