"""AZN-12: whatever the offices and the people, who may do what is what twenty plain lines say.

``MOTCUA_TEST_ACCESS_REQUESTS=2000`` asks so often on each engine; without it
a few hundred requests, other ones each time, keep watch.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motcua.admin.enums import StaffRole
from motcua.admin.models import StaffMember
from motcua.admin.permissions import AUDITOR, ROLE_OF_STAFF, SYSTEM_ADMIN
from tests.admin.two_offices import add_dossier, role_named, signed_in, sync_once
from tests.town import add_office, add_procedure, add_user

if TYPE_CHECKING:
    from flask import Flask
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.models import Dossier, Office
    from tests.browsing import Moment
    from tests.conftest import Figures

REQUESTS_A_WORLD = 12
WORLDS = -(-int(os.environ.get("MOTCUA_TEST_ACCESS_REQUESTS", "240")) // REQUESTS_A_WORLD)
RECEIVES, WORKS, LEADS, KEEPS = (
    StaffRole.RECEIVING_OFFICER,
    StaffRole.CASE_OFFICER,
    StaffRole.SUPERVISOR,
    StaffRole.OFFICE_ADMIN,
)


@dataclass(frozen=True)
class Place:
    office: int
    role: StaffRole
    is_active: bool


@dataclass(frozen=True)
class Person:
    places: tuple[Place, ...]
    platform: str | None


@dataclass(frozen=True)
class World:
    """Offices by number, each with the number of the one above it; one dossier in each."""

    above: tuple[int | None, ...]
    people: tuple[Person, ...]
    asked: tuple[tuple[int, int, str], ...]


# --- the reference policy ------------------------------------------------------------------------

MAY = {
    "show": {RECEIVES, WORKS, LEADS, KEEPS},
    "move": {RECEIVES, WORKS, LEADS},
    "assign": {RECEIVES, LEADS},
    "apologise": {WORKS, LEADS},
    "correct": {LEADS},
    "reprint": {RECEIVES, LEADS, KEEPS},
}


def may(world: World, person: Person, action: str, office: int) -> bool:
    if person.platform == SYSTEM_ADMIN or (person.platform == AUDITOR and action == "show"):
        return True
    return any(
        place.is_active and place.role in MAY[action] and reaches(world, place, office) for place in person.places
    )


def reaches(world: World, place: Place, office: int | None) -> bool:
    if place.role not in {LEADS, KEEPS}:
        return place.office == office
    while office is not None and office != place.office:
        office = world.above[office]
    return office == place.office


# --- the worlds ----------------------------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(2, 5))
    above = tuple(draw(st.none() | st.integers(0, number - 1)) if number else None for number in range(count))
    offices = st.integers(0, count - 1)
    place = st.builds(Place, offices, st.sampled_from(StaffRole), st.sampled_from([True, True, True, False]))
    places = st.lists(place, max_size=3, unique_by=lambda one: (one.office, one.role)).map(tuple)
    platform = st.sampled_from([None, None, None, None, AUDITOR, SYSTEM_ADMIN])
    people = draw(st.lists(st.builds(Person, places, platform), min_size=2, max_size=3).map(tuple))
    request = st.tuples(st.integers(0, len(people) - 1), offices, st.sampled_from(sorted(MAY)))
    asked = draw(st.lists(request, min_size=REQUESTS_A_WORLD, max_size=REQUESTS_A_WORLD).map(tuple))
    return World(above, people, asked)


def settle(session: Session, world: World) -> tuple[list[User], list[Dossier]]:
    """Write a world into the record."""
    procedure = add_procedure(session, code=uuid.uuid4().hex[:12])
    offices: list[Office] = []
    for parent in world.above:
        offices.append(add_office(session, uuid.uuid4().hex[:12]))
        offices[-1].parent = None if parent is None else offices[parent]
    users = [_login(session, person, offices) for person in world.people]
    towns: list[Any] = [
        SimpleNamespace(office=office, procedure=procedure, lan=users[0], minh=users[0]) for office in offices
    ]
    dossiers = [add_dossier(session, town) for town in towns]
    session.commit()
    return users, dossiers


def _login(session: Session, person: Person, offices: list[Office]) -> User:
    user = add_user(session, uuid.uuid4().hex[:12], "Thị", "Trần")
    for place in person.places:
        office = offices[place.office]
        session.add(StaffMember(user_id=user.id, office=office, role=place.role, is_active=place.is_active))
    held = {ROLE_OF_STAFF[place.role] for place in person.places if place.is_active}
    user.roles = [role_named(session, name) for name in sorted(held | ({person.platform} - {None}))]  # type: ignore[arg-type, operator]
    return user


# --- asking --------------------------------------------------------------------------------------


@pytest.mark.timeout(3600)
def test_who_may_do_what_is_what_the_reference_says(
    app: Flask, session: Session, moment: Moment, figures: Figures
) -> None:
    assert moment
    sync_once(app, session)
    allowed: list[bool] = []

    @settings(
        max_examples=WORLDS, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    @given(worlds())
    def ask(world: World) -> None:
        users, dossiers = settle(session, world)
        clients = [signed_in(app, user) for user in users]
        for person, office, action in world.asked:
            address = f"/motcua/dossiers/{action}/{dossiers[office].id}"
            if action == "show":
                opened = clients[person].get(address).status_code
            else:  # a field nobody has: whoever may enter is told so, and nothing is changed
                opened = clients[person].post(address, data={"no_such_field": "1"}).status_code
            wanted = may(world, world.people[person], action, office)
            assert opened in ({200, 400} if wanted else {302, 403, 404}), (world, person, office, action, opened)
            allowed.append(wanted)

    ask()
    engine = session.get_bind().dialect.name
    figures(f"AZN-12 {engine}: {len(allowed)} requests, {sum(allowed)} of them allowed, 0 disagreements")
    assert len(allowed) >= WORLDS * REQUESTS_A_WORLD
    assert any(allowed)
    assert not all(allowed)
