"""The server is killed without warning while it gives numbers; visitors ask again under the same key."""

from __future__ import annotations

import http.client
import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import pytest

from tests.chaos.centre import Centre, Nursery, Told, ask, insist, verdict
from tests.kiosk.taking import new_key

if TYPE_CHECKING:
    from tests.conftest import Figures

# SQLite is what one machine runs on, and what a power cut hits; PostgreSQL's own processes survive ours.
KILLS = {"sqlite": 500, "postgresql": 200}
VISITORS = 4
LONGEST_LIFE_SECONDS = 0.08
DEATHS_AT_A_PLACE = 20

# On PostgreSQL a number is one statement, and these lie inside it: they are the server's, which is not killed here.
BETWEEN_STATEMENTS = ("issue.after_counter", "issue.after_ticket", "issue.after_job", "issue.before_commit")
BEFORE_COMMIT = ("issue.before_begin", *BETWEEN_STATEMENTS)
AFTER_COMMIT = ("issue.after_commit", "issue.before_response")


def keep_asking(nursery: Nursery, centre: Centre, stop: Event) -> list[Told]:
    """Be one visitor after another until it is evening."""
    told = []
    while not stop.is_set():
        told.append(insist(nursery.port, centre.token))
    return told


def test_nothing_is_lost_or_given_twice_when_the_server_is_killed(
    centre: Centre, nursery: Nursery, figures: Figures
) -> None:
    """TKT-06."""
    began, evening, kills = time.monotonic(), Event(), KILLS[centre.kind]
    with ThreadPoolExecutor(VISITORS) as hall:
        visitors = [hall.submit(keep_asking, nursery, centre, evening) for _ in range(VISITORS)]
        for _ in range(kills):
            nursery.start()
            time.sleep(random.uniform(0, LONGEST_LIFE_SECONDS))
            nursery.kill()
            nursery.wait()
        nursery.start()
        evening.set()
        told = [answer for visitor in visitors for answer in visitor.result()]
    nursery.kill()
    nursery.wait()

    found = verdict(centre)
    changed = [answer for answer in told if centre.ticket_of(answer.key) != answer.number]
    figures(
        f"TKT-06 {centre.kind}: {kills} kills, {len(told)} requests, {sum(a.tries > 1 for a in told)} of them cut off, "
        f"{len(told) - found.tickets} lost, {found.duplicates} duplicated, {time.monotonic() - began:.0f} s"
    )
    assert found.is_clean, found
    assert found.tickets == len(told)
    assert changed == []


def die_at(place: str, nursery: Nursery, centre: Centre) -> tuple[str, str | None]:
    """Let a server die at its second visitor's request; return that visitor's key, and what is in the record."""
    nursery.start(f"{place}:2")
    insist(nursery.port, centre.token)
    key = new_key()
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(nursery.port, centre.token, key, "ho-tich")
    nursery.wait()
    return key, centre.ticket_of(key)


@pytest.mark.parametrize("place", [*BEFORE_COMMIT, *AFTER_COMMIT])
def test_dying_at_a_named_place_keeps_all_or_nothing(
    centre: Centre, nursery: Nursery, figures: Figures, place: str
) -> None:
    """TKT-07."""
    if place in BETWEEN_STATEMENTS and centre.kind != "sqlite":
        pytest.skip("one statement has no such place")
    began = time.monotonic()
    for _ in range(DEATHS_AT_A_PLACE):
        key, kept = die_at(place, nursery, centre)
        assert (kept is None) == (place in BEFORE_COMMIT)

        nursery.start()
        again = insist(nursery.port, centre.token, key=key)
        nursery.kill()
        nursery.wait()
        assert again.status == (201 if kept is None else 200)
        assert kept in {None, again.number}

    found = verdict(centre)
    figures(
        f"TKT-07 {centre.kind}, {place}: {DEATHS_AT_A_PLACE} kills, {2 * DEATHS_AT_A_PLACE} requests, "
        f"{2 * DEATHS_AT_A_PLACE - found.tickets} lost, {found.duplicates} duplicated, {time.monotonic() - began:.1f} s"
    )
    assert found.is_clean, found
    assert found.tickets == 2 * DEATHS_AT_A_PLACE
