"""Does the time of a refused login say whether the name exists? ``make logins`` runs this (AUT-04 of the catalogue).

Tries at the form with a wrong password, in turns: for somebody who is there,
somebody who is not, and somebody who was deactivated. One app, no network,
no limits: what is left is the work. Printed: the medians and how far apart
they are, on SQLite and, when MOTCUA_TEST_POSTGRES names a server, PostgreSQL.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.prepare import fresh_database
from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from motcua.admin.schema import upgrade

if TYPE_CHECKING:
    from flask import Flask

BAR_APART = 0.05
PEOPLE = {"somebody": "lan", "nobody": "khong-co-ai", "deactivated": "minh"}
_WARM = 10


def prepare(address: str, folder: Path) -> Flask:
    """Return an app with two people, one of them deactivated, and no limits."""
    app = create_app(
        {
            "SECRET_KEY": "only for the benchmark, thirty-two bytes",
            "SQLALCHEMY_DATABASE_URI": address,
            "MOTCUA_PRINTER_DIR": str(folder),
            "MOTCUA_MAIL_DIR": str(folder),
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
        }
    )
    motcua = app.extensions[EXTENSION]
    upgrade(motcua.database.engine)
    motcua.counts_tries = False
    with app.app_context():
        manager = app.appbuilder.sm  # type: ignore[attr-defined]
        manager.limiter.enabled = False
        for name in ("lan", "minh"):
            user = manager.add_user(
                name, "A", "B", f"{name}@a.example", manager.find_role("Admin"), "ba từ chẳng ai đoán"
            )
            user.active = name == "lan"
            manager.update_user(user)
    return app


def try_once(app: Flask, username: str) -> tuple[float, str]:
    """Try a wrong password; return the milliseconds and the page that answers, without what is new in each."""
    client = app.test_client()
    started = time.perf_counter()
    answer = client.post("/login/", data={"username": username, "password": "a guess"})
    took = (time.perf_counter() - started) * 1000
    page = client.get(answer.location).get_data(as_text=True)
    return took, re.sub(r'nonce="[^"]*"', "", page)


def measure(engine: str, app: Flask, tries: int) -> list[str]:
    """Let everybody try in turns; return the bars that do not hold."""
    times: dict[str, list[float]] = {who: [] for who in PEOPLE}
    pages = set()
    for turn in range(tries + _WARM):
        for who, name in PEOPLE.items():
            took, page = try_once(app, name)
            pages.add(page)
            if turn >= _WARM:
                times[who].append(took)
    medians = {who: median(took) for who, took in times.items()}
    apart = max(medians.values()) / min(medians.values()) - 1
    said = ", ".join(f"{who} {value:.1f} ms" for who, value in medians.items())
    print(f"{engine}: {tries} tries each, medians: {said}; {apart:.1%} apart; {len(pages)} different page(s)")
    missed = [f"{engine}: medians {apart:.1%} apart > {BAR_APART:.0%}"] if apart > BAR_APART else []
    return missed + ([f"{engine}: {len(pages)} different pages"] if len(pages) > 1 else [])


def main() -> int:
    """Measure both engines and say which bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    options = parser.parse_args()
    missed: list[str] = []
    for engine in options.engine or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as folder, fresh_database(engine) as address:
            if address is None:
                print("postgresql: MOTCUA_TEST_POSTGRES is not set, not measured")
                continue
            app = prepare(address, Path(folder))
            missed += measure(engine, app, options.tries)
            app.extensions[EXTENSION].database.engine.dispose()
            with app.app_context():
                app.extensions["sqlalchemy"].engine.dispose()
    print("\nEvery bar holds." if not missed else "\nMissed:\n" + "\n".join(f"  {line}" for line in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
