"""A Chromium for the tests in tests/browser/: the machine's own, never a download.

Without one they are skipped, and one line says how to get it; in CI they fail, for a browser test
that nobody runs is not a test.
"""

import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOLDER = Path(__file__).resolve().parents[1] / "browser"
REMEDY = (
    "No Chromium for the browser tests: install it (Debian: apt install chromium) "
    "or name one in CHROMIUM=/path/to/chromium"
)
# Playwright's sync API keeps an event loop in the thread that the tests run in, where Django would
# refuse to ask its database. There is no asynchronous code here that this could hide.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def find() -> str | None:
    """Return the path of a Chromium, None if there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests, and skip them where there is no browser."""
    missing = find() is None
    for item in items:
        if not item.path.is_relative_to(FOLDER):
            continue
        item.add_marker(pytest.mark.browser)
        if missing and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason=REMEDY))


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Say once, in one line, what was missing."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(REMEDY in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(REMEDY, yellow=True)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures after those of the installed plugins, or theirs would win."""
    config.pluginmanager.import_plugin("tests.plugins.browser_fixtures")
