"""Published lists of papers (thành phần hồ sơ): one row a paper, and when it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from motcua.admin.domain.text import clean_line

#: "nếu có", "nếu cần", "khi xin cấp lại", "tùy trường hợp"; not "nếu không có thì", which names a substitute.
_CONDITIONAL = re.compile(
    r"\bnếu\b(?! không có thì)|\bkhi (?:không|chưa|xin|có|phải|cần)\b|\btùy trường hợp\b", re.IGNORECASE
)
#: "(xuất trình ...)": the paper itself is shown. "bản sao kèm xuất trình bản chính" is a copy that is kept.
_SHOWN = re.compile(r"\((?:chỉ )?xuất trình\b|^xuất trình\b", re.IGNORECASE)
_NOTHING = re.compile(r"(?:không có thông tin|không rõ|chưa (?:rõ|có|xác minh)).*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PublishedPaper:
    """One paper as it was published."""

    name: str
    #: Only in some cases.
    is_conditional: bool
    #: Shown and given back.
    is_shown_only: bool


@dataclass(frozen=True, slots=True)
class PublishedPapers:
    """The papers of a procedure."""

    papers: tuple[PublishedPaper, ...]
    #: What a person has to enter, in Vietnamese; None when nothing is open.
    review_note: str | None = None


def parse_published_papers(text: str) -> PublishedPapers:
    """Read a list of papers set apart by semicolons or lines; a semicolon in brackets sets nothing apart."""
    names = [name for part in _parts(text) if (name := clean_line(part))]
    if not names or (len(names) == 1 and _NOTHING.fullmatch(names[0])):
        return PublishedPapers((), "Thành phần hồ sơ: chưa có thông tin. Hãy nhập các giấy tờ cần nộp.")
    return PublishedPapers(
        tuple(
            PublishedPaper(
                name=name[0].upper() + name[1:],
                is_conditional=_CONDITIONAL.search(name) is not None,
                is_shown_only=_SHOWN.search(name) is not None,
            )
            for name in names
        )
    )


def _parts(text: str) -> list[str]:
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "\n" or (letter == ";" and depth <= 0):
            parts.append("")
            depth = 0
        else:
            parts[-1] += letter
    return parts
