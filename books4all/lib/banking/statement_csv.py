"""Bank statements as CSV: banks agree on nothing, so columns are found by their headings.

Comma, semicolon or tab; ``1,234.56`` or ``1.234,56``, decided once a file; one signed column of amounts or
one for each direction. Whatever is not understood names its row and column.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from books4all.lib.banking.lines import (
    MOST_BYTES,
    MOST_LINES,
    Statement,
    StatementError,
    StatementLine,
    minor_units,
    with_keys,
)
from books4all.lib.money import Money

# What banks of several countries call their columns, in small letters.
HEADINGS: dict[str, tuple[str, ...]] = {
    "date": ("booking date", "date", "posted", "transaction date", "completed date", "buchungstag",
             "buchungsdatum", "datum", "date comptable", "date de comptabilisation", "data contabile",
             "fecha", "boekdatum"),
    "amount": ("amount", "value", "betrag", "umsatz", "montant", "importo", "importe", "bedrag"),
    "credit": ("credit", "paid in", "money in", "credit amount", "haben", "crédit", "accredito", "bij"),
    "debit": ("debit", "paid out", "money out", "debit amount", "soll", "débit", "addebito", "af"),
    "currency": ("currency", "währung", "devise", "valuta", "moneda", "munt"),
    "reference": ("reference", "description", "narrative", "details", "transaction description",
                  "verwendungszweck", "libellé", "causale", "concepto", "omschrijving", "memo"),
    "counterparty": ("counterparty", "name", "payee", "counter party", "begünstigter/zahlungspflichtiger",
                     "beguenstigter/zahlungspflichtiger", "contrepartie", "controparte",
                     "naam tegenpartij", "merchant"),
    "counterparty_account": ("counterparty account", "iban", "kontonummer/iban", "counterparty iban",
                             "tegenrekening"),
    "end_to_end": ("end to end id", "endtoendid", "end-to-end reference", "kundenreferenz (end-to-end)",
                   "customer reference"),
    "bank_reference": ("transaction id", "id", "bank reference", "entry reference"),
}  # fmt: skip
_DATES = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?"), (3, 2, 1)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})"), (3, 2, 1)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), (1, 2, 3)),
)
_NUMBER = re.compile(r"\d[\d.,' \u00a0]*")
_CURRENCY = re.compile(r"[A-Z]{3}")


def read(
    data: bytes, *, account: str, currency: str, mapping: Mapping[str, str] | None = None
) -> Statement:
    """Return the lines of a table. ``account`` and ``currency`` are whose it is, and in what.

    ``mapping`` says which heading stands for what (the keys of ``HEADINGS``) where it can't be guessed.

    Raises:
        StatementError: the file, its head or one of its rows can't be understood.
    """
    chosen = mapping or {}
    rows = _rows(data, chosen)
    columns = _columns(rows[0][1], chosen)
    body = rows[1:]
    comma = _decimal_comma(
        cells[columns[name]]
        for _number, cells in body
        for name in ("amount", "credit", "debit")
        if name in columns and columns[name] < len(cells)
    )
    lines = [_Row(number, cells, columns, currency, comma=comma).line() for number, cells in body]
    return Statement(account=account, lines=with_keys(lines))


def _rows(data: bytes, mapping: Mapping[str, str]) -> list[tuple[int, list[str]]]:
    """Return the head and the rows below it with their numbers in the file."""
    if len(data) > MOST_BYTES:
        raise StatementError(
            _("The file is larger than %(mb)d MB. Ask your bank for shorter periods.")
            % {"mb": MOST_BYTES // 1024 // 1024}
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise StatementError(_("The file is no table. Save it as CSV and send it again."))
    known = {word for name in ("date", "amount", "credit") for word in HEADINGS[name]}
    known |= {word.casefold() for word in mapping.values()}
    rows = next((found for sign in ",;\t" if (found := _parsed(text, sign, known))), None)
    if rows is None:
        raise StatementError(
            _("No head was found: the first row has to name the columns, a date and an amount too.")
        )
    if len(rows) > MOST_LINES:
        raise StatementError(
            _("The statement has more than %(n)d lines. Ask your bank for shorter periods.")
            % {"n": MOST_LINES}
        )
    return rows


def _parsed(text: str, sign: str, known: Set[str]) -> list[tuple[int, list[str]]]:
    """Return the head and what follows, if the columns stand apart by ``sign``; else nothing."""
    try:
        parsed = list(csv.reader(io.StringIO(text), delimiter=sign, strict=True))
    except csv.Error as error:
        # Of a table with other signs between its columns a quotation mark proves nothing.
        if _is_head(text.splitlines()[0].split(sign), known):
            raise StatementError(
                _(
                    "The table is damaged: a quotation mark is missing. Fetch it from your bank again."
                )
            ) from error
        return []
    rows = [(n, [cell.strip() for cell in row]) for n, row in enumerate(parsed, 1) if any(row)]
    # Some banks write the account's name and period above the head.
    while rows and not _is_head(rows[0][1], known):
        rows.pop(0)
    return rows


def _is_head(cells: Sequence[str], known: Set[str]) -> bool:
    words = {cell.strip().casefold() for cell in cells} - {""}
    return len(words) >= 2 and bool(words & known)


def _columns(head: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    places = {word.casefold(): place for place, word in reversed(list(enumerate(head)))}
    found = {
        name: next(places[word] for word in words if word in places)
        for name, words in HEADINGS.items()
        if any(word in places for word in words)
    }
    for name, word in mapping.items():
        if word.casefold() not in places:
            raise StatementError(_("There is no column “%(column)s”.") % {"column": word})
        found[name] = places[word.casefold()]
    if "date" not in found or not ({"amount", "credit", "debit"} & set(found)):
        raise StatementError(
            _(
                "The table needs a column “Date” and a column “Amount” (or “Paid in” and “Paid out”)."
            )
        )
    return found


def _decimal_comma(cells: Iterable[str]) -> bool:
    """Return whether the file writes 1.234,56. The last of two signs, or one before two digits, tells."""
    for cell in cells:
        digits = "".join(cell.split())
        comma, point = digits.rfind(","), digits.rfind(".")
        if comma >= 0 and point >= 0:
            return comma > point
        sign = max(comma, point)
        behind = re.match(r"\d*", digits[sign + 1 :])
        if sign >= 0 and behind is not None and len(behind[0]) in (1, 2):
            return comma >= 0
    return False


class _Row:
    """One row of the table."""

    def __init__(
        self,
        number: int,
        cells: Sequence[str],
        columns: Mapping[str, int],
        currency: str,
        *,
        comma: bool,
    ) -> None:
        self.number, self.cells, self.columns = number, cells, columns
        self.currency, self.comma = currency, comma

    def cell(self, name: str) -> str:
        place = self.columns.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def line(self) -> StatementLine:
        given = self.cell("currency").upper() or self.currency
        if not _CURRENCY.fullmatch(given):
            raise self.problem(given, _("is no currency like GBP"))
        return StatementLine(
            booked_on=self._date(),
            amount=self._amount(given),
            end_to_end=self.cell("end_to_end")[:35],
            text=" ".join(self.cell("reference").split())[:500],
            counterparty=self.cell("counterparty")[:140],
            counterparty_account=self.cell("counterparty_account").replace(" ", "").upper()[:34],
            bank_reference=self.cell("bank_reference")[:60],
        )

    def _date(self) -> date:
        text = self.cell("date")
        for pattern, order in _DATES:
            found = pattern.fullmatch(text)
            if found is None:
                continue
            year, month, day = (int(found[place]) for place in order)
            try:
                return date(year + (2000 if year < 100 else 0), month, day)
            except ValueError:
                break
        raise self.problem(text, _("is no date like 2026-11-23 or 23/11/2026"))

    def _amount(self, currency: str) -> Money:
        if "amount" in self.columns:
            return self._number("amount", currency)
        came, went = self._number("credit", currency), self._number("debit", currency)
        # Some write what was paid out with a minus as well.
        return came - (went * -1 if went.minor < 0 else went)

    def _number(self, name: str, currency: str) -> Money:
        text = self.cell(name)
        if not text and name != "amount":
            return Money(0, currency)
        bare = text.replace("−", "-").removeprefix(currency).strip("£€$ \u00a0")
        negative = bare.startswith("-") or bare.endswith("-") or (bare[:1] + bare[-1:]) == "()"
        digits = bare.strip("+-() £€$\u00a0").removesuffix(currency).strip()
        if not _NUMBER.fullmatch(digits):
            raise self.problem(text, _("is no amount like 12.50"))
        digits = re.sub(r"['\s\u00a0]", "", digits)
        thousands, point = (".", ",") if self.comma else (",", ".")
        try:
            value = Decimal(digits.replace(thousands, "").replace(point, "."))
            amount = minor_units(value, currency)
        except ArithmeticError as error:
            raise self.problem(text, _("is no amount like 12.50")) from error
        except ValueError as error:
            raise self.problem(text, _("has more digits than the currency")) from error
        return amount * -1 if negative else amount

    def problem(self, value: str, what: str) -> StatementError:
        return StatementError(
            _("Row %(row)d: “%(value)s” %(what)s.")
            % {"row": self.number, "value": value[:40], "what": what}
        )
