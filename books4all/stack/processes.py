"""Child processes that never outlive the launcher."""

import contextlib
import ctypes
import json
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from books4all.stack.console import Console
from books4all.stack.errors import StackError

LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05
LOG_BYTES = 5_000_000


@dataclass(frozen=True)
class Account:
    """The unprivileged account a process runs as when the launcher is root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to run and how to end it."""

    name: str
    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str] | None = None
    account: Account | None = None
    # The signal that ends it in good order; sent by the kernel too if the launcher is killed.
    end: signal.Signals = signal.SIGTERM


def die_with_parent(ending: signal.Signals, parent: int | None = None) -> Callable[[], None] | None:
    """Return what a child does between fork and exec, so that it ends when its parent is killed.

    Linux only: elsewhere the next start clears leftovers up. The kernel watches the parent's
    *thread*, so children are started from the main thread alone.
    """
    if not LINUX:
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = parent or os.getpid()

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, int(ending))
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return before_exec


def start(program: Program, log: Path | None = None) -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own: Ctrl-C reaches the launcher only, which ends all."""
    who = program.account
    with contextlib.ExitStack() as files:
        sink = files.enter_context(log.open("ab")) if log else None
        return subprocess.Popen(  # noqa: S603 - the programs are the launcher's own
            list(program.argv),
            cwd=program.cwd,
            env=None if program.env is None else dict(program.env),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT if sink else None,
            start_new_session=True,
            preexec_fn=die_with_parent(program.end),  # noqa: PLW1509 - the launcher has one thread
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
        )


def run(program: Program, console: Console, log: Path | None = None) -> None:
    """Run a program to its end. Its output goes to `log`, else to the terminal.

    Raises StackError with the end of the log when it fails.
    """
    process = start(program, log)
    try:
        finish(program, process, console, log)
    finally:
        end([process], program.end)


def finish(
    program: Program, process: "subprocess.Popen[bytes]", console: Console, log: Path | None
) -> None:
    """Wait for a started program to end well. Raises StackError with the end of the log if not."""
    while process.poll() is None:
        console.tick()
        time.sleep(POLL_SECONDS)
    if process.returncode != 0:
        told = f"\n{tail(log)}" if log else ""
        raise StackError(f"{program.name} failed ({describe(process.returncode)}).{told}")


def end(
    processes: "Sequence[subprocess.Popen[bytes]]", how: signal.Signals, grace: float = 8
) -> None:
    """Ask processes to end, all at once; after `grace` seconds, make them and their children."""
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.send_signal(how)
    deadline = time.monotonic() + grace
    for process in alive:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.01, deadline - time.monotonic()))
        if process.poll() is None:
            kill_group(process.pid)
            process.wait()


def kill_group(pid: int) -> None:
    """Kill what is left of a process and of the children it kept in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def describe(code: int) -> str:
    """Say how a process ended: by which signal or with which status."""
    if code >= 0:
        return f"exit status {code}"
    return f"killed by {signal.Signals(-code).name}"


def tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log, indented."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


@dataclass
class Supervisor:
    """Keeps programs running: one that ends is started again a second later, always."""

    logs: Path
    sessions: Path
    console: Console
    backoff: float = 1.0
    running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        log = self.log(program.name)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        process = start(program, log)
        self.programs[program.name], self.running[program.name] = program, process
        with self.sessions.open("a") as sessions:  # read by leftovers.py at the next start
            record = {"name": program.name, "session": process.pid, "program": str(program.argv[0])}
            sessions.write(json.dumps(record) + "\n")

    def log(self, name: str) -> Path:
        """Return the log file of a program."""
        return self.logs / f"{name}.log"

    def restart_ended(self) -> None:
        """Start again what has ended, each at most once in `backoff` seconds."""
        for name, process in self.running.items():
            if process.poll() is None:
                continue
            if name not in self.ended:
                self.ended[name] = time.monotonic()
                self.console.say(
                    f"{name} ended ({describe(process.returncode)}) and will be started again. "
                    f"Log: {self.log(name)}"
                )
                # A killed nginx leaves workers behind that hold its port.
                kill_group(process.pid)
        for name, when in list(self.ended.items()):
            if time.monotonic() - when >= self.backoff:
                del self.ended[name]
                self.start(self.programs[name])

    def must_run(self, name: str) -> None:
        """Raise StackError if a program that has just been started is gone already."""
        code = self.running[name].poll()
        if code is not None:
            text = f"{name} did not start ({describe(code)}).\n{tail(self.log(name))}"
            raise StackError(text)

    def stop(self, *orders: Sequence[str]) -> None:
        """End the named programs, group after group, then whatever else runs."""
        for names in (*orders, tuple(self.running)):
            chosen = [name for name in names if name in self.running]
            by_signal: dict[signal.Signals, list[subprocess.Popen[bytes]]] = {}
            for name in chosen:
                by_signal.setdefault(self.programs[name].end, []).append(self.running.pop(name))
            for how, processes in by_signal.items():
                end(processes, how)
                for process in processes:
                    kill_group(process.pid)
        self.sessions.unlink(missing_ok=True)


def wait_until(
    ready: Callable[[], bool], seconds: float, console: Console, alive: Callable[[], None]
) -> bool:
    """Wait for `ready`, at most `seconds`; `alive` raises when waiting has become pointless."""
    deadline = time.monotonic() + seconds
    while not ready():
        alive()
        if time.monotonic() > deadline:
            return False
        console.tick()
        time.sleep(POLL_SECONDS)
    return True
