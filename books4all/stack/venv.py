"""The virtual environment: made once, and filled again when a lock file has changed."""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from books4all.stack.console import Console
from books4all.stack.errors import StackError
from books4all.stack.layout import PROJECT
from books4all.stack.processes import Program, run

VENV = PROJECT / ".venv"
RUN = ("requirements.txt", "requirements-stack.txt")
DEVELOP = (*RUN, "requirements-dev.txt")


def python() -> Path:
    """Return the environment's interpreter."""
    return VENV / "bin" / "python"


def ensure(locks: tuple[str, ...], console: Console) -> Path:
    """Make the environment hold exactly what the lock files say; return its interpreter.

    Only files whose content has changed since they were installed cost any time.
    """
    if _works() and not _changed(locks):
        return python()
    with _one_at_a_time():  # `make run` and `make test` may both be the first
        if not _works():
            _create(console)
        if changed := _changed(locks):
            _install(changed, console)
    return python()


def _works() -> bool:
    if not python().exists():
        return False
    question = "import sys; print(sys.version_info >= (3, 11))"
    answer = subprocess.run(  # noqa: S603 - our own interpreter
        [python(), "-c", question], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() == "True"


def _create(console: Console) -> None:
    if VENV.is_symlink():
        VENV.unlink()  # what it points to is somebody else's, and stays
    shutil.rmtree(VENV, ignore_errors=True)
    log = VENV.with_name(".venv.log")
    with console.step("Making the Python environment", "Python environment made"):
        argv = [sys.executable, "-m", "venv", str(VENV)]
        if importlib.util.find_spec("ensurepip") is None:
            # Debian without python3-venv: an environment without pip, filled by a pip from outside.
            argv.append("--without-pip")
            _outside_pip()
        run(Program("python -m venv", argv, cwd=PROJECT), console, log)
    log.unlink(missing_ok=True)


def _outside_pip() -> list[str]:
    if importlib.util.find_spec("pip") is None:
        message = "This Python has neither ensurepip nor pip. On Debian: apt install python3-venv"
        raise StackError(message)
    return [sys.executable, "-m", "pip", "--python", str(python())]


def _install(locks: tuple[str, ...], console: Console) -> None:
    inside = (VENV / "bin" / "pip").exists()
    argv = [str(python()), "-m", "pip"] if inside else _outside_pip()
    argv += ["install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    argv += ["--disable-pip-version-check", "--no-input"]
    for lock in locks:
        argv += ["-r", lock]
    log = VENV / "install.log"
    log.unlink(missing_ok=True)
    with console.step("Installing the libraries", "Libraries installed"):
        run(Program("pip install", argv, cwd=PROJECT), console, log)
    _remember(locks)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    folder = os.open(PROJECT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _record() -> Path:
    return VENV / "installed.json"


def _installed() -> dict[str, str]:
    try:
        return dict(json.loads(_record().read_text()))
    except (OSError, ValueError):
        return {}


def _hash(lock: str) -> str:
    return hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()


def _changed(locks: tuple[str, ...]) -> tuple[str, ...]:
    installed = _installed()
    return tuple(lock for lock in locks if installed.get(lock) != _hash(lock))


def _remember(locks: tuple[str, ...]) -> None:
    _record().write_text(json.dumps({**_installed(), **{lock: _hash(lock) for lock in locks}}))
