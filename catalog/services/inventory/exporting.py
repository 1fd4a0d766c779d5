"""A shop's whole stock as any of the formats that are read, so that it can leave as it came."""

from collections.abc import Iterator
from tempfile import TemporaryFile

from accounts.models import Seller
from catalog.constants import IdentifierType, ListingStatus, Role
from catalog.exporters.stock import StockOut, stock_lines, write_workbook
from catalog.importers.stock.row import StockFormat
from catalog.models import Listing
from catalog.selectors.export import listings_whole

STEP = 500
CHUNK = 64 * 1024
XLSX = "xlsx"
# What stands on the shelves. Drafts are none of it: read back, they would be on sale.
_STANDING = (ListingStatus.ACTIVE, ListingStatus.PAUSED, ListingStatus.BLOCKED)


def content(*, seller: Seller, format: str) -> Iterator[bytes]:  # noqa: A002 the word for it
    """Yield the shop's stock as a file; ``format`` is one of StockFormat, or XLSX for a workbook."""
    if format == XLSX:
        with TemporaryFile() as file:
            write_workbook(file, copies(seller))
            file.seek(0)
            while data := file.read(CHUNK):
                yield data
        return
    yield from stock_lines(copies(seller), StockFormat(format))


def copies(seller: Seller) -> Iterator[StockOut]:
    """Yield the copies that stand on the shop's shelves, in steps that fit into memory."""
    after = 0
    while True:
        rows = seller.listings.filter(status__in=_STANDING, pk__gt=after).order_by("pk")
        found = list(listings_whole(rows)[:STEP])
        for listing in found:
            yield _copy(listing)
        if len(found) < STEP:
            return
        after = found[-1].pk


def _copy(one: Listing) -> StockOut:
    edition = one.edition
    parts = list(edition.work.contributions.all())
    series = next(iter(edition.work.series_entries.all()), None)
    isbn = next((i.value for i in edition.identifiers.all() if i.type == IdentifierType.ISBN13), "")
    return StockOut(
        sku=one.sku, quantity=one.on_hand, price_minor=one.price_minor, currency=one.currency,
        cost_minor=one.cost_minor, condition=one.condition, jacket=one.jacket,
        defects=tuple(one.defects), signed=one.signed, inscribed=one.inscribed,
        first_edition=one.first_edition, print_on_demand=one.print_on_demand, notes=one.notes,
        private_notes=one.private_notes, shelf=one.shelf, weight_g=one.weight_g,
        keywords=one.keywords, categories=tuple(one.categories), edition_text=one.edition_text,
        printing=one.printing, title=edition.title, subtitle=edition.subtitle,
        authors=tuple(p.person.sort_name for p in parts if p.role == Role.AUTHOR),
        illustrators=tuple(p.person.sort_name for p in parts if p.role == Role.ILLUSTRATOR),
        publisher=edition.publisher.name if edition.publisher else "", place=edition.place,
        published=edition.published, isbn13=isbn, form=edition.form,
        series=series.series.name if series else "", series_number=series.number if series else "",
        language="" if edition.language == "und" else edition.language, pages=edition.pages,
    )  # fmt: skip
