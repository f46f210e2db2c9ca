"""Our wheel in a host that is not ours: everything of ours works, and nothing of the host's is disturbed."""

from __future__ import annotations

import json
import os
import re
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.app import ADDON_MANAGERS
from tests.conftest import POSTGRES_VARIABLE, fresh_postgres
from tests.host.hosts import Host, settle
from tests.host.once import once

if TYPE_CHECKING:
    from pathlib import Path

#: Beside the host's name for it, what each is about.
OURS_IN_MENU = "MotcuaDossiers"
SHELVES = "shelves.manager.ShelvesManager"


@dataclass
class Story:
    """The host before us, with us, and after us."""

    before: dict[str, Any]
    during: dict[str, Any]
    after: dict[str, Any]

    def each(self, fact: str) -> list[Any]:
        """Return one fact from the three times."""
        return [self.before[fact], self.during[fact], self.after[fact]]


def probe(host: Host, *wishes: str, with_motcua: bool) -> dict[str, Any]:
    """Return what the host is like."""
    found: dict[str, Any] = json.loads(host.run("probe.py", *wishes, with_motcua=with_motcua).splitlines()[-1])
    return found


def live(host: Host) -> dict[str, Any]:
    """Let the host live through our coming and going."""
    host.run("-m", "alembic", "upgrade", "head", with_motcua=False)
    before = probe(host, "readers", with_motcua=False)
    host.run("-m", "flask", "motcua", "upgrade")
    during = probe(host, "centre", with_motcua=True)
    host.run("-m", "flask", "motcua", "downgrade", "--yes")
    return {"before": before, "during": during, "after": probe(host, "cleanup", with_motcua=False)}


@pytest.fixture(scope="session")
def story(backend: str, environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return the host's life, lived once for the whole test run."""
    engine = backend.partition(":")[0].partition("+")[0]

    def tell(folder: Path) -> None:
        place = settle("foreign_host", folder)
        sqlite = nullcontext(f"sqlite:///{folder / 'library.db'}")
        with sqlite if engine == "sqlite" else fresh_postgres(os.environ[POSTGRES_VARIABLE]) as address:
            told = live(Host(place, environment / "bin", address))
        (folder / "story.json").write_text(json.dumps(told), "utf-8")

    folder = once(tmp_path_factory, f"library-{engine}", tell)
    return Story(**json.loads((folder / "story.json").read_text("utf-8")))


def test_the_host_imports_its_own_packages(story: Story) -> None:
    for name in ("admin", "scheduler", "config"):
        assert story.each(name) == ["the host's"] * 3


def test_all_three_managers_are_there_beside_the_other_add_on(story: Story) -> None:
    assert story.each("addons") == [[SHELVES], sorted([SHELVES, *ADDON_MANAGERS]), [SHELVES]]


def test_the_hosts_tables_and_rows_are_as_they_were(story: Story) -> None:
    """Its Alembic version, its readers and loans, its users; the tables of permissions only get more rows."""
    assert story.during["tables"] == story.before["tables"]
    assert story.after["tables"] == story.before["tables"]
    assert story.before["tables"]["alembic_version"] == 1
    assert [story.before["tables"][name] for name in ("ticket", "loan", "ab_user")] == [1, 1, 2]


def test_the_hosts_tables_have_the_columns_and_indexes_they_had(story: Story) -> None:
    assert story.during["schema"] == story.before["schema"]
    assert story.after["schema"] == story.before["schema"]


def test_the_hosts_roles_may_do_what_they_could_before(story: Story) -> None:
    assert story.before["permissions"].keys() == {"Librarian", "Public"}
    assert story.during["permissions"] == story.before["permissions"]
    assert story.after["permissions"] == story.before["permissions"]


def test_the_hosts_pages_and_error_pages_are_as_they_were(story: Story) -> None:
    assert story.before["nobody"]["/"] == [200, "the host's own first page"]
    assert story.before["nobody"]["/nowhere"] == [404, "the host's own page for what is not there"]
    assert story.before["nobody"]["/stumble/"] == [500, "the host's own page for a wrong value"]
    assert story.during["nobody"] == story.before["nobody"]
    assert story.after["nobody"] == story.before["nobody"]


def test_the_hosts_people_see_what_they_saw_in_their_language_frame_and_theme(story: Story) -> None:
    status, page = story.before["librarian"]["/loanmodelview/list/"]
    assert (status, "Empréstimos da casa" in page, "Truyện Kiều" in page) == (200, True, True)
    assert ("the host's own frame" in page, "cerulean.css" in page) == (True, True)
    assert story.before["librarian"]["/shelves/"] == [200, "the other add-on's page"]
    assert story.during["librarian"] == story.before["librarian"]
    assert story.after["librarian"] == story.before["librarian"]


def test_the_hosts_people_are_nobody_to_us_until_they_are_given_a_role(story: Story) -> None:
    assert story.during["stranger"]["/motcua/dossiers/list/"][0] in {302, 403}


def test_our_pages_stand_in_the_hosts_frame_and_theme(story: Story) -> None:
    status, page = story.during["manager"]["/motcua/dossiers/list/"]

    assert (status, "the host's own frame" in page, "cerulean.css" in page) == (200, True, True)


def test_the_hosts_menu_keeps_its_entries(story: Story) -> None:
    assert [entry for entry in story.before["menu"] if entry not in story.during["menu"]] == []
    assert story.after["menu"] == story.before["menu"]


def test_our_tables_come_and_go(story: Story) -> None:
    assert story.before["ours"] == []
    assert {"motcua_ticket", "motcua_alembic_version"} <= set(story.during["ours"])
    assert story.after["ours"] == []


def test_fabs_own_cleanup_takes_our_permissions_away(story: Story) -> None:
    """As docs/running-it.md says: without our managers nothing of the host asks for them."""
    assert OURS_IN_MENU in story.during["screens"]
    assert story.after["screens"] == story.before["screens"]


def test_the_hosts_server_gives_numbers(story: Story) -> None:
    ticket = story.during["ticket"]

    assert (ticket["status"], ticket["number"], ticket["service"]) == (201, "A001", "ho-tich")


def test_the_doctor_finds_nothing_that_must_be_mended_at_once(story: Story, backend: str) -> None:
    doctor = story.during["doctor"]
    # The PostgreSQL databases of the tests are told not to wait for the disk: just that, and the doctor sees it.
    wrong = [] if backend.startswith("sqlite") else [("postgresql", "synchronous_commit=off")]

    assert re.findall(r"^FAIL\s+(\w+)\s.*\((.*)\)", doctor["said"], re.MULTILINE) == wrong
    assert (doctor["exit"], len(re.findall("^FAIL", doctor["said"], re.MULTILINE))) == (len(wrong), len(wrong))
    assert re.findall(r"^OK\s+(database|migrations)", doctor["said"], re.MULTILINE) == ["database", "migrations"]
