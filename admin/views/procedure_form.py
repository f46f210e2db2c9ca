"""The form of a procedure: what stands above its versions, and what its newest one says."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms.validators import ValidationError

from motcua.admin.domain.procedure_rows import national_code
from motcua.admin.enums import DurationUnit, SupplementPolicy
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import Field
from motcua.admin.views.forms import (
    AmountField,
    AtMost,
    ClockField,
    DayField,
    LineField,
    ParagraphField,
    Required,
    RowField,
    StaffForm,
    TickField,
    VersionField,
    WholeNumberField,
    Within,
    WordField,
)

_MOST_TIME = 9999
_MOST_DONG = 2_000_000_000


def _check_code(_form: StaffForm, field: Any) -> None:
    if field.data and national_code(field.data) != field.data:
        raise ValidationError(gettext("A national code looks like 1.001193."))


def _check_amount(form: StaffForm, field: Any) -> None:
    unit = form.duration_unit.data
    if unit not in {DurationUnit.SAME_DAY, DurationUnit.UNSPECIFIED, None} and field.data is None:
        raise ValidationError(gettext("How many? Or choose “not decided yet”."))


def _check_extension(form: StaffForm, field: Any) -> None:
    if (field.data is None) != (form.extension_unit.data is None):
        raise ValidationError(gettext("Extra time needs a number and a unit."))


class ProcedureForm(StaffForm):
    """A procedure with its newest version."""

    version = VersionField()
    code = LineField(lazy_gettext("National code"), [Required(), AtMost(40), _check_code])
    field = RowField(lazy_gettext("Field"), [Required()], model=Field, order=lambda: (Field.position, Field.name))
    level = LineField(lazy_gettext("Level"), [Required(), AtMost(80)], description=lazy_gettext("As published."))
    is_active = TickField(lazy_gettext("Offered"), description=lazy_gettext("New dossiers may be taken in for it."))

    name = LineField(lazy_gettext("Name"), [Required(), AtMost(500)])
    #: The column is called "process", which is WTForms' own word.
    steps = ParagraphField(lazy_gettext("Steps"), [AtMost(20_000)])
    papers = ParagraphField(
        lazy_gettext("Papers"),
        [AtMost(20_000)],
        description=lazy_gettext(
            "One paper a line. Write {conditional} for papers needed in some cases only, "
            "{shown} for papers that are shown and given back.",
            conditional="“(nếu có)”",
            shown="“(xuất trình)”",
        ),
    )
    effective_from = DayField(
        lazy_gettext("In force from"),
        [Required()],
        description=lazy_gettext("Once there are dossiers, a change makes a new version from this day on."),
    )

    time_as_published = LineField(lazy_gettext("Time as published"), [AtMost(2000)])
    duration_amount = AmountField(lazy_gettext("Time"), [Within(0, _MOST_TIME), _check_amount])
    duration_unit = WordField(lazy_gettext("Counted in"), kind=DurationUnit)
    same_day_cutoff = ClockField(
        lazy_gettext("Same-day work until"), description=lazy_gettext("Later arrivals are due on the next working day.")
    )
    extension_amount = AmountField(lazy_gettext("Extra time"), [Within(0, _MOST_TIME), _check_extension])
    extension_unit = WordField(lazy_gettext("Extra time counted in"), kind=DurationUnit, empty=lazy_gettext("None"))
    extension_reason = LineField(lazy_gettext("When there is extra time"), [AtMost(300)])
    supplement_policy = WordField(lazy_gettext("While papers are missing"), kind=SupplementPolicy)
    supplement_extra_days = WholeNumberField(lazy_gettext("Extra days then"), [Within(0, 365)])

    fee_as_published = LineField(lazy_gettext("Fee as published"), [AtMost(2000)])
    fee_vnd = WholeNumberField(
        lazy_gettext("Fee in VND"),
        [Within(0, _MOST_DONG)],
        description=lazy_gettext("0 is free; empty when there is no single figure."),
    )

    source = LineField(lazy_gettext("Source"), [AtMost(2000)])
    is_verified = TickField(
        lazy_gettext("Verified"), description=lazy_gettext("Somebody has checked every line against the source.")
    )
    review_note = ParagraphField(
        lazy_gettext("Still to be decided"), [AtMost(4000)], description=lazy_gettext("Empty when nothing is open.")
    )

    sections: ClassVar[list[Any]] = [
        (None, {"fields": ["code", "name", "field", "level", "is_active", "effective_from"]}),
        (
            lazy_gettext("Time"),
            {
                "fields": [
                    "time_as_published",
                    "duration_amount",
                    "duration_unit",
                    "same_day_cutoff",
                    "extension_amount",
                    "extension_unit",
                    "extension_reason",
                    "supplement_policy",
                    "supplement_extra_days",
                ]
            },
        ),
        (lazy_gettext("Fee"), {"fields": ["fee_as_published", "fee_vnd"]}),
        (lazy_gettext("Papers and steps"), {"fields": ["papers", "steps"]}),
        (lazy_gettext("Review"), {"fields": ["source", "is_verified", "review_note"]}),
    ]
