"""What sending needs, gathered once: the record, the way out, the time, the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from motcua.admin.extension import EXTENSION, Motcua
from motcua.scheduler.delivery import Delivery, FolderDelivery
from motcua.scheduler.settings import scheduler_settings
from motcua.scheduler.smtp import SmtpDelivery

if TYPE_CHECKING:
    from flask import Flask

    from motcua.admin.clock import Clock
    from motcua.admin.database import Database
    from motcua.scheduler.settings import SchedulerSettings


@dataclass(frozen=True, slots=True)
class Post:
    """Everything a mail passes on its way, handed in so that a test may hand in another."""

    database: Database
    delivery: Delivery
    clock: Clock
    settings: SchedulerSettings
    public_url: str
    #: After how long the audit trail forgets what is personal.
    audit_personal: timedelta = timedelta(days=730)


def post_of(app: Flask) -> Post:
    """Return the post of an app, by its settings."""
    motcua: Motcua = app.extensions[EXTENSION]
    settings = scheduler_settings(app)
    return Post(
        database=motcua.database,
        delivery=delivery_for(settings),
        # Looked up at every call: the clock of an app may be exchanged.
        clock=lambda: motcua.clock(),  # noqa: PLW0108
        settings=settings,
        public_url=motcua.settings.public_url,
        audit_personal=motcua.settings.audit_personal,
    )


def delivery_for(settings: SchedulerSettings) -> Delivery:
    """Return the way out that the settings name: a mail server, or a folder."""
    if settings.mail_server is None:
        return FolderDelivery(settings.mail_dir)
    return SmtpDelivery(settings.mail_server)
