"""A real browser, the app it looks at, and the time that passes there."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.town import NINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page

#: The headless shell first: the same engine, without the window nobody looks at, in two thirds of the time.
CHROMIUM = (
    os.environ.get("MOTCUA_TEST_CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
#: How long a server that is told to stop may not have heard it.
STOP_LOOKING_SECONDS = 0.02

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine to show screens with")


class Moment:
    """The server's time, which the test moves."""

    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> datetime:
        return self.now


class Silent(WSGIRequestHandler):
    """Keeps the test's output for the test, and the connection for the next file of the page."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run this machine's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def closing_files(app: Flask) -> WSGIApplication:
    """Read files to their end at once: Werkzeug's server leaves one open when the browser hangs up."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = app(environ, start_response)
        if "/static/" not in environ["PATH_INFO"]:
            return body
        with closing(body):  # type: ignore[type-var]
            return [b"".join(body)]

    return answer


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the app to a browser; give the address."""
    server = make_server("127.0.0.1", 0, closing_files(app), threaded=True, request_handler=Silent)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(STOP_LOOKING_SECONDS,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def be_asked_from_the_start(context: BrowserContext) -> None:
    """Let the browser ask before every request from its first page on, also when there is nothing to say yet.

    Told of a route on an open page only, it may send the next request as it did before.
    """
    context.route("**/asked-for-by-nobody", lambda route: route.abort())


def let_pass(page: Page, seconds: float) -> None:
    """Let time pass on the page, in steps in which answers can come in."""
    for _ in range(round(seconds * 2)):
        page.clock.run_for(500)
        page.wait_for_timeout(15)
