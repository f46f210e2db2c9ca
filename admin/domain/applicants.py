"""Who hands a dossier in: what an officer typed, made fit for the record or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from motcua.admin.domain.text import clean_line
from motcua.admin.errors import InBoth, InvalidInputError

# As wide as the columns.
_NAME_LETTERS = 200
_ADDRESS_LETTERS = 300
_SEPARATORS = re.compile(r"[\s.\-()]+")
# Identity card (9 or 12 digits), passport (a letter in front), tax code of an organisation (10 or 13).
_ID_NUMBER = re.compile(r"[A-Z]?[0-9]{7,13}")
_PHONE = re.compile(r"0[0-9]{8,10}|\+[0-9]{8,15}")

_NAME = InBoth("họ tên người nộp hồ sơ", "the applicant's name")
_ID = InBoth("số giấy tờ tùy thân (9 hoặc 12 chữ số, hoặc số hộ chiếu)", "the identity number")
_TELEPHONE = InBoth("số điện thoại", "the telephone number")
_ADDRESS = InBoth("địa chỉ (tối đa 300 ký tự)", "the address (at most 300 characters)")


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person or organisation, as it will stand in the record."""

    name: str
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None


def read_applicant(name: str, *, id_number: str = "", phone: str = "", address: str = "") -> Applicant:
    """Return the applicant with clean data. Raises InvalidInputError, which names the field in words."""
    clean_name, clean_address = clean_line(name), clean_line(address)
    if not any(letter.isalpha() for letter in clean_name) or len(clean_name) > _NAME_LETTERS:
        raise InvalidInputError(field=_NAME)
    if len(clean_address) > _ADDRESS_LETTERS:
        raise InvalidInputError(field=_ADDRESS)
    return Applicant(
        name=clean_name,
        id_number=_number(id_number.upper(), _ID_NUMBER, _ID),
        phone=_number(_local(phone), _PHONE, _TELEPHONE),
        address=clean_address or None,
    )


def _number(typed: str, shape: re.Pattern[str], field: InBoth) -> str | None:
    number = _SEPARATORS.sub("", clean_line(typed))
    if not number:
        return None
    if not shape.fullmatch(number):
        raise InvalidInputError(field=field)
    return number


def _local(phone: str) -> str:
    """Return +84 912 ... as 0912 ..., the way everybody here writes and searches it."""
    number = _SEPARATORS.sub("", clean_line(phone))
    return "0" + number.removeprefix("+84").removeprefix("0") if number.startswith("+84") else number
