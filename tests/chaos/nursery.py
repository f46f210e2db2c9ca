"""A process that has built the app once and forks copies of itself, so that a server that dies costs milliseconds.

    python -m tests.chaos.nursery TOKEN        with MOTCUA_CONFIG naming the configuration

It prints its port and reads lines of JSON. ``{"serve": "FAILPOINT"}`` forks a
server on that port and answers with its process id, and with "gone" once it
is dead. ``{"task": NAME, "each": [...]}`` forks one process per entry and
answers with what they returned. The listening socket is the nursery's own:
while no server lives, visitors wait and are not turned away.

The server is Werkzeug's threaded one, not granian; everything above it is
the product. ``test_kill_serve.py`` does the same to ``motcua serve``.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import socket
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from motcua.admin import failpoints
from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from tests.chaos.tasks import TASKS, serve, warm_up

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from flask import Flask

CONNECTIONS = 4


def main() -> None:
    """Build the app, then do what the lines say until there are no more."""
    app = create_app()
    warm_up(app, sys.argv[1])
    _close_connections(app)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        _say(listening.getsockname()[1])
        for line in sys.stdin:
            wish = json.loads(line)
            if "task" in wish:
                _say(_all_at_once(app, wish["task"], wish["each"]))
            else:
                _live_and_die(app, listening, wish["serve"])


def _close_connections(app: Flask) -> None:
    # No database connection may be carried over a fork.
    app.extensions[EXTENSION].database.engine.dispose()
    with app.app_context():
        app.appbuilder.session.remove()  # type: ignore[attr-defined]
        app.extensions["sqlalchemy"].engine.dispose()


def _open_connections(app: Flask) -> None:
    # A server that has to connect first is mostly killed before it gives any number.
    engine = app.extensions[EXTENSION].database.engine
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(engine.connect())


def _live_and_die(app: Flask, listening: socket.socket, failpoint: str) -> None:
    process = os.fork()
    if not process:
        os.environ[failpoints.VARIABLE] = failpoint
        importlib.reload(failpoints)
        _open_connections(app)
        _say(os.getpid())
        serve(app, listening.fileno())
    os.waitpid(process, 0)
    _say("gone")


def _all_at_once(app: Flask, task: str, each: list[dict[str, Any]]) -> list[Any]:
    fork = multiprocessing.get_context("fork")
    pipes = [fork.Pipe(duplex=False) for _ in each]
    start = fork.Barrier(len(each))
    processes = [
        fork.Process(target=_report, args=(app, task, arguments, start, sending))
        for arguments, (_, sending) in zip(each, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    for _, sending in pipes:
        sending.close()
    return [receiving.recv() for receiving, _ in pipes]


def _report(app: Flask, task: str, arguments: dict[str, Any], start: Any, sending: Connection) -> None:
    start.wait()
    sending.send(TASKS[task](app, **arguments))


def _say(word: object) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
