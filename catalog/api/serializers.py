"""What the catalogue's endpoints take and give."""

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.constants import ReturnPostage
from accounts.models import Seller, SellerStanding
from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import (
    CountryField,
    CountryQuery,
    MoneyOut,
    StrictSerializer,
    default_country,
)
from books4all.lib.money import Money
from books4all.lib.pictures import KINDS, Picture
from catalog import languages
from catalog.constants import Condition
from catalog.models import DeliveryRate, Edition, Listing, Person, Subject, Work
from catalog.search import Results
from catalog.search.query import LAST_PAGE, YEARS
from catalog.search.vocabulary import (
    ConditionClass,
    FormClass,
    Kind,
    Period,
    PriceBand,
    Sort,
    Without,
)
from catalog.selectors.books import BookPage
from catalog.selectors.cards import card_of
from catalog.selectors.offers import offer_of

Plain = serializers.Serializer[Any]
_AMOUNT = r"^[0-9]{1,7}([.][0-9]{1,2})?$"


def _choices(values: type[models.TextChoices], words: str) -> serializers.ListField:
    choice = serializers.ChoiceField(choices=values.choices)
    return serializers.ListField(child=choice, required=False, help_text=words)


# --- Parameters ------------------------------------------------------------------------------
class PricedPageQuery(PageQuery):
    """A page of things with prices."""

    country = CountryField(
        required=False, default=default_country, help_text="Where the parcel would go (ISO 3166)"
    )


class WorksQuery(PricedPageQuery):
    """Which works, in which order."""

    order = serializers.ChoiceField(choices=["popularity", "title"], default="popularity")
    person = serializers.SlugField(required=False, default="", help_text="Slug of a person")
    subject = serializers.SlugField(required=False, default="", help_text="Slug of a subject")
    series = serializers.SlugField(required=False, default="", help_text="Slug of a series")
    language = serializers.ChoiceField(
        choices=languages.choices(),
        required=False,
        default="",
        help_text="Of the original (ISO 639-2/B)",
    )


class EditionsQuery(PageQuery):
    """Which editions."""

    work = serializers.SlugField(required=False, default="", help_text="Slug of a work")
    isbn = serializers.CharField(
        required=False, default="", max_length=40, help_text="In any writing"
    )


class OnixQuery(StrictSerializer):
    """Which part of the catalogue as ONIX."""

    after = serializers.IntegerField(
        min_value=0, max_value=10**18 - 1, default=0, help_text="Behind the edition of this id"
    )
    limit = serializers.IntegerField(min_value=1, max_value=200, default=100)


class ListingsQuery(PricedPageQuery):
    """Which copies, in which order."""

    order = serializers.ChoiceField(choices=["newest", "price", "-price"], default="newest")
    work = serializers.SlugField(required=False, default="", help_text="Slug of a work")
    edition = serializers.IntegerField(
        required=False, default=None, min_value=1, max_value=2**63 - 1, help_text="Id of an edition"
    )
    seller = serializers.SlugField(required=False, default="", help_text="Slug of a shop")


class PeopleQuery(PageQuery):
    """Whose names."""

    name = serializers.CharField(
        required=False, default="", max_length=100, help_text="Beginning of the name as sorted"
    )


class ShopsQuery(PageQuery):
    """Shops of which country."""

    country = CountryField(required=False, default="", help_text="Where the shop is (ISO 3166)")


class ShopQuery(CountryQuery):
    """Where the parcel would go."""


class SearchQuery(StrictSerializer):
    """What to find. Values of one filter are alternatives; filters must all be met by one copy."""

    q = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, trim_whitespace=False
    )
    to = CountryField(
        required=False, default=default_country, help_text="Where the parcel would go (ISO 3166)"
    )
    kind = _choices(Kind, "New, used or rare")
    condition = _choices(ConditionClass, "Condition at least as described")
    form = _choices(FormClass, "Form")
    subject = serializers.ListField(
        child=serializers.SlugField(), required=False, help_text="Slugs of subjects"
    )
    period = _choices(Period, "When the work first appeared")
    language = serializers.ListField(
        child=serializers.ChoiceField(choices=languages.choices()),
        required=False,
        help_text="ISO 639-2/B",
    )
    country = serializers.ListField(
        child=CountryField(), required=False, help_text="Where the shop is (ISO 3166)"
    )
    price = _choices(PriceBand, "Price with delivery")
    without = _choices(Without, "What to leave out")
    min = serializers.RegexField(_AMOUNT, required=False, help_text="Least, delivered: 4.50")
    max = serializers.RegexField(_AMOUNT, required=False, help_text="Most, delivered: 10")
    year_min = serializers.IntegerField(
        min_value=YEARS[0], max_value=YEARS[-1], required=False, help_text="First year of editions"
    )
    year_max = serializers.IntegerField(
        min_value=YEARS[0], max_value=YEARS[-1], required=False, help_text="Last year of editions"
    )
    first = serializers.ChoiceField(choices=["1"], required=False, help_text="First editions")
    signed = serializers.ChoiceField(choices=["1"], required=False, help_text="Signed copies")
    jacket = serializers.ChoiceField(choices=["1"], required=False, help_text="With dust jacket")
    exact = serializers.ChoiceField(
        choices=["1"], required=False, help_text="The words as typed, without corrections"
    )
    sort = serializers.ChoiceField(choices=Sort.choices, required=False)
    page = serializers.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)


class SuggestQuery(CountryQuery):
    """What has been typed so far."""

    q = serializers.CharField(max_length=200, trim_whitespace=False, allow_blank=True, default="")


# --- Answers ---------------------------------------------------------------------------------
class RatingOut(Plain):
    """Mean of the published ratings, 1 to 5 (null before the first), and how many there are."""

    average = serializers.FloatField(source="rating", allow_null=True)
    count = serializers.IntegerField(source="rating_count")


class SourceOut(Plain):
    """The files of a picture in one format, as HTML's `srcset` takes them."""

    type = serializers.CharField()
    srcset = serializers.CharField()


class CoverOut(Plain):
    """A real cover, of one `edition`: never a photograph of the copy for sale.

    `src` is the widest file as JPEG, of `width` by `height`; `colour` is its most common colour.
    """

    src = serializers.SerializerMethodField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    alt = serializers.CharField(allow_blank=True)
    credit = serializers.CharField(allow_blank=True)
    colour = serializers.CharField()
    edition = serializers.IntegerField(allow_null=True)
    sources = serializers.SerializerMethodField()

    def get_src(self, picture: Picture) -> str:
        return picture.absolute()

    @extend_schema_field(SourceOut(many=True))
    def get_sources(self, picture: Picture) -> Any:
        rows = [{"type": KINDS[kind], "srcset": picture.absolute_srcset(kind)} for kind in KINDS]
        return SourceOut(rows, many=True).data


class PictureOut(CoverOut):
    """A picture of a shop, as a cover."""

    edition = None  # type: ignore[assignment]  # taken away again


class PhotoOut(Plain):
    """A photograph of this very copy. `src` is the widest file as JPEG, of `width` by `height`."""

    src = serializers.SerializerMethodField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    alt = serializers.CharField(allow_blank=True)
    sources = serializers.SerializerMethodField()

    def get_src(self, picture: Picture) -> str:
        return picture.absolute()

    @extend_schema_field(SourceOut(many=True))
    def get_sources(self, picture: Picture) -> Any:
        rows = [{"type": KINDS[kind], "srcset": picture.absolute_srcset(kind)} for kind in KINDS]
        return SourceOut(rows, many=True).data


class WorkOut(serializers.ModelSerializer[Work]):
    """A work: the book as written. `from_price` is the lowest with delivery to your country."""

    cover = CoverOut(source="picture", allow_null=True)
    rating = RatingOut(source="*")
    from_price = serializers.SerializerMethodField()
    copies = serializers.SerializerMethodField(help_text="Offers on sale, wherever they are sent")

    class Meta:
        model = Work
        fields = (
            "slug",
            "title",
            "subtitle",
            "author_line",
            "original_title",
            "original_language",
            "first_published",
            "first_published_circa",
            "cover",
            "rating",
            "from_price",
            "copies",
        )

    @extend_schema_field(MoneyOut(allow_null=True))
    def get_from_price(self, work: Work) -> Any:
        price = card_of(work).from_price
        return MoneyOut(price).data if price else None

    def get_copies(self, work: Work) -> int:
        return card_of(work).copies


class WorkRefOut(serializers.ModelSerializer[Work]):
    """A work in few words."""

    class Meta:
        model = Work
        fields = ("slug", "title", "author_line")


class CreditOut(Plain):
    """A person's part. `role` is ONIX code list 17."""

    name = serializers.CharField()
    slug = serializers.SlugField()
    role = serializers.CharField()


class SubjectRefOut(Plain):
    """A subject in few words."""

    name = serializers.CharField()
    slug = serializers.SlugField()


class SeriesEntryOut(Plain):
    """A work's place in a series."""

    name = serializers.CharField()
    slug = serializers.SlugField()
    number = serializers.CharField(allow_blank=True)


class PublisherOut(Plain):
    """A publishing house."""

    name = serializers.CharField()
    slug = serializers.SlugField()


class EditionOut(serializers.ModelSerializer[Edition]):
    """One publication of a work. `form` is ONIX code list 150, `published` may be a part of a date."""

    work = WorkRefOut()
    publisher = PublisherOut(allow_null=True)
    isbns = serializers.ListField(child=serializers.CharField())
    people = CreditOut(many=True, source="people_json")
    copies = serializers.IntegerField()
    cover = CoverOut(source="picture", allow_null=True)
    form = serializers.CharField(help_text="ONIX code list 150")

    class Meta:
        model = Edition
        fields = (
            "id",
            "work",
            "title",
            "subtitle",
            "language",
            "form",
            "publisher",
            "place",
            "published",
            "pages",
            "statement",
            "cover",
            "isbns",
            "people",
            "copies",
        )


class EditionRefOut(serializers.ModelSerializer[Edition]):
    """The edition of a copy."""

    publisher = serializers.CharField(source="publisher.name", default="", read_only=True)

    class Meta:
        model = Edition
        fields = ("id", "title", "language", "form", "publisher", "published")


class SellerRefOut(serializers.ModelSerializer[Seller]):
    """Who sells. Trade law does not apply to a `private` seller."""

    country = serializers.CharField(source="country.code")
    rating = RatingOut(source="*")

    class Meta:
        model = Seller
        fields = ("slug", "name", "kind", "place", "country", "rating")


class DaysOut(Plain):
    """How long the post takes, in days."""

    least = serializers.IntegerField(source="days_min")
    most = serializers.IntegerField(source="days_max")


class DeliveryOut(Plain):
    """What the post of one copy costs, and how long it takes."""

    price = serializers.SerializerMethodField()
    service = serializers.CharField()
    days = DaysOut(source="*")

    @extend_schema_field(MoneyOut)
    def get_price(self, rate: dict[str, Any]) -> Any:
        return MoneyOut(Money(rate["minor"], rate["currency"])).data


class ListingOut(serializers.ModelSerializer[Listing]):
    """A seller's copy. `total` is with delivery to your country; null: it is not sent there.

    `before` is there when the price was reduced in the last 30 days: the lowest price of the 30 days
    before that, which has to be shown wherever the reduction is announced (Directive 98/6/EC, 6a).
    """

    work = WorkRefOut(source="edition.work")
    edition = EditionRefOut()
    seller = SellerRefOut()
    condition = serializers.ChoiceField(choices=Condition.choices)
    condition_label = serializers.CharField(source="get_condition_display")
    price = MoneyOut()
    before = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    delivery = serializers.SerializerMethodField()
    available = serializers.IntegerField()
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Listing
        fields = (
            "id",
            "work",
            "edition",
            "seller",
            "condition",
            "condition_label",
            "jacket",
            "defects",
            "signed",
            "inscribed",
            "first_edition",
            "rare",
            "print_on_demand",
            "notes",
            "price",
            "before",
            "delivery",
            "total",
            "available",
            "photos",
            "listed_at",
        )

    @extend_schema_field(MoneyOut(allow_null=True))
    def get_before(self, listing: Listing) -> Any:
        before = offer_of(listing).before
        return MoneyOut(before).data if before else None

    @extend_schema_field(PhotoOut(many=True))
    def get_photos(self, listing: Listing) -> Any:
        return PhotoOut(offer_of(listing).photos, many=True).data

    @extend_schema_field(MoneyOut(allow_null=True))
    def get_total(self, listing: Listing) -> Any:
        total = offer_of(listing).total
        return MoneyOut(total).data if total else None

    @extend_schema_field(DeliveryOut(allow_null=True))
    def get_delivery(self, listing: Listing) -> Any:
        rate: dict[str, Any] | None = listing.delivery  # type: ignore[attr-defined]  # annotated
        if rate is None:
            return None
        return DeliveryOut({**rate, "currency": listing.currency}).data


class WorkDetailOut(Plain):
    """A work with its editions (up to 40) and copies (the 50 cheapest delivered to your country).

    More copies: `listings/?work=<slug>`.
    """

    slug = serializers.SlugField(source="work.slug")
    title = serializers.CharField(source="work.title")
    subtitle = serializers.CharField(source="work.subtitle", allow_blank=True)
    author_line = serializers.CharField(source="work.author_line", allow_blank=True)
    original_title = serializers.CharField(source="work.original_title", allow_blank=True)
    original_language = serializers.CharField(source="work.original_language")
    first_published = serializers.IntegerField(source="work.first_published", allow_null=True)
    first_published_circa = serializers.BooleanField(source="work.first_published_circa")
    description = serializers.CharField(source="work.description", allow_blank=True)
    first_lines = serializers.CharField(source="work.first_lines", allow_blank=True)
    cover = CoverOut(source="work.picture", allow_null=True)
    rating = RatingOut(source="work")
    people = serializers.SerializerMethodField()
    subjects = SubjectRefOut(many=True)
    series = SeriesEntryOut(many=True)
    from_price = MoneyOut(allow_null=True)
    copies = serializers.IntegerField()
    editions = serializers.SerializerMethodField()
    listings = serializers.SerializerMethodField()

    @extend_schema_field(CreditOut(many=True))
    def get_people(self, page: BookPage) -> Any:
        return CreditOut([*page.authors, *page.helpers], many=True).data

    @extend_schema_field(EditionOut(many=True))
    def get_editions(self, page: BookPage) -> Any:
        rows = [row.edition for row in page.editions]
        for edition, row in zip(rows, page.editions, strict=True):
            edition.work = page.work
            edition.copies = row.copies  # type: ignore[attr-defined]  # as collections.editions annotates
            edition.isbns = row.isbn_digits  # type: ignore[attr-defined]  # likewise
        return EditionOut(rows, many=True).data

    @extend_schema_field(ListingOut(many=True))
    def get_listings(self, page: BookPage) -> Any:
        rows = [offer.listing for offer in page.offers.items]
        return ListingOut(rows, many=True).data


class PersonOut(serializers.ModelSerializer[Person]):
    """Somebody who wrote, translated, illustrated or edited. Their works: `works/?person=<slug>`."""

    class Meta:
        model = Person
        fields = ("slug", "name", "sort_name", "native_name", "other_names", "born", "died", "bio")


class SubjectOut(serializers.ModelSerializer[Subject]):
    """A subject. `scheme` is ONIX code list 27; 24 is this shop's own shelves."""

    parent = serializers.SlugField(  # type: ignore[assignment]  # a field, not the serializer's own
        source="parent.slug", default=None, allow_null=True
    )

    class Meta:
        model = Subject
        fields = ("slug", "name", "scheme", "code", "description", "parent")


class ReturnsOut(Plain):
    """How a shop takes copies back. `postage`: who pays to send one back that is as described."""

    days = serializers.IntegerField(source="return_days", help_text="0: not at all")
    postage = serializers.ChoiceField(choices=ReturnPostage.choices, source="return_postage")
    words = serializers.CharField(source="return_words", allow_blank=True)


class ShopOut(serializers.ModelSerializer[Seller]):
    """A shop. Its copies: `listings/?seller=<slug>`. Consumer law does not apply to a `private` one."""

    country = serializers.CharField(source="country.code")
    picture = PictureOut(allow_null=True)
    minimum = MoneyOut(help_text="The least that the books of a parcel come to")
    returns = ReturnsOut(source="*")
    rating = RatingOut(source="*")
    is_closed = serializers.BooleanField(source="is_closed_now", help_text="On holiday today")

    class Meta:
        model = Seller
        fields = (
            "slug",
            "name",
            "kind",
            "keeper",
            "tagline",
            "place",
            "country",
            "paint",
            "since",
            "rating",
            "dispatch_days",
            "return_days",
            "returns",
            "minimum",
            "picture",
            "is_closed",
            "closed_from",
            "closed_to",
            "closure_note",
        )


class RateOut(serializers.ModelSerializer[DeliveryRate]):
    """A delivery service of a shop. By the `item`: the first book, and each further one in the parcel.

    By `weight`: what weighs up to `first_g` grams, and each further `further_g` that are begun.
    """

    first = serializers.SerializerMethodField()
    further = serializers.SerializerMethodField()
    first_g = serializers.SerializerMethodField()
    further_g = serializers.SerializerMethodField()
    days = DaysOut(source="*")

    class Meta:
        model = DeliveryRate
        fields = ("service", "basis", "first", "further", "first_g", "further_g", "days")

    def get_first_g(self, rate: DeliveryRate) -> int | None:
        """Return the first weight; null for a rate by the book."""
        return rate.first_g if rate.by_weight else None

    def get_further_g(self, rate: DeliveryRate) -> int | None:
        """Return each further weight; null for a rate by the book."""
        return rate.further_g if rate.by_weight else None

    @extend_schema_field(MoneyOut)
    def get_first(self, rate: DeliveryRate) -> Any:
        return MoneyOut(Money(rate.first_minor, rate.currency)).data

    @extend_schema_field(MoneyOut)
    def get_further(self, rate: DeliveryRate) -> Any:
        return MoneyOut(Money(rate.further_minor, rate.currency)).data


class StandingOut(serializers.ModelSerializer[SellerStanding]):
    """How the shop kept its word in the `days` before `as_of`: rates in percent, and their counts."""

    completion = serializers.IntegerField(allow_null=True, help_text="Orders kept, in percent")
    on_time = serializers.IntegerField(allow_null=True, help_text="Posted in time, in percent")

    class Meta:
        model = SellerStanding
        fields = (
            "days",
            "as_of",
            "completion",
            "on_time",
            "answer_minutes",
            "orders",
            "cancelled",
            "due",
            "in_time",
            "claims",
            "questions",
            "answered",
        )


class ShopDetailOut(ShopOut):
    """A shop with its story, who answers for it, and what it charges to post to your country."""

    delivery = RateOut(many=True)
    standing = StandingOut(allow_null=True, help_text="Null while there are fewer than five orders")

    class Meta(ShopOut.Meta):
        fields = (  # type: ignore[assignment]  # longer
            *ShopOut.Meta.fields,
            "story",
            "hours",
            "street",
            "postcode",
            "email",
            "register_number",
            "vat_number",
            "delivery",
            "standing",
        )


# --- Search ----------------------------------------------------------------------------------
class HitOut(Plain):
    """A work found. Prices and `copies` are of the copies that meet the filters, delivered."""

    slug = serializers.SlugField(source="card.work.slug")
    title = serializers.CharField(source="card.work.title")
    subtitle = serializers.CharField(source="card.work.subtitle", allow_blank=True)
    author_line = serializers.CharField(source="card.work.author_line", allow_blank=True)
    first_published = serializers.IntegerField(source="card.work.first_published", allow_null=True)
    cover = CoverOut(source="card.work.picture", allow_null=True)
    rating = RatingOut(source="card.work")
    from_price = MoneyOut(source="card.from_price", allow_null=True)
    copies = serializers.IntegerField(source="card.copies")
    new_from = MoneyOut(allow_null=True)
    used_from = MoneyOut(allow_null=True)
    rare_from = MoneyOut(allow_null=True)


class FacetValueOut(Plain):
    """A value of a filter, with the copies it would bring."""

    value = serializers.CharField()
    copies = serializers.IntegerField()


class FacetOut(Plain):
    """A filter with its values."""

    name = serializers.CharField()
    values = FacetValueOut(many=True)


class SubjectCountOut(Plain):
    """A subject with the copies it would bring. `parent` is a slug."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    parent = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # as above
    scheme = serializers.CharField(help_text="ONIX code list 27: 24 the shop's shelves, 93 Thema")
    copies = serializers.IntegerField()


class LandmarkOut(Plain):
    """A person, shop, series or subject that is called just what was typed."""

    kind = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.SlugField()


class SearchOut(Plain):
    """A page of works found.

    `corrected` holds what was searched for instead of misspelt words, `meant` what may have been
    meant by words that were to be `exact`. `too_broad`: the search took too long and was stopped.
    """

    results = HitOut(many=True, source="hits")
    works = serializers.IntegerField()
    more = serializers.BooleanField(help_text="There are more works than were counted")
    copies = serializers.IntegerField()
    sellers = serializers.IntegerField()
    about = serializers.BooleanField(
        help_text="Counts other than `works` are estimates, worked out from a sample"
    )
    page = serializers.IntegerField(source="query.page")
    pages = serializers.IntegerField()
    corrected = serializers.CharField(allow_blank=True)
    meant = serializers.CharField(allow_blank=True)
    too_broad = serializers.BooleanField()
    landmark = LandmarkOut(allow_null=True)
    facets = serializers.SerializerMethodField()
    subjects = SubjectCountOut(many=True)

    @extend_schema_field(FacetOut(many=True))
    def get_facets(self, results: Results) -> Any:
        facets: dict[str, list[dict[str, Any]]] = {}
        for (name, value), copies in results.counts.items():
            facets.setdefault(name, []).append({"value": str(value), "copies": copies})
        rows = [{"name": name, "values": values} for name, values in facets.items()]
        return FacetOut(rows, many=True).data


class SuggestedBookOut(Plain):
    """A work, with its lowest price delivered to your country."""

    slug = serializers.SlugField(source="work.slug")
    title = serializers.CharField(source="work.title")
    author_line = serializers.CharField(source="work.author_line", allow_blank=True)
    from_price = MoneyOut(allow_null=True)
    copies = serializers.IntegerField()


class NamedOut(Plain):
    """A person (`author`), their first editions (`first`), a `series`, or a `shop`."""

    kind = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.SlugField()
    copies = serializers.IntegerField()
    more = serializers.BooleanField(help_text="There are more copies than were counted")


class SuggestOut(Plain):
    """At most six suggestions."""

    books = SuggestedBookOut(many=True)
    named = NamedOut(many=True)
