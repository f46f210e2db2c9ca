"""The test of the tests: English is told from Vietnamese."""

from __future__ import annotations

import csv

import pytest

from tests.host.catalogue import ROOT
from tests.host.spelling import foreign_words, vietnamese_words


@pytest.mark.parametrize(
    "word", ["Add", "Back", "Cancel", "Edit", "Home", "Name", "Next", "OK", "Save", "Search", "Show", "Login", "Page"]
)
def test_the_words_of_english_screens_are_found(word: str) -> None:
    assert foreign_words(f"Chọn mục {word} nhé") == [word]


def test_vietnamese_sentences_pass() -> None:
    text = "Quý khách vui lòng quét mã QR để theo dõi hồ sơ số A012 tại ki-ốt; nghiêng, khuỷu, quyển, giếng, yểng, oăm."

    assert foreign_words(text) == []


def test_what_is_filled_in_and_what_is_typed_into_a_shell_is_not_spelled() -> None:
    assert (
        foreign_words("Chạy `motcua upgrade`, xem {file}, %(min)s, /etc/motcua.conf, lan@example.vn, SECRET_KEY") == []
    )


def test_the_published_names_of_procedures_are_vietnamese_to_this_test() -> None:
    with (ROOT / "admin/sample/procedures.csv").open(encoding="utf-8-sig", newline="") as file:
        names = [row["name_vi"] for row in csv.DictReader(file)]

    assert names
    assert [word for name in names for word in foreign_words(name)] == []


def test_letters_that_english_has_not_are_found() -> None:
    assert vietnamese_words("The đồng is a currency, Huế a city, façade a word") == ["đồng", "Huế"]
