"""What every page must be: accessible, within its width, and valid."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import axe_playwright_python
import html5lib  # type: ignore[import-untyped]
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# (width, colours): the widths both ways, and the colours at both.
View = tuple[int, Literal["light", "dark"]]
VIEWS: tuple[View, ...] = (
    (1280, "light"),
    (1280, "dark"),
    (390, "light"),
    (390, "dark"),
)
NARROW = (390, 320)

_RUN = """([tags, rules]) => axe.run(
  {exclude: [['iframe'], ['svg.cv']]},
  {resultTypes: ['violations'], elementRef: false, preload: false,
   runOnly: rules ? {type: 'rule', values: rules} : {type: 'tag', values: tags},
   rules: rules ? {} : {'target-size': {enabled: true}}}
).then(found => found.violations.flatMap(one => one.nodes.map(
  node => one.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary)))"""


def violations(page: Page, views: Sequence[View] = VIEWS) -> list[str]:
    """Return what axe finds, at both widths and in both themes.

    Of the rules only contrast can tell the themes apart: the dark one is asked for that alone. Covers
    are left out: they are pictures, hidden from screen readers, and their words follow them.
    """
    page.evaluate(AXE)
    found = []
    for width, scheme in views:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # Colours that fade into the other theme's are not there yet.
        page.evaluate(_FADED)
        rules = ["color-contrast"] if scheme == "dark" else None
        found += [f"{width} {scheme}: {text}" for text in page.evaluate(_RUN, [TAGS, rules])]
    return found


def too_wide(page: Page, widths: Sequence[int] = NARROW) -> list[str]:
    """Return at which widths the page scrolls sideways, and what sticks out."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        across = page.evaluate("document.documentElement.scrollWidth")
        if across > width:
            found.append(f"{across} wide on {width}: {page.evaluate(_STICKS_OUT)}")
    return found


_FADED = "Promise.allSettled(document.getAnimations().map(one => one.finished)).then(() => null)"
_STICKS_OUT = """[...document.body.querySelectorAll('*')].filter(
  e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll,.rail,.tabs,.nav')
).slice(0, 5).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40))"""


def invalid(html: str) -> list[str]:
    """Return the errors that a strict parser finds."""
    parser = html5lib.HTMLParser()
    parser.parse(html)
    lines = html.splitlines()
    return [
        f"{error} {values} in line {line}: {lines[line - 1][:160] if line <= len(lines) else ''}"
        for (line, _column), error, values in parser.errors
    ]


def assert_good(page: Page, html: str) -> None:
    """Check the page that is open; ``html`` is what the server sent for it."""
    assert invalid(html) == []
    assert violations(page) == []
    assert too_wide(page) == []
