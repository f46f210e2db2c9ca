"""What the documents say is there, and what is there is in the documents."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import click
import pytest

from motcua.admin import hardening
from motcua.admin.cli import motcua
from motcua.admin.permissions import ROLES
from motcua.admin.settings import SETTINGS as RECORD
from motcua.admin.settings import Setting
from motcua.kiosk.settings import SETTINGS as KIOSK
from motcua.scheduler.settings import SETTINGS as CLOCK

ROOT = Path(__file__).parents[2]
SETTINGS = RECORD + KIOSK + CLOCK
CONFIGURATION = (ROOT / "docs/configuration.md").read_text("utf-8")
CONFIG = (ROOT / "config.py").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
#: Off in a host, because they change its own pages; on in the standalone deployment.
ON_STANDALONE = {"MOTCUA_FAB_VIETNAMESE", "MOTCUA_SECURE_HEADERS", "MOTCUA_STAFF_SESSIONS"}
#: Setting it, even to its default, counts as having chosen.
ONLY_COMMENTED = {"MOTCUA_FIRST_ACCOUNT", "MOTCUA_MAIL_FROM", "MOTCUA_SECOND_FACTOR"}
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_default_and_meaning(setting: Setting) -> None:
    default = "not set" if setting.default is None else f"`{setting.default!r}`".replace("|", r"\|")

    assert f"| `{setting.name}` | {default} | {setting.meaning} |" in CONFIGURATION.splitlines()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_stands_in_config_with_its_default(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_SECRET_KEY", "only for tests, and not short at all")
    written = runpy.run_path(str(ROOT / "config.py"))

    if setting.default is None or setting.name in ONLY_COMMENTED:
        assert f"\n# {setting.name} = " in CONFIG
        assert setting.name not in written
    else:
        assert written[setting.name] == (True if setting.name in ON_STANDALONE else setting.default)


@pytest.mark.parametrize(
    "key", sorted({*hardening.HARDENED, *hardening.complete({"MOTCUA_PUBLIC_URL": "https://a.vn"})})
)
def test_what_the_standalone_deployment_sets_for_safety_is_written_down(key: str) -> None:
    assert f"`{key}`" in CONFIGURATION
    assert re.search(rf"^(# )?{key} = ", CONFIG, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(motcua.commands))
def test_every_command_is_documented_with_its_options(name: str) -> None:
    rows = [row for row in CONFIGURATION.splitlines() if re.match(rf"\| `{name}[ `]", row)]
    options = [option.opts[0] for option in motcua.commands[name].params if isinstance(option, click.Option)]

    assert len(rows) == 1
    assert [option for option in options if option not in rows[0]] == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_is_documented(role: str) -> None:
    assert f"| `{role}` |" in CONFIGURATION


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    targets = [link for link in _LINK.findall(page.read_text("utf-8")) if "://" not in link]

    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_every_test_that_a_document_names_exists() -> None:
    named = [found for page in PAGES for found in _TEST.findall(page.read_text("utf-8"))]

    assert named
    assert [f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text("utf-8")] == []
