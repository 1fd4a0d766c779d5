"""Proofs over HTTP, with real server processes: parallel buyers, and servers killed in checkout."""

import collections
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from orders.models import Order, SandboxPayment
from orders.selectors.stock_check import stock_differences
from orders.services.reconciler import sweep
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import let_time_pass

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

STEPS = (
    "before the order is committed",
    "after the order is committed",
    "before the provider is called",
    "after the provider has answered",
    "after the page is known",
    "before the placing is committed",
    "after the placing is committed",
)
ROUNDS = int(os.environ.get("PROOF_ROUNDS", "20"))


class Buyer:
    """A browser without a window."""

    def __init__(self, address: str) -> None:
        self.address, self.cookies = address, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.statuses: list[int] = []

    def ask(self, url: str, data: dict[str, object] | None = None) -> tuple[str, str]:
        """Open or send; returns where it ended and what the page says. Follows redirects."""
        url = url if url.startswith("http") else self.address + url
        body = None
        if data is not None:
            token = next((c.value for c in self.cookies if c.name == "csrftoken"), "")
            body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(url, body, {"Sec-Fetch-Site": "same-origin"})
        try:
            response = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            response = error
        self.statuses.append(response.status)
        return response.geturl(), response.read().decode()

    def buy(self, listing: int) -> bool:
        """Go the whole way; returns whether an order was placed."""
        self.ask("/basket/add/", {"listing": listing})
        _url, page = self.ask("/checkout/")
        total = re.search(r'name="total" value="(\d+)"', page)
        if total is None or total[1] == "0":
            return False
        typed = {"email": "a@example.org", "full_name": "Ada", "line1": "1 Quay", "city": "York"}
        where = {"postcode": "YO1 7HH", "country": "GB", "total": total[1]}
        url, _page = self.ask("/checkout/", typed | where)
        if "/sandbox-pay/" not in url:
            return False
        url, _page = self.ask(url, {"card": "4242424242424242"})
        return "/orders/" in url


def serve(tmp_path: Path, **environment: str) -> tuple[str, subprocess.Popen[bytes]]:
    """Start gunicorn on the tests' database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    database = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    environ = {
        **os.environ,
        **environment,
        "DJANGO_SETTINGS_MODULE": "books4all.settings.test",
        "DATABASE_URL": urllib.parse.urlunsplit(database._replace(path=f"/{name}")),
        "PUBLIC_URL": address,
        "PROOF_SPENT": str(tmp_path / "spent"),
    }
    argv = ["-m", "gunicorn", "tests.orders.proof.crashing_wsgi", "-b", f"127.0.0.1:{port}"]
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, *argv, "-w", "2", "--threads", "4"],
            env=environ, cwd=settings.BASE_DIR, stdout=log, stderr=log,
        )  # fmt: skip
    for _try in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return address, server
        time.sleep(0.2)
    pytest.fail((tmp_path / "server.log").read_text())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The site, without a trap door."""
    address, process = serve(tmp_path)
    yield address
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def test_two_hundred_buyers_for_ten_copies(server):
    for _round in range(ROUNDS):
        listing = ListingFactory(on_hand=10)
        buyers = [Buyer(server) for _n in range(200)]
        with ThreadPoolExecutor(40) as pool:
            bought = sum(pool.map(lambda buyer, pk=listing.pk: buyer.buy(pk), buyers))
        listing.refresh_from_db()
        statuses = collections.Counter(status for b in buyers for status in b.statuses)
        assert (bought, listing.on_hand, listing.held) == (10, 0, 0), statuses
        assert max(statuses) < 500, statuses
    assert stock_differences() == []


def test_control_without_the_lock_more_is_paid_for_than_there_is(tmp_path):
    listing = ListingFactory(on_hand=10)
    address, process = serve(tmp_path, PROOF_UNGUARDED="yes")
    try:
        with ThreadPoolExecutor(40) as pool:
            list(pool.map(lambda _n: Buyer(address).buy(listing.pk), range(100)))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert SandboxPayment.objects.filter(status="succeeded").count() > 10


@pytest.mark.parametrize("step", STEPS)
def test_server_killed_in_checkout_leaves_nothing_half_done(tmp_path, step):
    listing = ListingFactory()
    address, process = serve(tmp_path, PROOF_KILL_AT=step)
    try:
        buyer = Buyer(address)
        with pytest.raises((OSError, HTTPException)):
            buyer.buy(listing.pk)
        assert (tmp_path / "spent").exists()
        # Two minutes later: the sweeper has passed, and who did not pay has run out of time.
        sweep(grace=-1)
        for order in Order.objects.filter(status="pending"):
            let_time_pass(order)
        sweep(grace=-1)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    paid = {p.key for p in SandboxPayment.objects.filter(status="succeeded")}
    served = {str(o.payment.pk) for o in Order.objects.filter(status="placed")}
    assert paid == served
    assert not Order.objects.filter(status="pending").exists()
    listing.refresh_from_db()
    assert listing.held == 0
    assert listing.on_hand == 1 - len(served)
    assert stock_differences() == []
