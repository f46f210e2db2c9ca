"""What a password must be: long enough and not one that everybody tries.

No rule about capitals and signs: such rules make people write passwords down
(ASVS 5.0, 6.2.5). FAB asks through FAB_PASSWORD_COMPLEXITY_VALIDATOR.
"""

from __future__ import annotations

from flask_appbuilder.exceptions import PasswordComplexityValidationError

from motcua.admin.domain.text import unaccented
from motcua.admin.language import gettext

LEAST_LETTERS = 8
_LEAST_DIFFERENT = 5
#: The beginning of every list of stolen passwords, and the words of the house.
_COMMON = (
    "password", "passw0rd", "matkhau", "iloveyou", "anhyeuem", "emyeuanh", "admin", "administrator", "welcome",
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwerty", "letmein", "football", "sunshine", "princess", "dragon", "monkey",
    "vietnam", "hanoi", "saigon", "motcua", "trungtam", "hanhchinh", "congchuc", "canbo",
)  # fmt: skip
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def check_password(password: str | None) -> None:
    """Refuse a password that is quickly guessed. Raises FAB's PasswordComplexityValidationError."""
    text = password or ""
    if len(text) < LEAST_LETTERS:
        raise PasswordComplexityValidationError(gettext("At least {count} characters, please.", count=LEAST_LETTERS))
    plain = "".join(letter for letter in unaccented(text) if letter.isalnum())
    if len(set(plain)) < _LEAST_DIFFERENT or _is_a_row(plain) or plain.strip("0123456789") in _COMMON:
        raise PasswordComplexityValidationError(
            gettext("This password is among those tried first. Please take another, such as three words in a row.")
        )


def _is_a_row(text: str) -> bool:
    return any(text in row * 3 or text[::-1] in row * 3 for row in _ROWS)
