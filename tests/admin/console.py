"""The time that passes at a counter's console, by the clock of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

STATE = "**/api/v1/counter/state*"
#: The console takes a second press within 350 ms of an answer for none; a person looks before the next one.
LOOKING_MILLISECONDS = 400
#: So often the console asks how things stand, unless a command of its own is on the way.
POLL_MILLISECONDS = 2000


def settled(page: Page) -> None:
    """Let the last command be answered, and the moment after it go by in which a press is not taken."""
    expect(page.locator(".action:disabled")).to_have_count(0)
    page.clock.run_for(LOOKING_MILLISECONDS)


def asked_again(page: Page) -> None:
    """Wait until the console asks how things stand: then every command it has sent is answered."""
    with page.expect_request(STATE):
        page.clock.run_for(POLL_MILLISECONDS)
