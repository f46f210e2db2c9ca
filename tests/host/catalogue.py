"""The messages that the code uses, beside the catalogues that translate them: for the tests and ``make words``."""

from __future__ import annotations

import ast
import gettext
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from flask_login import config as login_words

from motcua.admin.platform_words import CATALOGUE as PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
OURS = PLATFORM.with_name("motcua.po")
_HEADER = """\
# {title}
msgid ""
msgstr ""
"Language: vi\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_PACKAGES = ("admin", "kiosk", "scheduler")
_MARKS = {"gettext", "lazy_gettext", "translate", "N_"}
_SCREENS = ROOT / "admin/views/platform_screens.py"
_PLATFORM_MARKS: dict[str, Any] = dict.fromkeys(("_", "__", "gettext", "lazy_gettext", "lazy_formatter_gettext"))
_PLATFORM_MARKS["ngettext"] = (1, 2)


@dataclass(frozen=True)
class Entry:
    """One message of a catalogue, its plural form if it has one, and its translation."""

    message: str
    plural: str | None
    translation: str


def entries(catalogue: Path) -> list[Entry]:
    """Return what a catalogue holds."""
    with catalogue.open("rb") as file:
        return [_entry(message.id, message.string) for message in read_po(file, locale="vi") if message.id]


def _entry(message: Any, translation: Any) -> Entry:
    if isinstance(message, str):
        return Entry(message, None, str(translation or ""))
    return Entry(message[0], message[1], translation[0])


@cache
def our_messages() -> dict[str, str]:
    """Return each message of our three packages with the place where it stands."""
    found: dict[str, str] = {}
    for file in _modules():
        for line, message in _marked(file, _MARKS):
            found.setdefault(message, f"{file.relative_to(ROOT)}:{line}")
    for package in _PACKAGES:
        for file, line, message, *_ in extract_from_dir(
            ROOT / package, method_map=[("**/templates/**", "jinja2")], keywords={"_": None, "gettext": None}
        ):
            found.setdefault(message, f"{package}/{file}:{line}")
    return found


def words_in_both() -> list[list[str]]:
    """Return what stands in the code in Vietnamese and English side by side: InBoth("đang chờ", "waiting")."""
    calls = (call for file in _modules() for call in _calls(file) if _name(call.func) == "InBoth")
    pairs = ([text for argument in call.args for text in _texts(argument)] for call in calls)
    return [pair for pair in pairs if pair]


def _modules() -> list[Path]:
    return sorted(file for package in _PACKAGES for file in (ROOT / package).rglob("*.py"))


def _calls(file: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call) and node.args)


def _marked(file: Path, marks: set[str]) -> Iterator[tuple[int, str]]:
    for call in _calls(file):
        if _name(call.func) in marks:
            for text in _texts(call.args[0]):
                yield call.lineno, text


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _texts(node: ast.expr) -> Iterator[str]:
    """Give the texts of a message, or of a table's values."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.Dict(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _texts(part)
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)


@cache
def platform_messages() -> dict[str, str]:
    """Return each message of the installed FAB, WTForms, Flask-WTF and Flask-Login, and of FAB's screens as ours."""
    found = {message: f"{_SCREENS.name}:{line}" for line, message in _marked(_SCREENS, {"of_the_platform"})}
    found |= {login_words.LOGIN_MESSAGE: "flask_login", login_words.REFRESH_MESSAGE: "flask_login"}
    for package in ("flask_appbuilder", "wtforms", "flask_wtf"):
        for file, line, message, *_ in extract_from_dir(
            _folder(package),
            method_map=[("**.py", "python"), ("**.html", "jinja2")],
            keywords=_PLATFORM_MARKS,
        ):
            found.setdefault(message if isinstance(message, str) else message[0], f"{package}/{file}:{line}")
    return found


@cache
def messages_fab_translates() -> set[str]:
    """Return the messages of the catalogues that FAB ships for other languages."""
    found = set()
    for file in _folder("flask_appbuilder").glob("translations/*/LC_MESSAGES/messages.mo"):
        with file.open("rb") as compiled:
            known: dict[Any, str] = vars(gettext.GNUTranslations(compiled))["_catalog"]
        found.update(message for message in known if isinstance(message, str))
    return found


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def placeholders(text: str) -> list[str]:
    """Return the places of a text that are filled in: {name}, %(name)s, %s."""
    return sorted(re.findall(r"\{\w*\}|%\(\w+\)[sd]|%[sd]", text))


def unmarked() -> dict[str, str]:
    """Return the messages of our catalogue that stand in the code without a mark: of a table that lacks its N_()."""
    known = {entry.message: entry.translation for entry in entries(OURS)}
    nodes = (node for file in _modules() for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {message: known[message] for message in sorted(texts & known.keys() - our_messages().keys())}


def refreshed() -> bytes:
    """Return the catalogue of our words as the code wants it: sorted, every message once, no places."""
    known = {entry.message: entry.translation for entry in entries(OURS)}
    wanted = Catalog(locale="vi")
    # What only lacks its mark is not thrown away.
    for message in our_messages() | unmarked():
        wanted.add(message, known.get(message, ""))
    text = BytesIO()
    write_po(text, wanted, width=110, no_location=True, omit_header=True, sort_output=True)
    return _HEADER.format(title="The words of Motcua in Vietnamese.").encode() + text.getvalue()


if __name__ == "__main__":
    OURS.write_bytes(refreshed())
    missing = [entry.message for entry in entries(OURS) if not entry.translation]
    print(*missing, f"{len(missing)} without a translation, {len(unmarked())} without a mark", sep="\n")  # noqa: T201
