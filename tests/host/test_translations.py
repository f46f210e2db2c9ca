"""Every message has its Vietnamese, in words that are Vietnamese, and nothing is left over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from motcua.admin.errors import Refusal
from motcua.admin.platform_words import CATALOGUE as PLATFORM
from tests.host.catalogue import (
    OURS,
    entries,
    messages_fab_translates,
    our_messages,
    placeholders,
    platform_messages,
    refreshed,
    words_in_both,
)
from tests.host.spelling import foreign_words, vietnamese_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOTH = pytest.mark.parametrize("catalogue", [OURS, PLATFORM], ids=["ours", "platform"])


def translated(catalogue: Path) -> set[str]:
    return {entry.message for entry in entries(catalogue) if entry.translation}


def untranslated(messages: dict[str, str], catalogue: Path) -> dict[str, str]:
    """Return the messages that have no translation, each with its place in the code."""
    known = translated(catalogue)
    return {message: place for message, place in messages.items() if message not in known}


def test_every_message_of_ours_is_translated() -> None:
    assert untranslated(our_messages(), OURS) == {}


def test_our_catalogue_holds_nothing_that_no_code_says() -> None:
    """A message in a table is found when the table is marked with N_()."""
    assert {entry.message for entry in entries(OURS)} - our_messages().keys() == set()


def test_our_catalogue_is_as_make_words_writes_it() -> None:
    assert OURS.read_bytes().decode() == refreshed().decode()


def test_every_message_of_the_installed_platform_is_translated() -> None:
    missing = {message: place for message, place in platform_messages().items() if message not in translated(PLATFORM)}

    assert missing == {}


def test_the_platforms_catalogue_holds_nothing_that_fab_never_says() -> None:
    assert translated(PLATFORM) - (platform_messages().keys() | messages_fab_translates()) == set()


@BOTH
def test_no_message_stands_twice(catalogue: Path) -> None:
    assert catalogue.read_text(encoding="utf-8").count('\nmsgid "') == len(entries(catalogue)) + 1


@BOTH
def test_what_is_filled_in_is_the_same_in_both_languages(catalogue: Path) -> None:
    wrong = [
        entry
        for entry in entries(catalogue)
        if entry.translation and placeholders(entry.plural or entry.message) != placeholders(entry.translation)
    ]

    assert wrong == []


@BOTH
def test_translations_are_spelled_in_vietnamese(catalogue: Path) -> None:
    english = {entry.message: words for entry in entries(catalogue) if (words := foreign_words(entry.translation))}

    assert english == {}


@BOTH
def test_the_tone_is_written_where_schools_teach_it(catalogue: Path) -> None:
    """One way for every screen: hủy and hòa, not huỷ and hoà."""
    old_way = re.compile(r"o[àáảãạèéẻẽẹ]\b|(?<!q)u[ỳýỷỹỵ]\b", re.IGNORECASE)

    assert [entry.translation for entry in entries(catalogue) if old_way.search(entry.translation)] == []


@BOTH
def test_messages_are_written_in_english(catalogue: Path) -> None:
    vietnamese = {entry.message: words for entry in entries(catalogue) if (words := vietnamese_words(entry.message))}

    assert vietnamese == {}


@BOTH
def test_a_translation_opens_and_ends_as_its_message_does(catalogue: Path) -> None:
    """Sentences keep their full stop, and nothing gains or loses a space at its ends."""
    wrong = [
        entry
        for entry in entries(catalogue)
        if entry.translation
        and (
            ends(entry.message) != ends(entry.translation)
            or outer_spaces(entry.message) != outer_spaces(entry.translation)
        )
    ]

    assert wrong == []


def ends(text: str) -> str:
    """Return the sign that a text ends with, if it is one that both languages set alike."""
    return text[-1] if text[-1] in ".…:" else ""


def outer_spaces(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text) - len(text.rstrip())


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield kind
    for special in kind.__subclasses__():
        yield from refusals(special)


def test_every_refusal_speaks_both_languages() -> None:
    wrong = {
        kind.__name__: kind.vi
        for kind in refusals()
        if foreign_words(kind.vi) or vietnamese_words(kind.en) or facts(kind.vi) != facts(kind.en)
    }

    assert wrong == {}


def test_words_that_fill_a_refusal_stand_in_both_languages() -> None:
    pairs = words_in_both()

    assert pairs
    assert [pair for pair in pairs if foreign_words(pair[0]) or vietnamese_words(pair[-1])] == []


def facts(text: str) -> list[str]:
    """Return what fills a refusal, whatever the language of the filling."""
    return [re.sub("_(vi|en)}$", "}", place) for place in placeholders(text)]
