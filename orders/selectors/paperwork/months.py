"""What stands on a shop's monthly documents: read from the ledger, entry by entry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Seller
from orders.constants import AccountKind, DocumentKind, TaxRemitter, TaxScheme
from orders.models import JournalEntry, LedgerAccount, Posting
from orders.selectors import terms
from orders.selectors.ledger import OF_SELLER
from orders.selectors.paperwork import parties
from orders.selectors.paperwork.drafts import Content, Draft, Taxed, TaxRow

_FEES = (AccountKind.COMMISSION, AccountKind.FEE_TAX)
# Pence that the tax on one sale's commission may be off.
_OFF = 2


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month (UTC), by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month that ``day`` is in."""
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2026-05``.

        Raises:
            ValueError: it is not a month.
        """
        return cls(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date())

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month.of(self.first + timedelta(days=31))

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.first.year, self.first.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.next.start

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def sellers_with_money(month: Month) -> QuerySet[LedgerAccount]:
    """Return an account of each shop and currency that has had postings by the end of ``month``."""
    return (
        LedgerAccount.objects.filter(
            seller__isnull=False,
            postings__entry__created_at__lt=month.end,
        )
        .order_by("seller", "currency", "pk")
        .distinct("seller", "currency")
    )


def commission(seller: Seller, month: Month, currency: str) -> Draft | None:
    """Return the invoice for what the marketplace kept of a shop's sales in ``month``.

    What was given back with refunds is on it as lines below nothing; if that is more than the rest, it is
    a credit note. None when nothing was kept or given back.
    """
    lines = list(_fees(seller, month, currency))
    if not lines:
        return None
    net, tax = sum(line["net"] for line in lines), sum(line["tax"] for line in lines)
    back = net + tax < 0
    sign = -1 if back else 1
    payer, issuer = parties.payer(seller), parties.marketplace()
    known = terms.fee_rates([seller], traders=terms.traders_of([seller]), on=month.last)
    rate = rate_of([(line["net"], line["tax"]) for line in lines], likely=known[seller.pk])
    scheme = TaxScheme.STANDARD if tax else TaxScheme.NONE
    content = {
        "issuer": issuer,
        "shop": seller.name,
        "recipient": payer,
        "market": settings.MARKETPLACE_NAME,
        "period": month.first.isoformat(),
        "until": month.last.isoformat(),
        "lines": [{**line, "net": sign * line["net"], "tax": sign * line["tax"]} for line in lines],
        "notes": _notes(issuer, payer, taxed=bool(tax)),
    }
    return Draft(
        kind=DocumentKind.COMMISSION_CREDIT if back else DocumentKind.COMMISSION_INVOICE,
        issuer=None,
        seller=seller,
        currency=currency,
        language=settings.LANGUAGE_CODE,
        content=content,
        total=sign * (net + tax),
        taxes=[TaxRow(scheme, rate, sign * (net + tax), sign * tax)],
        taxed=Taxed(
            on=month.last,
            country_from=issuer["country"],
            country_to=payer["country"],
            goods=False,
            remitter=TaxRemitter.MARKETPLACE,
        ),
        sign=sign,
        links={"period": month.first},
    )


def rate_of(amounts: Sequence[tuple[int, int]], *, likely: int = 0) -> int:
    """Return the rate (percent × 100) that net amounts were taxed at, from pairs of net and tax.

    The rate itself is not kept with a sale. Each tax was rounded, and divided over copies, so that it may be
    two pence off. Of the rates that all of them allow, ``likely`` is taken (today's, by the tables), else a
    whole percent, else a half, else the nearest.
    """
    known = [(abs(net), abs(tax)) for net, tax in amounts if net]
    net, tax = sum(one for one, _ in known), sum(one for _, one in known)
    if not tax:
        return 0
    least = max(Fraction((one - _OFF) * 10_000, of) for of, one in known)
    most = min(Fraction((one + _OFF) * 10_000, of) for of, one in known)
    near = Fraction(tax * 10_000, net)
    if likely and least <= likely <= most:
        return likely
    for step in (100, 50):
        found = round(near / step) * step
        if least <= found <= most:
            return found
    return round(near)


def _notes(issuer: Mapping[str, Any], payer: Mapping[str, Any], *, taxed: bool) -> list[str]:
    """Say why there is no tax: who gets the service owes it (article 196), or nobody does."""
    if taxed:
        return []
    abroad = issuer["country"] != payer["country"]
    if abroad and issuer["vat_number"] and payer["vat_number"]:
        return ["reverse_charge"]
    return [] if issuer["vat_number"] else ["operator_unregistered"]


def _fees(seller: Seller, month: Month, currency: str) -> Iterator[Content]:
    """Yield what each entry of the month charged (or gave back: below nothing) as commission, with tax."""
    rows = (
        Posting.objects.filter(
            account__kind__in=_FEES,
            account__currency=currency,
            entry__seller_order__seller=seller,
            entry__created_at__gte=month.start,
            entry__created_at__lt=month.end,
        )
        .values("entry", "entry__kind", "entry__created_at", "entry__order__number")
        .annotate(
            net=-Sum("amount_minor", filter=Q(account__kind=AccountKind.COMMISSION), default=0),
            tax=-Sum("amount_minor", filter=Q(account__kind=AccountKind.FEE_TAX), default=0),
        )
        .order_by("entry")
    )
    for row in rows.iterator(chunk_size=2_000):
        yield {
            "on": timezone.localdate(row["entry__created_at"]).isoformat(),
            "what": row["entry__kind"],
            "order": row["entry__order__number"] or "",
            "net": row["net"],
            "tax": row["tax"],
        }


def statement(seller: Seller, month: Month, currency: str) -> Draft:
    """Return a shop's account of ``month``: what it had, every entry, what it has. To the penny the ledger's."""
    opening = _balances(seller, currency, before=month.start)
    lines = list(_lines(seller, month, currency))
    closing = dict(opening)
    for line in lines:
        for account, amount in line["amounts"].items():
            closing[account] += amount
    content = {
        "issuer": parties.marketplace(),
        "shop": seller.name,
        "recipient": parties.payer(seller),
        "market": settings.MARKETPLACE_NAME,
        "period": month.first.isoformat(),
        "until": month.last.isoformat(),
        "opening": opening,
        "closing": closing,
        "lines": lines,
        "notes": [],
    }
    return Draft(
        kind=DocumentKind.STATEMENT,
        issuer=None,
        seller=seller,
        currency=currency,
        language=settings.LANGUAGE_CODE,
        content=content,
        total=sum(closing.values()),
        links={"period": month.first},
    )


def _balances(seller: Seller, currency: str, *, before: datetime) -> dict[str, int]:
    """Return what a shop had in each of its accounts before a moment, credits positive."""
    sums = (
        Posting.objects.filter(
            account__seller=seller, account__currency=currency, entry__created_at__lt=before
        )
        .order_by()
        .values_list("account__kind")
        .annotate(sum=Sum("amount_minor"))
    )
    return {kind.value: 0 for kind in OF_SELLER} | {kind: -total for kind, total in sums}


def _lines(seller: Seller, month: Month, currency: str) -> Iterator[Content]:
    """Yield each entry that touched the shop's accounts: what it did to them, credits positive.

    ``fee`` and ``tax`` are what the same entry kept as commission (with its VAT) and as tax on the sale.
    """
    own = Posting.objects.filter(
        account__seller=seller,
        account__currency=currency,
        entry__created_at__gte=month.start,
        entry__created_at__lt=month.end,
    )
    entries = (
        JournalEntry.objects.filter(pk__in=own.order_by().values("entry"))
        .select_related("order")
        .prefetch_related("postings__account")
        .order_by("created_at", "pk")
    )
    for entry in entries.iterator(chunk_size=1_000):
        yield _line(entry, entry.postings.all(), seller)


def _line(entry: JournalEntry, postings: Iterable[Posting], seller: Seller) -> Content:
    amounts: dict[str, int] = defaultdict(int)
    kept: dict[str, int] = defaultdict(int)
    for posting in postings:
        account = posting.account
        found = amounts if account.seller_id == seller.pk else kept
        found[account.kind] -= posting.amount_minor
    return {
        "on": timezone.localdate(entry.created_at).isoformat(),
        "what": entry.kind,
        "order": entry.order.number if entry.order else "",
        "amounts": dict(sorted(amounts.items())),
        "fee": kept[AccountKind.COMMISSION] + kept[AccountKind.FEE_TAX],
        "tax": kept[AccountKind.SALES_TAX],
    }
