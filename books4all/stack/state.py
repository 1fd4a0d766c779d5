"""The one running stack of a checkout: its lock, its address and its environment."""

import fcntl
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from books4all.stack.layout import Layout


@dataclass(frozen=True)
class State:
    """What other commands need to know of a running stack, or of the last one."""

    port: int
    address: str
    environment: dict[str, str]

    @classmethod
    def read(cls, layout: Layout) -> "State | None":
        """Return what the last run left, None before the first."""
        try:
            return cls(**json.loads(layout.state.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, layout: Layout) -> None:
        """Keep it, for our own eyes: the environment holds passwords."""
        layout.state.touch(mode=0o600)
        layout.state.write_text(json.dumps(asdict(self), indent=2))


def take_lock(layout: Layout) -> TextIO | None:
    """Return the lock as long as it is kept open, None if another launcher has it.

    The kernel drops it with the process, however that ends: it can't be stale.
    """
    lock = layout.lock.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def is_running(layout: Layout) -> bool:
    """Return whether a launcher holds the lock."""
    if not layout.lock.exists():
        return False
    lock = take_lock(layout)
    if lock:
        lock.close()
    return lock is None


def secret_key(file: Path) -> str:
    """Return this checkout's own SECRET_KEY, made at the first start."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text().strip()


def environment(
    given: Mapping[str, str], layout: Layout, address: str, urls: Mapping[str, str]
) -> dict[str, str]:
    """Return what manage.py and the replicas read; whatever is `given` from outside wins."""
    defaults = {
        **urls,
        "DJANGO_SETTINGS_MODULE": "books4all.settings.development",
        "SECRET_KEY": secret_key(layout.local / "secret-key"),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "CSRF_TRUSTED_ORIGINS": address,
        "PUBLIC_URL": address,
        "STATIC_ROOT": str(layout.static),
        "MAIL_DIR": str(layout.mail),
        "PRIVATE_ROOT": str(layout.local / "private"),
        "MEDIA_ROOT": str(layout.media),
    }
    return {name: given.get(name) or value for name, value in defaults.items()}
