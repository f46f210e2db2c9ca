"""Published processing times (thời hạn giải quyết), read to the last word or not at all.

The texts are written for people: several cases in one line, ranges, numbers
without a unit. A text becomes a time only when every word of it is
understood; otherwise the time stays UNSPECIFIED and a note says what a person
has to decide. A maximum ("tối đa", "không quá") is the time itself: it is the
day by which the result is promised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time
from typing import TYPE_CHECKING

from motcua.admin.domain.text import clean_line
from motcua.admin.enums import DurationUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_UNITS = {
    "giờ làm việc": DurationUnit.WORKING_HOURS,
    "ngày làm việc": DurationUnit.WORKING_DAYS,
    "ngày": DurationUnit.CALENDAR_DAYS,
    "ngày (ngày thường)": DurationUnit.CALENDAR_DAYS,
}


def _amount(name: str) -> str:
    """Return the pattern of "3 ngày làm việc" and of "03 (ba) ngày làm việc"."""
    return (
        rf"(?P<{name}>1/2|\d{{1,3}}(?:[.,]\d{{1,2}})?)(?: \((?P<{name}_words>[^\d()]+)\))?"
        rf"(?: (?P<{name}_unit>giờ làm việc|ngày làm việc|ngày \(ngày thường\)|ngày))"
    )


_AT_MOST = r"(?:tối đa|không quá|chậm nhất|trong thời hạn|trong vòng|trong)"
_SINCE_RECEIPT = (
    r",? kể từ (?:ngày|khi|thời điểm) (?:tiếp )?nhận (?:được |đủ )*hồ sơ"
    r"(?:,? (?:đầy đủ|hợp lệ|đúng quy định|và hợp lệ|theo quy định))*"
)
_NEXT_DAY = (
    r"[;,] (?:trường hợp )?(?:tiếp )?(?:nhận )?(?:hồ sơ )?"
    r"sau (?P<hour>\d{1,2}) ?(?:giờ|h) ?(?P<minute>\d{2})?(?: phút)?(?::| thì)? "
    r"(?:trả (?:kết quả )?)?(?:vào |trong )?ngày làm việc (?:tiếp theo|kế tiếp|liền kề)"
)
_SAME_DAY = re.compile(
    rf"(?:giải quyết )?(?:ngay )?trong ngày(?: làm việc)?(?: tiếp nhận(?: hồ sơ)?)?(?:{_NEXT_DAY})?", re.IGNORECASE
)
_TIME = re.compile(rf"(?:{_AT_MOST} )*{_amount('base')}(?:{_SINCE_RECEIPT})?", re.IGNORECASE)

_REMARK = r"[^()]{1,250}"
_WHEN = rf"(?P<reason>(?:khi|nếu|trường hợp|đối với) {_REMARK})"
#: "(+5 ngày làm việc khi xác minh)": so much more.
_PLUS = re.compile(rf" ?\(\+ ?{_amount('more')} {_WHEN}\)", re.IGNORECASE)
#: "; kéo dài thêm không quá 2 ngày làm việc (hồ sơ phức tạp)": so much more.
_PROLONGED = re.compile(
    rf"[;,] (?:có thể )?(?:kéo dài|gia hạn)(?P<added> thêm)?(?: {_AT_MOST})? {_amount('more')}"
    rf"(?: \((?P<reason>{_REMARK})\))?",
    re.IGNORECASE,
)
#: "(3 ngày làm việc nếu phải xác minh)": so much instead.
_INSTEAD = re.compile(rf" ?\({_amount('whole')} {_WHEN}\)", re.IGNORECASE)

_NOTHING = re.compile(r"(?:không có thông tin|không rõ|chưa (?:rõ|có|xác minh)|không quy định)", re.IGNORECASE)
_NO_UNIT = re.compile(r"không (?:có |ghi )?đơn vị|^\d+(?:[.,]\d+)?$", re.IGNORECASE)
_RANGE = re.compile(r"\d ?[–—-] ?\d|từ \d+ (?:đến|tới) \d", re.IGNORECASE)
_CHANNEL = re.compile(r"trực tuyến|bưu chính|theo kênh", re.IGNORECASE)
_ANY_TIME = re.compile(r"\d+ ?(?:giờ|ngày|tháng|năm)|trong ngày|\(\+ ?\d", re.IGNORECASE)
_AT_ONCE = re.compile(r"^ngay khi|^ngay sau khi", re.IGNORECASE)

_DECIDE = "Hãy chọn số và đơn vị trước khi dùng để tính ngày hẹn trả."


@dataclass(frozen=True, slots=True)
class PublishedTime:
    """What a published text says, as far as it can be counted."""

    unit: DurationUnit
    amount: float | None = None
    #: Received at or after this local time, same-day work moves to the next working day.
    same_day_cutoff: time | None = None
    extension_amount: float | None = None
    extension_unit: DurationUnit | None = None
    extension_reason: str | None = None
    #: What a person has to decide or confirm, in Vietnamese; None when nothing is open.
    review_note: str | None = None


def parse_published_time(text: str) -> PublishedTime:
    """Read a published time. What can't be decided is UNSPECIFIED, with a note that says why."""
    words = clean_line(text)
    found = _same_day(words) or _amount_of_time(words)
    return found or PublishedTime(DurationUnit.UNSPECIFIED, review_note=f"{_why_not(words)} {_DECIDE}")


def says_something(text: str) -> bool:
    """Tell whether a published text is of use to a person, even where no single time can be read from it."""
    words = clean_line(text)
    return bool(words) and not _NOTHING.match(words) and not _NO_UNIT.search(words)


def _same_day(words: str) -> PublishedTime | None:
    match = _SAME_DAY.match(words)
    if match is None:
        return None
    cutoff = None
    if match["hour"] is not None:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if not (hour < 24 and minute < 60):  # noqa: PLR2004 - the clock
            return None
        cutoff = time(hour, minute)
    return _extended(PublishedTime(DurationUnit.SAME_DAY, same_day_cutoff=cutoff), words[match.end() :])


def _amount_of_time(words: str) -> PublishedTime | None:
    match = _TIME.match(words)
    amount = _figure(match, "base") if match else None
    if match is None or amount is None:
        return None
    base = PublishedTime(_unit(match, "base"), amount=amount)
    if "ngày thường" in match["base_unit"].lower():
        note = "Thời hạn: “ngày thường” được hiểu là ngày theo lịch, tính cả ngày nghỉ. Hãy xác nhận."
        base = replace(base, review_note=note)
    return _extended(base, words[match.end() :])


def _extended(base: PublishedTime, rest: str) -> PublishedTime | None:
    """Add what follows the time itself; None when any of it is not understood."""
    return (_plus(base, rest) or _prolonged(base, rest) or _instead(base, rest)) if rest else base


def _plus(base: PublishedTime, rest: str) -> PublishedTime | None:
    match = _PLUS.fullmatch(rest)
    amount = _figure(match, "more") if match else None
    return _with_extension(base, amount, _unit(match, "more"), match["reason"]) if match and amount else None


def _prolonged(base: PublishedTime, rest: str) -> PublishedTime | None:
    match = _PROLONGED.fullmatch(rest)
    amount = _figure(match, "more") if match else None
    # "Prolonged to at most N" and "by at most N" read alike, except where the time itself is no number.
    if not match or not amount or not (match["added"] or base.unit == DurationUnit.SAME_DAY):
        return None
    return _with_extension(base, amount, _unit(match, "more"), match["reason"])


def _instead(base: PublishedTime, rest: str) -> PublishedTime | None:
    match = _INSTEAD.fullmatch(rest)
    whole = _figure(match, "whole") if match else None
    if not match or not whole or not base.amount or _unit(match, "whole") != base.unit or whole <= base.amount:
        return None
    more = whole - base.amount
    note = (
        f"Thời hạn: “{rest.strip(' ()')}” được hiểu là toàn bộ thời hạn trong trường hợp đó, "
        f"tức là thêm {_plain(more)}. Hãy xác nhận."
    )
    return replace(_with_extension(base, more, base.unit, match["reason"]), review_note=note)


def _with_extension(base: PublishedTime, amount: float, unit: DurationUnit, reason: str | None) -> PublishedTime:
    return replace(base, extension_amount=amount, extension_unit=unit, extension_reason=reason)


def _unit(match: re.Match[str], name: str) -> DurationUnit:
    return _UNITS[match[f"{name}_unit"].lower()]


def _figure(match: re.Match[str], name: str) -> float | None:
    """Return the number; None when it is nought or its words say another one."""
    figure = 0.5 if match[name] == "1/2" else float(match[name].replace(",", "."))
    words = match[f"{name}_words"]
    if words is not None and clean_line(words).lower() not in _spoken(figure):
        return None
    return figure or None


def _spoken(figure: float) -> Iterator[str]:
    """Say a whole number from 1 to 99 the ways it is written in documents."""
    tens, ones = divmod(int(figure), 10)
    if figure != int(figure) or not 0 < figure < 100:  # noqa: PLR2004
        return
    if tens == 0:
        yield _ONES[ones]
        return
    head = "mười" if tens == 1 else f"{_ONES[tens]} mươi"
    if ones == 0:
        yield head
        return
    yield f"{head} {_ONES[ones]}"
    other = {1: "mốt", 4: "tư", 5: "lăm"}.get(ones)
    if other and not (tens == 1 and ones in {1, 4}):
        yield f"{head} {other}"


def _plain(amount: float) -> str:
    return f"{amount:g}".replace(".", ",")


def _why_not(words: str) -> str:
    """Say why a text gives no single time; the first reason that fits."""
    if not words:
        return "Thời hạn: để trống."
    times = len(_ANY_TIME.findall(words))
    reasons = (
        (_NO_UNIT.search(words), "chỉ có con số, không ghi đơn vị"),
        (_NOTHING.match(words), "chưa có thông tin"),
        (_RANGE.search(words), "ghi một khoảng, không phải một thời hạn"),
        (_CHANNEL.search(words), "khác nhau theo cách nộp hồ sơ"),
        (_AT_ONCE.match(words), "“ngay khi” không phải là số ngày hay giờ"),
        (times > 1, "khác nhau theo từng trường hợp"),
    )
    reason = next((said for holds, said in reasons if holds), "có phần chưa đọc được")
    return f"Thời hạn: {reason} (“{words}”)."
