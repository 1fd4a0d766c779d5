"""What a reader has saved: wants and a reading list. Queries start from who asks."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, F, Min, OuterRef, Q, SmallIntegerField, Subquery, When
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import User
from books4all.lib.money import Money
from catalog.constants import GRADES, WantStatus
from catalog.models import Listing, Want, Work
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.paging import Page, bounds, page_number

WANTS_A_PAGE = 30
BOOKS_A_PAGE = 24
_WORST = max(grade.rank for grade in GRADES.values())


def _rank(field: str) -> Case:
    return Case(
        *(When(Q(**{field: code}), then=grade.rank) for code, grade in GRADES.items()),
        default=_WORST,
        output_field=SmallIntegerField(),
    )


@dataclass(frozen=True, slots=True)
class WantRow:
    """A want, and the copies on sale that meet its terms, at the lowest price delivered."""

    want: Want
    from_price: Money | None
    matches: int

    @property
    def title(self) -> str:
        """The book's title, or the words that stand for whatever they will find."""
        return self.want.work.title if self.want.work else self.want.query

    @property
    def most(self) -> Money | None:
        """The most the reader would pay, delivered."""
        minor = self.want.max_price_minor
        return None if minor is None else Money(minor, self.want.currency)


def wants_of(user: User, *, country: str, number: int = 1) -> Page[WantRow]:
    """Return a page of the user's active wants, those that can be bought now first."""
    matching = (
        Listing.objects.on_sale()
        .filter(edition__work=OuterRef("work"))
        .with_landed_price(country)
        .annotate(rank=_rank("condition"))
        .filter(rank__lte=OuterRef("least_rank"), landed_minor__isnull=False)
        .filter(Q(landed_minor__lte=OuterRef("most_minor")))
        .order_by()
        .values("edition__work")
        .annotate(row=JSONObject(minor=Min("landed_minor"), n=Count("pk")))
        .values("row")
    )
    wants = (
        Want.objects.filter(user=user, status=WantStatus.ACTIVE)
        .select_related("work")
        .annotate(
            least_rank=_rank("least_condition"),
            most_minor=Coalesce(F("max_price_minor"), 2**31 - 1),
        )
        .annotate(found=Subquery(matching))
    )
    number = page_number(number)
    total = wants.count()
    found_first = Case(When(found__isnull=False, then=0), default=1)
    rows = wants.order_by(found_first, "-created_at", "-pk")
    return Page(
        [_want_row(want) for want in rows[bounds(number, WANTS_A_PAGE)]],
        number,
        WANTS_A_PAGE,
        total,
    )


def _want_row(want: Want) -> WantRow:
    found: dict[str, Any] = want.found or {"minor": None, "n": 0}  # type: ignore[attr-defined]  # annotated
    minor = found["minor"]
    price = None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY)
    return WantRow(want=want, from_price=price, matches=found["n"])


def reading_list_of(user: User, *, country: str, number: int = 1) -> Page[WorkCard]:
    """Return a page of the books on the user's reading list, the last saved first."""
    works = Work.objects.filter(readinglistitem__reading_list__user=user)
    number = page_number(number)
    rows = works.order_by("-readinglistitem__created_at", "pk")
    total = works.count()
    return Page(cards_for(rows[bounds(number, BOOKS_A_PAGE)], country), number, BOOKS_A_PAGE, total)
