"""What each shop has had in a year, for the tax office: Directive (EU) 2021/514 (DAC7), annex V.

Of sellers of goods it wants by quarter: the consideration (paid or credited to the seller, after all that the
platform keeps), the number of sales, and fees, commissions and taxes that were kept (section III B). Left
out are sellers with fewer than 30 sales for no more than 2,000 euros in the year (section I B 4(d)). All is
read from the ledger: what posting has credited, less what refunds and lost disputes took back, in the quarter
in which they did.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Seller, SellerDetails
from accounts.selectors.checklist import details_of, missing_tax_facts
from books4all.lib import csv_cells
from orders.constants import EntryKind
from orders.selectors.paperwork.tables import Row, plain

FEW_SALES = 30
SHOWN = 300
_PORTION = 200

# What changes how much a seller has had of its sales; payouts and the like don't.
_KINDS = (
    EntryKind.FULFILLED,
    EntryKind.REFUNDED_EARNED,
    EntryKind.DISPUTE_OPENED,
    EntryKind.DISPUTE_LOST,
    EntryKind.DISPUTE_WON,
)
_SUMS = """
SELECT part.seller_id, account.currency, extract(quarter FROM entry.created_at AT TIME ZONE 'UTC')::int,
       -coalesce(sum(amount_minor) FILTER (WHERE account.seller_id IS NOT NULL), 0)::bigint,
       -coalesce(sum(amount_minor) FILTER (WHERE account.kind IN ('commission', 'fee_tax')), 0)::bigint,
       -coalesce(sum(amount_minor) FILTER (WHERE account.kind = 'sales_tax'), 0)::bigint,
       count(DISTINCT part.id) FILTER (WHERE entry.kind = 'fulfilled')
FROM orders_journalentry entry
JOIN orders_sellerorder part ON part.id = entry.seller_order_id
JOIN orders_posting posting ON posting.entry_id = entry.id
JOIN orders_ledgeraccount account ON account.id = posting.account_id
WHERE entry.kind = ANY(%s) AND entry.created_at >= %s AND entry.created_at < %s
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a seller's year; minor units."""

    consideration: int = 0
    fees: int = 0
    taxes: int = 0
    sales: int = 0


@dataclass(frozen=True, slots=True)
class SellerYear:
    """A seller's year. ``missing`` names facts that the law wants and we do not have."""

    seller: Seller
    currency: str
    quarters: Mapping[int, Quarter] = field(default_factory=dict)

    @property
    def sales(self) -> int:
        """Sales of the year."""
        return sum(quarter.sales for quarter in self.quarters.values())

    @property
    def consideration(self) -> int:
        """What the seller has had in the year."""
        return sum(quarter.consideration for quarter in self.quarters.values())

    @property
    def fees(self) -> int:
        """What was kept as commission, with its VAT."""
        return sum(quarter.fees for quarter in self.quarters.values())

    @property
    def taxes(self) -> int:
        """What was kept as tax on the sales."""
        return sum(quarter.taxes for quarter in self.quarters.values())

    @property
    def is_excluded(self) -> bool:
        """Whether it sold too little to be reported."""
        return self.sales < FEW_SALES and self.consideration <= settings.DAC7_SMALL_MINOR

    @property
    def account(self) -> tuple[str, str]:
        """Holder and number of the account that it is paid on."""
        return self.details.account_holder, self.details.account_number

    @property
    def details(self) -> SellerDetails:
        """What the seller has told the marketplace alone."""
        return details_of(self.seller)

    @property
    def street(self) -> str:
        """The primary address: a trader's is the shop's."""
        return self.details.home_street if self.seller.is_private else self.seller.street

    @property
    def postcode(self) -> str:
        """That of the address."""
        return self.details.home_postcode if self.seller.is_private else self.seller.postcode

    @property
    def missing(self) -> list[str]:
        """Columns that are to be asked for before the report is sent."""
        seller = self.seller
        lacking = missing_tax_facts(self.details, private=seller.is_private)
        facts = {
            "name": seller.legal_name,
            "address": self.street and seller.place,
            "account": self.account[1],
            "tin": "tax_number" not in lacking,
            "birth_date": "birth_date" not in lacking,
        }
        return [name for name, value in facts.items() if not value]


def years() -> list[int]:
    """Return the years that can be reported: this one and the six before."""
    this = timezone.localdate().year
    return list(range(this, this - 7, -1))


def report(year: int) -> Iterator[SellerYear]:
    """Yield every seller that had sales in ``year``, excluded ones too, by its key. Two queries a portion."""
    batch: dict[tuple[int, str], dict[int, Quarter]] = {}
    for row in _sums(year):
        key = (row[0], row[1])
        if key not in batch and len(batch) >= _PORTION:
            yield from _named(batch)
            batch = {}
        batch.setdefault(key, {})[row[2]] = Quarter(*row[3:])
    yield from _named(batch)


def _sums(year: int) -> Iterator[Any]:
    start, end = (datetime(n, 1, 1, tzinfo=UTC) for n in (year, year + 1))
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [[kind.value for kind in _KINDS], start, end])
        while rows := cursor.fetchmany(1_000):
            yield from rows


def _named(batch: Mapping[tuple[int, str], Mapping[int, Quarter]]) -> Iterator[SellerYear]:
    sellers = Seller.objects.select_related("details").in_bulk({seller for seller, _ in batch})
    for (pk, currency), quarters in batch.items():
        yield SellerYear(sellers[pk], currency, quarters)


def table(year: int, *, everybody: bool = False) -> Iterator[str]:
    """Yield the report of a year as a CSV file: reportable sellers, or everybody with a column for it."""
    return csv_cells.lines(_cells(year, everybody=everybody))


def _cells(year: int, *, everybody: bool) -> Iterator[Row]:
    quarters = [
        f"q{n}_{name}" for n in (1, 2, 3, 4) for name in ("consideration", "sales", "fees", "taxes")
    ]
    yield [
        *("year", "seller", "kind", "name", "street", "place", "postcode", "country", "tin"),
        *("vat_number", "register_number", "birth_date", "account_holder", "account", "currency"),
        *quarters,
        *("consideration", "sales", "fees", "taxes", "excluded", "missing"),
    ]
    for one in report(year):
        if everybody or not one.is_excluded:
            yield _row(year, one)


def _row(year: int, one: SellerYear) -> Row:
    seller, currency = one.seller, one.currency
    holder, number = one.account
    amounts: Row = []
    for n in (1, 2, 3, 4):
        quarter = one.quarters.get(n, Quarter())
        amounts += [
            plain(quarter.consideration, currency),
            quarter.sales,
            plain(quarter.fees, currency),
            plain(quarter.taxes, currency),
        ]
    return [
        *(
            year,
            seller.slug,
            "individual" if seller.is_private or one.details.birth_date else "entity",
        ),
        *(seller.legal_name, one.street, seller.place, one.postcode, str(seller.country)),
        *(one.details.tax_number, seller.vat_number, seller.register_number),
        *(one.details.birth_date or "", holder, number, currency),
        *amounts,
        *(plain(one.consideration, currency), one.sales),
        *(plain(one.fees, currency), plain(one.taxes, currency)),
        *("yes" if one.is_excluded else "no", " ".join(one.missing)),
    ]
