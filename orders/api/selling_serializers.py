"""What the seller's endpoints of orders take and give."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import MoneyOut, StrictSerializer
from books4all.lib.carriers import check_number, tracking_page
from books4all.lib.postal import label_lines
from catalog.constants import Condition, Service
from orders.api.after_serializers import CancelRequestOut, PostageOut
from orders.api.serializers import PostalAddressOut, RefusalOut, ShipmentOut, TaxLineOut
from orders.constants import SHOP_REASONS, SellerOrderStatus
from orders.models import SellerOrder
from orders.selectors.cancelling import wish
from orders.selectors.deadlines import post_by
from orders.selectors.documents import LabelFormat
from orders.selectors.frozen_tax import frozen_lines
from orders.selectors.postage import days_stood_still
from orders.selectors.seller_orders import MOST, WAITING_TABS, Tab
from orders.selectors.sold_money import money_of

Plain = serializers.Serializer[Any]
_PAID = [
    choice
    for choice in SellerOrderStatus.choices
    if choice[0] not in (SellerOrderStatus.PENDING, SellerOrderStatus.EXPIRED)
]


# --- Input -----------------------------------------------------------------------------------
class OrdersQuery(PageQuery):
    """Which of the shop's orders. `updated_since` is for polling: changed then or later."""

    status = serializers.ChoiceField(choices=_PAID, required=False, default="")
    updated_since = serializers.DateTimeField(required=False, default=None)


class CopiesIn(StrictSerializer):
    """Copies of one line of the order."""

    line = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=999)


class _SomeCopiesIn(StrictSerializer):
    """Which copies; all that are left, without any named."""

    lines = serializers.ListField(child=CopiesIn(), required=False, default=list, max_length=500)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a line that is named twice."""
        if len({line["line"] for line in lines}) < len(lines):
            raise serializers.ValidationError("Name each line once.")
        return lines


class ShipmentIn(_SomeCopiesIn):
    """A parcel. Of carriers that we know the tracking page is worked out."""

    carrier = serializers.CharField(max_length=80)
    tracking_number = serializers.CharField(
        max_length=60, required=False, default="", allow_blank=True
    )
    tracking_url = serializers.URLField(
        max_length=200, required=False, default="", allow_blank=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the number against the carrier's kind."""
        try:
            number = check_number(attrs["carrier"], attrs["tracking_number"])
        except ValueError as error:
            raise serializers.ValidationError({"tracking_number": [str(error)]}) from error
        page = attrs["tracking_url"] or tracking_page(attrs["carrier"], number)
        return {**attrs, "tracking_number": number, "tracking_url": page}


class RefusalIn(_SomeCopiesIn):
    """Copies that can't be sent. `words` are read by the buyer; the reason `other` needs some."""

    reason = serializers.ChoiceField(choices=SHOP_REASONS)
    words = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)
    restock = serializers.BooleanField(
        required=False, default=False, help_text="Put these copies back on sale"
    )


class DocumentQuery(StrictSerializer):
    """Which orders: by their numbers, or all that wait."""

    order = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, default=list, max_length=MOST
    )
    tab = serializers.ChoiceField(
        choices=[tab.value for tab in Tab if tab in WAITING_TABS], required=False, default=""
    )


class LabelsQuery(DocumentQuery):
    """Which orders, and the paper that their labels are printed on."""

    paper = serializers.ChoiceField(
        choices=LabelFormat.choices, required=False, default=LabelFormat.A4_8.value
    )
    start = serializers.IntegerField(
        min_value=1, max_value=21, required=False, default=1, help_text="First free label"
    )


# --- Output ----------------------------------------------------------------------------------
class SoldLineOut(Plain):
    """Copies that were sold: what to fetch, and from where."""

    id = serializers.UUIDField(source="pk")
    listing = serializers.IntegerField(source="listing_id")
    sku = serializers.CharField()
    shelf = serializers.CharField(source="listing.shelf", allow_blank=True)
    title = serializers.CharField()
    author_line = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    condition = serializers.ChoiceField(choices=Condition.choices)
    quantity = serializers.IntegerField()
    posted = serializers.IntegerField()
    refused = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Neither posted nor refused")
    unit_price = MoneyOut(source="unit")
    price = MoneyOut(source="total")


class SoldOrderOut(Plain):
    """The shop's part of an order. `post_by` is the last day for posting."""

    id = serializers.UUIDField(help_text="What messages call `seller_order`")
    number = serializers.CharField(source="order.number")
    status = serializers.ChoiceField(choices=_PAID)
    service = serializers.ChoiceField(choices=Service.choices)
    placed_at = serializers.DateTimeField(source="order.placed_at")
    updated_at = serializers.DateTimeField()
    post_by = serializers.SerializerMethodField()
    address = PostalAddressOut(source="order")
    label = serializers.SerializerMethodField(  # type: ignore[assignment]  # a field all the same
        help_text="The address as it goes on a label"
    )
    lines = serializers.SerializerMethodField()
    shipments = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField()
    act_by = serializers.DateTimeField(
        allow_null=True, help_text="When whoever has to act next is late (UTC)"
    )
    cancel_request = serializers.SerializerMethodField()
    extra_postages = serializers.SerializerMethodField()
    items = MoneyOut()
    delivery = MoneyOut()
    extra_postage = MoneyOut(source="extra", help_text="Paid on top of the total")
    discount = MoneyOut()
    total = MoneyOut(help_text="What the buyer paid")
    tax_lines = serializers.SerializerMethodField()
    commission = serializers.SerializerMethodField()
    commission_tax = serializers.SerializerMethodField()
    yours = serializers.SerializerMethodField(
        help_text="What the shop gets: less commission, the tax on it, and tax that we remit"
    )

    @extend_schema_field(TaxLineOut(many=True))
    def get_tax_lines(self, part: SellerOrder) -> Any:
        """Show the tax, rate by rate."""
        return TaxLineOut(frozen_lines(part), many=True).data

    @extend_schema_field(MoneyOut)
    def get_commission(self, part: SellerOrder) -> Any:
        """Show what the marketplace keeps."""
        return MoneyOut(money_of(part).commission).data

    @extend_schema_field(MoneyOut)
    def get_commission_tax(self, part: SellerOrder) -> Any:
        """Show the tax on it."""
        return MoneyOut(money_of(part).fee_tax).data

    @extend_schema_field(MoneyOut)
    def get_yours(self, part: SellerOrder) -> Any:
        """Show what is left to the shop."""
        return MoneyOut(money_of(part).yours).data

    @extend_schema_field(serializers.DateField())
    def get_post_by(self, part: SellerOrder) -> Any:
        """Work out the last day for posting."""
        paid = part.order.placed_at or timezone.now()
        still = days_stood_still(part.extra_postages.all())
        promised = part.promised_days(self.context["seller"])
        return post_by(paid, promised, stood_still=still).isoformat()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_label(self, part: SellerOrder) -> Any:
        """Lay the address out for its country."""
        return label_lines(part.order, sender_country=str(self.context["seller"].country))

    @extend_schema_field(CancelRequestOut(allow_null=True))
    def get_cancel_request(self, part: SellerOrder) -> Any:
        """Show the buyer's wish to cancel."""
        asked = wish(part)
        return CancelRequestOut(asked).data if asked else None

    @extend_schema_field(PostageOut(many=True))
    def get_extra_postages(self, part: SellerOrder) -> Any:
        """Show what was asked for."""
        return PostageOut(part.extra_postages.all(), many=True).data

    @extend_schema_field(SoldLineOut(many=True))
    def get_lines(self, part: SellerOrder) -> Any:
        """Show what was sold."""
        return SoldLineOut(part.lines.all(), many=True).data

    @extend_schema_field(ShipmentOut(many=True))
    def get_shipments(self, part: SellerOrder) -> Any:
        """Show the parcels."""
        return ShipmentOut(part.shipments.all(), many=True).data

    @extend_schema_field(RefusalOut(many=True))
    def get_refusals(self, part: SellerOrder) -> Any:
        """Show what can't be sent."""
        return RefusalOut(part.refusals.all(), many=True).data
