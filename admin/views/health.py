"""For machines and their keepers: alive, ready, and a few figures. Nothing here tells a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from motcua.admin.clock import local_day
from motcua.admin.domain.figures import Figures, figures
from motcua.admin.extension import current_motcua
from motcua.admin.health import CRITICAL, Check, is_critical, readiness

if TYPE_CHECKING:
    from datetime import datetime

health = Blueprint("motcua_health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """Answer as long as this process can answer: a restart mends nothing that is wrong elsewhere."""
    return _uncached(Response("ok\n", content_type="text/plain; charset=utf-8"))


@health.get("/readyz")
def ready() -> Response:
    """Say part by part what works; 503 only when nothing can be served."""
    checks = readiness(current_motcua())
    down = any(is_critical(check) for check in checks)
    body = {"status": _status(checks), "parts": {check.name: _part(check) for check in checks}}
    return _uncached(
        Response(json.dumps(body, ensure_ascii=False), 503 if down else 200, content_type="application/json")
    )


@health.get("/metrics")
def metrics() -> Response:
    """Give the figures in the text format of Prometheus."""
    motcua = current_motcua()
    now = motcua.clock()
    try:
        with motcua.database.read() as session:
            counted = figures(session, now=now, today=local_day(now, motcua.settings.time_zone))
    except (DBAPIError, PoolTimeoutError):
        counted = None
    return _uncached(Response(generate_latest(_registry(counted, now)), content_type=CONTENT_TYPE_PLAIN_0_0_4))


def _status(checks: list[Check]) -> str:
    if any(is_critical(check) for check in checks):
        return "unavailable"
    return "ok" if all(check.state == "ok" for check in checks) else "degraded"


def _part(check: Check) -> dict[str, Any]:
    return {"state": check.state, "critical": check.name in CRITICAL, "text": check.text}


def _registry(counted: Figures | None, now: datetime) -> CollectorRegistry:
    """Put the figures into gauges of their own: counters in memory would start anew with every process."""
    registry = CollectorRegistry()
    up = Gauge("motcua_database_up", "Whether the record can be read.", registry=registry)
    up.set(counted is not None)
    if counted is None:
        return registry
    plain = (
        ("motcua_tickets_issued_today", "Numbers given out on the present day.", counted.tickets_today),
        ("motcua_tickets_waiting", "Visitors waiting now.", counted.waiting),
        ("motcua_dossiers_overdue", "Dossiers past their due date whose clock is running.", counted.dossiers_overdue),
    )
    for name, meaning, value in plain:
        Gauge(name, meaning, registry=registry).set(value)
    papers = Gauge("motcua_print_jobs", "Papers of the last 24 hours by state.", ["state"], registry=registry)
    for paper_state, count in counted.papers.items():
        papers.labels(paper_state.value).set(count)
    mails = Gauge("motcua_mails", "Mails of the last 7 days by state.", ["state"], registry=registry)
    for mail_state, count in counted.mails.items():
        mails.labels(mail_state.value).set(count)
    if counted.last_digest_at is not None:
        age = Gauge("motcua_last_digest_age_seconds", "Since the last digest was sent.", registry=registry)
        age.set((now - counted.last_digest_at).total_seconds())
    return registry


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
