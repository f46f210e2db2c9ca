"""The example that the documents give to other houses works, as it stands there, against a server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.domain.integrations import revoke
from motcua.admin.models import Integration
from tests.admin.systems import APPLICANT, Program, connected
from tests.admin.test_errors import STATUS_OF_CODE
from tests.town import NINE

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from tests.admin.two_offices import TwoOffices
    from tests.browsing import Moment

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "push_dossier.py"
#: How a line of the table of refusals begins.
_STATUS = {"| 4", "| 5"}
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def civil(client: FlaskClient, session: Session, two: TwoOffices) -> Program:
    """Return the civil-status system of our office."""
    return connected(client, session, two.ours.office)


@pytest.fixture
def run(address: str, civil: Program) -> Run:
    """Return what runs the example as another house would: with its own Python, an address and a key."""

    def start(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {"MOTCUA_URL": address, "MOTCUA_KEY": civil.key, "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-I", str(EXAMPLE), *words]
        return subprocess.run(  # noqa: S603 - our own file
            command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )

    return start


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_example_pushes_asks_attaches_and_follows(
    run: Run, two: TwoOffices, tmp_path: Path, moment: Moment
) -> None:
    file = tmp_path / "dossier.json"
    procedure = two.ours.procedure.procedure.code
    file.write_text(json.dumps({"procedure": procedure, "applicant": APPLICANT, "note": "DVC 7"}), encoding="utf-8")

    pushed, again = (answer(run("push", str(file))) for _ in range(2))
    done = answer(run("result", pushed["code"], "Giấy khai sinh số 45/2026"))
    moment.now = moment.now.replace(minute=1)
    followed = answer(run("changes", "0"))

    assert (pushed, pushed["state"]) == (again, "received")
    assert answer(run("state", pushed["code"])) == done
    assert (done["state"], done["next_states"]) == ("done", ["returned"])
    assert followed["dossiers"][-1] == done


def test_the_example_says_why_it_was_refused(run: Run, civil: Program, session: Session) -> None:
    revoke(session.get_one(Integration, civil.row.id), now=NINE)
    session.commit()

    done = run("state", "H99.09-261202-0001")

    assert done.returncode == 1
    assert done.stderr.startswith("key_revoked: Khóa này đã bị thu hồi.")


def test_every_code_that_the_cookbook_names_is_one() -> None:
    rows = [row.split("|") for row in (DOCS / "integrating.md").read_text("utf-8").splitlines() if row[:3] in _STATUS]
    named = [(status, code) for _, status, codes, *_ in rows for code in re.findall(r"`(\w+)`", codes)]

    assert len(named) >= 15
    assert [pair for pair in named if str(STATUS_OF_CODE[pair[1]]) not in pair[0]] == []
