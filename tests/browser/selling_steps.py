"""Steps that a bookseller takes in a browser, each press of a link or button counted."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urlsplit

from django.core import mail
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.orders.journeys import run_jobs

EMAIL = "ivy@example.org"
PASSWORD = "four words to remember"
SHOP = "Ivy’s Attic"
FACTS = {
    "Name of the person or company": "Ivy Bookseller",
    "Street and number": "3 Castle Street",
    "Postcode": "SY8 1AT",
    "E-mail address for buyers": "shop@ivys-attic.example",
    "Telephone": "+44 1584 000000",
}


@dataclass
class Walk:
    """A person in front of a page, and what they have pressed so far."""

    page: Page
    pressed: list[str] = field(default_factory=list)

    def press(self, target: Locator) -> None:
        """Press a link or a button that leads on."""
        self.pressed.append(" ".join(target.inner_text().split()))
        target.click()

    def link(self, name: str | re.Pattern[str]) -> None:
        """Press the first link of the page's main part that is called so."""
        self.press(self.page.get_by_role("main").get_by_role("link", name=name).first)

    def button(self, name: str | re.Pattern[str]) -> None:
        """Press the first button of the page's main part that is called so."""
        self.press(self.page.get_by_role("main").get_by_role("button", name=name).first)

    def fill(self, label: str, value: str) -> None:
        """Type into a field."""
        self.page.get_by_label(re.compile(f"^{label}")).fill(value)

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Find a text in the page's main part."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def headed(self, text: str | re.Pattern[str]) -> None:
        """Find the page's heading to be ``text``."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)


def follow_letter(walk: Walk, to: str, part: str) -> None:
    """Open the link in the last letter to ``to`` whose address has ``part``."""
    run_jobs(late=True)
    letter = [letter for letter in mail.outbox if letter.to == [to]][-1]
    links = re.findall(rf"https?://\S*{part}\S*", str(letter.body))
    walk.pressed.append(f"(letter) {letter.subject}")
    walk.page.goto(urlsplit(links[0]).path)


def sign_up(walk: Walk) -> None:
    """Come for the first time, by "Sell your books", and open an account on the way to the shop."""
    walk.page.goto("/")
    walk.press(walk.page.get_by_role("link", name="Sell your books").first)
    walk.link("Open a shop")
    walk.link("Open an account")
    walk.fill("Email address", EMAIL)
    walk.fill("Password", PASSWORD)
    walk.button("Open an account")
    walk.headed("Look into your mail")
    follow_letter(walk, EMAIL, "/auth/")
    walk.button("Yes, confirm it")


def apply(walk: Walk) -> None:
    """Open a shop and fill in its checklist, from the first line to the last."""
    walk.headed("Open a shop")
    walk.page.get_by_label("A business, large or small").check()
    walk.fill("Name of the shop", SHOP)
    walk.fill("Town or city", "Ludlow")
    walk.button("Begin")
    steps: dict[str, Callable[[], None]] = {
        "The business": lambda: _facts(walk),
        "The account we pay to": lambda: _account(walk),
        "A document that shows who you are": lambda: _document(walk),
        "Your word to sell only what is lawful": lambda: _word(walk),
    }
    for title, fill in steps.items():
        walk.headed("Your application")
        walk.link(re.compile(f"^Do this.*{title}"))
        fill()
        walk.button(re.compile("^(Save|Send the file)$"))
    walk.headed("Your application")
    walk.button("Send the application")
    walk.sees("Sent. We look at it within two working days and write to you.")


def _facts(walk: Walk) -> None:
    for label, value in FACTS.items():
        walk.fill(label, value)


def _account(walk: Walk) -> None:
    walk.fill("Account holder", "Ivy Bookseller")
    walk.fill("IBAN or account number", "GB29 NWBK 6016 1331 9268 19")


def _document(walk: Walk) -> None:
    picture = BytesIO()
    Image.new("RGB", (300, 200), "white").save(picture, "PNG")
    walk.page.get_by_label("The file").set_input_files(
        FilePayload(name="card.png", mimeType="image/png", buffer=picture.getvalue())
    )


def _word(walk: Walk) -> None:
    walk.page.get_by_label(re.compile("^I will offer only products")).check()
    walk.page.get_by_label(re.compile("^I have read the terms")).check()


def set_delivery(walk: Walk) -> None:
    """Take the table of rates to begin with, and keep it."""
    walk.link("Delivery")
    walk.headed("Delivery")
    walk.button("Fill in a start: by the book")
    walk.button("Save the rates")
    walk.sees("The delivery rates are saved.")


def approve(staff: Page, name: str) -> None:
    """Look at an application as staff, and approve it."""
    staff.goto("/admin/")
    staff.get_by_role("link", name=re.compile(name)).first.click()
    expect(staff.locator(".checked")).to_contain_text("✓")
    staff.get_by_role("button", name="Approve").click()
    expect(staff.locator(".messagelist")).to_contain_text("approved")


def upload(walk: Walk, content: bytes, name: str = "stock.txt") -> None:
    """Give a stock file, and see it checked."""
    walk.link("Import stock")
    walk.page.get_by_label("Your stock file").set_input_files(
        FilePayload(name=name, mimeType="text/plain", buffer=content)
    )
    walk.button("Upload and check")
    expect(walk.page.get_by_role("heading", name=name)).to_be_visible()
    run_jobs(late=True)


def publish(walk: Walk, ready: int) -> None:
    """Publish the rows that are ready, and see them done."""
    # Where a page can't come anew by itself, somebody presses "reload".
    walk.page.reload()
    walk.button(re.compile(f"^Publish the {ready:,} ready"))
    run_jobs(late=True)
    walk.page.reload()
    expect(walk.page.locator(".steps [aria-current=step]")).to_contain_text("Publish")


def tally(page: Page, label: str) -> str:
    """Return the figure of a kind of rows."""
    return page.locator(".tally").filter(has_text=label).locator("dd").inner_text()
