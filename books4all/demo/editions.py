"""The demo's editions: who printed them, when, and under which identifiers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from stdnum.ean import calc_check_digit

from books4all.demo.source import Source, dice, unique_slugs
from books4all.lib.isbn import to_isbn10
from catalog.constants import Form, IdentifierType, Role
from catalog.models import Contribution, Edition, Identifier, Person, Publisher, Work

# Invented imprints: (name, place, first year, last year, dearer bindings).
IMPRINTS = (
    ("Harcastle & Sons", "London", 1868, 1929, True),
    ("The Meridian Library", "London", 1906, 1952, True),
    ("Lantern Classics", "London", 1947, 2024, False),
    ("Penrose Paperbacks", "Harmondsworth", 1951, 1998, False),
    ("Curlew Press", "Edinburgh", 1972, 2025, False),
    ("Wren & Harrow", "Oxford", 1961, 2025, True),
    ("Kittiwake Editions", "Dublin", 1983, 2025, False),
    ("Larch Hill", "New York", 1955, 2025, False),
    ("Second Orchard", "London", 2001, 2025, False),
    ("The Folded Corner", "Bath", 1978, 2022, True),
)
FOREIGN_IMPRINTS = {
    "fre": ("Éditions du Réverbère", "Paris"),
    "ger": ("Verlag Windrose", "Leipzig"),
    "ita": ("Edizioni la Lanterna", "Turin"),
    "spa": ("Ediciones Azulejo", "Madrid"),
    "por": ("Livraria do Cais", "Lisbon"),
    "dut": ("Uitgeverij De Sluis", "Amsterdam"),
    "rus": ("Издательство Маяк", "Saint Petersburg"),
    "jpn": ("灯台書房", "Tokyo"),
    "chi": ("燈塔書局", "Shanghai"),
}


@dataclass(frozen=True)
class BookRow:
    """An edition with what the sellers need to know of its work."""

    edition: Edition
    work: Work
    shelf: str


class Printing(NamedTuple):
    """An unsaved edition with the name of its publisher; ``translated``: out of its language."""

    edition: Edition
    publisher: str
    translated: bool


class _Press:
    """Prints the editions of one work."""

    def __init__(self, key: str, row: dict[str, Any], work: Work) -> None:
        self.row, self.work = row, work
        self.choose = dice("editions", key)
        self.foreign = row["language"] not in {"eng", "enm"}
        self.pages = self.choose.randrange(96, 720)

    def printings(self) -> Iterator[Printing]:
        """Yield all editions of the work, the first one first."""
        yield from self._first()
        yield from self._original()
        yield from self._reprints()

    def _edition(self, year: int, **fields: Any) -> Edition:
        return Edition(
            work=self.work,
            pages=self.pages + self.choose.randrange(-20, 21),
            published=str(year),
            published_year=year,
            **fields,
        )

    def _first(self) -> Iterator[Printing]:
        """Print the first edition: of few books does one still come up for sale."""
        work, year = self.work, self.work.first_published
        if year is None or not 1500 <= year <= 1929:
            return
        if self.choose.random() < (0.6 if self.row.get("first_publisher") else 0.2):
            edition = self._edition(
                year,
                title=work.original_title or work.title,
                subtitle="" if self.foreign else work.subtitle,
                language=self.row["language"],
                form=Form.HARDBACK,
                place=self.row.get("first_place", ""),
                statement="First edition",
            )
            yield Printing(edition, self.row.get("first_publisher", ""), translated=False)

    def _original(self) -> Iterator[Printing]:
        """Print a paperback in the language of the work, when that is not English."""
        language = self.row["language"]
        if language not in FOREIGN_IMPRINTS or self.choose.random() >= 0.35:
            return
        name, place = FOREIGN_IMPRINTS[language]
        edition = self._edition(
            self.choose.randrange(1972, 2024),
            title=self.work.original_title or self.work.title,
            language=language,
            form=Form.PAPERBACK,
            place=place,
        )
        yield Printing(edition, name, translated=False)

    def _reprints(self) -> Iterator[Printing]:
        """Print editions in English."""
        choose, written = self.choose, self.work.first_published or 0
        number = 3 if self.work.popularity > 2500 else choose.choice((1, 1, 1, 2))
        for name, place, first, last, fine in choose.sample(IMPRINTS, number):
            year = choose.randrange(max(first, written + 1), max(last, written + 20) + 1)
            bound = year < 1935 or choose.random() < 0.3 + fine / 3
            edition = self._edition(
                min(year, 2025),
                title=self.work.title,
                subtitle=self.work.subtitle,
                language="eng",
                form=Form.HARDBACK if bound else Form.PAPERBACK,
                place=place,
            )
            yield Printing(edition, name, self.foreign)


def add_editions(
    source: Source, people: dict[str, Person], works: dict[str, Work]
) -> list[BookRow]:
    """Write editions with publishers, identifiers, translators and illustrators."""
    made = [
        (key, printing)
        for key, row in source.works.items()
        for printing in _Press(key, row, works[key]).printings()
    ]
    _add_publishers([printing for _key, printing in made])
    editions = [printing.edition for _key, printing in made]
    Edition.objects.bulk_create(editions)
    Contribution.objects.bulk_create(
        Contribution(
            work=works[key],
            edition=printing.edition,
            person=people[person],
            role=role,
            sequence=i + 2,
        )
        for key, printing in made
        for role, field, wanted in (
            (Role.TRANSLATOR, "translators", printing.translated),
            (Role.ILLUSTRATOR, "illustrators", True),
        )
        if wanted
        for i, person in enumerate(source.works[key].get(field, []))
    )
    _add_identifiers(editions)
    return [
        BookRow(printing.edition, works[key], source.works[key]["subjects"][0])
        for key, printing in made
    ]


def _add_publishers(made: list[Printing]) -> None:
    """Write the publishers, and give each edition its own."""
    slug = unique_slugs()
    publishers = {
        name: Publisher(slug=slug(name, fallback="publisher"), name=name)
        for name in dict.fromkeys(printing.publisher for printing in made if printing.publisher)
    }
    Publisher.objects.bulk_create(publishers.values())
    for printing in made:
        printing.edition.publisher = publishers.get(printing.publisher)


def _demo_isbn(n: int) -> str:
    """Return a valid ISBN-13 that no book has: 978-66 is not assigned to any agency."""
    digits = f"97866{n:07d}"
    return digits + calc_check_digit(digits)


def _add_identifiers(editions: list[Edition]) -> None:
    # ISBNs began in 1970; the ten-digit ones ended in 2007.
    identifiers = []
    for n, edition in enumerate(editions, 1):
        year = edition.published_year or 0
        if year < 1970:
            continue
        isbn13 = _demo_isbn(n * 37)
        identifiers.append(
            Identifier(edition=edition, type=IdentifierType.ISBN13, value=isbn13, as_printed=isbn13)
        )
        if year < 2007:
            isbn10 = to_isbn10(isbn13)
            identifiers.append(
                Identifier(
                    edition=edition, type=IdentifierType.ISBN10, value=isbn10, as_printed=isbn10
                )
            )
    Identifier.objects.bulk_create(identifiers)
