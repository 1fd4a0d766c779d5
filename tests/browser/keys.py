"""Steps with a keyboard alone. Where the focus is can always be seen."""

import pytest
from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 150

# An outline around the focused element, or around the box that it fills; and some size.
FOCUS = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect();
  const outlined = e => getComputedStyle(e).outlineStyle !== 'none'
    && parseFloat(getComputedStyle(e).outlineWidth) >= 2;
  return {
    name: here.outerHTML.slice(0, 120),
    seen: [here, here.parentElement].some(outlined) && box.width > 1 && box.height > 1,
  };
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until ``target`` has the focus, and look at every stop on the way."""
    goal = target.first.element_handle()
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["seen"], f"nobody sees the focus on {focus['name']}"
        if page.evaluate("goal => goal === document.activeElement", goal):
            return
    pytest.fail(f"Tab does not lead to {target}")


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def skip(page: Page) -> None:
    """Jump over the header by its hidden first link."""
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to main content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
