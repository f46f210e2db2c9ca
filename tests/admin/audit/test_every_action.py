"""AUD-01: whatever is done leaves one row: who, when, from where, to what, before and after."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User

from motcua.admin.cli import motcua as commands
from motcua.admin.domain.desks import find_desk
from motcua.admin.domain.mails import claim_mail, mark_sent, record_hand_over
from motcua.admin.domain.tickets import TicketOrder, issue_ticket
from motcua.admin.enums import AuditAction as A
from motcua.admin.enums import DossierStatus, Errand, Language, MailState
from motcua.admin.models import Device, Dossier, OutgoingMail, PriorityGroup, StaffMember, Ticket
from tests.admin.audit.conftest import Scene
from tests.admin.desk import bearer
from tests.admin.forms import save
from tests.admin.logins.browsers import NEW_PASSWORD, OLD_WAYS, log_in
from tests.admin.logins.endings import Case, edited
from tests.admin.logins.phone import FACTOR, enrol
from tests.admin.test_intake_api import APPLICANT
from tests.town import PASSWORD, WEDNESDAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from motcua.admin.models import AuditEntry

pytestmark = OLD_WAYS


@dataclass(frozen=True)
class Told:
    """What one row has to say."""

    action: A
    who: str
    kind: str
    code: str = ""
    #: "ours": the commune's chain; "": the installation's.
    office: str = "ours"
    #: Some of what it says of before and after.
    says: dict[str, Any] = field(default_factory=dict)


def row(session: Session, model: type[Any], key: Any) -> Any:
    session.rollback()
    return session.get_one(model, key, populate_existing=True)


# --- logins and the people of the platform ---------------------------------------------------------


def logins(scene: Scene) -> Iterator[Told]:
    browser = scene.app.test_client()
    log_in(browser, "lan")
    yield Told(A.LOGIN, "lan", "user", "lan")
    browser.get("/logout/")
    yield Told(A.LOGOUT, "lan", "user", "lan")
    log_in(browser, "lan", "wrong")
    yield Told(A.LOGIN_FAILED, "", "user", "lan")
    log_in(browser, PASSWORD, "typed into the wrong field")
    yield Told(A.LOGIN_FAILED, "", "user", "", office="")
    browser.post("/api/v1/security/login", json={"username": "lan", "password": PASSWORD, "provider": "db"})
    yield Told(A.TOKEN_GIVEN, "lan", "user", "lan")
    scene.browser("case_officer").get("/motcua/devices/list/")
    path = {"method": "GET", "path": "/motcua/devices/list/"}
    yield Told(A.ACCESS_DENIED, "minh", "screen", "MotcuaDeviceView.list", says=path)
    scene.browser("office_admin").post(f"/motcua/staff/end-logins/{scene.two.ours.extra['place_id']}")
    yield Told(A.LOGINS_ENDED, "son", "user", "lan")


def second_factor(scene: Scene) -> Iterator[Told]:
    hoa = scene.browser("supervisor")
    phone = enrol(hoa, scene.moment())
    yield Told(A.SECOND_FACTOR_ON, "hoa", "user", says={"secret": ["***", "***"]})
    hoa.post(f"{FACTOR}remove", data={"password": PASSWORD, "code": "000 000"})
    yield Told(A.SECOND_FACTOR_REFUSED, "hoa", "user", "hoa")
    hoa.post(f"{FACTOR}remove", data={"password": PASSWORD, "code": phone.spare[0]})
    yield Told(A.SECOND_FACTOR_OFF, "hoa", "user")


def people(scene: Scene) -> Iterator[Told]:
    admin = scene.browser("admin")
    with scene.database.read() as session:
        auditor = session.scalars(sa.select(Role.id).where(Role.name == "Motcua Auditor")).one()
    words = {"first_name": "Nga", "last_name": "Lý", "username": "nga", "email": "nga@a.test", "active": "y"}
    passwords = {"password": NEW_PASSWORD, "conf_password": NEW_PASSWORD}
    admin.post("/users/add", data=words | passwords | {"roles": str(auditor)})
    says = {"password": ["***", "***"], "last_name": [None, "Lý"], "roles": [[], ["Motcua Auditor"]]}
    yield Told(A.USER_ADDED, "admin", "user", "nga", office="", says=says)
    with scene.database.read() as session:
        nga = session.scalars(sa.select(User).where(User.username == "nga")).one()
    case = Case(nga, admin, admin)
    edited(case, "Motcua System Admin", active="y", first_name="Nga", last_name="Lý", username="nga")
    says = {"roles": [["Motcua Auditor"], ["Motcua System Admin"]]}
    yield Told(A.USER_ROLES_CHANGED, "admin", "user", "nga", office="", says=says)
    edited(case, "Motcua System Admin", first_name="Nga", last_name="Lý", username="nga")
    yield Told(A.USER_CHANGED, "admin", "user", "nga", office="", says={"active": [True, False]})
    admin.post(
        f"/resetpassword/form?pk={nga.id}", data=passwords | {"password": "khác hẳn", "conf_password": "khác hẳn"}
    )
    yield Told(A.PASSWORD_CHANGED, "admin", "user", "nga", office="", says={"password": ["***", "***"]})
    admin.post(f"/users/delete/{nga.id}")
    yield Told(A.USER_REMOVED, "admin", "user", "nga", office="")


def roles(scene: Scene) -> Iterator[Told]:
    admin = scene.browser("admin")
    admin.post("/roles/add", data={"name": "Trực quầy"})
    yield Told(A.ROLE_ADDED, "admin", "role", "Trực quầy", office="")
    with scene.database.read() as session:
        role = session.scalars(sa.select(Role).where(Role.name == "Trực quầy")).one()
    admin.post(f"/roles/edit/{role.id}", data={"name": "Trực sảnh"})
    says = {"name": ["Trực quầy", "Trực sảnh"]}
    yield Told(A.ROLE_CHANGED, "admin", "role", "Trực sảnh", office="", says=says)
    admin.post(f"/roles/delete/{role.id}")
    yield Told(A.ROLE_REMOVED, "admin", "role", "Trực sảnh", office="")


def places(scene: Scene) -> Iterator[Told]:
    son, office = scene.browser("office_admin"), scene.two.ours.office
    save(son, "/motcua/staff/add", login="auditor", office=str(office.id), role="case_officer")
    says = {"office_id": [None, office.id], "role": [None, "case_officer"]}
    yield Told(A.PLACE_GIVEN, "son", "place", "auditor (case_officer)", says=says)
    with scene.database.read() as session:
        user_id = scene.two.people["auditor"].id
        place = session.scalars(sa.select(StaffMember).where(StaffMember.user_id == user_id)).one()
    save(son, f"/motcua/staff/edit/{place.id}", is_active=None)
    yield Told(A.PLACE_CHANGED, "son", "place", "auditor (case_officer)", says={"is_active": [True, False]})
    son.post(f"/motcua/staff/delete/{place.id}")
    yield Told(A.PLACE_TAKEN, "son", "place", "auditor (case_officer)", says={"is_active": [False, None]})


# --- the hall ------------------------------------------------------------------------------------


def counter(scene: Scene) -> Iterator[Told]:
    issue(scene, 4)
    hoa = scene.app.test_client()
    headers = bearer(hoa, "hoa")

    def press(command: str, label: str = "", **body: Any) -> None:
        if label:
            with scene.database.read() as session:
                ticket = session.scalars(
                    sa.select(Ticket).where(Ticket.label == label, Ticket.office_id == scene.two.ours.office.id)
                ).one()
            body |= {"ticket": ticket.id, "version": ticket.version}
        body |= {"counter": scene.two.ours.counter1.id}
        answer = hoa.post(
            f"/api/v1/counter/{command}", json=body, headers=headers | {"Idempotency-Key": uuid.uuid4().hex}
        )
        assert answer.status_code == 200, (command, answer.get_json())

    def told(action: A, label: str, before: str, after: str) -> Told:
        return Told(action, "hoa", "ticket", label, says={"state": [before, after], "counter": 1})

    press("priority", "B004", priority="elderly")
    yield told(A.TICKET_PRIORITY, "B004", "waiting", "waiting")
    press("call", "B002")
    yield told(A.TICKET_CALLED, "B002", "waiting", "called")
    press("recall")
    yield told(A.TICKET_RECALLED, "B002", "called", "called")
    press("start")
    yield told(A.TICKET_STARTED, "B002", "called", "serving")
    press("hold", reason="photo copy")
    yield told(A.TICKET_HELD, "B002", "serving", "held")
    press("resume", "B002")
    yield told(A.TICKET_RESUMED, "B002", "held", "serving")
    press("finish")
    yield told(A.TICKET_FINISHED, "B002", "serving", "finished")
    press("call", "B003")
    scene.news()
    press("no-show")
    yield told(A.TICKET_NO_SHOW, "B003", "called", "no_show")
    press("transfer", "B004", service="ho-tich")
    yield told(A.TICKET_TRANSFERRED, "B004", "waiting", "waiting")
    press("cancel", "B004")
    yield told(A.TICKET_CANCELLED, "B004", "waiting", "cancelled")


def issue(scene: Scene, count: int) -> None:
    """Let visitors take numbers: that leaves no row of the trail."""
    motcua = scene.app.extensions["motcua"]
    for number in range(count):
        order = TicketOrder("dat-dai", Errand.SUBMIT, None, Language.VI, f"key-{number}")
        with motcua.database.direct() as direct:
            desk = find_desk(direct, scene.two.ours.kiosk_token, "dat-dai", scene.moment())
            with direct.command():
                issue_ticket(direct, order, desk, day=WEDNESDAY, now=scene.moment(), settings=motcua.settings)
    assert scene.news() == []


# --- dossiers ------------------------------------------------------------------------------------


def dossiers(scene: Scene) -> Iterator[Told]:
    town, hoa, code = scene.two.ours, scene.browser("supervisor"), f"{scene.two.ours.office.identifier}-261202-0001"
    program = scene.app.test_client()
    taken = program.post(
        "/api/v1/counter/dossiers",
        json={
            "counter": town.counter1.id,
            "procedure": town.procedure.procedure.code,
            "applicant": APPLICANT,
            "channel": "postal",
            "note": "gấp",
        },
        headers=bearer(program, "hoa") | {"Idempotency-Key": uuid.uuid4().hex},
    )
    assert taken.status_code == 201
    says = {"status": [None, 2], "applicant_name": [None, "Đặng Thị Kín"]}
    says |= {"applicant_id_number": [None, "*********234"], "applicant_phone": [None, "*******678"]}
    yield Told(A.DOSSIER_TAKEN_IN, "hoa", "dossier", code, says=says | {"token_digest": ["***", "***"]})
    dossier_id = taken.get_json()["dossier"]["id"]

    def press(command: str, **fields: Any) -> None:
        with scene.database.read() as session:
            version = session.get_one(Dossier, dossier_id).version
        answer = hoa.post(f"/motcua/dossiers/{command}/{dossier_id}", data={"version": version, **fields})
        assert answer.status_code == 302, (command, answer.status_code)

    press("move", to=DossierStatus.PROCESSING.value)
    yield Told(A.DOSSIER_MOVED, "hoa", "dossier", code, says={"status": [2, 4]})
    press("assign", officer=town.minh.id)
    yield Told(A.DOSSIER_ASSIGNED, "hoa", "dossier", code, says={"assigned_to_id": [None, town.minh.id]})
    press("apologise", new_day="2026-12-18", new_time="09:00", reason="Chờ xác minh")
    yield Told(A.DOSSIER_APOLOGISED, "hoa", "dossier", code)
    press("correct", to=DossierStatus.RECEIVED.value, reason="Bấm nhầm")
    yield Told(A.DOSSIER_CORRECTED, "hoa", "dossier", code, says={"status": [4, 2]})
    hoa.get(f"/motcua/dossiers/show/{dossier_id}")
    yield Told(A.DOSSIER_READ, "hoa", "dossier", code)
    press("reprint")
    yield Told(A.PAPER_REPRINTED, "hoa", "paper", says={"dossier_id": [None, dossier_id]} | {"copy_number": [None, 2]})
    hoa.get("/motcua/dossiers/export.csv")
    yield Told(A.DOSSIERS_EXPORTED, "hoa", "list", says={"rows": 2, "format": "csv"})
    # No screen changes the rest of a dossier, or removes one; a program of the host might.
    with scene.database.write() as session:
        session.get_one(Dossier, dossier_id).note = "không gấp"
    yield Told(A.DOSSIER_CHANGED, "motcua", "dossier", code, says={"note": ["gấp", "không gấp"]})
    with scene.database.write() as session:
        dossier = session.get_one(Dossier, scene.two.our_dossier.id)
        code = dossier.code
        for event in dossier.events:
            session.delete(event)
        session.delete(dossier)
    yield Told(A.DOSSIER_REMOVED, "motcua", "dossier", code, says={"status": [4, None]})


def imports(scene: Scene, folder: Path) -> Iterator[Told]:
    file = folder / "thu-tuc.csv"
    file.write_text(
        "code,name_vi,field,level,working_days_or_hours,fee_vnd,papers,source,verified\n"
        "1.001193,Đăng ký khai sinh,Hộ tịch,Cấp xã,1 ngày làm việc,0,Tờ khai,x,yes\n",
        "utf-8",
    )
    run(scene, "import-procedures", str(file), "--effective-from", "2026-01-01")
    says = {"added": 1, "effective_from": "2026-01-01"}
    yield Told(A.PROCEDURES_IMPORTED, "motcua import-procedures", "list", office="", says=says)
    file = folder / "ho-so.csv"
    file.write_text(
        "code,procedure_code,applicant_name,received_at,due_at,status\n"
        "H99.09-261201-0007,1.001193,Lê Thị A,01/12/2026 09:15,,4\n",
        "utf-8",
    )
    run(scene, "import-dossiers", str(file), "--office", "chau-ninh")
    yield Told(A.DOSSIERS_IMPORTED, "motcua import-dossiers", "list", says={"added": 1, "skipped": 0})


def run(scene: Scene, *words: str) -> None:
    answer = scene.app.test_cli_runner().invoke(commands, words, prog_name="motcua")
    assert answer.exit_code == 0, answer.output


# --- what an administrator sets up -----------------------------------------------------------------


def settings(scene: Scene) -> Iterator[Told]:
    son, office = scene.browser("office_admin"), scene.two.ours.office
    words = {"name_vi": "Thương binh", "name_en": "Veterans", "code": "veteran", "office": str(office.id)}
    save(son, "/motcua/priority-groups/add", **words)
    says = {"code": [None, "veteran"], "name_en": [None, "Veterans"]}
    yield Told(A.RECORD_ADDED, "son", "priority_group", "Thương binh", says=says)
    with scene.database.read() as session:
        group = session.scalars(sa.select(PriorityGroup).where(PriorityGroup.code == "veteran")).one()
    save(son, f"/motcua/priority-groups/edit/{group.id}", name_en="War invalids")
    says = {"name_en": ["Veterans", "War invalids"]}
    yield Told(A.RECORD_CHANGED, "son", "priority_group", "Thương binh", says=says)
    son.post(f"/motcua/priority-groups/delete/{group.id}")
    says = {"name_en": ["War invalids", None]}
    yield Told(A.RECORD_REMOVED, "son", "priority_group", "Thương binh", says=says)


def devices(scene: Scene) -> Iterator[Told]:
    son, office = scene.browser("office_admin"), scene.two.ours.office
    save(son, "/motcua/devices/add", office=str(office.id), kind="display", name="Bảng sảnh")
    says = {"token_digest": ["***", "***"], "kind": [None, "display"]}
    yield Told(A.DEVICE_ENROLLED, "son", "device", "Bảng sảnh", says=says)
    with scene.database.read() as session:
        device = session.scalars(sa.select(Device).where(Device.name == "Bảng sảnh")).one()
    son.post(f"/motcua/devices/renew/{device.id}")
    yield Told(A.DEVICE_RENEWED, "son", "device", "Bảng sảnh", says={"token_digest": ["***", "***"]})
    son.post(f"/motcua/devices/revoke/{device.id}")
    yield Told(A.DEVICE_REVOKED, "son", "device", "Bảng sảnh")


def mails(scene: Scene) -> Iterator[Told]:
    mail_id, now = scene.two.ours.extra["mail_id"], scene.moment()
    with scene.database.write() as session:
        session.execute(sa.update(OutgoingMail).values(state=MailState.FAILED, error="no such box"))
    scene.browser("office_admin").post(f"/motcua/mails/again/{mail_id}")
    yield Told(A.MAIL_RETRIED, "son", "mail")
    with scene.database.write() as session:
        mail = claim_mail(session, now=now)
        assert mail is not None
        record_hand_over(session, mail, now=now, message_id="<1@a>", item_count=0)
        mark_sent(session, mail, now=now)
    yield Told(A.MAIL_SENT, "motcua", "mail", "2026-12-02", says={"is_second_copy": False})


def forgetting(scene: Scene) -> Iterator[Told]:
    scene.moment.now = scene.moment.now.replace(year=2029)
    run(scene, "audit", "forget")
    yield Told(A.AUDIT_ERASED, "motcua audit forget", "list", office="")


# --- and what the trail says ------------------------------------------------------------------------


def test_every_action_leaves_exactly_one_row(scene: Scene, tmp_path: Path) -> None:
    """AUD-01: all of the closed list, through the screens, the API and the commands."""
    said = {}
    stories: list[Callable[[Scene], Iterator[Told]]] = [
        logins, second_factor, people, roles, places, counter, dossiers, lambda scene: imports(scene, tmp_path),
        settings, devices, mails, forgetting,
    ]  # fmt: skip
    for story in stories:
        for told in story(scene):
            rows = [row for row in scene.news() if row.action == told.action]
            assert len(rows) == 1, (told, [row.action for row in rows])
            check(scene, rows[0], told)
            said[told.action] = rows[0]
        scene.news()

    assert set(said) == set(A)


def check(scene: Scene, row: AuditEntry, told: Told) -> None:
    """Compare a row with what it has to say."""
    office = scene.two.ours.office.id if told.office else None
    personal = json.loads(row.personal) if row.personal else {"address": "", "fields": {}}
    details = json.loads(row.details) | personal["fields"]
    is_asked = not told.who.startswith("motcua")

    assert (row.kind, row.object_code if told.code else told.code, row.office_id) == (told.kind, told.code, office), (
        told
    )
    assert re.sub(r"^\w+: ", "", row.actor) == told.who, told
    assert (row.actor_kind, row.actor_id is not None) == (
        ("command" if " " in told.who else "system", False)
        if not is_asked
        else ("user", True)
        if told.who
        else ("nobody", False)
    ), told
    assert personal["address"] == ("127.0.0.1" if is_asked else ""), told
    assert row.at == scene.moment(), told
    assert {name: details.get(name) for name in told.says} == told.says, (told, details)
