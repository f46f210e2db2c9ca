"""What pyproject.toml allows is true: the wheel works with the lowest versions and with the newest (CFG-03).

``python -m tests.host.versions`` makes two clean environments, one with
exactly the lower bounds (requirements-lowest.lock), one with the newest that
may be installed today, and tries a trial in each.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.host.wheels import ROOT, build_wheel, make_environment, run
from tests.try_demo import main as try_demo

LOWEST = ROOT / "requirements-lowest.lock"


def install_lowest(environment: Path, wheel: Path) -> None:
    """Install the lower bounds, then the wheel, which may fetch nothing: a bound above the lock is an error."""
    install = make_environment(environment)
    run([*install, "--no-compile", "--only-binary", ":all:", "--require-hashes", "-r", str(LOWEST)], ROOT)
    run([*install, "--no-index", str(wheel)], ROOT)


def install_newest(environment: Path, wheel: Path) -> None:
    """Install the wheel as somebody does who has nothing else."""
    install = make_environment(environment)
    run([*install, "--no-compile", "--only-binary", ":all:", str(wheel)], ROOT)


def try_out(environment: Path, trial: Path) -> None:
    """Start a trial and visit it, then let the doctor look at what it left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    motcua = str(environment / "bin" / "motcua")
    try_demo(trial, [motcua, "demo", "--port", str(port), "--data-dir", str(trial)])
    run([motcua, "doctor"], trial, os.environ | {"MOTCUA_CONFIG": str(trial / "config.py")})


def main() -> None:
    """Try both ends at the same time: fetching is mostly waiting."""
    begin = time.monotonic()
    with TemporaryDirectory() as name, ThreadPoolExecutor(2) as both:
        folder = Path(name)
        build_wheel(folder / "wheel")
        (wheel,) = (folder / "wheel").glob("*.whl")

        def try_end(end: str) -> None:
            install = install_lowest if end == "lowest" else install_newest
            install(folder / end, wheel)
            try_out(folder / end, folder / f"{end}-trial")
            sys.stdout.write(f"The {end} allowed versions work ({time.monotonic() - begin:.0f} s).\n")

        list(both.map(try_end, ("lowest", "newest")))


if __name__ == "__main__":
    main()
