"""Which edition of the kiosk page this server has, so that an open page learns of a newer one."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_PLACES = (
    ("motcua.kiosk", "templates/kiosk"),
    ("motcua.kiosk", "static/kiosk"),
    ("motcua.kiosk", "kiosk_words.py"),
    ("motcua.admin", "static/motcua"),
    ("motcua.admin", "translations/vi/LC_MESSAGES/motcua.po"),
)
_CHARS = 16


@cache
def page_version() -> str:
    """Return a digest of everything the page is made of: the same on every server of the same edition."""
    digest = hashlib.sha256()
    for package, place in _PLACES:
        for path, content in _contents(files(package) / place):
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:_CHARS]


def _contents(place: Traversable) -> list[tuple[str, bytes]]:
    """Return the files at a place and below, in one order everywhere."""
    if place.is_file():
        return [(place.name, place.read_bytes())]
    inside = sorted((child for child in place.iterdir()), key=lambda child: child.name)
    return [(f"{place.name}/{path}", content) for child in inside for path, content in _contents(child)]
