"""The OpenAPI document is complete and true: every address is asked what it allows and forbids (INJ-09).

``MOTCUA_TEST_API_CASES=5000`` asks so many cases on each engine; without it a
bounded part with fixed dice is asked.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.manager import OpenApi
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict, from_wsgi
from schemathesis.specs.openapi import checks
from sqlalchemy import select

from motcua.admin.api.openapi import json_addresses
from motcua.admin.models import Counter, Procedure
from tests.admin.desk import bearer, give_roles
from tests.admin.hall import Hall
from tests.admin.systems import connected
from tests.town import build_town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from schemathesis import Case, Response
    from schemathesis.schemas import APIOperation, BaseSchema
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
    from tests.browsing import Moment
    from tests.conftest import Figures

Tokens: TypeAlias = dict[str, str]

DOCUMENT = "/api/v1/motcua/openapi.json"
CASES = int(os.environ.get("MOTCUA_TEST_API_CASES", "0"))
FIXED_DICE = 20261202
ROLES = ("device", "officer", "system")
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.ignored_auth,
]


@pytest.fixture
def tokens(app: Flask, client: FlaskClient, session: Session, motcua: Motcua, moment: Moment) -> Iterator[Tokens]:
    """Return what a kiosk, an officer and a connected system of a centre at work show."""
    hall = Hall(motcua, build_town(session))
    give_roles(app, session, hall.town)
    hall.issue(count=5, now=moment.now)
    program = connected(client, session, hall.town.office)
    limiter = app.appbuilder.sm.limiter  # type: ignore[attr-defined]
    limiter.enabled = motcua.counts_tries = False  # asking a thousand times is the task here
    yield {
        "device": f"Bearer {hall.town.kiosk_token}",
        "officer": bearer(client, "lan")["Authorization"],
        "system": f"Bearer {program.key}",
    }
    limiter.enabled = motcua.counts_tries = True


def description(app: Flask, **known: Any) -> BaseSchema:
    """Return the document as the asker reads it; tokens come from us and not from the dice.

    With values for fields, as somebody would ask who knows the centre.
    """
    document = app.test_client().get(DOCUMENT).get_json()
    for field, value in known.items():
        _settle(document["paths"], field, value)
        for name in ("CounterNext", "CounterCommand", "CounterIntake", "SystemPush"):
            _settle(document["components"]["schemas"][name], field, value)
    schema = from_dict(document)
    schema.app = app
    schema.config.generation.with_security_parameters = False
    rejection = schema.config.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, "413"]  # too long is a refusal, too
    return schema


def _settle(shape: Any, field: str, value: Any) -> None:
    """Give a field of every request's body its value."""
    if isinstance(shape, dict):
        properties = shape.get("properties", {})
        if field in properties and "responses" not in shape:
            properties[field] = {"enum": [value]}
        for name, part in shape.items():
            if name != "responses":
                _settle(part, field, value)


def dice(count: int, **more: Any) -> settings:
    """Return how the cases are thrown: so many, always the same, none kept."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        **more,
    )


def modes(operation: APIOperation) -> list[GenerationMode]:
    """Return whether an address can be asked wrongly, too: any text may stand in a path."""
    raw = operation.definition.raw
    parts = [part for part in raw.get("parameters", []) if part["in"] != "path" or part["schema"]["type"] != "string"]
    return list(GenerationMode) if parts or "requestBody" in raw else [GenerationMode.POSITIVE]


def scheme_of(case: Case) -> str | None:
    """Return whose token an address takes; None when it takes none."""
    needed = case.operation.definition.raw["security"]
    return next(iter(needed[0])) if needed else None


def check_door(case: Case, answer: Response, role: str | None) -> None:
    """Whoever's door it is comes in; everybody else stays outside, whatever he asks."""
    scheme = scheme_of(case)
    if scheme is None:
        return
    if scheme == role:
        assert answer.status_code != 401
    else:  # a slash in a part of the address may lead to no address at all
        assert answer.status_code == 401 or (answer.status_code == 404 and case.path_parameters)


def test_every_json_address_of_ours_is_described(app: Flask, client: FlaskClient) -> None:
    described = client.get(DOCUMENT).get_json()

    with app.app_context():
        addresses = {(path, method) for path, method, _ in json_addresses()}
    ours = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.endpoint.startswith(("SecurityApi", "MenuApi"))
    }
    assert len(ours) == len({path for path, _ in addresses}) > 20
    operations = {(path, method) for path, ways in described["paths"].items() for method in ways}
    assert operations == addresses | {("/t/{token}.json", "get")}


def test_every_description_says_who_may_ask_what_is_refused_and_what_an_answer_holds(client: FlaskClient) -> None:
    described = client.get(DOCUMENT).get_json()

    from_wsgi(DOCUMENT, client.application).validate()
    for path, ways in described["paths"].items():
        for method, operation in ways.items():
            statuses = {int(status) for status in operation["responses"]}
            needs_key = operation["security"] != []
            assert operation["description"], path
            assert (401 in statuses) == needs_key, path
            assert ({400, 409, 413} <= statuses) == (method == "post"), path
            for status, answer in operation["responses"].items():
                assert "$ref" in answer or status == "304" or answer["content"], path


def test_a_host_that_shows_fabs_own_document_finds_every_shape_in_it(app: Flask) -> None:
    with app.test_request_context():
        spec = OpenApi._create_api_spec("v1")  # noqa: SLF001 - as FAB's own address does
        for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
            if isinstance(view, BaseApi) and view.version == "v1":
                view.add_api_spec(spec)
    document = spec.to_dict()

    named = {tuple(found.split("/")) for found in re.findall(r'"#/components/([^"]+)"', json.dumps(document))}
    assert len(named) > 20
    assert [name for kind, name in named if name not in document["components"].get(kind, {})] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_address_keeps_to_its_description(app: Flask, tokens: Tokens, role: str, figures: Figures) -> None:
    schema = description(app)
    operations = [found.ok() for found in schema.get_all_operations()]
    each = max(1, -(-CASES // (len(operations) * len(GenerationMode) * len(ROLES))))
    asked: dict[int, int] = {}

    for operation in operations:
        for mode in modes(operation):

            @seed(FIXED_DICE)
            @dice(each)
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case) -> None:
                answer = case.call_and_validate(headers={"Authorization": tokens[role]}, checks=CHECKS)
                asked[answer.status_code] = asked.get(answer.status_code, 0) + 1
                check_door(case, answer, role)

            ask()

    figures(f"API as {role}: {sum(asked.values())} cases, by status {dict(sorted(asked.items()))}")
    assert sum(asked.values()) >= len(operations)
    assert max(asked) < 500


def test_links_lead_on_through_a_visit_and_a_dossier(
    app: Flask, tokens: Tokens, session: Session, figures: Figures
) -> None:
    known = {
        "service": "ho-tich",
        "procedure": session.scalars(select(Procedure.code)).one(),
        "counter": session.scalars(select(Counter.id).order_by(Counter.number)).first(),
        "applicant": {"name": "Đặng Thị Kín"},
        "priority": None,
        "papers": [],
    }
    session.rollback()
    schema = description(app, **known)
    asked: dict[int, int] = {}

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            scheme = scheme_of(case)
            return {"headers": {"Authorization": tokens[scheme]} if scheme else {}}

        def validate_response(self, response: Response, case: Case, **_: Any) -> None:
            asked[response.status_code] = asked.get(response.status_code, 0) + 1
            case.validate_response(response, checks=[check for check in CHECKS if check is not checks.ignored_auth])
            check_door(case, response, scheme_of(case))

    Walk.run(settings=dice(max(4, CASES // 50), stateful_step_count=8, derandomize=True))

    figures(f"API by links: {sum(asked.values())} cases, by status {dict(sorted(asked.items()))}")
    assert {200, 201} <= set(asked)
    assert max(asked) < 500


def test_a_wrong_method_is_refused_as_a_problem(client: FlaskClient) -> None:
    answer = client.delete("/api/v1/motcua/dossiers")

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_the_document_opens_to_everybody_and_sets_no_cookie(client: FlaskClient) -> None:
    answer = client.get(DOCUMENT)

    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])
