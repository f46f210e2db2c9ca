"""What may happen to Lan, or be done by her, that ends her logins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import User

from motcua.admin.permissions import AUDITOR, SYSTEM_ADMIN
from tests.admin.logins.browsers import NEW_PASSWORD

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


@dataclass
class Case:
    """Lan, her browser, and that of the administrator."""

    lan: User
    browser: FlaskClient
    admin: FlaskClient


def logs_out(case: Case) -> TestResponse:
    return case.browser.get("/logout/")


def logs_out_everywhere(case: Case) -> TestResponse:
    return case.browser.post("/motcua/account/end-logins")


def changes_her_password(case: Case) -> TestResponse:
    return case.browser.post("/resetmypassword/form", data={"password": NEW_PASSWORD, "conf_password": NEW_PASSWORD})


def gets_a_new_password(case: Case) -> TestResponse:
    words = {"password": NEW_PASSWORD, "conf_password": NEW_PASSWORD}
    return case.admin.post(f"/resetpassword/form?pk={case.lan.id}", data=words)


def edited(case: Case, role: str, **more: str) -> TestResponse:
    lan, admin = case.lan, case.admin
    page = admin.get(f"/users/edit/{lan.id}").get_data(as_text=True)
    found = re.search(rf'value="(\d+)">{role}<', page) or re.search(rf'value="(\d+)"[^>]*>{role}<', page)
    assert found
    form = {"first_name": "Lan", "last_name": "Nguyễn Thị", "username": "lan", "email": lan.email, "roles": found[1]}
    return admin.post(f"/users/edit/{lan.id}", data=form | more)


def gets_another_role(case: Case) -> TestResponse:
    return edited(case, SYSTEM_ADMIN, active="y")


def is_deactivated(case: Case) -> TestResponse:
    return edited(case, AUDITOR)


def is_deleted(case: Case) -> TestResponse:
    return case.admin.post(f"/users/delete/{case.lan.id}")


ENDS = [
    logs_out, logs_out_everywhere, changes_her_password, gets_a_new_password,
    gets_another_role, is_deactivated, is_deleted,
]  # fmt: skip
