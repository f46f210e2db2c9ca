"""From a digest to a finished letter, every header of which is known before it leaves.

No text that anybody typed stands in a header: the subject is ours, the
recipient a bare address of the simplest kind. Even so each letter is read
back before it is sealed, because some Pythons let an encoded word break out
of its line (CVE-2024-6923; ``motcua doctor`` tells).
"""

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, EmailPolicy, compat32
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from motcua.admin.domain.digest_content import Group
from motcua.admin.domain.digest_recipients import is_usable_address
from motcua.admin.enums import MailKind
from motcua.scheduler.delivery import Letter
from motcua.scheduler.digest_words import SIGNS, TONES, DigestWords

if TYPE_CHECKING:
    from datetime import date, datetime

    from motcua.admin.domain.digest_content import Digest
    from motcua.scheduler.settings import SchedulerSettings

HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
)


# The longest line a mail may have (RFC 5322, 2.1.1).
_WHOLE = EmailPolicy(linesep="\r\n", max_line_length=998)


class _LetterPolicy(EmailPolicy):
    """Headers as everywhere, but the subject in the older way, and addresses in one piece.

    Python's newer folding loses the space where an encoded subject goes to
    its next line: "hồ sơ" arrives as "hồsơ". A long address it puts on a line
    of its own, and it no longer reads back as it was written.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return one header as bytes."""
        if name in {"From", "To"}:
            return _WHOLE.fold_binary(name, value)
        if name != "Subject":
            return super().fold_binary(name, value)
        folded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}".encode("ascii")


_POLICY = _LetterPolicy(linesep="\r\n")


class UnsafeLetterError(Exception):
    """The letter does not read back as it was written; it must not leave."""


def digest_letter(
    digest: Digest,
    *,
    recipient_id: int,
    address: str,
    is_second_copy: bool,
    settings: SchedulerSettings,
    public_url: str,
    now: datetime,
) -> Letter:
    """Write a supervisor's digest as HTML and as text. Raises UnsafeLetterError."""
    say = DigestWords(digest, settings.mail_language, is_second_copy)
    message_id = digest_message_id(digest.day, recipient_id, public_url)
    message = EmailMessage(policy=_POLICY)
    message["From"] = settings.mail_from
    message["To"] = address
    message["Subject"] = say.subject()
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    # No holiday notice shall answer, and no answer shall answer that.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    text, html = _bodies(digest, say, settings=settings, public_url=public_url)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = settings.mail_language.value  # setting the content removes what says "Content-"
    return Letter(
        sender=settings.mail_from,
        recipient=address,
        message_id=message_id,
        name=f"{digest.day.isoformat()}_{MailKind.DIGEST.value}",
        content=sealed(message, sender=settings.mail_from, recipient=address, subject=say.subject()),
    )


def digest_message_id(day: date, recipient_id: int, public_url: str) -> str:
    """Return the same id for both copies, so that a mail program can tell that they are one."""
    host = urlsplit(public_url).hostname or "localhost"
    return f"<digest-{day.isoformat()}-{recipient_id}@{host.replace(':', '.')}>"


def sealed(message: EmailMessage, *, sender: str, recipient: str, subject: str) -> bytes:
    """Return the letter's bytes, after reading them back as a mail server would. Raises UnsafeLetterError."""
    content = message.as_bytes()
    head, _, _ = content.partition(b"\r\n\r\n")
    if b"\n" in head.replace(b"\r\n", b"") or b"\r" in head.replace(b"\r\n", b""):
        raise UnsafeLetterError("a header has a broken line")
    read = BytesParser(policy=compat32).parsebytes(content, headersonly=True)
    if sorted(read.keys()) != sorted(HEADERS):
        msg = f"headers {sorted(read.keys())}"
        raise UnsafeLetterError(msg)
    if read["From"] != sender or read["To"] != recipient or not is_usable_address(recipient):
        raise UnsafeLetterError("sender or recipient")
    if str(BytesParser(policy=SMTP).parsebytes(content, headersonly=True)["Subject"]) != subject:
        raise UnsafeLetterError("subject")
    return content


def _bodies(digest: Digest, say: DigestWords, *, settings: SchedulerSettings, public_url: str) -> tuple[str, str]:
    facts = {
        "digest": digest,
        "say": say,
        "_": say.translate,
        "groups": tuple(Group),
        "signs": SIGNS,
        "tones": TONES,
        "rows": settings.digest_rows,
        "time": f"{settings.digest_time:%H:%M}",
        "list_url": f"{public_url}/motcua/dossiers/list/",
        "link": lambda code: f"{public_url}/motcua/dossiers/by-code/{quote(code, safe='')}",
    }
    templates = _templates()
    text = templates.get_template("reminders/digest.txt").render(facts)
    html = templates.get_template("reminders/digest.html").render(facts)
    return text, html


@cache
def _templates() -> Environment:
    """Our own, so that a letter can be written where there is no request and no web server."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
