"""Fixtures that take the place of pytest-playwright's; tests/plugins/chromium.py loads them."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Playwright

from tests.plugins.chromium import REMEDY, find


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the machine's Chromium; as root it needs to run without its own sandbox."""
    found = find()
    if found is None:
        pytest.fail(REMEDY, pytrace=False)
    args = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": found, "args": args}


@pytest.fixture(scope="session")
def nobody_connected() -> None:
    """Leave no connection behind that only code outside of Playwright's event loop can see."""
    connections.close_all()


@pytest.fixture(scope="session")
def playwright(nobody_connected: None, playwright: Playwright) -> Iterator[Playwright]:
    """Run Playwright, whose event loop stays in this thread for the rest of the session.

    Django keeps the connections that a thread makes inside and outside of a running loop apart. Each
    kind is closed where it can be seen, or the test database could not be dropped in the end.
    """
    yield playwright
    connections.close_all()
