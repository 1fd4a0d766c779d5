"""A book in a seller's words: books before ISBN, and those that nobody has described yet.

A seller's words propose. They are read, checked and matched like any record that comes in, and what they
make is of the lowest rank: whoever knows the book better corrects it.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import ShopNotOpenError
from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib import isbn as isbns
from books4all.lib.errors import DomainError
from books4all.lib.names import is_nobody
from catalog.constants import Form, IdentifierType, Role, SourceRank
from catalog.importers.record import BookRecord, ContributorIn, IdentifierIn
from catalog.models import Edition, Work
from catalog.services import hygiene
from catalog.services.imports.applying import Applier
from catalog.services.imports.batches import settle
from catalog.services.imports.finding import Doubt, find
from catalog.services.imports.rows import Row
from catalog.services.imports.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A book as its title page has it. ``published`` is "1871", "1871-12" or "1871-12-01".

    ``work`` is the book of the catalogue that it is an edition of, if the seller has named one.
    """

    title: str
    subtitle: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    place: str = ""
    published: str = ""
    form: str = Form.BOOK
    language: str = "und"
    pages: int | None = None
    statement: str = ""
    isbn: str = ""
    work: Work | None = None


@dataclass(slots=True)
class _Problems:
    fields: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, message: str) -> None:
        self.fields.setdefault(name, []).append(message)


@transaction.atomic
def describe(*, book: Book, seller: Seller, actor: User | None) -> Edition:
    """Return the edition that ``book`` tells of: one on file if it is plainly that, else a new one.

    A new edition joins the work it names, or that of the same title by the same author; else it brings a
    work of its own.

    Raises:
        ShopNotOpenError: the shop is not approved: a book it brings stands in everybody's catalogue.
        DomainError: the title is none, the date impossible, the ISBN miswritten; ``fields`` names it.
    """
    if not seller.is_approved:
        raise ShopNotOpenError
    record = _record(book)
    source = f"shop:{seller.slug}"[:100]
    shelf = Shelf([record], source)
    found = find(shelf, record, "")
    if found.edition is not None and (book.work is None or _of(found.edition, book.work)):
        return Edition.objects.select_related("work").get(pk=found.edition.key or 0)
    applier = Applier(shelf, rank=SourceRank.SHOP.value, import_id=None)
    work = shelf.work_of(book.work.pk) if book.work is not None else found.work
    edition = applier.create(record, work, "")
    doubts: list[tuple[Row, Doubt, int]] = []
    if found.doubt is not None:
        doubts.append((edition, found.doubt, 0))
    settle(shelf, applier, doubts, catalogue_import=None, number=0)
    activity.record(
        seller=seller,
        actor=actor,
        action="edition.described",
        subject=book.title,
        edition=edition.key,
    )
    return Edition.objects.select_related("work").get(pk=edition.key or 0)


def _of(edition: Row, work: Work) -> bool:
    return bool(edition["work_id"] == work.pk)


def _record(book: Book) -> BookRecord:
    """Return ``book`` as imports take it, or raise DomainError."""
    problems = _Problems()
    finding = hygiene.check_title(book.title)
    if finding is not None and finding.fatal:
        problems.add("title", _("Write the title as it stands on the title page."))
    authors = [name.strip() for name in _authors(book) if name.strip()]
    if any(is_nobody(name) for name in authors):
        problems.add("authors", _("Leave the author empty if the book names none."))
    published = _date(book, problems)
    numbers = _numbers(book, problems)
    if problems.fields:
        first = next(iter(problems.fields.values()))[0]
        raise DomainError(first, fields=problems.fields)
    titles = _titles(book)
    return BookRecord(
        number=0,
        identifiers=numbers,
        title=book.title.strip(),
        subtitle=book.subtitle.strip(),
        other_titles=titles,
        contributors=[
            ContributorIn(name=name, sequence=place) for place, name in enumerate(authors, 1)
        ],
        publisher=book.publisher.strip(),
        place=book.place.strip(),
        published=published,
        form=book.form,
        language=book.language,
        pages=book.pages,
        edition_statement=book.statement.strip(),
    )


def _authors(book: Book) -> tuple[str, ...]:
    """Return the authors in the catalogue's spelling where the seller has named the work."""
    if book.work is None:
        return book.authors
    parts = book.work.contributions.filter(edition=None, role=Role.AUTHOR)
    known = parts.order_by("sequence", "pk").values_list("person__name", flat=True)
    return tuple(known) or book.authors


def _titles(book: Book) -> list[str]:
    """Return the title of the named work, so that it is found on the shelf under whatever title."""
    return [book.work.title] if book.work and book.work.title != book.title else []


def _date(book: Book, problems: _Problems) -> str:
    published = book.published.strip()
    today = timezone.now().date()
    finding = hygiene.check_date(published, today=today, has_isbn=bool(book.isbn.strip()))
    if finding is not None and not finding.kept:
        problems.add("published", _("Write the year it was printed, like 1871, or leave it empty."))
    return published


def _numbers(book: Book, problems: _Problems) -> list[IdentifierIn]:
    given = book.isbn.strip()
    if not given:
        return []
    parsed = isbns.parse(given)
    if parsed is None or not parsed.valid:
        problems.add(
            "isbn", _("That is no ISBN: one of its digits is wrong. Look at it once more.")
        )
        return []
    return [IdentifierIn(IdentifierType.ISBN13, parsed.isbn13, as_printed=given[:80])]
