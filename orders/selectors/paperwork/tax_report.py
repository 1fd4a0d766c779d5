"""VAT by country and rate: what the documents of a month or quarter add up to.

Columns as the One Stop Shop asks for them (country of consumption, kind of supply, rate, taxable amount,
tax), for what the marketplace remits and, for their own returns, for what each shop does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from books4all.lib import csv_cells
from orders.constants import TaxRemitter, TaxScheme
from orders.models import DocumentTax
from orders.selectors.paperwork.tables import Row, plain

_COLUMNS = ("remitter", "country_from", "country_to", "goods", "scheme", "rate_bp", "currency")
# Rows of a page; the table has them all.
SHOWN = 300


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a quarter of a year."""

    year: int
    # 1 to 12, or none for a whole quarter or year.
    month: int = 0
    # 1 to 4.
    quarter: int = 0

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read ``2026-05``, ``2026-q2`` or ``2026``.

        Raises:
            ValueError: it is no period.
        """
        year, _, part = text.strip().lower().partition("-")
        if len(year) != 4 or not year.isdecimal() or int(year) < 2000:
            raise ValueError(text)
        if not part:
            return cls(int(year))
        number = int(part.removeprefix("q"))
        most = 4 if part.startswith("q") else 12
        if not 1 <= number <= most:
            raise ValueError(text)
        return cls(int(year), quarter=number) if most == 4 else cls(int(year), month=number)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month or 3 * max(self.quarter, 1) - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        months = 1 if self.month else 3 if self.quarter else 12
        after = self.first.month + months
        return date(self.year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)

    def __str__(self) -> str:
        if self.month:
            return f"{self.year}-{self.month:02d}"
        return f"{self.year}-q{self.quarter}" if self.quarter else str(self.year)


@dataclass(frozen=True, slots=True)
class VatRow:
    """What is due at one rate, credit notes taken off; minor units. ``seller`` where shops are told apart."""

    remitter: str
    seller: str
    vat_number: str
    country_from: str
    country_to: str
    goods: bool
    scheme: str
    rate_bp: int
    currency: str
    gross: int
    tax: int

    @property
    def net(self) -> int:
        """The taxable amount."""
        return self.gross - self.tax


def rows(period: Period, *, by_shop: bool = False) -> QuerySet[DocumentTax, dict[str, object]]:
    """Return the sums of a period by remitter, countries, kind of supply, scheme and rate."""
    columns = [*_COLUMNS]
    if by_shop:
        columns += ["seller", "seller_name", "vat_number"]
    found: QuerySet[DocumentTax, dict[str, object]] = (
        DocumentTax.objects.filter(tax_on__gte=period.first, tax_on__lte=period.last)
        .annotate(
            currency=F("document__currency"),
            seller=F("document__seller"),
            seller_name=F("document__seller__name"),
            vat_number=F("document__seller__vat_number"),
        )
        .order_by()
        .values(*columns)
        .annotate(gross=Sum("gross_minor"), tax=Sum("tax_minor"))
        .order_by(*columns)
    )
    return found


def report(period: Period, *, by_shop: bool = False) -> Iterator[VatRow]:
    """Yield the rows of a period's report."""
    for row in rows(period, by_shop=by_shop).iterator(chunk_size=1_000):
        yield VatRow(
            remitter=str(TaxRemitter(str(row["remitter"])).label),
            seller=str(row.get("seller_name", "")),
            vat_number=str(row.get("vat_number", "")),
            country_from=str(row["country_from"]),
            country_to=str(row["country_to"]),
            goods=bool(row["goods"]),
            scheme=str(TaxScheme(str(row["scheme"])).label),
            rate_bp=int(str(row["rate_bp"])),
            currency=str(row["currency"]),
            gross=int(str(row["gross"])),
            tax=int(str(row["tax"])),
        )


def table(period: Period, *, by_shop: bool = False) -> Iterator[str]:
    """Yield the report as a CSV file."""
    return csv_cells.lines(_cells(period, by_shop=by_shop))


def _cells(period: Period, *, by_shop: bool) -> Iterator[Row]:
    shop = ["shop", "vat_number"] if by_shop else []
    yield [
        *("period", "remitted_by", *shop, "sent_from", "consumed_in", "supply", "scheme", "rate"),
        *("taxable_amount", "vat", "total", "currency"),
    ]
    for row in report(period, by_shop=by_shop):
        amounts = [plain(one, row.currency) for one in (row.net, row.tax, row.gross)]
        yield [
            str(period),
            row.remitter,
            *([row.seller, row.vat_number] if by_shop else []),
            row.country_from,
            row.country_to,
            "goods" if row.goods else "services",
            row.scheme,
            Decimal(row.rate_bp) / 100,
            *amounts,
            row.currency,
        ]
