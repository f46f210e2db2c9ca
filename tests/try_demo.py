"""Start a trial and try it as a visitor would, with nothing but the standard library.

``try_demo.py DATA_DIR COMMAND ...`` runs the command, waits for its
``demo.json``, takes a number, and stops it. CI does this with ``make demo``
while only the runtime dependencies are installed.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SECONDS_TO_START = 300  # the first time, dependencies are installed
SECONDS_TO_STOP = 20
SECONDS_TO_PRINT = 20
#: The answer to a board never ends; a web server may not count on its threads being free soon.
BOARDS = 4


def wait_for(what: str, seconds: float, look: Callable[[], Any]) -> Any:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    msg = f"{what} did not appear within {seconds:g} s"
    raise SystemExit(msg)


def ask(url: str, *, headers: dict[str, str] | None = None, body: dict[str, Any] | None = None) -> bytes:
    """Return the body of an answer; anything but success raises."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=data, headers=headers or {})  # noqa: S310 - the trial's own address
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        return bytes(answer.read())


def take_number(demo: dict[str, Any]) -> dict[str, Any]:
    """Take a number as the kiosk does."""
    headers = {"Authorization": f"Bearer {demo['kiosk']['token']}"}
    offer = json.loads(ask(f"{demo['url']}/api/v1/kiosk/services", headers=headers))
    headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    order = {"service": offer["services"][0]["code"], "errand": "submit", "priority": None, "language": "vi"}
    ticket: dict[str, Any] = json.loads(ask(f"{demo['url']}/api/v1/kiosk/tickets", headers=headers, body=order))
    return ticket


def look_at_dossiers(demo: dict[str, Any]) -> int:
    """Sign in as a case officer of the trial and return how many dossiers the list shows."""
    person = next(person for person in demo["users"] if person["role"] == "case_officer")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(f"{demo['url']}/login/", timeout=10).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    filled = {name: person[name] for name in ("username", "password")} | {"csrf_token": token[1] if token else ""}
    browser.open(f"{demo['url']}/login/", urllib.parse.urlencode(filled).encode(), timeout=10)
    page = browser.open(f"{demo['url']}/motcua/dossiers/list/", timeout=10).read().decode()
    shown = len(set(re.findall(r"/motcua/dossiers/show/\d+", page)))
    if not shown:
        msg = f"{person['username']} finds no dossier in the list"
        raise SystemExit(msg)
    return shown


def main(folder: Path, command: list[str]) -> None:
    """Run the trial, try it, and stop it as Ctrl+C does."""
    trial = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - the command of the caller
    with ExitStack() as hall:  # its boards follow until the end, as they do
        try:
            demo = wait_for("demo.json", SECONDS_TO_START, lambda: read_summary(folder, trial))
            for _ in range(BOARDS):
                hall.enter_context(follow(demo))
            visit(demo)
        finally:
            if trial.poll() is None:
                os.killpg(trial.pid, signal.SIGINT)
                trial.wait(SECONDS_TO_STOP)


def read_summary(folder: Path, trial: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    """Return what the trial says about itself, once it does."""
    if trial.poll() is not None:
        msg = f"the trial ended by itself with {trial.returncode}"
        raise SystemExit(msg)
    summary = folder / "demo.json"
    return json.loads(summary.read_text("utf-8")) if summary.exists() else None


def follow(demo: dict[str, Any]) -> HTTPResponse:
    """Let a board of the hall follow; its answer has begun."""
    office = demo["board"]["url"].rsplit("/", 1)[1]
    stream = f"{demo['url']}/api/v1/board/{office}/events"
    asked = urllib.request.Request(stream, headers={"Accept": "text/event-stream"})  # noqa: S310
    answer: HTTPResponse = urllib.request.urlopen(asked, timeout=10)  # noqa: S310
    answer.readline()
    return answer


def visit(demo: dict[str, Any]) -> None:
    """Open every public page, take a number, find its paper, follow it; look at the dossiers as staff do."""
    pages = [demo["url"] + path for path in ("/", "/kiosk/", "/procedures/", "/healthz", "/readyz", "/metrics")]
    for page in [*pages, demo["board"]["url"]]:
        ask(page, headers={"Authorization": f"Bearer {demo['kiosk']['token']}"} if "/kiosk/" in page else None)
    ticket = take_number(demo)
    paper = Path(demo["printer_dir"]) / f"{ticket['number']}.png"
    wait_for(str(paper), SECONDS_TO_PRINT, paper.exists)
    link = urlsplit(ticket["tracking_url"]).path
    state = json.loads(ask(f"{demo['url']}{link}.json"))
    if state["number"] != ticket["number"]:
        msg = f"the link of {ticket['number']} shows {state['number']}"
        raise SystemExit(msg)
    found = f"{BOARDS} boards, {len(pages) + 1} pages, number {ticket['number']}, its paper and its link"
    sys.stdout.write(f"Trial: {found}; {look_at_dossiers(demo)} dossiers in the list.\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
