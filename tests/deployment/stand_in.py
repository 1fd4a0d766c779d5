"""A project that starts at once, to try the launcher with: the launcher is what is tested.

The real project under the launcher is test_whole_stack.py (make proof).
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
READY = re.compile(r"is open at\s+(http://localhost:(\d+))")
START_SECONDS = 60

MANAGE = """
import os, sys, time
command = sys.argv[1]
with open(os.environ["COMMANDS"], "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
if command == os.environ.get("FAILS"):
    sys.exit(f"{command} has gone wrong on purpose")
if command == os.environ.get("HANGS") or command in {"procrastinate", "keep_search"}:
    time.sleep(3600)
if "--print-signins" in sys.argv:
    print("  somebody@example.org")
"""
WSGI = """
import json, os
def application(environ, start_response):
    names = ("DATABASE_URL", "REDIS_URL", "SERVER_ID", "DB_POOL", "PUBLIC_URL", "SECRET_KEY")
    told = {name: os.environ.get(name) for name in names}
    told["forwarded_for"] = environ.get("HTTP_X_FORWARDED_FOR")
    start_response("200 OK", [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps(told).encode()]
"""
LAUNCH = """
import sys
from pathlib import Path
from books4all.stack.errors import StackError
from books4all.stack.launcher import Launcher, Options
from books4all.stack.layout import Layout
try:
    sys.exit(Launcher(Layout(Path(sys.argv[1]), Path(sys.argv[2])), Options()).run())
except StackError as error:
    sys.exit(str(error))
"""


def write(folder: Path) -> None:
    """Write the project into a folder."""
    (folder / "books4all").mkdir()
    (folder / "books4all" / "__init__.py").touch()
    (folder / "books4all" / "wsgi.py").write_text(WSGI)
    (folder / "manage.py").write_text(MANAGE)


@dataclass
class Running:
    """A launcher at work."""

    process: "subprocess.Popen[str]"
    local: Path
    output: Path

    @property
    def text(self) -> str:
        return self.output.read_text()

    @property
    def address(self) -> str:
        found = READY.search(self.text)
        assert found, self.text
        return found[1]

    def wait_until_open(self, seconds: float = START_SECONDS) -> "Running":
        deadline = time.monotonic() + seconds
        while not READY.search(self.text):
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)
        return self

    def ask(self, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        request = urllib.request.Request(f"{self.address}/", headers=dict(headers or {}))
        with urllib.request.urlopen(request, timeout=10) as answer:
            result: dict[str, str] = json.load(answer)
        return result

    def pid(self, name: str) -> int:
        """Return the process that a program was last started as."""
        lines = (self.local / "sessions.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in lines]
        return [int(record["session"]) for record in records if record["name"] == name][-1]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


@contextlib.contextmanager
def launched(
    folder: Path,
    user: int | None = None,
    wait: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Run the launcher on the project in `folder`; whatever happens, nothing of it stays."""
    if not (folder / "manage.py").exists():
        write(folder)
    given = environment or {}
    env = {**os.environ, "COMMANDS": str(folder / "commands"), **given}
    # What the test session itself has set is not what a person's terminal holds.
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DB_POOL", "DJANGO_SETTINGS_MODULE"):
        if name not in given:
            env.pop(name, None)
    output = folder / "output"
    with output.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(folder / ".local"), str(folder)],
            cwd=PROJECT,
            env=env,
            stdout=sink,
            stderr=sink,
            text=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    running = Running(process, folder / ".local", output)
    family: set[int] = set()
    try:
        if wait:
            running.wait_until_open()
        family = descendants(process.pid)
        yield running
    finally:
        family |= descendants(process.pid)
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        for pid in family & alive(family):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()


def descendants(pid: int) -> set[int]:
    """Return the processes below one, at every depth."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found: set[int] = set()
    wave = [pid]
    while wave:
        wave = [child for parent in wave for child in children.get(parent, [])]
        found.update(wave)
    return found


def alive(pids: set[int]) -> set[int]:
    """Return those that still run; one that only waits to be read off (a zombie) doesn't."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX":
                found.add(pid)
    return found


def gone(pids: set[int], seconds: float = 10) -> set[int]:
    """Wait for processes to end; return those that did not."""
    deadline = time.monotonic() + seconds
    while (left := alive(pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
