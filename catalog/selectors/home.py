"""The front page: a shelf, a street and a rare room, in four queries."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from catalog.constants import ReviewStatus
from catalog.models import Listing, Review, Work
from catalog.querysets import ListingQuerySet
from catalog.selectors.offers import Offer, offer_of
from catalog.selectors.shops import Front, fronts, street
from catalog.selectors.subjects import Node, subject_tree

SPINES_SHOWN = 60
NEW_SHOWN = 12
RARE_SHOWN = 3
WORDS_SHOWN = 3
SUBJECTS_SHOWN = 40
# The newest listings are read with some to spare: one delivery must not fill the whole table.
NEW_READ = 60
NEW_A_SHOP = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader said about a book on the shelf."""

    work: Work
    text: str
    who: str
    rating: int


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that the front page shows."""

    spines: Sequence[Work]
    new: list[Offer]
    rare: list[Offer]
    shops: list[Front]
    shops_total: int
    words: list[Words]
    subjects: list[Node]


def home_page(*, country: str) -> HomePage:
    """Read the front page for a visitor in ``country``."""
    spines = _spines()
    new, rare = _copies(country)
    shops = fronts(street())
    return HomePage(
        spines=spines,
        new=new,
        rare=rare,
        shops=shops,
        shops_total=next((front.total for front in shops), 0),
        words=_words(spines),
        subjects=_shelves(),
    )


def _shelves() -> list[Node]:
    """Return the subjects at the tips of the tree, by name: the fullest, if there are many."""
    tips = [node for node in subject_tree().values() if node.works and not node.children]
    fullest = sorted(tips, key=lambda node: (-node.works, node.name))[:SUBJECTS_SHOWN]
    return sorted(fullest, key=lambda node: node.name.casefold())


def _spines() -> list[Work]:
    """Return the best-known works, each with the newest review that has words."""
    newest = (
        Review.objects.filter(work=OuterRef("pk"), status=ReviewStatus.PUBLISHED, rating__gte=4)
        .exclude(text="")
        .order_by("-published_at", "-pk")
        .values(row=JSONObject(text="text", who="author_name", rating="rating", at="published_at"))[
            :1
        ]
    )
    return list(Work.objects.by_popularity().annotate(review=Subquery(newest))[:SPINES_SHOWN])


def _words(works: Sequence[Work]) -> list[Words]:
    said: list[tuple[Work, dict[str, Any]]] = [
        (work, work.review)  # type: ignore[attr-defined]  # annotated
        for work in works
        if work.review  # type: ignore[attr-defined]  # annotated
    ]
    said.sort(key=lambda pair: (pair[1]["at"] or "", pair[0].pk), reverse=True)
    return [
        Words(work=work, text=row["text"], who=row["who"], rating=row["rating"])
        for work, row in said[:WORDS_SHOWN]
    ]


def _newest(listings: ListingQuerySet, count: int) -> "QuerySet[Listing, Mapping[str, object]]":
    return listings.order_by("-listed_at", "-pk").values("pk")[:count]


def _copies(country: str) -> tuple[list[Offer], list[Offer]]:
    """Return the newest copies, and the newest rare ones, in one query."""
    on_sale = Listing.objects.on_sale().filter(listed_at__isnull=False)
    # One list of keys, not two conditions with OR: that would read every listing.
    keys = _newest(on_sale, NEW_READ).union(_newest(on_sale.filter(rare=True), RARE_SHOWN))
    listings = Listing.objects.filter(pk__in=keys).with_book().with_delivery(country)
    rows = list(listings.order_by("-listed_at", "-pk"))
    rares = [row for row in rows if row.rare][:RARE_SHOWN]
    return [offer_of(row) for row in _mixed(rows)], [offer_of(row) for row in rares]


def _mixed(rows: Iterable[Listing]) -> list[Listing]:
    """Choose the newest, a book once and a shop at most ``NEW_A_SHOP`` times."""
    shops: Counter[int] = Counter()
    works: set[int] = set()
    chosen: list[Listing] = []
    for row in rows:
        work = row.edition.work_id
        if row.rare or work in works or shops[row.seller_id] >= NEW_A_SHOP:
            continue
        works.add(work)
        shops[row.seller_id] += 1
        chosen.append(row)
    return chosen[:NEW_SHOWN]
