"""What a record asks for and on which terms: put on sale or take off, how many, for how much."""

import re

from catalog.importers.problems import Problems
from catalog.importers.stock import amounts
from catalog.importers.stock.reading import Reading
from catalog.importers.stock.row import StockAction, StockFormat, StockRow

MOST_COPIES = 999
_GONE = {
    "d": StockAction.DELETE, "delete": StockAction.DELETE, "deleted": StockAction.DELETE, "x": StockAction.DELETE,
    "r": StockAction.DELETE, "remove": StockAction.DELETE, "removed": StockAction.DELETE, "purge": StockAction.DELETE,
    "inactive": StockAction.DELETE, "withdrawn": StockAction.DELETE, "löschen": StockAction.DELETE,
    "sold": StockAction.SOLD, "verkauft": StockAction.SOLD, "vendu": StockAction.SOLD, "vendido": StockAction.SOLD,
    "venduto": StockAction.SOLD, "unavailable": StockAction.SOLD, "not available": StockAction.SOLD, "out of stock": StockAction.SOLD,
    "want": StockAction.IGNORE, "wanted": StockAction.IGNORE, "w": StockAction.IGNORE,
}  # fmt: skip
_STAYS = frozenset(
    [
        "",
        "a",
        "add",
        "u",
        "update",
        "s",
        "for sale",
        "available",
        "active",
        "in stock",
        "on sale",
        "modify",
        "m",
        "c",
        "new",
        "insert",
        "i",
        "y",
        "yes",
        "true",
        "1",
        "on hold",
        "listed",
        "live",
        "open",
        "hinzufügen",
        "partialupdate",
        "0",
    ]
)


def asked(file: Reading, row: StockRow, values: dict[str, str], problems: Problems) -> None:
    """Fill in action, SKU, quantity and price."""
    _action(file, row, values, problems)
    row.sku = file.cut("sku", file.line("sku", values.get("sku", ""), problems), problems)
    if not row.sku:
        problems.fail("sku_missing", file.name("sku"), "", "The copy has no number of yours.",
                      remedy="Give every copy its own SKU: letters and figures, 60 at most.")  # fmt: skip
    if "quantity" in file.fields:
        _quantity(file, row, values.get("quantity", ""), problems)
    if row.action is StockAction.UPSERT:
        _prices(file, row, values, problems)


def _action(file: Reading, row: StockRow, values: dict[str, str], problems: Problems) -> None:
    for field in ("action", "status"):
        text = values.get(field)
        if not text:
            continue
        word = text.casefold()
        if word in _GONE:
            # Said twice, it is gone in the way that says more: sold.
            if row.action is StockAction.UPSERT or _GONE[word] is StockAction.SOLD:
                row.action = _GONE[word]
        elif word not in _STAYS:
            problems.warn(f"{field}_unknown", file.name(field), text, "We don’t know what this asks for.",
                          remedy="The copy was taken as one for sale. Write D to delete.")  # fmt: skip


def _quantity(file: Reading, row: StockRow, text: str, problems: Problems) -> None:
    count = amounts.whole(text) if text else 1
    if count is None:
        below = (
            text.lstrip().startswith("-") and amounts.whole(text.strip().lstrip("-")) is not None
        )
        count = 0 if below else 1
        problems.warn("quantity_shape", file.name("quantity"), text, "This is not a number of copies.",
                      remedy="Taken as none." if below else "Taken as one copy. Write a whole number.")  # fmt: skip
    elif count > MOST_COPIES:
        problems.warn("quantity_high", file.name("quantity"), text, "A listing holds at most 999 copies.",
                      remedy="Taken as 999.")  # fmt: skip
        count = MOST_COPIES
    row.quantity = count
    if not count and row.action is StockAction.UPSERT:
        row.action = StockAction.DELETE if file.kind == StockFormat.ABEBOOKS else StockAction.SOLD


def _prices(file: Reading, row: StockRow, values: dict[str, str], problems: Problems) -> None:
    row.currency, named = file.currency, values.get("currency")
    if named:
        row.currency = amounts.currency(named, file.currency)
        if not row.currency:
            problems.fail("currency_unknown", file.name("currency"), named, "This is no currency we know.",
                          remedy="Write its three letters: GBP, EUR, USD …")  # fmt: skip
            return
    if text := values.get("price"):
        _price(file, row, text, problems, alone=not named)
    elif "price" in file.fields:
        problems.fail("price_missing", file.name("price"), "", "The copy has no price.",
                      remedy="Write one, such as 4.50.")  # fmt: skip
    if text := values.get("cost"):
        _cost(file, row, text, problems)


def _price(file: Reading, row: StockRow, text: str, problems: Problems, *, alone: bool) -> None:
    """Read a price; it may name another currency than the file's only where it stands ``alone``."""
    found = amounts.price(text, row.currency, file.decimal)
    if found.wrong:
        message, remedy = _price_words(found.wrong, text)
        problems.fail(found.wrong, file.name("price"), text, message, remedy=remedy)
    elif not alone and found.currency != row.currency:
        problems.fail("currency_contradicts", file.name("price"), text,
                      f"The price is in {found.currency}, and the currency beside it {row.currency}.",
                      remedy="Leave one of the two out.")  # fmt: skip
    else:
        row.price_minor, row.currency = found.minor, found.currency


def _cost(file: Reading, row: StockRow, text: str, problems: Problems) -> None:
    found = amounts.price(text, row.currency, file.decimal)
    if found.wrong == "price_zero":
        row.cost_minor = 0
    elif found.wrong or found.currency != row.currency:
        problems.warn("cost_shape", file.name("cost"), text, "We can’t read what the copy cost you.",
                      remedy=f"Left out. Write it in {row.currency}, such as 4.50.")  # fmt: skip
    else:
        row.cost_minor = found.minor


_PRICE_WORDS = {
    "price_shape": ("We can’t read this price.", "Write it in figures, such as 4.50."),
    "price_on_application": ("A price on application can’t be paid online.", "Write a price, or leave the copy out."),
    "price_zero": ("A copy costs at least a penny.", "Write a price above nothing."),
    "price_negative": ("A price can’t be below nothing.", "Write it without the minus."),
    "price_high": ("This price is too high to be one.", "Check the column."),
    "price_too_exact": ("The price has more figures after the point than its currency.", "Write two, such as 4.50."),
    "currency_unknown": ("We don’t know what the price is in.", "Write £4.50, or GBP 4.50."),
}  # fmt: skip


def _price_words(code: str, text: str) -> tuple[str, str]:
    """Return what is wrong with a price, and the remedy."""
    if code == "price_ambiguous":
        figures = re.sub(r"[^\d.,]", "", text)
        grouped, pointed = re.sub(r"[.,]", "", figures), figures.replace(",", ".")
        return (f"This may be {grouped} or {pointed}.",
                f"Write {grouped}.00 if it is the first.")  # fmt: skip
    return _PRICE_WORDS[code]
