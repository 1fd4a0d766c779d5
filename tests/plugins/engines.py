"""PostgreSQL and Valkey for a test session: real ones, started once and thrown away.

A plugin and not a conftest, loaded by addopts: pytest-django reads the settings, and with them
DATABASE_URL, before any conftest is found. Under xdist the controller starts the engines and the
workers inherit their addresses; pytest-django gives each worker a database of its own, this plugin
a Valkey database of its own. DATABASE_URL and REDIS_URL of yours are used instead if they are set.
"""

import contextlib
import io
import os
import shutil
import signal
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from books4all.stack.console import Console
from books4all.stack.postgres import Postgres
from books4all.stack.processes import end, start
from books4all.stack.valkey import Valkey

if TYPE_CHECKING:
    import subprocess

    import pytest

READY_SECONDS = 30
# Set by the controller, so that its workers know whose engines they use.
STARTED_BY = "BOOKS4ALL_TEST_ENGINES"


class Engines:
    """What this process has started, and has to end."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.processes: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []

    def start(self) -> None:
        """Start what no address is given for, and set the addresses."""
        self.folder = Path(tempfile.mkdtemp(prefix="books4all-tests-"))
        self.folder.chmod(0o755)
        # WhiteNoise warns when there is nowhere that collected files could lie.
        static = self.folder / "static"
        static.mkdir()
        os.environ.setdefault("STATIC_ROOT", str(static))
        if not os.environ.get("DATABASE_URL"):
            self._start_postgres(self.folder)
        if not os.environ.get("REDIS_URL"):
            self._start_valkey(self.folder)

    def _start_postgres(self, folder: Path) -> None:
        postgres = Postgres(folder / "postgres", folder / "pg", folder / "password", volatile=True)
        log = folder / "postgres.log"
        postgres.prepare(Console(io.StringIO()), log)
        self._launch(postgres, log)
        os.environ["DATABASE_URL"] = postgres.url

    def _start_valkey(self, folder: Path) -> None:
        valkey = Valkey(folder, folder, volatile=True)
        self._launch(valkey, folder / "valkey.log")
        os.environ["REDIS_URL"] = valkey.url

    def _launch(self, engine: Postgres | Valkey, log: Path) -> None:
        program = engine.program()
        if isinstance(engine, Postgres):
            # Immediate shutdown: there is nothing to keep.
            program = replace(program, end=signal.SIGQUIT)
        process = start(program, log)
        self.processes.append((process, program.end))
        deadline = time.monotonic() + READY_SECONDS
        while not engine.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                message = f"{program.name} for the tests did not start:\n{log.read_text()}"
                raise RuntimeError(message)
            time.sleep(0.02)

    def stop(self) -> None:
        """End them and remove their data."""
        for process, how in self.processes:
            end([process], how)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def of_worker(url: str, worker: str) -> str:
    """Return the address of the Valkey database of an xdist worker ("gw1" -> 1)."""
    number = worker.removeprefix("gw")
    parts = urlsplit(url)
    if parts.scheme.endswith("unix"):
        query = {**parse_qs(parts.query), "db": [number]}
        # By hand: urlunsplit makes unix:/path of unix:///path, which redis-py does not know.
        return f"{parts.scheme}://{parts.path}?{urlencode(query, doseq=True)}"
    return urlunsplit(parts._replace(path=f"/{number}"))


engines = Engines()
worker = os.environ.get("PYTEST_XDIST_WORKER")
if worker:
    os.environ["REDIS_URL"] = of_worker(os.environ["REDIS_URL"], worker)
elif STARTED_BY not in os.environ:
    os.environ[STARTED_BY] = str(os.getpid())
    try:
        engines.start()
    except BaseException:
        engines.stop()
        raise
# One connection a thread: a pool would keep the test database in use when it is to be dropped.
os.environ["DB_POOL"] = "False"


def pytest_unconfigure(config: "pytest.Config") -> None:
    """End the engines after the last test."""
    del config
    with contextlib.suppress(ProcessLookupError):
        engines.stop()
