"""The floor: a bare Flask route that does the counter-row transaction and nothing else.

Same WSGI server, same database engine, same durability as the product; no
login, no ticket, no event, no paper. Nothing that issues numbers over HTTP
on this machine can be faster by much.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import Any

from flask import Flask

DATABASE = "FLOOR_DATABASE"
CREATE = "CREATE TABLE IF NOT EXISTS counter (id integer PRIMARY KEY, last_number integer NOT NULL)"
_NEXT = "UPDATE counter SET last_number = last_number + 1 WHERE id = 1 RETURNING last_number"
_here = threading.local()
_turn = threading.Lock()


def connect(address: str) -> Any:
    """Open a connection as durable as the product's."""
    if address.startswith("sqlite:///"):
        connection = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection
    import psycopg

    return psycopg.connect(address.replace("postgresql+psycopg", "postgresql"))


def next_number() -> int:
    """Take the next number and commit."""
    address = os.environ[DATABASE]
    if not hasattr(_here, "connection"):
        _here.connection = connect(address)
    connection = _here.connection
    if address.startswith("sqlite"):
        with _turn:
            connection.execute("BEGIN IMMEDIATE")
            (number,) = connection.execute(_NEXT).fetchone()
            connection.execute("COMMIT")
    else:
        (number,) = connection.execute(_NEXT).fetchone()
        connection.commit()
    return int(number)


def create_app() -> Flask:
    """Build the bare app."""
    app = Flask(__name__)

    @app.post("/issue")
    def issue() -> tuple[dict[str, int], int]:
        return {"number": next_number()}, 201

    return app
