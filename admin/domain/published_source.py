"""Where a procedure was published: the decision and the laws named in the source of a record."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DECISION = re.compile(r"QĐ công bố ([^;)]+)")
_PORTAL = re.compile(r"https://dichvucong\.gov\.vn/[\w./-]+")
_LAW = re.compile(
    r"(?:Luật (?:[^\W\d]+ )+\d+/\d{4}/QH\d+|NĐ \d+/\d{4}(?:/NĐ-CP)?|TT \d+/\d{4}/[A-ZĐ-]+)"
    r"(?: Điều \d+)?(?:, Điều \d+)*"
)
_LONG = (("NĐ ", "Nghị định "), ("TT ", "Thông tư "))


@dataclass(frozen=True, slots=True)
class PublishedSource:
    """What a reader may look up."""

    #: The number of the decision that published the procedure.
    decision: str
    #: Its page on the national portal.
    address: str
    laws: tuple[str, ...]


def parse_published_source(text: str) -> PublishedSource:
    """Read decision, address and laws out of a source; whatever is not there stays empty."""
    decision, address = _DECISION.search(text), _PORTAL.search(text)
    laws = dict.fromkeys(match[0] for match in _LAW.finditer(text))
    return PublishedSource(
        decision=decision[1].strip() if decision else "",
        address=address[0] if address else "",
        laws=tuple(_spelled_out(law) for law in laws),
    )


def _spelled_out(law: str) -> str:
    for short, long in _LONG:
        if law.startswith(short):
            return law.replace(short, long, 1)
    return law
