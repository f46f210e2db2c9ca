"""Nothing in the repository knows the machine it was written on."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY = {".png", ".woff2", ".ico", ".xlsx", ".bin", ".ttf", ".jpg", ".mo"}
#: Folders of somebody's machine, and places packages come from. Written so that this file does not find itself.
FOREIGN = re.compile(
    r"/wo[r]k/|/ro[o]t/|/ho[m]e/\w+/|C:\\\\Use[r]s|/tm[p]/(?!motcua)|pypi\.or[g]|pythonhosted\.or[g]|(?<!emit-)index-ur[l]|"
    r"artifactor[y]|devp[i]|nexu[s]\."
)


def tracked() -> list[Path]:
    """Return the files that are in the repository, or would be: Git knows, where there is Git."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a Git clone: nobody can say which files are in the repository")
    listed = subprocess.run(  # noqa: S603 - Git itself
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_folder_of_a_machine_or_a_place_of_packages() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked()
        if path.suffix not in BINARY
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if FOREIGN.search(line)
    ]

    assert found == []


def test_locks_have_hashes_and_no_addresses() -> None:
    for lock in sorted(ROOT.glob("requirements*.lock")):
        text = lock.read_text("utf-8")
        assert "://" not in text, lock.name
        pinned = re.findall(r"^([\w.\[\]-]+==\S+)(.*)$", text, re.MULTILINE)
        assert pinned
        assert text.count("--hash=sha256:") >= len(pinned)


def test_no_file_of_ours_is_longer_than_one_can_read() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for package in ("admin", "kiosk", "scheduler")
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 600 and "migrations" not in path.parts
    }

    assert long == {}


def test_no_screen_asks_the_internet_for_anything() -> None:
    """Scripts, styles, fonts and pictures are in the package: the hall may have no line."""
    loads = re.compile(r"""(?:src|href|url|import|fetch)\s*[=(:]?\s*["'(]?\s*(?:https?:)?//(?!www\.w3\.org)[\w.-]+""")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for package in ("admin", "kiosk", "scheduler")
        for suffix in ("*.html", "*.css", "*.js")
        for path in (ROOT / package).rglob(suffix)
        for match in loads.finditer(path.read_text("utf-8"))
    ]

    assert found == []


def test_the_libraries_of_others_are_shipped_as_they_came() -> None:
    vendor = ROOT / "admin/static/motcua/vendor"
    said = dict(re.findall(r"`(\S+\.js)` \| `([0-9a-f]{64})`", (vendor / "README.md").read_text("utf-8")))

    assert said == {
        str(path.relative_to(vendor)): hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.rglob("*.js")
    }
    assert all((vendor / name).with_name("LICENSE.md").is_file() for name in said)


#: Where a text could become markup without being escaped, in code, in templates and in scripts.
UNESCAPED = re.compile(
    r"\bMarkup\(|\|\s*safe\b|\bautoescape\s+false|autoescape=False|render_template_string|from_string\(|"
    r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment|\.srcdoc\b|\beval\(|"
    r"new Function\(|setAttribute\(\s*[\"'](on|srcdoc)"
)
#: What is ours and no text of anybody: each place with what makes it safe.
ESCAPED_THERE = {
    ("admin/views/dossier_words.py", "Markup("): "a format of our own; Markup.format escapes what goes into it",
    ("admin/views/audit.py", "Markup("): "formats of our own; Markup.format escapes what goes into them",
    ("admin/views/wording.py", "Markup("): "formats of our own; Markup.format escapes what goes into them",
    ("admin/views/platform_screens.py", "Markup("): "a line break of our own; Markup.join escapes what it joins",
    ("admin/views/enrolment.py", "Markup("): "the drawing of a QR code, of a secret that holds letters and digits only",
    ("kiosk/procedures.py", "Markup("): "the drawing of a QR code; its label is escaped where it is drawn",
}


def test_nothing_is_written_as_markup_but_where_we_know_why() -> None:
    """INJ-02. That the known places escape is held by test_markup_in_browser.py, and by the trail's test_screen.py."""
    found = {
        (str(path.relative_to(ROOT)), match[0].replace(" ", ""))
        for package in ("admin", "kiosk", "scheduler")
        for suffix in ("*.py", "*.html", "*.txt", "*.js")
        for path in (ROOT / package).rglob(suffix)
        for match in UNESCAPED.finditer(path.read_text("utf-8"))
    }

    assert found == set(ESCAPED_THERE)
