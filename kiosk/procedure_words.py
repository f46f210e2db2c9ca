"""A posted procedure in plain words: how long, how much, which papers, on what grounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from motcua.admin.domain.published_fee import dong, parse_published_fee, says_a_fee, with_amounts
from motcua.admin.domain.published_source import parse_published_source
from motcua.admin.domain.published_time import says_something
from motcua.admin.enums import DurationUnit
from motcua.admin.language import N_, gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from motcua.admin.domain.posting import PostedProcedure
    from motcua.admin.domain.published_source import PublishedSource
    from motcua.admin.models import ProcedurePaper, ProcedureVersion

# Up to so many letters a published text stands in the list as it is.
_SHORT = 40
# Longest first, so that none is taken for the beginning of another.
_ABBREVIATIONS = (
    ("CSDLQGDC", "Cơ sở dữ liệu quốc gia về dân cư"),
    ("CSDL", "cơ sở dữ liệu"),
    ("CCCD", "căn cước công dân"),
    ("BHYT", "bảo hiểm y tế"),
    ("HĐND", "Hội đồng nhân dân"),
    ("portal", "Cổng Dịch vụ công"),
)
_ONE = N_(
    {
        DurationUnit.WORKING_HOURS: "1 working hour",
        DurationUnit.WORKING_DAYS: "1 working day",
        DurationUnit.CALENDAR_DAYS: "1 day",
    }
)
_MANY = N_(
    {
        DurationUnit.WORKING_HOURS: "{amount} working hours",
        DurationUnit.WORKING_DAYS: "{amount} working days",
        DurationUnit.CALENDAR_DAYS: "{amount} days",
    }
)
_MORE = N_(
    {
        DurationUnit.WORKING_HOURS: "Up to {amount} more working hours",
        DurationUnit.WORKING_DAYS: "Up to {amount} more working days",
        DurationUnit.CALENDAR_DAYS: "Up to {amount} more days",
    }
)


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one matter; texts of the record are Vietnamese whatever the page speaks."""

    main: str
    #: Whether ``main`` is the record's own text rather than ours.
    is_published: bool = False
    #: The record's own text where it gives no single answer, case by case; ``main`` is empty then.
    cases: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    #: The record's own words behind it, such as the case an extension is for.
    published: str = ""
    #: Nobody could say it; the reader is asked to ask.
    is_open: bool = False


def time_words(version: ProcedureVersion) -> Words:
    """Say how long it takes."""
    text = version.time_as_published
    main = _duration(version)
    if main is None:
        if says_something(text):
            return Words("", cases=_cases(text))
        return Words(gettext("No time is published"), is_open=True)
    details = []
    if version.same_day_cutoff is not None:
        at = f"{version.same_day_cutoff:%H:%M}"
        details.append(gettext("Handed in from {time} on: the next working day.", time=at))
    more = _MORE.get(version.extension_unit) if version.extension_unit else None
    if more is None or not version.extension_amount:
        return Words(main, details=tuple(details))
    details.append(gettext(more, amount=_figure(version.extension_amount)))
    return Words(main, details=tuple(details), published=version.extension_reason or "")


def short_time(procedure: PostedProcedure) -> Words:
    """Say how long it takes, in a line of the list."""
    main = _duration(procedure)
    if main is not None:
        return Words(main)
    text = procedure.time_as_published
    if not says_something(text):
        return Words(gettext("Time: please ask"), is_open=True)
    return Words(text, is_published=True) if len(text) <= _SHORT else Words(gettext("Time depends on the case"))


def _duration(said: ProcedureVersion | PostedProcedure) -> str | None:
    """Return the time that was decided on; None while nobody has."""
    if said.duration_unit == DurationUnit.SAME_DAY:
        return gettext("On the same day")
    if said.duration_amount is None or said.duration_unit not in _MANY:
        return None
    if said.duration_amount == 1:
        return gettext(_ONE[said.duration_unit])
    return gettext(_MANY[said.duration_unit], amount=_figure(said.duration_amount))


def fee_words(version: ProcedureVersion) -> Words:
    """Say what it costs."""
    text = with_amounts(version.fee_as_published)
    if version.fee_vnd is None:
        if says_a_fee(text):
            return Words("", cases=_cases(text))
        return Words(gettext("No fee is published"), is_open=True)
    main = fee_line(version.fee_vnd, version.fee_as_published)
    is_all = text in {main.text, dong(version.fee_vnd)}
    return Words(main.text, is_published=main.is_published, published="" if is_all else plain(text))


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A fee in a few words."""

    text: str
    is_published: bool = False


def fee_line(vnd: int | None, text: str) -> FeeLine:
    """Say a fee in a line of the list."""
    if vnd is None:
        return FeeLine(gettext("Fee: see details") if says_a_fee(text) else gettext("Fee: please ask"))
    if vnd == 0:
        return FeeLine(gettext("No fee"))
    published = parse_published_fee(text)
    per = f"/{published.per}" if published.per and published.vnd == vnd else ""
    return FeeLine(dong(vnd) + per, is_published=bool(per))


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """Papers that are asked for in the same way."""

    title: str
    #: Which sign stands before each: submit, maybe or show.
    kind: str
    papers: tuple[str, ...]


def paper_groups(papers: Iterable[ProcedurePaper]) -> list[PaperGroup]:
    """Set the papers apart by whether they are kept, only sometimes asked for, or shown and given back."""
    listed = list(papers)
    groups = (
        PaperGroup(
            gettext("To hand in"),
            "submit",
            tuple(plain(paper.name) for paper in listed if not paper.is_conditional and not paper.is_shown_only),
        ),
        PaperGroup(
            gettext("Only in some cases"),
            "maybe",
            tuple(plain(paper.name) for paper in listed if paper.is_conditional and not paper.is_shown_only),
        ),
        PaperGroup(
            gettext("To show only: you keep it"),
            "show",
            tuple(plain(paper.name) for paper in listed if paper.is_shown_only),
        ),
    )
    return [group for group in groups if group.papers]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a reader may look up."""

    source: PublishedSource
    #: The source as it stands in the record, where nothing could be read out of it.
    text: str


def grounds(version: ProcedureVersion) -> Grounds | None:
    """Return decision and laws; of what nobody has checked, only the decision."""
    text = version.source or ""
    source = parse_published_source(text)
    if not version.is_verified:
        source = replace(source, laws=())
    if source.decision or source.laws or source.address:
        return Grounds(source, "")
    return Grounds(source, text) if text and version.is_verified else None


def steps(version: ProcedureVersion) -> list[str]:
    """Return the steps of the procedure, one a line; none where nobody has entered them."""
    return [line for line in (version.process or "").splitlines() if line.strip()]


def _figure(amount: float) -> str:
    return f"{amount:g}".replace(".", ",")


def _cases(text: str) -> tuple[str, ...]:
    """Set the cases of a published text apart, each beginning like a sentence."""
    return tuple(one[0].upper() + one[1:] for one in (plain(part).strip() for part in text.split(";")) if one)


def plain(text: str) -> str:
    """Write out what officials abbreviate."""
    for short, long in _ABBREVIATIONS:
        text = text.replace(short, long)
    return text
