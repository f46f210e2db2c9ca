"""Where a letter leaves the house: what every way out promises, and the way into a folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NOT_FOR_FILES = re.compile(r"[^A-Za-z0-9@._-]")


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished mail: who gets it, and every byte of it."""

    sender: str
    recipient: str
    message_id: str
    #: Readable beginning of a file's name, such as "2026-12-02_digest".
    name: str
    content: bytes


class DeliveryError(Exception):
    """The letter was certainly not accepted. The text is for the administrator."""


class ServerAwayError(DeliveryError):
    """Nobody's letter can be delivered now; nothing was said about this one."""


class DeferredError(DeliveryError):
    """Not this letter, not now; it may be later (4xx)."""


class RefusedError(DeliveryError):
    """Not this letter, ever (5xx)."""


class UncertainError(Exception):
    """The letter was handed over and the answer never came: it may have been accepted."""


class Delivery(Protocol):
    """A way out of the house."""

    def deliver(self, letter: Letter, *, at_hand_over: Callable[[], None]) -> None:
        """Hand a letter over and return once it is accepted.

        Calls ``at_hand_over`` just before the letter could arrive; what that
        raises ends the delivery. Raises ServerAwayError, DeferredError,
        RefusedError or UncertainError.
        """

    def probe(self) -> str:
        """Try the way without sending anything and say where it leads. Raises ServerAwayError."""


class FolderDelivery:
    """Puts every letter into a folder as a file that any mail program opens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, letter: Letter, *, at_hand_over: Callable[[], None]) -> None:
        """Write the letter whole or not at all."""
        draft = self.folder / f".{letter.message_id.strip('<>').partition('@')[0]}.{os.getpid()}.part"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(draft, letter.content)
        except OSError as error:
            raise ServerAwayError(_because(error)) from error
        try:
            at_hand_over()
            draft.replace(self._free_name(letter))
        except OSError as error:
            raise ServerAwayError(_because(error)) from error
        finally:
            draft.unlink(missing_ok=True)

    def probe(self) -> str:
        """Write and remove a file."""
        file = self.folder / f".probe.{os.getpid()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(file, b"")
            file.unlink()
        except OSError as error:
            raise ServerAwayError(_because(error)) from error
        return str(self.folder)

    def _free_name(self, letter: Letter) -> Path:
        """Return a name that tells day, kind and recipient, and that no earlier letter has."""
        stem = _NOT_FOR_FILES.sub("_", f"{letter.name}_{letter.recipient}")
        path, copy = self.folder / f"{stem}.eml", 1
        while path.exists():
            copy += 1
            path = self.folder / f"{stem}_{copy}.eml"
        return path


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, and wait until the disk has it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _because(error: OSError) -> str:
    return error.strerror or type(error).__name__
