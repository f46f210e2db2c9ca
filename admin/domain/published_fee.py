"""Published fees (phí, lệ phí): one figure when the text is one figure, otherwise only the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from motcua.admin.domain.text import clean_line

#: "8000/bản", "50.000 đồng/giao dịch", "400000/trường hợp; có miễn".
_ONE_FIGURE = re.compile(
    r"(?P<figure>\d{1,3}(?:\.\d{3}){1,2}|\d{1,9})(?: ?(?:đồng|đ|vnđ))?(?: ?/ ?(?P<per>[^\W\d]+(?: [^\W\d]+){0,3}))?"
    r"(?P<exempt>; có miễn)?",
    re.IGNORECASE,
)
_FREE = re.compile(r"(?:không (?:thu|mất|có) (?:phí|lệ phí)|miễn phí|không)", re.IGNORECASE)
_NOTHING = re.compile(r"(?:không có thông tin|không rõ|chưa (?:rõ|có|xác minh))", re.IGNORECASE)
_PROVINCE = re.compile(r"HĐND", re.IGNORECASE)
#: An amount inside a text: not part of a document number (75/2022), not a year.
_AMOUNT = re.compile(r"(?<![/\d.,])(?<!năm )(\d{1,7}00|0)(?! ?đồng)(?![\d.,]|/\d)")


@dataclass(frozen=True, slots=True)
class PublishedFee:
    """What a published fee says, as far as it is one figure."""

    vnd: int | None
    #: What the figure is for, such as "bản"; empty when it is for the dossier.
    per: str = ""
    #: What a person has to enter or decide, in Vietnamese; None when nothing is open.
    review_note: str | None = None


def parse_published_fee(text: str) -> PublishedFee:
    """Read a published fee. Several figures, remarks or no figure at all leave only the text."""
    words = clean_line(text)
    if _FREE.fullmatch(words):
        return PublishedFee(0)
    match = _ONE_FIGURE.fullmatch(words)
    if match:
        return PublishedFee(int(match["figure"].replace(".", "")), per=match["per"] or "")
    return PublishedFee(None, review_note=_why_not(words))


def says_a_fee(text: str) -> bool:
    """Tell whether a published text is of use to a person, even where it is not one figure."""
    words = clean_line(text)
    return bool(words) and not _NOTHING.match(words)


def with_amounts(text: str) -> str:
    """Return a published fee with its amounts written as people read them: 200000 becomes 200.000 đồng."""
    return _AMOUNT.sub(lambda match: dong(int(match[1])), clean_line(text))


def dong(amount: int) -> str:
    """Write an amount: 8000 becomes "8.000 đồng"."""
    return f"{amount:,} đồng".replace(",", ".")


def _why_not(words: str) -> str:
    if not words or _NOTHING.match(words):
        return "Phí, lệ phí: chưa có thông tin. Hãy nhập mức thu."
    if _PROVINCE.search(words):
        return "Phí, lệ phí: do HĐND tỉnh quy định. Hãy nhập mức của địa phương."
    return "Phí, lệ phí: không phải một mức duy nhất. Hãy kiểm tra và nhập mức thu nếu có."
