"""The staff's screens: looking, saving, being refused, within one's own office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.enums import StaffRole
from motcua.admin.models import Counter, Holiday, Office, PrinterDevice, PriorityGroup, QueueService, StaffMember
from tests.admin.forms import choices_at, form_at, read_form, save
from tests.admin.two_offices import TwoOffices, add_dossier, build_two_offices
from tests.town import add_office, add_procedure, add_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


@pytest.fixture
def two(app: Flask, session: Session) -> TwoOffices:
    return build_two_offices(app, session)


@pytest.fixture
def admin(app: Flask, two: TwoOffices) -> FlaskClient:
    """Return the browser of Sơn, who administers Châu Ninh."""
    return two.browser(app, "office_admin")


def text_of(page: object) -> str:
    return page.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def fresh(database: Database, model: type, number: int) -> object:
    with database.read() as session:
        return session.get(model, number)


def test_a_new_service_is_kept_and_shown(admin: FlaskClient, two: TwoOffices, database: Database) -> None:
    saved = save(
        admin,
        "/motcua/services/add",
        office=str(two.ours.office.id),
        name_vi="  Cư trú ",
        name_en="Residence",
        code="cu-tru",
        series="C",
        daily_quota="",
    )

    assert saved.status_code == 302
    with database.read() as session:
        service = session.scalars(sa.select(QueueService).where(QueueService.code == "cu-tru")).one()
    assert (service.office_id, service.name_vi, service.daily_quota) == (two.ours.office.id, "Cư trú", None)
    assert "Cư trú" in text_of(admin.get(saved.location))


def test_what_was_typed_is_not_lost_when_something_is_missing(admin: FlaskClient) -> None:
    answer = admin.post("/motcua/services/add", data={"name_vi": "Cư trú", "series": "abc"})

    form = read_form(answer)
    assert answer.status_code == 400
    assert form.values["name_vi"] == "Cư trú"
    assert "Vui lòng nhập mục này." in text_of(answer)
    assert "Nhập một đến ba chữ cái in hoa." in text_of(answer)


def test_a_doublet_is_refused_in_words_and_the_form_stays(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    answer = save(admin, f"/motcua/services/edit/{two.ours.land.id}", code="ho-tich", name_vi="Nhà đất")

    assert answer.status_code == 409
    assert "Đã có một mục trùng: Đơn vị, Mã." in text_of(answer)
    assert read_form(answer).values["name_vi"] == "Nhà đất"
    assert fresh(database, QueueService, two.ours.land.id).code == "dat-dai"  # type: ignore[attr-defined]


def test_a_save_on_an_old_version_is_refused_with_the_newer_state(
    app: Flask, admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    """DB-01, for people: the second of two gets 409, the newer values, and keeps what she typed."""
    address = f"/motcua/services/edit/{two.ours.civil.id}"
    mine = form_at(admin, address) | {"name_vi": "Hộ tịch của tôi"}
    save(two.browser(app, "admin"), address, name_vi="Hộ tịch của người khác")

    answer = admin.post(address, data=mine)

    assert answer.status_code == 409
    assert "Người khác vừa lưu một bản mới hơn." in text_of(answer)
    assert "Hộ tịch của người khác" in text_of(answer)
    assert read_form(answer).values["name_vi"] == "Hộ tịch của tôi"
    assert fresh(database, QueueService, two.ours.civil.id).name_vi == "Hộ tịch của người khác"  # type: ignore[attr-defined]


def test_saving_again_after_having_seen_the_newer_state_is_a_decision(
    app: Flask, admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    address = f"/motcua/services/edit/{two.ours.civil.id}"
    mine = form_at(admin, address) | {"name_vi": "Của tôi"}
    save(two.browser(app, "admin"), address, name_vi="Của người khác")
    shown = read_form(admin.post(address, data=mine)).values

    assert admin.post(address, data=shown).status_code == 302
    assert fresh(database, QueueService, two.ours.civil.id).name_vi == "Của tôi"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("services", QueueService),
        ("counters", Counter),
        ("printers", PrinterDevice),
        ("priority-groups", PriorityGroup),
    ],
)
def test_rows_of_another_office_are_not_there(
    admin: FlaskClient, two: TwoOffices, session: Session, path: str, model: type
) -> None:
    theirs = session.scalars(sa.select(model).where(model.office_id == two.theirs.office.id)).first()  # type: ignore[attr-defined]

    for method in ("show", "edit"):
        assert admin.get(f"/motcua/{path}/{method}/{theirs.id}").status_code == 404
    assert admin.post(f"/motcua/{path}/delete/{theirs.id}").status_code == 404
    page = text_of(admin.get(f"/motcua/{path}/list/"))
    assert f"/motcua/{path}/show/{theirs.id}" not in page
    assert "Đông Ninh" not in page


def test_selects_offer_what_is_ones_own_and_nothing_else(admin: FlaskClient, two: TwoOffices) -> None:
    offered = choices_at(admin, f"/motcua/counters/edit/{two.ours.counter1.id}", "services")
    printers = choices_at(admin, f"/motcua/counters/edit/{two.ours.counter1.id}", "printer")

    assert set(offered) == {str(two.ours.civil.id), str(two.ours.land.id)}
    assert set(printers) == {"__None", str(two.ours.printer.id)}


def test_a_printer_of_a_sister_office_cannot_be_linked_even_by_who_sees_both(
    app: Flask, two: TwoOffices, database: Database
) -> None:
    answer = save(
        two.browser(app, "system_admin"),
        f"/motcua/counters/edit/{two.ours.counter1.id}",
        printer=str(two.theirs.printer.id),
    )

    assert answer.status_code == 400
    assert "thuộc trung tâm khác" in text_of(answer)
    assert fresh(database, Counter, two.ours.counter1.id).printer_id == two.ours.printer.id  # type: ignore[attr-defined]


def test_a_row_in_use_cannot_be_removed_and_says_so(admin: FlaskClient, two: TwoOffices, database: Database) -> None:
    answer = admin.post(f"/motcua/printers/delete/{two.ours.printer.id}", follow_redirects=True)

    assert "đang được sử dụng nên không xóa được" in text_of(answer)
    assert fresh(database, PrinterDevice, two.ours.printer.id) is not None


def test_a_row_nobody_uses_can_be_removed(
    admin: FlaskClient, two: TwoOffices, session: Session, database: Database
) -> None:
    group = session.scalars(sa.select(PriorityGroup).where(PriorityGroup.office_id == two.ours.office.id)).one()

    answer = admin.post(f"/motcua/priority-groups/delete/{group.id}", follow_redirects=True)

    assert "Đã xóa “Người cao tuổi”." in text_of(answer)
    assert fresh(database, PriorityGroup, group.id) is None


def test_a_bug_is_apologised_for_with_a_number_that_stands_in_the_log(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object, **__: object) -> None:
        msg = "secret detail"
        raise KeyError(msg)

    monkeypatch.setattr("motcua.admin.views.base.page_of", break_down)

    answer = admin.get("/motcua/services/list/")

    incident = caplog.records[-1].getMessage().split()[1].rstrip(":")
    assert answer.status_code == 500
    assert incident in text_of(answer)
    assert "secret detail" not in text_of(answer)
    assert caplog.records[-1].exc_info is not None


@pytest.mark.parametrize("address", ["?page=0", "?page=-1", "?page=1000000000", "?page=x", "?view=nix", "?sort=office"])
def test_nonsense_in_the_address_of_a_list_is_not_found(admin: FlaskClient, address: str) -> None:
    assert admin.get(f"/motcua/services/list/{address}").status_code == 404


def test_percent_signs_are_searched_for_and_not_obeyed(admin: FlaskClient) -> None:
    """INJ-06, for the lists of the staff."""
    assert "Không có mục nào phù hợp." in text_of(admin.get("/motcua/services/list/?q=%25"))
    assert "Hộ tịch" in text_of(admin.get("/motcua/services/list/?q=tịch"))


@pytest.mark.parametrize("path", ["services", "counters", "printers", "staff", "offices", "dossiers", "procedures"])
def test_a_list_asks_the_database_as_often_for_three_rows_as_for_one(
    app: Flask, two: TwoOffices, session: Session, path: str
) -> None:
    client = two.browser(app, "system_admin")
    client.get(f"/motcua/{path}/list/")  # templates and mappers are made once
    one = queries_of(app, client, f"/motcua/{path}/list/?page=1")
    _triple(session, two)

    assert queries_of(app, client, f"/motcua/{path}/list/?page=1") == one


def queries_of(app: Flask, client: FlaskClient, address: str) -> int:
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    with counted(engine) as statements:
        assert client.get(address).status_code == 200
    return len(statements)


class counted:  # noqa: N801 - reads as a function
    """The statements that go over an engine meanwhile."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.statements: list[str] = []

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.statements.append(statement)

    def __enter__(self) -> list[str]:
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        return self.statements

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._note)


def _triple(session: Session, two: TwoOffices) -> None:
    for number in (2, 3):
        add_dossier(session, two.ours, number)
        office = add_office(session, f"xa-{number}")
        printer = PrinterDevice(office=office, name="Máy in", uri="virtual:")
        service = QueueService(office=office, code="x", series="X", name_vi="X", name_en="X")
        session.add_all([printer, service, Counter(office=office, number=1, printer=printer, services=[service])])
        add_procedure(session, code=f"9.00000{number}")
        add_user(session, f"them{number}", "Thêm", "Người")
    session.commit()


def test_holidays_of_the_country_are_left_to_who_keeps_the_catalogue(
    session: Session, two: TwoOffices, admin: FlaskClient, database: Database
) -> None:
    session.add(StaffMember(user_id=two.people["system_admin"].id, office=two.province, role=StaffRole.OFFICE_ADMIN))
    session.commit()

    refused = save(admin, "/motcua/holidays/add", day="24/11/2026", name="Ngày Văn hóa", office="__None")
    own = save(admin, "/motcua/holidays/add", day="24/11/2026", name="Riêng xã", office=str(two.ours.office.id))

    assert refused.status_code == 403
    assert "do quản trị đơn vị cấp trên quản lý" in text_of(refused)
    assert own.status_code == 302
    with database.read() as fresh_session:
        days = fresh_session.scalars(sa.select(Holiday)).all()
    assert [(day.name, day.office_id, f"{day.day:%d/%m/%Y}") for day in days] == [
        ("Riêng xã", two.ours.office.id, "24/11/2026")
    ]


def test_an_office_cannot_be_put_below_itself(app: Flask, two: TwoOffices, database: Database) -> None:
    client = two.browser(app, "system_admin")

    answer = save(client, f"/motcua/offices/edit/{two.province.id}", parent=str(two.ours.office.id))

    assert answer.status_code == 400
    assert "không thể trực thuộc chính mình" in text_of(answer)
    assert fresh(database, Office, two.province.id).parent_id is None  # type: ignore[attr-defined]


def test_an_office_administrator_adds_offices_below_his_own_only(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    values = {"name": "Điểm tiếp nhận", "code": "diem-1", "level": "commune"}
    on_top = save(admin, "/motcua/offices/add", parent="__None", **values)
    below = save(admin, "/motcua/offices/add", parent=str(two.ours.office.id), **values)

    assert (on_top.status_code, below.status_code) == (400, 302)
    with database.read() as session:
        office = session.scalars(sa.select(Office).where(Office.code == "diem-1")).one()
    assert office.parent_id == two.ours.office.id
    assert "parent" not in form_at(admin, f"/motcua/offices/edit/{two.ours.office.id}")


def test_hours_are_saved_as_a_week_and_a_stale_week_is_refused(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    address = f"/motcua/offices/hours/{two.ours.office.id}"
    stale = form_at(admin, address)

    saved = save(admin, address, opens_5_0="7h30", closes_5_0="1130", opens_0_1="", closes_0_1="")
    late = admin.post(address, data=stale | {"opens_6_0": "08:00", "closes_6_0": "09:00"})
    crossed = save(admin, address, opens_4_0="14:00")

    assert (saved.status_code, late.status_code, crossed.status_code) == (302, 409, 400)
    with database.read() as session:
        hours = session.get_one(Office, two.ours.office.id).hours
    by_day = {row.weekday: [] for row in hours}  # type: ignore[var-annotated]
    for row in hours:
        by_day[row.weekday].append(f"{row.opens_at:%H:%M}-{row.closes_at:%H:%M}")
    assert by_day[5] == ["07:30-11:30"]
    assert by_day[0] == ["07:00-11:30"]
    assert 6 not in by_day
    assert by_day[4] == ["07:00-11:30", "13:30-17:00"]


@pytest.fixture(autouse=True)
def _quiet(app: Flask) -> Iterator[None]:
    yield
    with app.app_context():
        app.appbuilder.session.remove()  # type: ignore[attr-defined]
