"""Factories of catalog: books, copies and what it costs to have them sent."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from catalog.constants import (
    Condition,
    Form,
    IdentifierType,
    ListingStatus,
    MovementKind,
    ReviewStatus,
    Role,
    Service,
    SubjectScheme,
)
from catalog.models import (
    Contribution,
    DeliveryRate,
    Edition,
    Identifier,
    Listing,
    Person,
    Publisher,
    ReadingList,
    ReadingListItem,
    Review,
    SearchDocument,
    Series,
    SeriesEntry,
    StockMovement,
    Subject,
    Want,
    WantMatch,
    Work,
    WorkSubject,
)
from catalog.search import index
from tests.factories.accounts import SellerFactory, UserFactory


class PersonFactory(DjangoModelFactory[Person]):
    """Somebody who wrote."""

    class Meta:
        model = Person

    slug = factory.Sequence(lambda n: f"writer-{n}")
    name = factory.Sequence(lambda n: f"Ada Writer{n}")
    sort_name = factory.LazyAttribute(lambda p: ", ".join(p.name.split()[::-1]))


class PublisherFactory(DjangoModelFactory[Publisher]):
    """A publishing house."""

    class Meta:
        model = Publisher

    slug = factory.Sequence(lambda n: f"press-{n}")
    name = factory.Sequence(lambda n: f"Press {n}")


class SeriesFactory(DjangoModelFactory[Series]):
    """A series."""

    class Meta:
        model = Series

    slug = factory.Sequence(lambda n: f"series-{n}")
    name = factory.Sequence(lambda n: f"Series {n}")


class SubjectFactory(DjangoModelFactory[Subject]):
    """A shelf of the shop."""

    class Meta:
        model = Subject

    scheme = SubjectScheme.SHELF
    code = factory.Sequence(lambda n: f"shelf-{n}")
    slug = factory.SelfAttribute("code")
    name = factory.Sequence(lambda n: f"Shelf {n}")


class WorkFactory(DjangoModelFactory[Work]):
    """A novel. ``author="Name"`` adds a contribution; ``subject=`` a main subject."""

    class Meta:
        model = Work
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"book-{n}")
    title = factory.Sequence(lambda n: f"Book {n}")
    sort_title = factory.LazyAttribute(lambda w: w.title.casefold())
    original_language = "eng"
    first_published = 1871
    author_line = "George Eliot"

    @factory.post_generation
    def author(obj: Work, create: bool, extracted: str | None, **_: Any) -> None:  # noqa: N805 factory_boy's signature
        """Add the author of this name."""
        if create and extracted:
            ContributionFactory(work=obj, person=PersonFactory(name=extracted))
            obj.author_line = extracted
            obj.save(update_fields=["author_line"])

    @factory.post_generation
    def subject(obj: Work, create: bool, extracted: Subject | None, **_: Any) -> None:  # noqa: N805 factory_boy's signature
        """Put the work on its main shelf."""
        if create and extracted:
            WorkSubjectFactory(work=obj, subject=extracted)


class ContributionFactory(DjangoModelFactory[Contribution]):
    """An author's part in a work."""

    class Meta:
        model = Contribution

    work = factory.SubFactory(WorkFactory)
    person = factory.SubFactory(PersonFactory)
    role = Role.AUTHOR


class WorkSubjectFactory(DjangoModelFactory[WorkSubject]):
    """A work's main subject."""

    class Meta:
        model = WorkSubject

    work = factory.SubFactory(WorkFactory)
    subject = factory.SubFactory(SubjectFactory)
    is_main = True


class SeriesEntryFactory(DjangoModelFactory[SeriesEntry]):
    """A work's place in a series."""

    class Meta:
        model = SeriesEntry

    series = factory.SubFactory(SeriesFactory)
    work = factory.SubFactory(WorkFactory)
    position = factory.Sequence(lambda n: n + 1)
    number = factory.LazyAttribute(lambda entry: str(entry.position))


class EditionFactory(DjangoModelFactory[Edition]):
    """A hardback of 1912."""

    class Meta:
        model = Edition

    work = factory.SubFactory(WorkFactory)
    title = factory.SelfAttribute("work.title")
    language = "eng"
    form = Form.HARDBACK
    publisher = factory.SubFactory(PublisherFactory)
    published = "1912"
    published_year = 1912


class IdentifierFactory(DjangoModelFactory[Identifier]):
    """An ISBN-13."""

    class Meta:
        model = Identifier

    edition = factory.SubFactory(EditionFactory)
    type = IdentifierType.ISBN13
    value = "9780141439549"


class ListingFactory(DjangoModelFactory[Listing]):
    """One copy on sale for £6.00, with the movement that brought it.

    The seller posts to Britain unless it has rates already, or ``rates=False``.
    """

    class Meta:
        model = Listing
        skip_postgeneration_save = True

    seller = factory.SubFactory(SellerFactory)
    edition = factory.SubFactory(EditionFactory)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    status = ListingStatus.ACTIVE
    condition = Condition.VERY_GOOD
    notes = "A tidy copy."
    price_minor = 600
    currency = "GBP"
    on_hand = 1
    listed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def movement(obj: Listing, create: bool, extracted: object, **_: Any) -> None:  # noqa: N805 factory_boy's signature
        """Keep the rule that the movements' sum is the stock on hand."""
        if create and extracted is None and obj.on_hand:
            StockMovementFactory(listing=obj, quantity=obj.on_hand)

    @factory.post_generation
    def rates(obj: Listing, create: bool, extracted: bool | None, **_: Any) -> None:  # noqa: N805 factory_boy's signature
        """Give the seller a rate to Britain."""
        if create and extracted is not False and not obj.seller.delivery_rates.exists():
            DeliveryRateFactory(seller=obj.seller)


class StockMovementFactory(DjangoModelFactory[StockMovement]):
    """Copies received."""

    class Meta:
        model = StockMovement

    listing = factory.SubFactory(ListingFactory)
    kind = MovementKind.RECEIVED
    quantity = 1


class DeliveryRateFactory(DjangoModelFactory[DeliveryRate]):
    """Standard post to Britain: £2.80, each further book £1.00."""

    class Meta:
        model = DeliveryRate

    seller = factory.SubFactory(SellerFactory)
    destination = "GB"
    service = Service.STANDARD
    first_minor = 280
    further_minor = 100
    currency = "GBP"
    days_min = 2
    days_max = 4


class ReviewFactory(DjangoModelFactory[Review]):
    """A published review of a work."""

    class Meta:
        model = Review

    work = factory.SubFactory(WorkFactory)
    user = factory.SubFactory(UserFactory)
    author_name = "Hester"
    rating = 4
    text = "Read it in two evenings."
    status = ReviewStatus.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class SellerReviewFactory(ReviewFactory):
    """A published review of a seller."""

    work = None
    seller = factory.SubFactory(SellerFactory)


class ReadingListFactory(DjangoModelFactory[ReadingList]):
    """A list of books to read."""

    class Meta:
        model = ReadingList

    user = factory.SubFactory(UserFactory)
    name = "To read"


class ReadingListItemFactory(DjangoModelFactory[ReadingListItem]):
    """A work on a list."""

    class Meta:
        model = ReadingListItem

    reading_list = factory.SubFactory(ReadingListFactory)
    work = factory.SubFactory(WorkFactory)


class WantFactory(DjangoModelFactory[Want]):
    """A book somebody waits for."""

    class Meta:
        model = Want

    user = factory.SubFactory(UserFactory)
    work = factory.SubFactory(WorkFactory)


class WantMatchFactory(DjangoModelFactory[WantMatch]):
    """A copy that met a want."""

    class Meta:
        model = WantMatch

    want = factory.SubFactory(WantFactory)
    listing = factory.SubFactory(ListingFactory)
    price_minor = 880


class SearchDocumentFactory(DjangoModelFactory[SearchDocument]):
    """A work as search reads it, written by the index itself."""

    class Meta:
        model = SearchDocument

    work = factory.SubFactory(WorkFactory)

    @classmethod
    def _create(
        cls, model_class: type[SearchDocument], *args: Any, **kwargs: Any
    ) -> SearchDocument:
        del args
        index.refresh([kwargs["work"].pk])
        return model_class.objects.get(pk=kwargs["work"].pk)
