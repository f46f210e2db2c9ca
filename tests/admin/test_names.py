"""Names of people: sorted, shortened and put together the Vietnamese way."""

from __future__ import annotations

import random
import unicodedata

from motcua.admin.domain.names import alphabetical, by_given_name, full_name, initials


def shuffled(words: list[str]) -> list[str]:
    return random.Random(7).sample(words, len(words))


def test_letters_follow_the_vietnamese_alphabet() -> None:
    alphabet = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")

    assert sorted(shuffled(alphabet), key=alphabetical) == alphabet


def test_letters_borrowed_for_foreign_names_stand_where_latin_has_them() -> None:
    assert sorted("zwjfvkeix", key=alphabetical) == list("efijkvwxz")


def test_tones_follow_the_dictionary() -> None:
    words = ["ma", "mà", "mả", "mã", "má", "mạ"]

    assert sorted(shuffled(words), key=alphabetical) == words


def test_a_tone_counts_only_between_the_same_letters() -> None:
    words = ["Hà", "Hạ", "Hai", "Hải", "Hân"]

    assert sorted(shuffled(words), key=alphabetical) == words


def test_texts_are_compared_syllable_by_syllable() -> None:
    words = ["Hoa", "Hoa Mai", "Hòa", "Hòa An", "Hoàn"]

    assert sorted(shuffled(words), key=alphabetical) == words


def test_figures_and_signs_stand_before_letters() -> None:
    assert sorted(["Quầy A", "An", "Quầy 1", "1 cửa"], key=alphabetical) == ["1 cửa", "An", "Quầy 1", "Quầy A"]


def test_capital_letters_and_decomposed_letters_make_no_difference() -> None:
    name = "Nguyễn Thị Ánh"

    assert alphabetical(unicodedata.normalize("NFD", name.upper())) == alphabetical(name)


def test_where_the_tone_is_written_makes_no_difference() -> None:
    assert alphabetical("hoà thuỷ") == alphabetical("hòa thủy")


def test_people_are_listed_by_given_name_then_middle_names_then_surname() -> None:
    people = [
        "Trần An",
        "Lê Văn An",
        "Nguyễn Văn An",
        "Đỗ Ngọc Ánh",
        "Lý Thị Ân",
        "Phạm Dũng",
        "Bùi Đức",
        "Ngô Thị Thu Hà",
        "Ngô Thị Vân Hà",
        "Hoàng Yến",
    ]

    assert sorted(shuffled(people), key=by_given_name) == people


def test_a_single_name_and_no_name_are_sorted_too() -> None:
    assert sorted(["Lan", "", "Trần Lan", "Hoa"], key=by_given_name) == ["", "Hoa", "Lan", "Trần Lan"]


def test_the_surname_comes_first() -> None:
    assert full_name(surname="Nguyễn Thị", given_name="Lan") == "Nguyễn Thị Lan"


def test_a_person_who_has_no_surname_on_record_keeps_a_clean_name() -> None:
    assert full_name(surname="", given_name="Lan") == "Lan"


def test_initials_are_letters_without_their_tone() -> None:
    assert [initials(name) for name in ("Nguyễn Thị Lan", "đỗ văn ánh", "Ôn Ân", "")] == [
        "N.T.L.",
        "Đ.V.A.",
        "Ô.Â.",
        "",
    ]


def test_initials_of_decomposed_text_are_whole_letters() -> None:
    assert initials(unicodedata.normalize("NFD", "Ông Ích Ân")) == "Ô.I.Â."
