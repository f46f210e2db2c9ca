"""The trail at the screen: for auditors and administrators, within their offices, and nothing can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from motcua.admin.domain import audit
from motcua.admin.domain.audited_rows import WATCHED
from motcua.admin.enums import ActorKind, AuditAction
from motcua.admin.models import AuditEntry
from motcua.admin.views.audit_words import ACTIONS, ACTORS, KINDS
from tests.host.payloads import PAYLOADS, Anatomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.admin.audit.conftest import Scene

LIST = "/motcua/audit/list/"


@pytest.fixture
def rows(scene: Scene) -> Sequence[AuditEntry]:
    """Return a row about our office, one about theirs, and one about none."""
    with scene.database.write() as session:
        for chain in (scene.two.ours.office.id, scene.two.theirs.office.id, None):
            audit.record(
                session,
                AuditAction.RECORD_CHANGED,
                "priority_group",
                object_id=3,
                code=f"Nhóm {chain}",
                office_id=chain,
                details={"name_vi": ["Người cao tuổi", "Người từ 75 tuổi"], "rows": 4},
                actor=audit.Actor(ActorKind.USER, 5, f"person{chain}", "10.0.0.9"),
            )
    order = [scene.two.ours.office.id, scene.two.theirs.office.id, None]
    return sorted(scene.news(), key=lambda row: order.index(row.office_id))


def test_everybody_reads_what_concerns_the_own_offices(scene: Scene, rows: Sequence[AuditEntry]) -> None:
    """Ours, theirs, nobody's: in the list, and each by its address."""
    seen, opened = {}, {}
    for person in ("office_admin", "their_office_admin", "auditor", "system_admin"):
        page = scene.browser(person).get(LIST).get_data(as_text=True)
        seen[person] = [row.object_code in page for row in rows]
        opened[person] = [scene.browser(person).get(f"/motcua/audit/show/{row.id}").status_code == 200 for row in rows]

    everything = [True, True, True]
    assert seen == opened
    assert seen == {
        "office_admin": [True, False, False],
        "their_office_admin": [False, True, False],
        "auditor": everything,
        "system_admin": everything,
    }


def test_others_do_not_read_it_and_nobody_changes_it(scene: Scene) -> None:
    others = ("receiving_officer", "case_officer", "supervisor")
    commands = ("add", "edit/1", "delete/1")

    assert [scene.browser(person).get(LIST).status_code for person in others] == [403, 403, 403]
    assert [scene.browser("admin").post(f"/motcua/audit/{command}").status_code for command in commands] == [404] * 3


def test_it_is_searched_and_filtered(scene: Scene, rows: Sequence[AuditEntry]) -> None:
    ours = rows[0]
    scene.browser("auditor").get(f"/motcua/dossiers/show/{scene.two.our_dossier.id}")

    def found(query: str) -> int:
        page = scene.browser("auditor").get(f"{LIST}?{query}").get_data(as_text=True)
        return page.count('<th scope="row"')

    assert found(f"q={ours.actor}") == found(f"q=Nhóm {ours.chain}") == 1
    assert found(f"q=%25{ours.actor}") == 0
    assert found("action=dossier_read") == 1
    assert found(f"action=record_changed&office={ours.chain}") == 1
    assert scene.browser("auditor").get(f"{LIST}?action=nonsense").status_code == 404


def test_before_and_after_stand_side_by_side(scene: Scene, rows: Sequence[AuditEntry]) -> None:
    page = scene.browser("auditor").get(f"/motcua/audit/show/{rows[0].id}").get_data(as_text=True)

    assert '<th scope="row" lang="zxx">name_vi</th>' in page
    assert '<td lang="zxx">Người cao tuổi</td><td lang="zxx">Người từ 75 tuổi</td>' in page
    assert "10.0.0.9" in page
    assert rows[0].hash in page


def test_nothing_that_somebody_typed_becomes_markup(scene: Scene) -> None:
    """Every payload in every field at once: the page has the bones it has with a plain word."""

    def bones(text: str) -> list[list[tuple[str, ...]]]:
        with scene.database.write() as session:
            audit.record(
                session,
                AuditAction.RECORD_CHANGED,
                text[:40],
                object_id=3,
                code=text,
                office_id=scene.two.ours.office.id,
                details={text: [text, text]},
                personal={f"2{text}": text},
                actor=audit.Actor(ActorKind.USER, 5, text, text),
            )
        (row,) = scene.news()
        pages = [scene.browser("auditor").get(path) for path in (f"/motcua/audit/show/{row.id}", LIST)]
        return [Anatomy(page.get_data(as_text=True)).bones for page in pages]

    plain, _ = bones("plain")
    assert bones(" ".join(PAYLOADS))[0] == plain
    lists = [bones(text)[1] for text in ("plain", "<b onclick=alert(1)>", "<script>alert(1)</script>")]
    assert len(lists[1]) - len(lists[0]) == len(lists[2]) - len(lists[1])


def test_every_word_of_the_trail_has_a_name() -> None:
    assert set(ACTIONS) == set(AuditAction)
    assert set(ACTORS) == set(ActorKind)
    assert {watched.kind for watched in WATCHED.values()} - set(KINDS) == set()
