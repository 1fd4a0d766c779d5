"""Where the stack keeps its things, and the folders that need care."""

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from books4all.stack.errors import StackError

PROJECT = Path(__file__).resolve().parents[2]
# sun_path holds 108 bytes on Linux and 104 on macOS; the longest name in the folder is PostgreSQL's.
LONGEST_SOCKET = "pg/.s.PGSQL.5432.lock"
SOCKET_PATH_BYTES = 100
# nginx reads the path in its configuration, libpq and redis-py in a URL: no quoting suits all three.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True)
class Layout:
    """The folders of one stack. `local` is .local/ of the project unless a test says otherwise."""

    local: Path
    project: Path = PROJECT

    @classmethod
    def of_project(cls) -> "Layout":
        """Return the stack of this checkout, or the one that BOOKS4ALL_LOCAL names."""
        return cls(local=Path(os.environ.get("BOOKS4ALL_LOCAL", PROJECT / ".local")).resolve())

    @property
    def logs(self) -> Path:
        return self.local / "logs"

    @property
    def postgres(self) -> Path:
        return self.local / "postgres"

    @property
    def valkey(self) -> Path:
        return self.local / "valkey"

    @property
    def nginx(self) -> Path:
        return self.local / "nginx"

    @property
    def static(self) -> Path:
        return self.local / "static"

    @property
    def mail(self) -> Path:
        return self.local / "mail"

    @property
    def media(self) -> Path:
        return self.local / "media"

    @property
    def lock(self) -> Path:
        return self.local / "stack.lock"

    @property
    def state(self) -> Path:
        return self.local / "stack.json"

    @property
    def sessions(self) -> Path:
        return self.local / "sessions.jsonl"

    @cached_property
    def sockets(self) -> Path:
        """Return a folder whose path is short and plain enough for sockets; made when missing.

        .local/run if that will do, else a private folder under the temporary directory.
        """
        folder = self.local / "run"
        longest = os.fsencode(str(folder / LONGEST_SOCKET))
        fits = len(longest) <= SOCKET_PATH_BYTES and PLAIN_PATH.fullmatch(str(folder))
        if not fits or (os.geteuid() == 0 and not open_to_others(self.local.parent)):
            folder = Path(tempfile.gettempdir()) / f"books4all-{os.geteuid()}-{mark(self.local)}"
        return own_folder(folder, mode=0o711 if os.geteuid() == 0 else 0o700)

    def make_folders(self) -> None:
        """Make what must be there before anything starts."""
        self.local.mkdir(parents=True, exist_ok=True)
        for folder in (self.logs, self.valkey, self.nginx, self.static, self.mail, self.media):
            folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            self.local.chmod(0o711)  # PostgreSQL's account passes through, and sees nothing


def mark(path: Path) -> str:
    """Return a short name that stands for a path: the same one each time."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def own_folder(path: Path, mode: int) -> Path:
    """Make `path`, or make sure that it is ours: others may write where it stands (/tmp)."""
    try:
        path.mkdir(parents=True, mode=mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            message = (
                f"{path} belongs to somebody else. Remove it, or set TMPDIR to another folder."
            )
            raise StackError(message) from None
    path.chmod(mode)
    return path


def open_to_others(folder: Path) -> bool:
    """Return whether an account without rights of its own can pass through `folder`."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents))
