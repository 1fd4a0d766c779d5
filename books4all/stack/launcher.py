"""make run: everything, in order, and everything down again."""

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from books4all.stack import binaries, leftovers, state, venv
from books4all.stack.console import Console
from books4all.stack.errors import StackError, Stopped
from books4all.stack.layout import PROJECT, Layout
from books4all.stack.postgres import Postgres
from books4all.stack.processes import (
    Program,
    Supervisor,
    die_with_parent,
    end,
    finish,
    run,
    start,
    tail,
    wait_until,
)
from books4all.stack.proxy import Proxy, choose_port
from books4all.stack.valkey import Valkey

WATCH_SECONDS = 0.2
ENGINE_SECONDS = 60
ENGINE_STARTS = 6
WEB_SECONDS = 60
# Processes beside the web replicas: the management command of each.
HELPERS = {"worker": ("procrastinate", "worker"), "search": ("keep_search",)}
if os.environ.get("STOCK_DROP_DIR"):
    HELPERS["folder"] = ("watch_stock_folder",)


@dataclass(frozen=True)
class Options:
    """What the person at the terminal may choose."""

    host: str = "127.0.0.1"
    port: int | None = None
    replicas: int = 2
    demo: bool = True


@dataclass
class Launcher:
    """One run of the stack."""

    layout: Layout
    options: Options
    console: Console = field(default_factory=Console)

    def __post_init__(self) -> None:
        layout = self.layout
        password = layout.local / "postgres-password"
        self.postgres = Postgres(layout.postgres, layout.sockets / "pg", password)
        self.valkey = Valkey(layout.valkey, layout.sockets)
        self.children = Supervisor(layout.logs, layout.sessions, self.console)
        self.environment: dict[str, str] = {}
        self.engine_starts = 0

    # --- The order of things -------------------------------------------------------------------

    def run(self) -> int:
        """Start, watch until somebody stops it, and end; return the exit status."""
        self.layout.make_folders()
        lock = state.take_lock(self.layout)
        if lock is None:
            return self._already_running()
        with lock, stop_on_signals():
            try:
                self._start()
                self._watch()
            except Stopped:
                return 0
            finally:
                self._end()
        return 0

    def _start(self) -> None:
        for name in leftovers.clear(self.layout.sessions):
            self.console.say(f"         Ended what an earlier run had left behind: {name}")
        last = state.State.read(self.layout)
        port = choose_port(self.options.host, self.options.port, last.port if last else None)
        address = f"http://localhost:{port}"
        self._start_engines()
        # The address of a database may hold a password that has just been made.
        self.environment = state.environment(os.environ, self.layout, address, self._urls())
        self._manage(
            "Bringing the database up to date", "Database up to date", "migrate", "--noinput"
        )
        with self._static_files():
            if self.options.demo:
                self._load_demo()
        self._start_web()
        sign_ins = self._ask_sign_ins() if self.options.demo else None
        self._start_proxy(port)
        state.State(port, address, self.environment).write(self.layout)
        self._welcome(address, sign_ins)

    def _watch(self) -> None:
        while True:
            time.sleep(WATCH_SECONDS)
            self.children.restart_ended()

    def _end(self) -> None:
        if not self.children.running:
            return
        with ignored_signals(), self.console.step("Stopping", "Stopped"):
            replicas = [name for name in self.children.running if name.startswith("web")]
            self.children.stop(["nginx"], [*replicas, *HELPERS], ["valkey", "postgres"])

    # --- Its steps -----------------------------------------------------------------------------

    def _already_running(self) -> int:
        running = state.State.read(self.layout)
        if running and answers(f"{running.address}/healthz"):
            self.console.say(f"Books4All is already running at {running.address}")
        else:
            self.console.say(f"Books4All is already starting or stopping ({self.layout.local}).")
        return 0

    def _urls(self) -> dict[str, str]:
        return {
            "DATABASE_URL": os.environ.get("DATABASE_URL") or self.postgres.url,
            "REDIS_URL": os.environ.get("REDIS_URL") or self.valkey.url,
        }

    def _start_engines(self) -> None:
        waiting = []
        if not os.environ.get("REDIS_URL"):
            self.valkey.socket.unlink(missing_ok=True)
            self.children.start(self.valkey.program())
            waiting.append(("valkey", self.valkey.ready))
        if not os.environ.get("DATABASE_URL"):
            log = self.layout.logs / "initdb.log"
            if not self.layout.postgres.exists():
                with self.console.step("Making the database", "Database made"):
                    self.postgres.prepare(self.console, log)
            else:
                self.postgres.prepare(self.console, log)
            self.children.start(self.postgres.program())
            waiting.append(("postgres", self.postgres.ready))
        if not waiting:
            return
        with self.console.step("Starting PostgreSQL and Valkey", "PostgreSQL and Valkey answer"):
            for name, ready in waiting:
                again = partial(self._start_engine_again, name)
                self._wait_for(name, ready, ENGINE_SECONDS, again)

    def _start_engine_again(self, name: str) -> None:
        """Give an engine that ended at once another try: what was killed may not be quite gone yet."""
        if self.children.running[name].poll() is None:
            return
        self.engine_starts += 1
        if self.engine_starts > ENGINE_STARTS:
            self.children.must_run(name)
        time.sleep(self.children.backoff)
        if name == "postgres":
            self.postgres.prepare(self.console, self.layout.logs / "initdb.log")
        self.children.start(self.children.programs[name])

    @contextlib.contextmanager
    def _static_files(self) -> Iterator[None]:
        """Collect the static files while the block runs, if one has changed.

        Compressing them takes a while, and so does the demo catalogue: there are two cores at least.
        """
        stamp = self.layout.local / "static.hash"
        now = static_fingerprint(self.layout.project)
        if stamp.exists() and stamp.read_text() == now:
            yield
            return
        stamp.unlink(missing_ok=True)
        program = self._management("collectstatic", "--noinput")
        log = self.layout.logs / "collectstatic.log"
        log.unlink(missing_ok=True)
        process = start(program, log)
        try:
            yield
            with self.console.step("Compressing the static files", "Static files compressed"):
                finish(program, process, self.console, log)
        finally:
            end([process], program.end)
        stamp.write_text(now)

    def _start_web(self) -> None:
        sockets = self._replica_sockets()
        for number, path in enumerate(sockets, start=1):
            path.unlink(missing_ok=True)
            argv = [
                str(venv.python()), "-m", "gunicorn", "books4all.wsgi:application",
                "--config", str(PROJECT / "compose" / "gunicorn.conf.py"), "--bind", f"unix:{path}",
            ]  # fmt: skip
            own = {"SERVER_ID": f"web{number}", "DB_POOL": "True"}
            self.children.start(
                Program(f"web{number}", argv, self.layout.project, self._child_environment(own))
            )
        for name, command in HELPERS.items():
            argv = [str(venv.python()), "manage.py", *command]
            own = {"SERVER_ID": name, "DB_POOL": "False"}
            self.children.start(
                Program(name, argv, self.layout.project, self._child_environment(own))
            )

    def _load_demo(self) -> None:
        """Let the command decide whether anything is missing; it shows a progress of its own."""
        program = self._management("load_demo")
        try:
            run(program, self.console)
        except StackError as error:
            self.console.say(f"         The demo catalogue is not complete: {error}")

    def _ask_sign_ins(self) -> "subprocess.Popen[bytes]":
        log = self.layout.logs / "sign-ins.txt"
        log.unlink(missing_ok=True)
        return start(self._management("load_demo", "--print-signins"), log)

    def _start_proxy(self, port: int) -> None:
        sockets = self._replica_sockets()
        proxy = Proxy(self.layout.nginx, self.options.host, port, sockets)
        with self.console.step("Starting the web replicas", "Web replicas answer"):
            for number, path in enumerate(sockets, start=1):
                self._wait_for(f"web{number}", partial(accepts, path), WEB_SECONDS)
            proxy.configure(self.console, self.layout.logs / "nginx-check.log")
            self.children.start(proxy.program())
            check = f"http://{_reachable(self.options.host)}:{port}/healthz"
            self._wait_for("nginx", lambda: answers(check), WEB_SECONDS, told_by="web1")

    def _welcome(self, address: str, sign_ins: "subprocess.Popen[bytes] | None") -> None:
        self.console.say()
        self.console.say(f"  Books4All is open at  {address}")
        self.console.say()
        if sign_ins and sign_ins.wait() == 0:
            text = (self.layout.logs / "sign-ins.txt").read_text().rstrip()
            self.console.say(text + "\n" if text else "")
        self.console.say(f"  Logs: {self.layout.logs}    Stop: Ctrl-C")

    # --- What they are made of -----------------------------------------------------------------

    def _wait_for(
        self,
        name: str,
        ready: Callable[[], bool],
        seconds: float,
        ended: Callable[[], None] | None = None,
        told_by: str = "",
    ) -> None:
        """Wait until a program is ready; `ended` decides what happens if it ends meanwhile."""
        ended = ended or partial(self.children.must_run, name)
        if not wait_until(ready, seconds, self.console, ended):
            log = self.children.log(told_by or name)
            raise StackError(f"{name} gave no good answer within {seconds:.0f} s.\n{tail(log)}")

    def _manage(self, doing: str, done: str, *command: str) -> None:
        log = self.layout.logs / f"{command[0]}.log"
        log.unlink(missing_ok=True)
        with self.console.step(doing, done):
            run(self._management(*command), self.console, log)

    def _management(self, *command: str) -> Program:
        argv = [str(venv.python()), "manage.py", *command]
        env = self._child_environment({"DB_POOL": "False"})
        return Program(f"manage.py {command[0]}", argv, self.layout.project, env)

    def _child_environment(self, own: Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, **self.environment, "PYTHONUNBUFFERED": "1", **own}

    def _replica_sockets(self) -> list[Path]:
        return [self.layout.sockets / f"web{n}.sock" for n in range(1, self.options.replicas + 1)]


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into Stopped."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def ignored_signals() -> Iterator[None]:
    """Let nothing disturb an orderly end; each step of it is limited in time."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def static_fingerprint(project: Path) -> str:
    """Return a hash of names, sizes and times of all static files, ours and the libraries'."""
    installed = binaries.wheel_folder("django")
    folders = [project / "static", *project.glob("[!.]*/static")]
    if installed:
        folders += installed.parent.glob("*/static")
        folders += installed.glob("contrib/*/static")
    seen = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    for file in sorted(path for folder in folders for path in folder.rglob("*")):
        found = file.stat()
        seen.update(f"{file} {found.st_size} {found.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def accepts(path: Path) -> bool:
    """Return whether a server takes connections at a socket."""
    with socket.socket(socket.AF_UNIX) as link:
        try:
            link.connect(str(path))
        except OSError:
            return False
        return True


def answers(url: str) -> bool:
    """Return whether a request is answered by the application, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=10):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False


def _reachable(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound


def stop_with_parent() -> None:
    """Be stopped by the kernel when the process that called us is killed (Linux)."""
    if prepare := die_with_parent(signal.SIGTERM, os.getppid()):
        prepare()
