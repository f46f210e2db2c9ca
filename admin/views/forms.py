"""The fields of the staff's forms: cleaned on the way in, with words a person understands.

Text is composed (NFC) and free of control characters before it reaches a
rule or a table. A related row can only be one that the person may see.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date, time
from typing import TYPE_CHECKING, Any

from flask_appbuilder.fields import QuerySelectField, QuerySelectMultipleField
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import choices as wtforms_choices
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, NumberInput, TextInput

from motcua.admin.domain.text import clean_line, clean_text
from motcua.admin.language import N_, gettext
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.wording import amount as written_amount
from motcua.admin.views.wording import choices_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import Enum

    from sqlalchemy import ColumnElement

VERSION = "version"
_DAY = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:h.]?(?P<minute>\d{2})", re.ASCII | re.IGNORECASE)
CSRF = "csrf_token"


# WTForms 3.3 wants its own kind of tuple, FAB gives plain ones, and older ones know no other.
_Choice: Any = getattr(wtforms_choices, "Choice", None)


def _option(value: Any, words: Any, *, selected: bool) -> Any:
    return _Choice(value, words, selected, {}) if _Choice else (value, words, selected, {})


class StaffForm(FlaskForm):
    """A form of ours; FAB asks for ``refresh``."""

    @classmethod
    def refresh(cls, obj: Any = None) -> StaffForm:
        """Return the form for a row, or an empty one."""
        return cls(obj=obj)

    def populate_obj(self, obj: Any) -> None:
        """Write what was entered onto a row; the version is only there to be compared."""
        for name, field in self._fields.items():
            if name not in {VERSION, CSRF}:
                field.populate_obj(obj, name)


class CommandForm(FlaskForm):
    """A button: nothing but the sign that our own page sent it."""


class Required:
    """The field must not be left empty."""

    field_flags: dict[str, bool] = {"required": True}  # noqa: RUF012 - WTForms reads it like this

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse an empty value."""
        del form
        if field.data is None or field.data in ("", []):
            field.errors = []
            raise StopValidation(gettext("Please fill this in."))


class AtMost:
    """The text fits its column."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.field_flags = {"maxlength": length}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse a text that is too long."""
        del form
        if field.data and len(field.data) > self.length:
            raise ValidationError(gettext("At most {count} characters, please.", count=self.length))


class Within:
    """The number lies between two bounds."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse a number outside the bounds."""
        del form
        if field.data is not None and not self.low <= field.data <= self.high:
            low, high = written_amount(self.low), written_amount(self.high)
            raise ValidationError(gettext("Between {low} and {high}, please.", low=low, high=high))


class LineField(StringField):
    """One line of text."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Clean what was typed; an empty line is no value."""
        if valuelist:
            self.data = clean_line(valuelist[0]) or None


class ParagraphField(TextAreaField):
    """Several lines of text."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Clean what was typed; an empty text is no value."""
        if valuelist:
            self.data = clean_text(valuelist[0]) or None


def read_day(text: str) -> date:
    """Read a date as people or machines write it. Raises ValueError."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return date.fromisoformat(text.strip())
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def read_clock(text: str) -> time:
    """Read a time of day as people write it. Raises ValueError."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return time(int(found["hour"]), int(found["minute"]))


class _TypedField(Field, ABC):
    """A value that is read from a text by ``read``."""

    mistake = N_("This value is not valid.")

    @abstractmethod
    def read(self, text: str) -> Any:
        """Return the value. Raises ValueError."""

    def write(self, value: Any) -> str:
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        text = valuelist[0].strip()
        if text:
            try:
                self.data = self.read(text)
            except (ValueError, OverflowError) as error:
                raise ValueError(gettext(self.mistake)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class WholeNumberField(_TypedField):
    """A whole number."""

    widget = NumberInput(step=1)
    mistake = N_("A whole number, please.")

    def read(self, text: str) -> int:
        """Read a whole number."""
        return int(text)


class AmountField(_TypedField):
    """A number that may be broken, with comma or point."""

    widget = NumberInput(step="any")
    mistake = N_("A number, please.")

    def read(self, text: str) -> float:
        """Read a number; neither infinite nor nothing."""
        value = float(text.replace(",", "."))
        if value - value != 0.0:  # infinity and "nan" are no amounts
            raise ValueError(text)
        return value

    def write(self, value: float) -> str:
        """Write it the way the browser's number field reads it."""
        return f"{value:g}"


class DayField(_TypedField):
    """A date, written the Vietnamese way whatever the browser's own language is."""

    widget = TextInput()
    mistake = N_("A date such as 24/11/2026, please.")

    def read(self, text: str) -> date:
        """Read day/month/year, or a date as machines write it."""
        return read_day(text)

    def write(self, value: date) -> str:
        """Write day/month/year."""
        return f"{value:%d/%m/%Y}"

    def __call__(self, **named: Any) -> Any:
        """Show the field; a script puts a calendar beside it."""
        return super().__call__(
            inputmode="numeric", autocomplete="off", placeholder=gettext("dd/mm/yyyy"), data_day="", **named
        )


class ClockField(_TypedField):
    """A time of day, 24 h whatever the browser's own language is."""

    widget = TextInput()
    mistake = N_("A time such as 07:30, please.")

    def read(self, text: str) -> time:
        """Read hours and minutes: 7:30, 07h30 and 0730 are all half past seven."""
        return read_clock(text)

    def write(self, value: time) -> str:
        """Write hours and minutes."""
        return f"{value:%H:%M}"

    def __call__(self, **named: Any) -> Any:
        """Show the field."""
        return super().__call__(inputmode="numeric", autocomplete="off", placeholder="07:30", data_clock="", **named)


class TickField(BooleanField):
    """Yes or no."""

    widget = CheckboxInput()


class WordField(SelectField):
    """A member of a closed list, shown by its name and never by its code."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        kind: type[Enum],
        empty: Any = None,
        **named: Any,
    ) -> None:
        self.kind, self.empty = kind, empty
        super().__init__(label, validators, choices=self._words, coerce=self._member, **named)

    def _words(self) -> list[tuple[str, str]]:
        nothing = [("", str(self.empty))] if self.empty is not None else []
        return nothing + choices_of(self.kind)

    def _member(self, value: Any) -> Enum | None:
        if value is None or value == "":
            return None
        if isinstance(value, self.kind):
            return value
        by_value = {str(member.value): member for member in self.kind}
        return by_value[str(value)]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take a member, and nothing that is none."""
        if not valuelist:
            return
        try:
            self.data = self._member(valuelist[0])
        except KeyError as error:
            self.data = None
            raise ValueError(gettext("Please choose one of the list.")) from error

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuse an empty choice where none is offered."""
        del form
        if self.data is None and self.empty is None:
            raise ValidationError(gettext("Please choose one of the list."))

    def iter_choices(self) -> Any:
        """Give every choice, the present one marked."""
        for value, words in self._words():
            yield _option(value, words, selected=value == ("" if self.data is None else str(self.data.value)))


class WidthField(SelectField):
    """One of a few widths in millimetres."""

    def __init__(self, label: Any = None, validators: Any = None, *, widths: tuple[int, ...], **named: Any) -> None:
        self.widths = widths
        super().__init__(label, validators, choices=list, coerce=int, validate_choice=False, **named)

    def iter_choices(self) -> Any:
        """Give every width, the present one marked."""
        for width in self.widths:
            yield _option(width, f"{width} mm", selected=width == self.data)

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuse what is not offered."""
        del form
        if self.data not in self.widths:
            raise ValidationError(gettext("Please choose one of the list."))


class RowField(QuerySelectField):
    """A related row, out of those the person may see."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        model: type[Any],
        order: Callable[[], Any],
        where: Callable[[], ColumnElement[bool]] | None = None,
        empty: Any = None,
        **named: Any,
    ) -> None:
        super().__init__(
            label,
            validators,
            query_func=_visible_rows(model, order, where),
            get_pk_func=lambda row: row.id,
            allow_blank=empty is not None,
            blank_text=empty,
            **named,
        )

    def iter_choices(self) -> Any:
        """Give every choice, the present one marked."""
        for value, words, selected, _ in super().iter_choices():
            yield _option(value, words, selected=selected)

    def gettext(self, _message: str) -> str:
        """Say that the row cannot be chosen, whether it exists or not."""
        return gettext("Please choose one of the list.")


class RowsField(QuerySelectMultipleField):
    """Several related rows, out of those the person may see."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        model: type[Any],
        order: Callable[[], Any],
        where: Callable[[], ColumnElement[bool]] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(
            label, validators, query_func=_visible_rows(model, order, where), get_pk_func=lambda row: row.id, **named
        )

    def iter_choices(self) -> Any:
        """Give every choice, the present ones marked."""
        for value, words, selected, _ in super().iter_choices():
            yield _option(value, words, selected=selected)

    def gettext(self, _message: str) -> str:
        """Say that a row cannot be chosen, whether it exists or not."""
        return gettext("Please choose one of the list.")


class VersionField(HiddenField):
    """The version of the row that the person has on the screen."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; nonsense is an old version."""
        if valuelist:
            self.data = int(valuelist[0]) if valuelist[0].isascii() and valuelist[0].isdecimal() else -1


def _visible_rows(
    model: type[Any], order: Callable[[], Any], where: Callable[[], ColumnElement[bool]] | None
) -> Callable[[], list[Any]]:
    def rows() -> list[Any]:
        query = ScopedInterface(model).rows()
        if where is not None:
            query = query.where(where())
        wanted = order()
        return query.order_by(*(wanted if isinstance(wanted, tuple) else (wanted,))).all()

    return rows
