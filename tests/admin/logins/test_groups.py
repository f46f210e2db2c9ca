"""A change of a group is a change of its people: their logins end."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from flask_appbuilder.security.sqla.models import Group, Role, User

from motcua.admin.permissions import SYSTEM_ADMIN
from tests.admin.logins.browsers import (
    OLD_WAYS,
    is_in,
    logged_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


pytestmark = OLD_WAYS


@pytest.fixture
def group(app: Flask, session: Session) -> Iterator[str]:
    """Return the name of a group, which is gone afterwards."""
    name = "Tổ một cửa"
    session.add(Group(name=name, label="", description=""))
    session.commit()
    yield name
    with platform(app) as people:
        for group in people.query(Group):
            people.delete(group)


@contextmanager
def platform(app: Flask) -> Iterator[Any]:
    """Change people by the platform's own session, as its screens and commands do."""
    with app.app_context():
        people = app.appbuilder.session  # type: ignore[attr-defined]
        yield people
        people.commit()


@dataclass
class Company:
    """A group and Lan, in a session of the platform."""

    people: Any
    group: Group
    lan: User


def joins(company: Company) -> None:
    company.group.users = [company.lan]


def gets_a_role(company: Company) -> None:
    company.group.roles = [company.people.query(Role).filter_by(name=SYSTEM_ADMIN).one()]


def ends(company: Company) -> None:
    company.people.delete(company.group)


@pytest.mark.parametrize("change", [joins, gets_a_role, ends], ids=lambda act: act.__name__)
def test_a_change_of_a_group_ends_the_logins_of_its_people(
    app: Flask, lan: User, admin: FlaskClient, group: str, change: Any
) -> None:
    if change is not joins:
        with platform(app) as people:
            joins(Company(people, people.query(Group).filter_by(name=group).one(), people.get(User, lan.id)))
    browser = logged_in(app, "lan")

    with platform(app) as people:
        change(Company(people, people.query(Group).filter_by(name=group).one(), people.get(User, lan.id)))

    assert not is_in(browser)
    assert is_in(admin)
