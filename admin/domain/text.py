"""Vietnamese text on its way in: one form, no control characters, and a shadow to search by."""

from __future__ import annotations

import unicodedata

# Signs that turn the reading direction, or that nobody sees, and that a slip or a log must not obey.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


def clean_line(value: str) -> str:
    """Return one line of composed text (NFC): no control characters, single spaces, none at the ends."""
    composed = unicodedata.normalize("NFC", value)
    return " ".join("".join(" " if _is_control(letter) else letter for letter in composed).split())


def clean_text(value: str) -> str:
    """Return composed text whose only control character is the line feed."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(clean_line(line) for line in lines).strip()


def unaccented(value: str) -> str:
    """Return lower-case text without Vietnamese signs, for searching: "Nguyễn Đức" becomes "nguyen duc"."""
    # đ is a letter of its own, not d with a sign: decomposing leaves it whole.
    plain = clean_line(value).lower().replace("đ", "d")
    # Signs that nobody sees (Cf, such as a zero-width joiner) are never typed into a search.
    return "".join(
        letter
        for letter in unicodedata.normalize("NFD", plain)
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )


def printable(value: str) -> str:
    """Return a text on one line, with escapes for what moves a cursor or nobody sees: for a log."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in value)


def _is_control(letter: str) -> bool:
    return letter in _INVISIBLE or unicodedata.category(letter) in {"Cc", "Zl", "Zp"}
