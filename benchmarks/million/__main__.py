"""make bench-million: start a stack of its own, fill it, measure it, and stop it again.

    python -m benchmarks.million [--editions N] [--folder .local-million] [--keep]

The folder keeps the catalogue: the next run measures at once. ``--keep`` leaves the stack running.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from books4all.stack.layout import PROJECT, Layout
from books4all.stack.state import State, is_running

STEPS = ("figures", "over_http")
# nginx's fences would be measured instead of the pages.
NO_FENCES = {"NGINX_RATE": "1000000r/s", "NGINX_BURST": "100000"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=PROJECT / ".local-million")
    parser.add_argument("--keep", action="store_true", help="leave the stack running")
    arguments = parser.parse_args()
    environment = {**os.environ, **NO_FENCES, "BOOKS4ALL_LOCAL": str(arguments.folder.resolve())}
    stack = subprocess.Popen(
        [sys.executable, "-m", "books4all.stack", "run", "--no-demo"], env=environment
    )
    try:
        state = started(Layout(arguments.folder.resolve()), stack)
        environment |= {**state.environment, "DB_POOL": "False"}
        build = [
            sys.executable,
            "-m",
            "benchmarks.million.build",
            "--editions",
            str(arguments.editions),
        ]
        subprocess.run(build, env=environment, check=False)
        for step in STEPS:
            print(f"\n== {step}", flush=True)
            subprocess.run(
                [sys.executable, "-m", f"benchmarks.million.{step}"], env=environment, check=False
            )
    finally:
        if not arguments.keep:
            stack.send_signal(signal.SIGTERM)
            stack.wait()
    return 0


def started(layout: Layout, stack: "subprocess.Popen[bytes]") -> State:
    """Wait until the stack has written where it is."""
    before = layout.state.stat().st_mtime if layout.state.exists() else 0.0
    while stack.poll() is None:
        state = State.read(layout)
        if state and layout.state.stat().st_mtime > before and is_running(layout):
            return state
        time.sleep(0.2)
    raise SystemExit("The stack did not start.")


if __name__ == "__main__":
    sys.exit(main())
