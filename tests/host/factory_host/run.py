"""Start the host: ``python run.py PORT``. It is found below /portal, and at the root for a proxy."""

import sys

from app import create_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import run_simple

app = create_app()


def serve(port: int) -> None:
    """Serve it until stopped."""
    run_simple("127.0.0.1", port, DispatcherMiddleware(app, {"/portal": app}), threaded=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
