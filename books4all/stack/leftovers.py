"""What a killed launcher may leave behind, and clearing it up at the next start.

When only the launcher is killed, its children end by themselves (processes.die_with_parent). When
everything is killed at once, nginx's workers survive their master and hold the port.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from books4all.stack.processes import LINUX

GRACE_SECONDS = 5.0


def clear(sessions: Path) -> list[str]:
    """End what the sessions of an earlier run left alive; return the names of what was found.

    Called with the lock held, so everything found belongs to a launcher that is gone. A process
    counts as ours if it is in a recorded session *and* runs the recorded program: numbers of
    processes are used again.
    """
    recorded = {entry["session"]: entry for entry in _read(sessions)}
    found = [
        (pid, recorded[session]["name"])
        for pid, session in _processes()
        if session in recorded and _runs(pid, recorded[session]["program"])
    ]
    for pid, _ in found:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(program_of(pid) for pid, _ in found):
        time.sleep(0.05)
    for pid, _ in found:
        _signal(pid, signal.SIGKILL)
    sessions.unlink(missing_ok=True)
    return sorted({name for _, name in found})


def program_of(pid: int) -> str:
    """Return the path of the program that a process runs, "" once it has ended."""
    if LINUX:
        try:
            return str(Path(f"/proc/{pid}/exe").readlink()).removesuffix(" (deleted)")
        except OSError:
            return ""
    answer = subprocess.run(  # noqa: S603 - a number is all that varies
        ["/bin/ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def somebody_in(folder: Path) -> bool:
    """Return whether a process works in a folder, as PostgreSQL's do in their data.

    True where that can't be seen (off Linux).
    """
    if not LINUX:
        return True
    place = str(folder.resolve())
    for cwd in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if str(cwd.readlink()) == place:
                return True
    return False


def _read(sessions: Path) -> Iterator[dict[str, Any]]:
    if not sessions.exists():
        return
    for line in sessions.read_text().splitlines():
        with contextlib.suppress(ValueError):  # the last line may be cut off
            yield json.loads(line)


def _processes() -> Iterator[tuple[int, int]]:
    """Yield (process, process group): a started program leads the group its children stay in."""
    if LINUX:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, IndexError, ValueError):
                # pid (name) state ppid pgrp ...; the name may hold spaces and brackets
                yield int(stat.parent.name), int(stat.read_text().rsplit(")", 1)[1].split()[2])
        return
    answer = subprocess.run(
        ["/bin/ps", "-axo", "pid=,pgid="], capture_output=True, text=True, check=False
    )
    for line in answer.stdout.splitlines():
        pid, group = line.split()
        yield int(pid), int(group)


def _runs(pid: int, program: str) -> bool:
    return program_of(pid) == str(Path(program).resolve())


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
