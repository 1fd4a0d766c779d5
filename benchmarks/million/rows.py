"""The rows of the made-up catalogue, a table at a time, as text that COPY reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.million.words import FIRST_NAMES, FREQUENT, isbn13, made_up, zipf
from books4all.lib.text import name_key, sort_title

Row = dict[str, Any]

SELLERS = 400
LANGUAGES = (
    ("eng", 70),
    ("spa", 8),
    ("fre", 6),
    ("ger", 5),
    ("ita", 3),
    ("por", 2),
    ("jpn", 2),
    ("rus", 2),
    ("dut", 2),
)
FORMS = (("BC", 55), ("BB", 30), ("BA", 6), ("BH", 3), ("AJ", 2), ("BG", 1), ("CA", 1), ("BF", 2))
CONDITIONS = (
    ("new", 12),
    ("as_new", 8),
    ("fine", 10),
    ("near_fine", 10),
    ("very_good", 28),
    ("good", 24),
    ("fair", 6),
    ("poor", 2),
)
COUNTRIES = (("GB", 60), ("IE", 8), ("US", 12), ("DE", 6), ("FR", 6), ("NL", 4), ("ES", 4))
DEFECTS = (
    ("{}", 70),
    ("{ex_library}", 7),
    ("{foxing}", 6),
    ("{inscription}", 10),
    ("{book_club}", 3),
    ("{remainder_mark}", 4),
)
JACKETS = (
    ("", 60),
    ("none_as_issued", 10),
    ("missing", 8),
    ("fine", 8),
    ("very_good", 8),
    ("good", 6),
)


def _split(pairs: tuple[tuple[str, int], ...]) -> tuple[list[str], list[int]]:
    return [value for value, _ in pairs], [weight for _, weight in pairs]


@dataclass
class Size:
    """How much there is to be."""

    editions: int
    listings: int

    @property
    def works(self) -> int:
        """Return the number of works: seven for ten editions."""
        return self.editions * 7 // 10

    @property
    def people(self) -> int:
        """Return the number of people: one for six editions."""
        return max(100, self.editions // 6)


class Maker:
    """Makes the rows. The same seed and size make the same rows."""

    def __init__(self, size: Size, seed: int = 1) -> None:
        self.size, self.chance = size, Random(seed)
        content = made_up(self.chance, 60_000)
        self.words = [*FREQUENT, *content]
        # Real titles begin the law later than prose does: their commonest word is in one of fifteen.
        self.weights = zipf(len(self.words), 0.92)
        self.surnames = [name.capitalize() for name in made_up(self.chance, 30_000, (2, 2, 3))]
        self.publishers = 5_000
        self.subjects = 12 * 6 * 6 + 12 * 6 + 12

    def _pick(self, pairs: tuple[tuple[str, int], ...], count: int) -> list[str]:
        values, weights = _split(pairs)
        return self.chance.choices(values, weights, k=count)

    def people_rows(self) -> Iterator[Row]:
        """Yield people; the first are the most written about."""
        for n in range(1, self.size.people + 1):
            first, last = self.chance.choice(FIRST_NAMES), self.chance.choice(self.surnames)
            name = f"{first} {last}"
            yield {"id": n, "slug": f"p{n}", "name": name, "name_key": name_key(name),
                   "sort_name": f"{last}, {first}", "other_names": "{}"}  # fmt: skip

    def publisher_rows(self) -> Iterator[Row]:
        """Yield publishing houses."""
        for n in range(1, self.publishers + 1):
            name = f"{self.chance.choice(self.surnames)} {self.chance.choice(('Press', 'Books', 'House', 'and Sons'))}"
            yield {"id": n, "slug": f"h{n}", "name": name, "name_key": name_key(name)}

    def series_rows(self) -> Iterator[Row]:
        """Yield a series for each hundred works."""
        for n in range(1, self.size.works // 100 + 1):
            name = " ".join(self.chance.choices(self.words, k=2)).title()
            yield {"id": n, "slug": f"s{n}", "name": name, "name_key": name_key(name)}

    def subject_rows(self) -> Iterator[Row]:
        """Yield a tree of three levels: 12, 72 and 432 subjects."""
        n = 0
        above: list[int | None] = [None]
        for width in (12, 6, 6):
            level: list[int | None] = []
            for parent in above:
                for _ in range(width):
                    n += 1
                    level.append(n)
                    yield {"id": n, "scheme": "24", "code": f"S{n}", "slug": f"subject-{n}",
                           "name": f"{self.words[200 + n].capitalize()} {n}", "parent_id": parent}  # fmt: skip
            above = level

    def work_rows(self) -> Iterator[Row]:
        """Yield works, in no order of popularity."""
        chance, count = self.chance, self.size.works
        lengths = chance.choices((1, 2, 3, 4, 5, 6, 7), (6, 20, 25, 20, 14, 9, 6), k=count)
        for n, length in enumerate(lengths, start=1):
            words = chance.choices(self.words, cum_weights=self.weights, k=length)
            title = " ".join(words)
            title = title[0].upper() + title[1:]
            about = 45 if chance.random() < 0.4 else 0
            text = " ".join(chance.choices(self.words, cum_weights=self.weights, k=about))
            yield {"id": n, "slug": f"w{n}", "title": title, "sort_title": sort_title(title),
                   "author_line": "", "first_published": int(2026 - chance.expovariate(1 / 18)),
                   "original_language": "eng", "description": text,
                   "popularity": int(3 / (1 - chance.random()) ** 0.8), "completeness": 60}  # fmt: skip

    def authors(self) -> list[int]:
        """Return the author of each work, the first people most often."""
        weights = zipf(self.size.people, 0.6)
        return self.chance.choices(
            range(1, self.size.people + 1), cum_weights=weights, k=self.size.works
        )

    def contribution_rows(self, authors: list[int]) -> Iterator[Row]:
        """Yield an author a work, and a second one for one in twelve."""
        n = 0
        for work, author in enumerate(authors, start=1):
            n += 1
            yield {"id": n, "work_id": work, "person_id": author, "role": "A01", "sequence": 1}
            if work % 12 == 0 and author > 1:
                n += 1
                yield {
                    "id": n,
                    "work_id": work,
                    "person_id": author - 1,
                    "role": "A01",
                    "sequence": 2,
                }

    def worksubject_rows(self) -> Iterator[Row]:
        """Yield a leaf of the tree for each work, and a second one for one in three."""
        leaves = range(12 + 72 + 1, self.subjects + 1)
        weights = zipf(len(leaves), 0.7)
        n = 0
        for work, leaf in enumerate(
            self.chance.choices(leaves, cum_weights=weights, k=self.size.works), start=1
        ):
            n += 1
            yield {"id": n, "work_id": work, "subject_id": leaf, "is_main": "t"}
            if work % 3 == 0:
                n += 1
                other = leaf + 1 if leaf < self.subjects else leaves[0]
                yield {"id": n, "work_id": work, "subject_id": other, "is_main": "f"}

    def seriesentry_rows(self) -> Iterator[Row]:
        """Yield five works for each series."""
        for n in range(1, self.size.works // 20 + 1):
            series, place = (n - 1) // 5 + 1, (n - 1) % 5 + 1
            if series <= self.size.works // 100:
                yield {
                    "id": n,
                    "series_id": series,
                    "work_id": n,
                    "number": place,
                    "position": place,
                }

    def edition_rows(self, titles: list[str]) -> Iterator[Row]:
        """Yield an edition for each work, and the rest among the works with low numbers."""
        count, works, chance = self.size.editions, self.size.works, self.chance
        languages, forms = self._pick(LANGUAGES, count), self._pick(FORMS, count)
        houses = chance.choices(
            range(1, self.publishers + 1), cum_weights=zipf(self.publishers), k=count
        )
        for n in range(1, count + 1):
            work = n if n <= works else int(works * chance.random() ** 2) + 1
            year = int(2026 - chance.expovariate(1 / 14))
            yield {"id": n, "work_id": work, "title": titles[work - 1], "language": languages[n - 1],
                   "form": forms[n - 1], "form_details": "{}", "publisher_id": houses[n - 1],
                   "published": year, "published_year": year, "pages": 60 + n % 700,
                   "completeness": 40 + n % 50}  # fmt: skip

    def identifier_rows(self) -> Iterator[Row]:
        """Yield an ISBN for nine of ten editions."""
        for n in range(1, self.size.editions + 1):
            if n % 10:
                number = isbn13(n)
                yield {
                    "id": n,
                    "edition_id": n,
                    "type": "15",
                    "value": number,
                    "as_printed": number,
                }

    def seller_rows(self) -> Iterator[Row]:
        """Yield shops."""
        for n, country in enumerate(self._pick(COUNTRIES, SELLERS), start=1):
            yield {"id": n, "slug": f"shop-{n}", "name": f"{self.surnames[n]} Books", "status": "approved",
                   "kind": "trader", "place": self.surnames[-n], "country": country}  # fmt: skip

    def rate_rows(self) -> Iterator[Row]:
        """Yield what each shop charges at home, in the Union and elsewhere."""
        n = 0
        for seller in range(1, SELLERS + 1):
            for destination, dear in (("GB", 1), ("EU", 2), ("*", 3)):
                n += 1
                yield {"id": n, "seller_id": seller, "destination": destination, "service": "standard",
                       "first_minor": 250 * dear + seller % 90, "further_minor": 100 * dear,
                       "currency": "GBP", "days_min": dear, "days_max": dear + 3, "posts": True,
                       "basis": "item", "first_g": 1000, "further_g": 500}  # fmt: skip

    def listing_rows(self) -> Iterator[Row]:
        """Yield copies: many of some editions, none of others, fifty of the first."""
        count, chance = self.size.listings, self.chance
        sellers = chance.choices(range(1, SELLERS + 1), cum_weights=zipf(SELLERS, 0.5), k=count)
        conditions, defects, jackets = (
            self._pick(pairs, count) for pairs in (CONDITIONS, DEFECTS, JACKETS)
        )
        for n in range(1, count + 1):
            edition = 1 if n <= 50 else int(self.size.editions * chance.random() ** 1.6) + 1
            odds = chance.random()
            price = int(150 + 600 * chance.expovariate(1.0)) * (1 if odds < 0.97 else 12)
            yield {"id": n, "seller_id": sellers[n - 1], "edition_id": edition, "sku": f"B{n}",
                   "status": "active", "condition": conditions[n - 1], "jacket": jackets[n - 1],
                   "defects": defects[n - 1], "signed": "t" if odds > 0.985 else "f",
                   "first_edition": "t" if odds > 0.96 else "f", "rare": "t" if odds > 0.995 else "f",
                   "print_on_demand": "t" if odds < 0.02 else "f", "price_minor": price,
                   "currency": "GBP", "on_hand": 1, "held": 0,
                   "listed_at": f"2026-{1 + n % 10:02d}-{1 + n % 28:02d} {n % 24:02d}:{n % 60:02d}:00+00"}  # fmt: skip
