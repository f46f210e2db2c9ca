"""The platform's own session, which the screens save with, loses no update on either database."""

from __future__ import annotations

import random
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm.exc import StaleDataError

from motcua.admin.app import create_app
from motcua.admin.models import QueueService
from tests.conftest import app_config
from tests.town import add_office

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.conftest import Figures

PROCESSES = 6
EDITS = 100


def _edit(config: dict[str, Any], ids: list[int], seed: int) -> tuple[int, int]:
    """Read a row, think for a millisecond, write it back; return how often that held and how often it was refused."""
    app = create_app(config)
    chance = random.Random(seed)
    kept = refused = 0
    with app.app_context():
        session = app.appbuilder.session  # type: ignore[attr-defined]
        for _ in range(EDITS):
            row = session.get(QueueService, chance.choice(ids))
            counted = row.position + 1
            time.sleep(0.001)
            row.position = counted
            try:
                session.commit()
                kept += 1
            except StaleDataError:
                session.rollback()
                refused += 1
            session.expire_all()
    return kept, refused


def test_no_edit_that_was_kept_is_lost(
    app: Flask, session: Session, backend: str, tmp_path: Path, figures: Figures
) -> None:
    """DB-01: 6 processes × 100 read-modify-write on 3 rows; each is counted, or refused as stale."""
    assert app is not None
    office = add_office(session)
    rows = [
        QueueService(office=office, code=f"s{n}", series=letter, name_vi="x", name_en="x", position=0)
        for n, letter in enumerate("ABC")
    ]
    session.add_all(rows)
    session.commit()
    ids, config = [row.id for row in rows], app_config(backend, tmp_path)
    began = time.monotonic()

    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        outcomes = list(pool.map(_edit, [config] * PROCESSES, [ids] * PROCESSES, range(PROCESSES)))

    session.expire_all()
    counted = sum(session.get_one(QueueService, number).position for number in ids)
    kept, refused = (sum(each) for each in zip(*outcomes, strict=True))
    figures(
        f"DB-01 {backend.partition(':')[0]}: {kept + refused} edits, {kept} kept, {refused} refused as stale, "
        f"{kept - counted} lost, {time.monotonic() - began:.0f} s"
    )
    assert kept + refused == PROCESSES * EDITS
    assert kept == counted
