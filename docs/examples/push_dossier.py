"""How a program of another house works with Motcua: push a dossier, ask how it stands, attach the result.

Python 3.11 and nothing else. The address and the key come from the environment:

    export MOTCUA_URL=https://motcua.example.vn MOTCUA_KEY=motcua_...
    python push_dossier.py push DOSSIER.json      # prints the code; run again it is the same dossier
    python push_dossier.py state CODE
    python push_dossier.py result CODE "Giấy khai sinh số 45/2026, ngày 02/12/2026"
    python push_dossier.py changes AFTER          # what changed since the number printed the last time
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

TRIES = 5
#: Worth sending again, under the same key: too fast, or busy for a moment.
PASSING = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


class RefusedError(Exception):
    """Motcua said no. ``code`` is stable; the message is for people, in Vietnamese."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail_vi", problem))
        self.code = problem.get("code", "")
        #: How the dossier stands now, when it has moved on meanwhile.
        self.state = problem.get("state")


def ask(method: str, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> Any:
    """Send one request and return the answer. Raises RefusedError, and URLError when nobody answers."""
    headers = {"Authorization": f"Bearer {os.environ['MOTCUA_KEY']}", "Accept": "application/json"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key or ""}
    data = json.dumps(body).encode() if body is not None else None
    url = f"{os.environ['MOTCUA_URL'].rstrip('/')}/api/v1/motcua/dossiers{path}"
    for tries_left in reversed(range(TRIES)):
        try:
            with urlopen(Request(url, data, headers, method=method), timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            if error.code not in PASSING or not tries_left:
                raise RefusedError(json.load(error)) from error
            time.sleep(int(error.headers.get("Retry-After", "5")))
        except URLError:
            # Nobody knows whether it arrived; the same key again finds out and makes no second dossier.
            if not tries_left:
                raise
            time.sleep(2)
    raise AssertionError


def push(dossier: dict[str, Any]) -> Any:
    """Hand a dossier over. The key is made of the dossier itself: the same one twice is one."""
    words = json.dumps(dossier, sort_keys=True, ensure_ascii=False)
    return ask("POST", "", dossier, key=hashlib.sha256(words.encode()).hexdigest())


def state(code: str) -> Any:
    """Ask how a dossier stands."""
    return ask("GET", f"/{quote(code, safe='')}")


def attach(code: str, to: str, text: str = "") -> Any:
    """Say how far a dossier has come, having looked first; somebody else may have been quicker."""
    version = state(code)["version"]
    body = {"state": to, "version": version, "text": text}
    return ask("POST", f"/{quote(code, safe='')}/result", body, key=f"{to}-{version}-{code}"[:64])


def finish(code: str, text: str) -> Any:
    """Attach the result, beginning the work first where nobody has."""
    if "processing" in state(code)["next_states"]:
        attach(code, "processing")
    return attach(code, "done", text)


def changes(after: int) -> tuple[list[Any], int]:
    """Return every dossier that changed since, and the number to ask with the next time."""
    found: list[Any] = []
    more = True
    while more:
        page = ask("GET", f"?after={after}")
        found, after, more = found + page["dossiers"], page["next"], page["more"]
    return found, after


def main(command: str, *words: str) -> None:
    """Do what the command line says and print the answer as JSON."""
    if command == "push":
        with open(words[0], encoding="utf-8") as file:
            answer = push(json.load(file))
    elif command == "state":
        answer = state(words[0])
    elif command == "result":
        answer = finish(words[0], words[1])
    elif command == "changes":
        found, after = changes(int(words[0]))
        answer = {"dossiers": found, "next": after}
    else:
        sys.exit(__doc__)
    print(json.dumps(answer, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    try:
        main(*(sys.argv[1:] or ["help"]))
    except RefusedError as refusal:
        sys.exit(f"{refusal.code}: {refusal}")
