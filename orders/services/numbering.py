"""Numbers of documents: one after the other in each series, none twice and none left out.

A number is taken in the transaction that writes its document, under the lock of the series' row: whoever
comes second waits, and a rollback gives the number back. Documents are written last in a transaction, and
one in each, so that nobody waits for long and no two wait for each other. That the number follows the last
one, and that a number taken has its document, the database holds too (migration ``documents``).
"""

from accounts.models import Seller
from orders.constants import DocumentKind
from orders.models import DocumentSeries

_CODES: dict[str, str] = {
    DocumentKind.INVOICE: "INV",
    DocumentKind.RECEIPT: "REC",
    DocumentKind.CREDIT_NOTE: "CN",
    DocumentKind.COMMISSION_INVOICE: "FEE",
    DocumentKind.COMMISSION_CREDIT: "FCN",
    DocumentKind.STATEMENT: "STM",
}


def take(*, issuer: Seller | None, kind: DocumentKind, year: int) -> tuple[DocumentSeries, int]:
    """Return the series of ``issuer`` (nobody is the marketplace) and its next number, now taken.

    To be called in the transaction that writes the document.
    """
    whose = f"{issuer.pk}-" if issuer else ""
    series, _new = DocumentSeries.objects.get_or_create(
        seller=issuer,
        kind=kind,
        year=year,
        defaults={"prefix": f"{_CODES[kind]}-{whose}{year}-"},
    )
    series = DocumentSeries.objects.select_for_update(of=("self",), no_key=True).get(pk=series.pk)
    number = series.next_number
    series.next_number = number + 1
    series.save(update_fields=["next_number"])
    return series, number


def written(series: DocumentSeries, number: int) -> str:
    """Return a number as it stands on the document: ``INV-12-2026-00007``."""
    return f"{series.prefix}{number:05d}"
