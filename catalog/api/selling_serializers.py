"""What goes over the wire about a shop's own stock. Shoppers get ``serializers.ListingOut``."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import MoneyOut, ProblemErrorOut, StrictSerializer
from books4all.lib.money import Money
from catalog.api.serializers import EditionRefOut, PhotoOut, WorkRefOut
from catalog.constants import Condition, CoverStatus, Defect, Form, Jacket, ListingStatus
from catalog.models import Listing, ListingPhoto
from catalog.selectors.shop_stock import NEEDS
from catalog.services.copies import MOST_CATEGORIES, MOST_COPIES
from catalog.services.skus import LONGEST

MOST_ROWS = 500
# States that a seller sets; "sold" follows from the stock, "blocked" is staff's.
SET_BY_SELLER = (ListingStatus.ACTIVE, ListingStatus.PAUSED, ListingStatus.WITHDRAWN)


class MoneyIn(StrictSerializer):
    """An amount in minor units of the marketplace's currency."""

    amount_minor = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    currency = serializers.CharField(max_length=3, help_text="ISO 4217")

    def validate_currency(self, value: str) -> str:
        """Take the marketplace's own currency only."""
        if value != settings.MARKETPLACE_CURRENCY:
            message = _("Prices here are in %(currency)s.")
            raise serializers.ValidationError(message % {"currency": settings.MARKETPLACE_CURRENCY})
        return value


class StockQuery(PageQuery):
    """Which of a shop's copies."""

    status = serializers.ChoiceField(
        choices=ListingStatus.choices, required=False, default="", help_text="State"
    )
    condition = serializers.ChoiceField(choices=Condition.choices, required=False, default="")
    need = serializers.ChoiceField(
        choices=list(NEEDS.items()), required=False, default="", help_text="What needs care"
    )
    category = serializers.CharField(required=False, default="", max_length=100)
    shelf = serializers.CharField(required=False, default="", max_length=40)
    q = serializers.CharField(
        required=False,
        default="",
        max_length=100,
        help_text="Words, an ISBN, or the start of a SKU",
    )
    updated_since = serializers.DateTimeField(
        required=False,
        default=None,
        help_text="Changed at this moment or later, the one changed first in front",
    )


class CopyFields(StrictSerializer):
    """What a seller says of a copy."""

    condition = serializers.ChoiceField(choices=Condition.choices)
    jacket = serializers.ChoiceField(choices=Jacket.choices, allow_blank=True)
    defects = serializers.ListField(
        child=serializers.ChoiceField(choices=Defect.choices), max_length=len(Defect)
    )
    signed = serializers.BooleanField()
    inscribed = serializers.BooleanField()
    first_edition = serializers.BooleanField()
    rare = serializers.BooleanField()
    print_on_demand = serializers.BooleanField()
    notes = serializers.CharField(max_length=4000, allow_blank=True)
    private_notes = serializers.CharField(max_length=4000, allow_blank=True)
    shelf = serializers.CharField(max_length=40, allow_blank=True)
    edition_text = serializers.CharField(max_length=120, allow_blank=True)
    printing = serializers.CharField(max_length=60, allow_blank=True)
    keywords = serializers.CharField(max_length=500, allow_blank=True)
    categories = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=MOST_CATEGORIES
    )
    weight_g = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True)
    cost = MoneyIn(allow_null=True)
    price = MoneyIn()
    quantity = serializers.IntegerField(min_value=0, max_value=MOST_COPIES)
    sku = serializers.CharField(max_length=LONGEST)

    # What must be there of a new copy; the rest may be left out.
    needed: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, Any]:
        """Ask for no more than what is ``needed``."""
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name in self.needed
        return fields


class BookIn(StrictSerializer):
    """A book that the catalogue may not have, as its title page has it."""

    title = serializers.CharField(max_length=500)
    subtitle = serializers.CharField(max_length=500, required=False, allow_blank=True)
    authors = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=20
    )
    publisher = serializers.CharField(max_length=200, required=False, allow_blank=True)
    place = serializers.CharField(max_length=120, required=False, allow_blank=True)
    published = serializers.CharField(
        max_length=10, required=False, allow_blank=True, help_text="1871, 1871-12 or 1871-12-01"
    )
    form = serializers.ChoiceField(choices=Form.choices, required=False)
    language = serializers.CharField(max_length=3, required=False, help_text="ISO 639-2/B")
    pages = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    statement = serializers.CharField(max_length=120, required=False, allow_blank=True)
    isbn = serializers.CharField(max_length=30, required=False, allow_blank=True)


class CopyIn(CopyFields):
    """A new copy, of an `edition` by its id, of one by its `isbn`, or of a `book` described here.

    Without `sku` the shop's next number is given. `status` is "active" (the usual) or "draft".
    """

    needed = ("condition", "price")

    edition = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    isbn = serializers.CharField(max_length=30)
    book = BookIn()
    status = serializers.ChoiceField(choices=[ListingStatus.ACTIVE, ListingStatus.DRAFT])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Want one way to tell the book."""
        if len({"edition", "isbn", "book"} & attrs.keys()) != 1:
            raise serializers.ValidationError(_("Name the book by one of edition, isbn and book."))
        return attrs


class CopyPatch(CopyFields):
    """What is to change of a copy. `status` moves it on sale and off."""

    status = serializers.ChoiceField(choices=SET_BY_SELLER)


class DeltaRowIn(StrictSerializer):
    """A copy by its SKU, with what it is now. A SKU that is new needs `condition` and `isbn` or `edition`."""

    sku = serializers.CharField(max_length=LONGEST)
    price = MoneyIn(required=False)
    quantity = serializers.IntegerField(min_value=0, max_value=MOST_COPIES, required=False)
    status = serializers.ChoiceField(choices=SET_BY_SELLER, required=False)
    condition = serializers.ChoiceField(choices=Condition.choices, required=False)
    notes = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    edition = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    isbn = serializers.CharField(max_length=30, required=False)


class DeltaIn(StrictSerializer):
    """Up to 500 rows; each SKU once. Rows are judged one by one: a wrong one stops no other."""

    rows = serializers.ListField(
        child=serializers.JSONField(), allow_empty=False, max_length=MOST_ROWS
    )


class DeltaRowOut(serializers.Serializer[Any]):
    """What became of a row: created, updated, unchanged or refused."""

    row = serializers.IntegerField(help_text="Its place in what was sent, from 0")
    sku = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["created", "updated", "unchanged", "refused"])
    id = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_blank=True, help_text="Why it was refused: stable")
    detail = serializers.CharField(allow_blank=True, help_text="The same for people")
    errors = ProblemErrorOut(many=True)  # type: ignore[assignment]  # a field all the same


class DeltaOut(serializers.Serializer[Any]):
    """The rows in the order in which they were sent."""

    rows = DeltaRowOut(many=True)


class PhotoIn(StrictSerializer):
    """A photograph as a file of a multipart form."""

    file = serializers.FileField(help_text="JPEG, PNG, WebP, AVIF or GIF, at most 10 MB")
    alt = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class PhotoOrderIn(StrictSerializer):
    """The ids of a copy's photographs in the order in which they are to stand."""

    order = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=50
    )


class OwnPhotoOut(serializers.ModelSerializer[ListingPhoto]):
    """A photograph: `picture` once it is ready; `reason` says why one was refused."""

    status = serializers.ChoiceField(choices=CoverStatus.choices)
    picture = PhotoOut(allow_null=True)

    class Meta:
        model = ListingPhoto
        fields = ("id", "position", "status", "reason", "alt", "picture")


class OwnPhotosOut(serializers.Serializer[Any]):
    """The photographs of a copy in their order."""

    photos = OwnPhotoOut(many=True)


class StockListingOut(serializers.ModelSerializer[Listing]):
    """A copy as its shop sees it."""

    work = WorkRefOut(source="edition.work")
    edition = EditionRefOut()
    price = MoneyOut()
    cost = serializers.SerializerMethodField()
    available = serializers.IntegerField()

    class Meta:
        model = Listing
        fields = (
            "id", "sku", "status", "work", "edition", "condition", "jacket", "defects", "signed",
            "inscribed", "first_edition", "rare", "print_on_demand", "notes", "private_notes",
            "shelf", "edition_text", "printing", "keywords", "categories", "weight_g", "cost",
            "price", "on_hand", "held", "available", "listed_at", "created_at", "updated_at",
        )  # fmt: skip

    @extend_schema_field(MoneyOut(allow_null=True))
    def get_cost(self, listing: Listing) -> Any:
        if listing.cost_minor is None:
            return None
        return MoneyOut(Money(listing.cost_minor, listing.currency)).data
