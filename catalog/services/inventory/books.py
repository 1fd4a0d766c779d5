"""Which edition a row's copy is of: by its ISBN at once, otherwise as the catalogue's imports find it.

A shop's row never changes the catalogue. It is matched by its ISBN unless the titles contradict each
other, or by the evidence that makes two descriptions one edition (``catalog.services.matching``);
what nobody has described yet becomes an edition of the lowest rank, which any other source corrects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from catalog.constants import SourceRank
from catalog.importers.record import BookRecord
from catalog.services.imports.applying import Applier
from catalog.services.imports.batches import settle
from catalog.services.imports.described import describe
from catalog.services.imports.finding import Doubt, find
from catalog.services.imports.rows import Row
from catalog.services.imports.shelf import Shelf
from catalog.services.inventory.facts import Facts
from catalog.services.inventory.shelves import Bearer, Standing, Titles
from catalog.services.matching import Described, title_contradicts, title_keys


@dataclass(slots=True)
class Books:
    """The editions of a batch's rows, by the rows' numbers. New ones of a mere check have keys below zero."""

    editions: dict[int, int] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    # Rows whose books the catalogue did not have.
    made: set[int] = field(default_factory=set)


def look_up(
    facts: Sequence[Facts], standing: Mapping[str, Standing], bearers: Mapping[str, list[Bearer]]
) -> tuple[Books, list[Facts]]:
    """Return the editions that are plain at a glance, and the rows whose books must be looked for.

    What can't be taken is refused here: a row that names its book by nothing that is known.
    """
    found, left = Books(), []
    for one in facts:
        edition = _at_a_glance(one, standing.get(one.row.sku), _bearers(one, bearers))
        if edition is not None:
            found.editions[one.row.number], found.titles[one.row.number] = edition
        elif one.row.book.title:
            left.append(one)
        else:
            _unnamed(one)
    return found, left


def find_or_make(facts: Sequence[Facts], books: Books, *, source: str, dry_run: bool) -> None:
    """Look for the books of ``facts`` with all evidence there is, and make those that are not on file.

    Call it in the transaction that writes the listings. With ``dry_run`` nothing is written or locked.
    """
    if not facts:
        return
    shelf = Shelf([one.row.book for one in facts], source, lock=not dry_run)
    applier = Applier(shelf, rank=SourceRank.SHOP.value, import_id=None)
    doubts: list[tuple[Row, Doubt, int]] = []
    chosen: dict[int, Row] = {}
    for one in facts:
        record, number = _of_book(one.row.book), one.row.number
        found = find(shelf, record, "")
        edition = found.edition
        if edition is None:
            edition = applier.create(record, found.work, "")
            books.made.add(number)
            if found.doubt is not None:
                doubts.append((edition, found.doubt, number))
        chosen[number] = edition
    if not dry_run:
        settle(shelf, applier, doubts, catalogue_import=None, number=0)
    new: dict[Row, int] = {}
    for number, edition in chosen.items():
        books.editions[number] = edition.key or new.setdefault(edition, -1 - len(new))
        books.titles[number] = edition["title"]


def _of_book(record: BookRecord) -> BookRecord:
    """Return a record without what a shop says of its copy, or of its own shelves."""
    return replace(record, description="", subjects=[], related=[], reference="", cover_url="")


def _bearers(facts: Facts, bearers: Mapping[str, list[Bearer]]) -> list[Bearer]:
    if len(facts.isbns) == 1:
        return bearers.get(facts.isbns[0], [])
    return list(dict.fromkeys(one for isbn in facts.isbns for one in bearers.get(isbn, ())))


def _at_a_glance(
    facts: Facts, stands: Standing | None, bearers: list[Bearer]
) -> tuple[int, str] | None:
    record = facts.row.book
    if stands is not None:
        ours = (stands.edition_id, stands.titles.title)
        if any(one.edition_id == stands.edition_id for one in bearers):
            return ours
        if not bearers and agree(record, stands.titles):
            return ours
    fitting = [one for one in bearers if agree(record, one.titles)]
    if len(fitting) == 1:
        return fitting[0].edition_id, fitting[0].titles.title
    if fitting and not record.title and len({one.work_id for one in fitting}) == 1:
        # Nothing but an ISBN that several editions of one work bear: the first that was on file.
        return fitting[0].edition_id, fitting[0].titles.title
    return None


def agree(record: BookRecord, titles: Titles) -> bool:
    """Whether a record may be of a book with these titles: it has none itself, or none that contradicts."""
    if not record.title or record.title.casefold() == titles.title.casefold():
        return True
    ours = title_keys(record.title, record.subtitle)
    if ours.short in {title_keys(titles.title).short, title_keys(titles.work_title).short}:
        return True
    others = tuple(t for t in (titles.work_title, titles.original_title) if t and t != titles.title)
    theirs = Described(
        title=titles.title, subtitle=titles.subtitle, other_titles=others, language=titles.language
    )
    return not title_contradicts(describe(record), theirs)


def _unnamed(facts: Facts) -> None:
    if facts.isbns:
        facts.fail(
            "isbn_unknown", "book.title", facts.isbns[0],
            _("The catalogue has no single book with this ISBN, and the row has no title."),
            remedy=_("Add the title and the author."),
        )  # fmt: skip
    else:
        facts.fail("title_missing", "book.title", "", _("The title is missing."),
                   remedy=_("Add the title, or an ISBN."))  # fmt: skip
