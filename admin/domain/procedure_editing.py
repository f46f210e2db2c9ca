"""Changing a procedure by hand: a new version once dossiers have come in under the old one.

What only says how sure we are (source, verified, review note) is put on the
version itself: it promises nothing to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from motcua.admin.enums import DurationUnit, SupplementPolicy
from motcua.admin.errors import VersionDayError
from motcua.admin.models import Dossier, ProcedurePaper, ProcedureVersion

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.domain.published_papers import PublishedPaper
    from motcua.admin.models import Procedure


@dataclass(frozen=True, slots=True)
class Content:
    """What a version promises to citizens."""

    name: str
    process: str | None
    time_as_published: str
    duration_amount: float | None
    duration_unit: DurationUnit
    same_day_cutoff: time | None
    extension_amount: float | None
    extension_unit: DurationUnit | None
    extension_reason: str | None
    fee_as_published: str
    fee_vnd: int | None
    supplement_policy: SupplementPolicy
    supplement_extra_days: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How sure we are of it."""

    source: str | None
    is_verified: bool
    review_note: str | None


def is_in_use(session: Session, version: ProcedureVersion) -> bool:
    """Tell whether dossiers have come in under a version."""
    return session.scalar(select(Dossier.id).where(Dossier.procedure_version_id == version.id).limit(1)) is not None


def revise(
    session: Session,
    procedure: Procedure,
    content: Content,
    papers: tuple[PublishedPaper, ...],
    standing: Standing,
    *,
    effective_from: date,
) -> ProcedureVersion:
    """Let a procedure say something else from a day on, and return the version that says it. The caller commits.

    A version without dossiers is corrected where it stands. Raises
    VersionDayError when a version would begin before the one it follows.
    """
    version = procedure.latest
    is_changed = version is None or not _says(version, content, papers)
    has_dossiers = version is not None and is_in_use(session, version)
    if version is None or (is_changed and has_dossiers):
        version = _successor(procedure, version, effective_from)
    elif not has_dossiers:
        _move(procedure, version, effective_from)
    if is_changed:
        _write(session, version, content, papers)
    version.source, version.is_verified = standing.source, standing.is_verified
    version.review_note = standing.review_note
    if procedure.id is not None:
        # The versions are rows of their own: without this two people could change them at once unnoticed.
        flag_modified(procedure, "code")
    return version


def _says(version: ProcedureVersion, content: Content, papers: tuple[PublishedPaper, ...]) -> bool:
    same = all(getattr(version, field.name) == getattr(content, field.name) for field in fields(content))
    present = [(paper.name, paper.is_conditional, paper.is_shown_only) for paper in version.papers]
    return same and present == [(paper.name, paper.is_conditional, paper.is_shown_only) for paper in papers]


def _successor(procedure: Procedure, before: ProcedureVersion | None, effective_from: date) -> ProcedureVersion:
    if before is not None:
        if effective_from <= before.effective_from:
            raise VersionDayError(day=f"{before.effective_from + timedelta(days=1):%d/%m/%Y}")
        if before.effective_to is None or before.effective_to > effective_from:
            before.effective_to = effective_from
    version = ProcedureVersion(number=before.number + 1 if before else 1, effective_from=effective_from)
    procedure.versions.append(version)
    return version


def _move(procedure: Procedure, version: ProcedureVersion, effective_from: date) -> None:
    """Let a version begin on another day, as long as it comes after the one before it."""
    before = next((other for other in reversed(procedure.versions) if other.number < version.number), None)
    if before is not None:
        if effective_from <= before.effective_from:
            raise VersionDayError(day=f"{before.effective_from + timedelta(days=1):%d/%m/%Y}")
        if before.effective_to == version.effective_from:
            before.effective_to = effective_from
    version.effective_from = effective_from


def _write(session: Session, version: ProcedureVersion, content: Content, papers: tuple[PublishedPaper, ...]) -> None:
    for field in fields(content):
        setattr(version, field.name, getattr(content, field.name))
    if version.papers:
        version.papers.clear()
        session.flush()  # the old papers leave before new ones take their places
    version.papers = [
        ProcedurePaper(
            position=position, name=paper.name, is_conditional=paper.is_conditional, is_shown_only=paper.is_shown_only
        )
        for position, paper in enumerate(papers, start=1)
    ]
