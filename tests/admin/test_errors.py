"""Refusals as a public surface: codes that never change, one status each, two languages that say the same."""

from __future__ import annotations

import inspect
import re
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from motcua.admin import errors, key_errors, login_errors
from motcua.admin.enums import Language
from motcua.admin.errors import InBoth, OutsideHoursError, Refusal, ServiceClosedError
from motcua.admin.views.problems import status_of

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSALS: list[type[Refusal]] = [
    kind
    for module in (errors, key_errors, login_errors)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Refusal) and kind.__module__ == module.__name__
]
#: What other programs may rely on. A new refusal gets a line here; a line is never changed.
STATUS_OF_CODE = {
    "body_not_json": 400,
    "body_too_large": 413,
    "busy": 503,
    "catalogue_keeper": 403,
    "code_refused": 400,
    "conflict": 409,
    "counter_busy": 409,
    "counter_idle": 409,
    "csrf_failed": 403,
    "device_not_kiosk": 403,
    "device_revoked": 403,
    "device_unknown": 401,
    "digits_refused": 400,
    "dossier_state": 409,
    "first_account_link_old": 404,
    "first_account_made": 409,
    "foreign_link": 400,
    "hours_missing": 409,
    "hours_order": 400,
    "idempotency_key_missing": 400,
    "idempotency_key_reused": 409,
    "identifier_missing": 409,
    "import_refused": 400,
    "internal_error": 500,
    "invalid_input": 400,
    "key_expired": 403,
    "key_revoked": 403,
    "key_scope": 403,
    "key_span": 400,
    "key_unknown": 401,
    "list_too_long": 400,
    "method_not_allowed": 405,
    "login_required": 401,
    "not_allowed": 403,
    "not_found": 404,
    "office_inactive": 409,
    "office_loop": 400,
    "office_not_ready": 409,
    "outside_hours": 409,
    "password_not_changed": 503,
    "password_refused": 400,
    "printer_address": 400,
    "queue_empty": 409,
    "quota_reached": 409,
    "reason_missing": 400,
    "record_away": 503,
    "refused": 400,
    "second_factor_held": 409,
    "service_closed": 409,
    "service_not_served": 409,
    "stale_version": 409,
    "streams_full": 503,
    "supplement_policy_unset": 409,
    "ticket_state": 409,
    "ticket_taken": 409,
    "too_many_codes": 429,
    "too_many_digits": 429,
    "too_many_filters": 409,
    "too_many_requests": 429,
    "too_many_tries": 429,
    "unavailable": 409,
    "unknown_fields": 400,
    "unknown_login": 400,
    "unknown_procedure": 404,
    "unknown_service": 404,
    "version_day": 400,
}


def placeholders(text: str) -> set[str]:
    """Return what a text is filled with."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def unfilled(kind: type[Refusal]) -> Refusal:
    """Return a refusal whose facts are their own names."""
    refusal = kind.__new__(kind)
    Refusal.__init__(refusal, **{name: name for name in placeholders(kind.vi)})
    return refusal


def test_every_code_stands_for_one_refusal_with_one_status() -> None:
    """Codes are unique, because there are as many as refusals."""
    assert {kind.code: status_of(unfilled(kind)) for kind in REFUSALS} == STATUS_OF_CODE
    assert len({kind.code for kind in REFUSALS}) == len(REFUSALS)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_both_languages_are_filled_with_the_same_facts(kind: type[Refusal]) -> None:
    assert placeholders(kind.vi) == placeholders(kind.en)
    assert "" not in placeholders(kind.vi)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_both_languages_are_whole_sentences_of_their_own(kind: type[Refusal]) -> None:
    for text in (kind.vi, kind.en):
        assert re.fullmatch(r"[“A-ZÀ-Ỹ{](?!.*(  | \.|\.\.)).+[.}”]", text), text
    assert kind.vi != kind.en
    assert re.search(r"[àáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễìíịỉĩòóọỏõôồốộổỗơờớợởỡùúụủũưừứựửữỳýỵỷỹđ]", kind.vi), kind.vi


@pytest.mark.parametrize("kind", [kind for kind in REFUSALS if kind is not Refusal], ids=lambda kind: kind.__name__)
def test_every_refusal_has_words_and_code_of_its_own(kind: type[Refusal]) -> None:
    assert {"code", "vi", "en"} <= set(vars(kind))
    assert kind.__doc__


def drawn_tree(drawing: str) -> Iterator[tuple[str, str]]:
    """Return child and parent of every line of the tree at the top of the file."""
    above: list[str] = []
    for indent, name in re.findall(r"^( *)[*-] (\w+Error|Refusal)\b", drawing, re.MULTILINE):
        depth = len(indent) // 2
        above[depth:] = [name]
        if depth:
            yield name, above[depth - 1]


def test_the_tree_at_the_top_of_the_file_is_true() -> None:
    true = {(kind.__name__, kind.__bases__[0].__name__) for kind in REFUSALS if kind is not Refusal}

    assert {line for module in (errors, key_errors, login_errors) for line in drawn_tree(module.__doc__ or "")} == true


def test_a_fact_with_a_name_in_each_language_is_said_in_the_right_one() -> None:
    refusal = ServiceClosedError(service=InBoth("Hộ tịch", "Civil status"))

    assert refusal.text(Language.VI) == "Dịch vụ “Hộ tịch” đang tạm đóng. Vui lòng hỏi cán bộ hướng dẫn."
    assert refusal.text(Language.EN) == "The service “Civil status” is closed. Please ask a member of staff."
    assert str(refusal) == refusal.text(Language.EN)


def test_a_fact_that_is_left_out_is_a_bug_and_not_a_riddle_for_the_citizen() -> None:
    with pytest.raises(KeyError):
        OutsideHoursError()
