"""make run: starts everything, keeps it running, and leaves nothing behind.

Every test has a whole stack of its own (nginx, two gunicorns, PostgreSQL, Valkey) with a stand-in
for the Django project, so that a start takes two seconds.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from books4all.stack import leftovers
from books4all.stack.layout import open_to_others
from books4all.stack.processes import Program, end, start
from tests.deployment.stand_in import PROJECT, Running, descendants, gone, launched, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project folder that other accounts can reach: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory(prefix="b4a-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    """One running stack for the tests that only look at it."""
    with tempfile.TemporaryDirectory(prefix="b4a-") as name:
        Path(name).chmod(0o755)
        with launched(Path(name)) as running:
            yield running


def stack(running: Running, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "books4all.stack", *command],
        cwd=PROJECT,
        env={**os.environ, "BOOKS4ALL_LOCAL": str(running.local)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_address_in_front_of_two_replicas(shared: Running) -> None:
    servers = {shared.ask()["SERVER_ID"] for _ in range(20)}
    assert servers == {"web1", "web2"}
    assert shared.text.count("http://") == 1
    assert "somebody@example.org" in shared.text  # what load_demo --print-signins said


def test_what_the_replicas_are_told(shared: Running) -> None:
    told = shared.ask()
    assert told["DATABASE_URL"].startswith("postgresql://books4all:")
    assert told["REDIS_URL"].startswith("unix:///")
    assert told["DB_POOL"] == "True"
    assert told["PUBLIC_URL"] == shared.address
    assert len(told["SECRET_KEY"]) >= 50


def test_a_client_can_not_choose_its_address(shared: Running) -> None:
    assert shared.ask({"X-Forwarded-For": "203.0.113.7"})["forwarded_for"] == "127.0.0.1"


def test_everything_is_prepared_in_order(shared: Running) -> None:
    commands = (shared.local.parent / "commands").read_text().splitlines()
    first = [command for command in commands if not command.startswith("collectstatic")]
    assert first[:2] == ["migrate --noinput", "load_demo"]
    assert set(first[2:]) == {
        "procrastinate worker", "keep_search", "load_demo --print-signins",
    }  # fmt: skip


def test_a_second_start_says_where_it_runs(shared: Running) -> None:
    text = f"Books4All is already running at {shared.address}"
    second = subprocess.run(
        [*shared.process.args],  # type: ignore[misc]
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (second.returncode, second.stdout.strip()) == (0, text)


def test_the_database_can_be_looked_into(shared: Running) -> None:
    asked = stack(shared, "psql", "-Atc", "SELECT datname FROM pg_database WHERE oid > 5")
    assert "books4all" in asked.stdout.split(), asked.stderr


def test_manage_py_can_be_used_beside_it(shared: Running) -> None:
    exports = stack(shared, "env").stdout
    asked = subprocess.run(
        ["/bin/sh", "-c", f'{exports}\nprintf "%s %s" "$DATABASE_URL" "$DB_POOL"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout == f"{shared.ask()['DATABASE_URL']} False"


def test_a_killed_replica_is_not_missed_and_comes_back(folder: Path) -> None:
    with launched(folder) as running:
        for name in ("web1", "nginx", "valkey", "worker", "search"):
            before = running.pid(name)
            os.kill(before, signal.SIGKILL)
            if name == "web1":
                assert all(running.ask() for _ in range(10))
            wait_for(partial(started_again, running, name, before))
        wait_for(lambda: answers(running))
        assert running.stop() == 0


def test_stopping_leaves_nothing_and_the_next_start_is_the_same(folder: Path) -> None:
    with launched(folder) as running:
        family = descendants(running.process.pid)
        first = running.ask()
        stack(running, "psql", "-c", "CREATE TABLE kept (n int)")
        assert running.stop(signal.SIGINT) == 0
        assert gone(family) == set()
    started = time.monotonic()
    with launched(folder) as running:
        assert time.monotonic() - started < 10
        assert running.ask()["SECRET_KEY"] == first["SECRET_KEY"]
        assert running.address == first["PUBLIC_URL"]
        assert (
            "CREATE TABLE" not in stack(running, "psql", "-c", "CREATE TABLE kept (n int)").stdout
        )
        commands = (folder / "commands").read_text()
        assert commands.count("collectstatic") == 1  # nothing had changed


def test_killing_the_launcher_stops_everything(folder: Path) -> None:
    with launched(folder) as running:
        family = descendants(running.process.pid)
        assert len(family) > 8
        running.stop(signal.SIGKILL)
        assert gone(family) == set()
    with launched(folder) as running:
        assert running.ask()


def test_what_a_massacre_leaves_is_cleared_up(folder: Path) -> None:
    with launched(folder) as running:
        masters = {running.pid(name) for name in ("postgres", "valkey", "web1", "web2", "nginx")}
        family = descendants(running.process.pid)
        # The launcher last, but unable to act: its death alone would end its children in good order.
        os.kill(running.process.pid, signal.SIGSTOP)
        for pid in (*masters, running.process.pid):
            os.kill(pid, signal.SIGKILL)
        with launched(folder) as again:
            assert again.address == running.address
            assert gone(family, seconds=1) == set()


def test_leftovers_are_told_from_strangers(tmp_path: Path) -> None:
    """A number of an old run may belong to somebody else by now: the program has to match as well."""
    sleep = shutil.which("sleep")
    assert sleep
    ours, stranger = (start(Program("sleep", [sleep, "60"], tmp_path)) for _ in range(2))
    sessions = tmp_path / "sessions.jsonl"
    records = [
        {"name": "nginx", "session": ours.pid, "program": sleep},
        {"name": "valkey", "session": stranger.pid, "program": "/bin/something-else"},
    ]
    lines = [json.dumps(record) for record in records]
    sessions.write_text("\n".join([*lines, '{"name": "cut o']))
    try:
        assert leftovers.clear(sessions) == ["nginx"]
        assert ours.wait(1) == -signal.SIGTERM
        assert stranger.poll() is None
    finally:
        end([ours, stranger], signal.SIGKILL)


def test_a_busy_port_is_avoided(folder: Path, shared: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        taken = somebody.getsockname()[1]
        local = folder / ".local"
        local.mkdir()
        (local / "stack.json").write_text(
            f'{{"port": {taken}, "address": "", "environment": {{}}}}'
        )
        with launched(folder) as running:
            assert running.address not in {f"http://localhost:{taken}", shared.address}


def test_engines_of_your_own_are_used(folder: Path) -> None:
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    with launched(folder, environment=given) as running:
        told = running.ask()
        assert {name: told[name] for name in given} == given
        assert not (running.local / "postgres").exists()
        names = (running.local / "sessions.jsonl").read_text()
        assert "postgres" not in names
        assert "valkey" not in names


def test_a_failing_step_is_explained_and_ends_everything(folder: Path) -> None:
    with launched(folder, wait=False, environment={"FAILS": "migrate"}) as running:
        assert running.process.wait(30) == 1
        assert "migrate has gone wrong on purpose" in running.text
        assert "Traceback" not in running.text
        assert (running.local / "sessions.jsonl").exists() is False


def test_it_can_be_stopped_while_it_starts(folder: Path) -> None:
    with launched(folder, wait=False, environment={"HANGS": "migrate"}) as running:
        wait_for(lambda: "migrate" in text_of(folder / "commands"))
        family = descendants(running.process.pid)
        assert running.stop() == 0
        assert gone(family) == set()


def test_a_demo_that_fails_does_not_keep_the_shop_shut(folder: Path) -> None:
    with launched(folder, environment={"FAILS": "load_demo"}) as running:
        assert running.ask()
        assert "demo catalogue is not complete" in running.text


@pytest.mark.skipif(
    os.geteuid() != 0, reason="everything else here runs as an ordinary user already"
)
def test_an_ordinary_user_needs_nothing_more(folder: Path) -> None:
    if not all(open_to_others(path) for path in (PROJECT, Path(sys.executable).resolve().parent)):
        pytest.skip("the checkout or its Python is closed to other accounts")
    nobody = pwd.getpwnam("nobody").pw_uid
    write(folder)
    os.chown(folder, nobody, nobody)
    with launched(folder, user=nobody) as running:
        family = descendants(running.process.pid)
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in family} == {nobody}
        assert running.ask()
        assert running.stop() == 0
        assert gone(family) == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a home that PostgreSQL can't enter")
def test_root_in_a_closed_folder(folder: Path) -> None:
    folder.chmod(0o700)
    with launched(folder) as running:
        data = (running.local / "postgres").resolve()
        assert data.parent == Path("/var/lib")
        assert running.ask()
        assert running.stop() == 0
    subprocess.run(["rm", "-r", data], check=True)


def test_a_folder_whose_path_is_long_and_odd(folder: Path) -> None:
    odd = folder / ("a folder (with é) " + "long-" * 16)
    odd.mkdir()
    with launched(odd) as running:
        assert running.ask()


def wait_for(true: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def started_again(running: Running, name: str, before: int) -> bool:
    return running.pid(name) != before


def answers(running: Running) -> bool:
    try:
        return bool(running.ask())
    except OSError:
        return False


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""
