"""The values of a copy as cells and tagged lines have them, whatever the format."""

import re

from books4all.lib.money import Money
from catalog.constants import Condition, Jacket
from catalog.exporters.stock.copy import StockOut
from catalog.importers.stock import markup, words
from catalog.importers.stock.books import NUMBERED

_GRADES = {
    Condition.NEW: "New", Condition.AS_NEW: "As New", Condition.FINE: "Fine", Condition.NEAR_FINE: "Near Fine",
    Condition.VERY_GOOD: "Very Good", Condition.GOOD: "Good", Condition.FAIR: "Fair", Condition.POOR: "Poor",
}  # fmt: skip
_JACKETS = {
    Jacket.NONE_AS_ISSUED: "No Jacket As Issued", Jacket.MISSING: "No Jacket", Jacket.FINE: "Fine",
    Jacket.VERY_GOOD: "Very Good", Jacket.GOOD: "Good", Jacket.WORN: "Worn",
}  # fmt: skip


class Values:
    """Writes values for one file: in its encoding, prices bare in its ``currency``."""

    def __init__(self, encoding: str, currency: str, *, breaks: str = "<br>") -> None:
        self.encoding, self.currency, self.breaks = encoding, currency, breaks

    def text(self, text: str) -> str:
        """Return a text that reads back as it is."""
        return markup.written(text, self.encoding, breaks=self.breaks) if text else ""

    def amount(self, minor: int | None, currency: str) -> str:
        """Return an amount as "4.50"."""
        if minor is None:
            return ""
        money = Money(minor, currency)
        return f"{money.amount:.{money.exponent}f}"

    def price(self, copy: StockOut) -> str:
        """Return the price, with its currency where that is not the file's."""
        amount = self.amount(copy.price_minor, copy.currency)
        return amount if copy.currency == self.currency else f"{amount} {copy.currency}"

    def cost(self, copy: StockOut) -> str:
        """Return what the copy cost, in the currency of its price."""
        return self.amount(copy.cost_minor, copy.currency)

    def condition(self, copy: StockOut) -> str:
        """Return the grade in words."""
        return _GRADES.get(Condition(copy.condition), "") if copy.condition else ""

    def jacket(self, copy: StockOut) -> str:
        """Return the jacket's grade in words."""
        return _JACKETS[Jacket(copy.jacket)] if copy.jacket else ""

    def notes(self, copy: StockOut, *, keywords: bool = True, edition: bool = True) -> str:
        """Return the notes with the flags that nothing else in the file says, in a last bracket."""
        said = words.with_ending(
            copy.notes, copy.flags,
            keywords=copy.keywords if keywords else "",
            edition=copy.edition_text if edition else "", printing=copy.printing if edition else "",
        )  # fmt: skip
        return self.text(said)

    def title(self, copy: StockOut) -> str:
        """Return title and subtitle in one."""
        return self.text(f"{copy.title}: {copy.subtitle}" if copy.subtitle else copy.title)

    def people(self, names: tuple[str, ...]) -> str:
        """Return several people in one cell."""
        return self.text("; ".join(names))

    def edition(self, copy: StockOut) -> str:
        """Return edition and printing in one: "1st edition; 2nd printing"."""
        text = self.text(copy.edition_text).replace("; ", ";&#32;")
        if words.PRINTING.fullmatch(text):
            text = text.replace(" ", "&#32;")
        return f"{text}; {self.text(copy.printing)}" if copy.printing else text

    def series(self, copy: StockOut) -> str:
        """Return series and number in one: "Penguin Classics 12"."""
        name = self.text(copy.series)
        if copy.series_number:
            return f"{name} {self.text(copy.series_number)}"
        return re.sub(r" (?=\S*$)", "&#32;", name) if NUMBERED.fullmatch(name) else name

    def signed(self, copy: StockOut) -> str:
        """Return who wrote in the copy, as AbeBooks has it."""
        if copy.signed:
            return "Signed and inscribed by author" if copy.inscribed else "Signed by author"
        return "Inscribed by author" if copy.inscribed else ""
