"""python -m benchmarks.million.over_http: the running stack over HTTP, beside bare references.

Needs wrk. R: a bare Django view under gunicorn with two workers; S: nginx and a file of the page's
size. All figures are requests a second of 16 clients, taken in turns in the same run.
"""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from books4all.stack import binaries
from books4all.stack.layout import PROJECT, Layout
from books4all.stack.state import State, is_running

SECONDS, CLIENTS, TURNS = 4, 16, 3
NGINX = """
worker_processes 2; daemon off; pid nginx.pid; error_log stderr;
events {{ worker_connections 512; }}
http {{ access_log off; client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t;
scgi_temp_path t; server {{ listen 127.0.0.1:{port}; root {root}; }} }}
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def serving(argv: list[str], port: int, cwd: Path) -> Iterator[str]:
    """Run a server while the block runs, and give its address."""
    process = subprocess.Popen(argv, cwd=cwd, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def load(address: str, **headers: str) -> float:
    """Return requests a second; answers other than 2xx and 3xx end the run."""
    argv = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{SECONDS}s"]
    for name, value in headers.items():
        argv += ["-H", f"{name.replace('_', '-')}: {value}"]
    said = subprocess.run([*argv, address], capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def etag_of(address: str) -> tuple[str, int]:
    with urllib.request.urlopen(address) as answer:
        return answer.headers["ETag"] or "", len(answer.read())


def main() -> int:
    layout = Layout.of_project()
    state = State.read(layout)
    if state is None or not is_running(layout) or not shutil.which("wrk"):
        print("Start the stack first (make run), and install wrk.", file=sys.stderr)
        return 1
    home = state.address.replace("localhost", "127.0.0.1") + "/"
    etag, size = etag_of(home)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "page").write_bytes(b"x" * size)
        static, bare = free_port(), free_port()
        (root / "nginx.conf").write_text(NGINX.format(port=static, root=root))
        nginx = [str(binaries.nginx()), "-p", str(root), "-c", "nginx.conf", "-e", "stderr"]
        gunicorn = [sys.executable, "-m", "gunicorn", "benchmarks.million.bare:application", "-w", "2",
                    "-b", f"127.0.0.1:{bare}", "--no-control-socket"]  # fmt: skip
        with serving(nginx, static, root) as s, serving(gunicorn, bare, PROJECT) as r:
            report(home, etag, s + "page", r)
    return 0


def report(home: str, etag: str, static: str, bare: str) -> None:
    best = dict.fromkeys(("S", "R", "kept", "304 kept", "304 made"), 0.0)
    for _ in range(TURNS):
        best["S"] = max(best["S"], load(static))
        best["R"] = max(best["R"], load(bare))
        best["kept"] = max(best["kept"], load(home))
        best["304 kept"] = max(best["304 kept"], load(home, If_None_Match=etag))
        # A cookie that nobody set keeps nginx's store out of it: Django answers.
        made = load(home, If_None_Match=etag, Cookie="passing=by")
        best["304 made"] = max(best["304 made"], made)
    print(f"S = {best['S']:,.0f}/s, R = {best['R']:,.0f}/s")
    for name, against, target in (
        ("kept", "S", 0.5),
        ("304 kept", "R", 0.6),
        ("304 made", "R", 0.6),
    ):
        ratio = best[name] / best[against]
        verdict = "kept" if ratio >= target else "MISSED"
        print(f"{name:10} {best[name]:>9,.0f}/s  {ratio:6.2f} {against}  (≥ {target}: {verdict})")


if __name__ == "__main__":
    sys.exit(main())
