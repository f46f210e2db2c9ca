"""Names of people: how they are put together, shortened, and sorted in Vietnamese.

A list of people goes by the given name, which stands last, then by the middle
names, then by the surname. Letters have an order of their own (ă and â follow
a, đ follows d), and a tone counts only between syllables of the same letters.
"""

from __future__ import annotations

import unicodedata

_RANK = {letter: rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
# In the order of the dictionary, after the level tone: huyền, hỏi, ngã, sắc, nặng.
_TONE = {sign: rank for rank, sign in enumerate("\u0300\u0309\u0303\u0301\u0323")}
# Signs and figures stand before letters.
_BEFORE_LETTERS = 0x110000

_Syllable = tuple[tuple[int, ...], tuple[int, ...]]
Alphabetical = tuple[_Syllable, ...]


def alphabetical(text: str) -> Alphabetical:
    """Return the key by which Vietnamese texts are sorted: syllable by syllable, letters first, then the tone."""
    return tuple(_syllable(word) for word in text.split())


def by_given_name(full_name: str) -> tuple[Alphabetical, Alphabetical, Alphabetical]:
    """Return the key by which people are listed: given name, middle names, surname."""
    syllables = alphabetical(full_name)
    return syllables[-1:], syllables[1:-1], syllables[:-1][:1]


def full_name(*, surname: str, given_name: str) -> str:
    """Put the surname, with what follows it, first: FAB's own full name has it last."""
    return f"{surname} {given_name}".strip()


def initials(full_name: str) -> str:
    """Return "N.T.L." for "Nguyễn Thị Lan"."""
    letters = (_without_tones(word)[:1].upper() for word in full_name.split())
    return "".join(f"{letter}." for letter in letters if letter)


def _syllable(word: str) -> _Syllable:
    lower = word.casefold()
    return (
        tuple(_RANK.get(letter, ord(letter) - _BEFORE_LETTERS) for letter in _without_tones(lower)),
        tuple(_TONE[sign] for sign in unicodedata.normalize("NFD", lower) if sign in _TONE),
    )


def _without_tones(word: str) -> str:
    # Decomposed, a letter's tone stands apart from what makes it another letter (the hat of â, the horn of ơ).
    signs = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(sign for sign in signs if sign not in _TONE))
