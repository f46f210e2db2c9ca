"""Texts that want to be markup, the columns that people's texts stand in, and pages taken apart."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from motcua.admin.models.base import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

#: One way into markup each: elements, attributes, addresses, comments, encodings, templates, corners of parsers.
PAYLOADS = (
    "<script>alert(1)</script>", "<SCRIPT SRC=//e/x.js></SCRIPT>", "<scr<script>ipt>alert(1)</script>",
    "<script/x>a</script>", "<script\n>alert(1)</script >", "<script>alert`1`</script>",
    "</script><script>alert(1)</script>", "<script src=data:,alert(1)>", "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>", '<img """><script>alert(1)</script>">', "<IMG SRC=# onmouseover=a>",
    "<img src=x:x onerror=alert(1)//", "<img src='x' onerror='alert(1)'>", "<image src=x onerror=alert(1)>",
    "<<img src=x onerror=a>", "<svg onload=alert(1)>", "<svg/onload=alert(1)//", "<svg><script>alert(1)</script>",
    "<svg><animate onbegin=alert(1) attributeName=x>", "<svg><a xlink:href=javascript:alert(1)>x</a>",
    "<svg><set onbegin=alert(1)>", "<svg><use href=data:image/svg+xml,x>",
    "<math><mi xlink:href=javascript:alert(1)>", "<math><mtext><style><img src=x onerror=a>",
    "<body onload=alert(1)>", "<iframe src=javascript:alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<applet code=x>", "<base href=//e/>",
    "<link rel=stylesheet href=//e/x.css>", "<meta http-equiv=refresh content='0;url=//e'>",
    "<style>@import'//e';</style>", "<style>*{display:none}</style>", "<form action=//e><button>x</form>",
    "<button formaction=javascript:alert(1)>x", "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>", "<textarea autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>", "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x", "<keygen autofocus onfocus=a>", "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>", "<a href=vbscript:x>x</a>", "<a href=data:text/html,x>x",
    "<div style=position:fixed;inset:0>x</div>", "<div onclick=alert(1)>x</div>",
    "<p contenteditable onblur=alert(1)>", "<x onclick=a>x</x>", "<custom-element onpointerover=alert(1)>",
    "<dialog open onclose=alert(1)>", "<template><script>alert(1)</script>", "<plaintext>", "<xmp>",
    "<title></title><script>alert(1)</script>", "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "</style><script>alert(1)</script>",
    "</option></select><img src=x onerror=a>", "</td></tr></table><img src=x onerror=a>",
    "<noscript><p title='</noscript><img src=x onerror=a>'>", "<!--><img src=x onerror=alert(1)>",
    "<!--<img src='--><img src=x onerror=a>", "--><script>alert(1)</script>", "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href=//e?>", "<% alert(1) %>", '" onmouseover=alert(1) x="', "' onmouseover=alert(1) x='",
    '" autofocus onfocus=alert(1) "', '"><svg onload=alert(1)>', "'><svg onload=alert(1)>",
    "` onmouseover=alert(1) `", " onmouseover=alert(1) ", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=a&#62;", "&#x3c;svg onload=a&#x3e;", "&quot; onmouseover=alert(1)", "{{ 7*7 }}",
    "{% if 1 %}x", "${alert(1)}", "#{7*7}", "';alert(1)//", '";alert(1)//', "\\';alert(1)//", "\\u003cscript\\u003e",
    "＜script＞alert(1)＜/script＞", "%3Cscript%3Ealert(1)%3C/script%3E", "<b>x</b>", "<i>",
)  # fmt: skip
#: What code makes and acts on: forms and imports accept nothing else there.
_MADE_BY_CODE = frozenset(
    {
        "answer", "code", "digest", "epoch", "idempotency_key", "identifier", "last_status", "lease", "message_id",
        "missed_days", "priority", "public_id", "query", "request_digest", "row_digest", "screen", "series",
        "time_zone", "token_digest", "uri",
    }
)  # fmt: skip
#: The audit trail's screen has a test of its own (tests/admin/audit).
_NEVER_CHANGED = frozenset({"motcua_audit_entry", "motcua_audit_head"})
#: Room for what tells rows of a table apart.
_OWN = 5


def typed_columns() -> list[sa.Column[object]]:
    """Return every column of ours that holds what somebody typed, and the names of logins."""
    ours = [
        column
        for table in Record.metadata.sorted_tables
        for column in table.columns
        if table.name not in _NEVER_CHANGED
        and isinstance(column.type, sa.String)
        and not isinstance(column.type, sa.Enum)
        and column.name not in _MADE_BY_CODE
    ]
    return [*ours, User.__table__.c.first_name, User.__table__.c.last_name]


def packs(length: int | None) -> list[str]:
    """Return the payloads, as many side by side as a column of this length holds."""
    room = (length or 2000) - _OWN
    filled = [""]
    for payload in PAYLOADS:
        if len(payload) <= room:
            if len(filled[-1]) + len(payload) + 1 > room:
                filled.append("")
            filled[-1] = f"{filled[-1]} {payload}".strip()
    return filled


def fill(session: Session, texts: Sequence[Sequence[str]], turn: int) -> None:
    """Write a text into every typed column of every row; ``texts`` has those of each column, which take turns."""
    for number, (column, choice) in enumerate(zip(typed_columns(), texts, strict=True)):
        (key, *_) = column.table.primary_key
        text = choice[(turn + number) % len(choice)]
        for row in session.scalars(sa.select(key)).all():
            session.execute(sa.update(column.table).where(key == row).values({column: f"{row % 10_000} {text}"}))
    session.commit()


class Anatomy(HTMLParser):
    """A page taken apart: its elements with the names of their attributes, its addresses, its texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        #: What is markup: it may not depend on what anybody typed.
        self.bones: list[tuple[str, ...]] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.bones.append((tag, *(name for name, _ in attributes)))
        for name, value in attributes:
            if name in {"href", "src", "action", "formaction", "data", "poster", "xlink:href", "content"}:
                self.addresses.append(value or "")
            self.texts.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.bones.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.bones.append(("comment", data))

    def handle_decl(self, declaration: str) -> None:
        self.bones.append(("declaration", declaration))

    def handle_pi(self, data: str) -> None:
        self.bones.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.bones.append(("unknown", data))

    def shown(self) -> set[str]:
        """Return the payloads that can be read on the page, as texts."""
        everything = " ".join("\n".join(self.texts).split())
        return {payload for payload in PAYLOADS if " ".join(payload.split()) in everything}
