"""make bench: how many pages a second the running stack answers, and how fast.

Start it first (make run). Each page is asked for by a few clients that keep their connections, as
browsers do; "made" asks for a new address each time, so that no kept copy answers.
"""

import http.client
import itertools
import statistics
import sys
import threading
import time
from urllib.parse import urlsplit

from books4all.stack.layout import Layout
from books4all.stack.state import State, is_running

PAGES = ("/", "/search/?q=sea", "/shops/", "/basket/", "/api/v1/books/")
CLIENTS = 4
SECONDS = 5.0
numbers = itertools.count()


def visit(
    host: str, path: str, fresh: bool, until: float, taken: list[float], bad: list[int]
) -> None:
    link = http.client.HTTPConnection(host, timeout=30)
    join = "&" if "?" in path else "?"
    while time.monotonic() < until:
        started = time.monotonic()
        link.request("GET", f"{path}{join}bench={next(numbers)}" if fresh else path)
        answer = link.getresponse()
        answer.read()
        taken.append(time.monotonic() - started)
        if answer.status != 200:
            bad.append(answer.status)


def measure(host: str, path: str, fresh: bool) -> str:
    taken: list[float] = []
    bad: list[int] = []
    until = time.monotonic() + SECONDS
    arguments = (host, path, fresh, until, taken, bad)
    clients = [threading.Thread(target=visit, args=arguments) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    cuts = statistics.quantiles(taken, n=100)
    kind = "made" if fresh else "kept"
    line = f"{path:24} {kind}  {len(taken) / SECONDS:8.0f}/s  p50 {cuts[49] * 1000:6.1f} ms"
    return f"{line}  p95 {cuts[94] * 1000:6.1f} ms  not 200: {len(bad)}"


def main() -> int:
    layout = Layout.of_project()
    state = State.read(layout)
    if state is None or not is_running(layout):
        print("Books4All is not running. Start it with: make run", file=sys.stderr)
        return 1
    host = urlsplit(state.address).netloc
    for path, fresh in itertools.product(sys.argv[1:] or PAGES, (True, False)):
        print(measure(host, path, fresh), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
