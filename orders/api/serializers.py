"""What orders' endpoints take and give."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import PostalAddressIn
from books4all.lib.api import problems
from books4all.lib.api.serializers import MoneyOut, StrictSerializer
from books4all.lib.money import Money
from catalog.api.serializers import DaysOut, SellerRefOut, WorkRefOut
from catalog.constants import Condition, Service
from orders.api.after_serializers import CancelRequestOut, EventOut, PostageOut
from orders.constants import (
    OrderStatus,
    ParcelStatus,
    PaymentStatus,
    RefundStatus,
    RefusalReason,
    SellerOrderStatus,
    TaxRemitter,
    TaxScheme,
)
from orders.models import Order, Refusal, SellerOrder, Shipment
from orders.payments import offered_providers
from orders.selectors.baskets import BasketView
from orders.selectors.cancelling import cancelling, wish
from orders.selectors.frozen_tax import frozen_lines
from orders.selectors.quotes import Applied, Problem, Quote
from orders.selectors.sums import order_tax_lines, tax_of
from orders.selectors.timeline import Reader, history

Plain = serializers.Serializer[Any]
MOST_COPIES = 999


# --- Input -----------------------------------------------------------------------------------
class LineIn(StrictSerializer):
    """Copies to put in the basket."""

    listing = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_COPIES, default=1)


class QuantityIn(StrictSerializer):
    """How many copies are wanted."""

    quantity = serializers.IntegerField(min_value=1, max_value=MOST_COPIES)


class DeliveryIn(StrictSerializer):
    """The speed of one shop's parcel."""

    seller = serializers.SlugField(help_text="Slug of a shop with books in the basket")
    service = serializers.ChoiceField(choices=Service.choices)


class CodeIn(Plain):
    """The code of a promotion or a gift card."""

    code = serializers.CharField(max_length=60)


class CheckoutIn(StrictSerializer):
    """Where to, who, and the total that was shown: if it has moved, nothing is ordered (409)."""

    email = serializers.EmailField(max_length=254)
    address = PostalAddressIn()
    expected_total_minor = serializers.IntegerField(min_value=1, max_value=2**53)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE, help_text="Of the mails"
    )
    payment_method = serializers.CharField(
        max_length=20,
        default="",
        allow_blank=True,
        help_text="A `code` of the basket's `payment_methods`; empty for the usual one",
    )


# --- Basket ----------------------------------------------------------------------------------
class LineOut(Plain):
    """Copies in the basket. `quantity` can be had of the `wanted`; `problems` says what is wrong."""

    id = serializers.UUIDField(source="pk", allow_null=True)
    listing = serializers.IntegerField(source="listing.pk")
    work = WorkRefOut()
    title = serializers.CharField()
    condition = serializers.ChoiceField(choices=Condition.choices, source="listing.condition")
    wanted = serializers.IntegerField()
    quantity = serializers.IntegerField()
    available = serializers.IntegerField(source="most")
    unit_price = MoneyOut(source="unit")
    price = MoneyOut()
    problems = serializers.ListField(
        child=serializers.ChoiceField(choices=[problem.value for problem in Problem])
    )


class ServiceOut(Plain):
    """A speed of delivery. `by` is the last day it may take."""

    service = serializers.ChoiceField(choices=Service.choices, source="code")
    name = serializers.CharField()
    price = MoneyOut(source="cost")
    days = DaysOut(source="*")
    by = serializers.DateField()
    chosen = serializers.BooleanField(source="selected")


class TaxLineOut(Plain):
    """The tax of one rate. `net` is what it is on: with the tax in it, unless it is `added`."""

    country = serializers.CharField(help_text="Whose tax it is (ISO 3166)")
    rate = serializers.IntegerField(source="bp", help_text="Hundredths of a percent: 700 is 7%")
    remitter = serializers.ChoiceField(choices=TaxRemitter.choices)
    net = MoneyOut()
    tax = MoneyOut()
    added = serializers.BooleanField(help_text="On top of the prices, not within them")


class DiscountOut(Plain):
    """What is taken off, and why."""

    code = serializers.CharField(source="discount.code")
    name = serializers.CharField(source="discount.name")
    amount = serializers.SerializerMethodField()

    @extend_schema_field(MoneyOut)
    def get_amount(self, applied: Applied) -> Any:
        """Show all that it takes off."""
        return MoneyOut(Money(applied.minor, settings.MARKETPLACE_CURRENCY)).data


class ParcelOut(Plain):
    """What one shop posts."""

    seller = SellerRefOut()
    lines = LineOut(many=True)
    services = ServiceOut(many=True)
    items = MoneyOut()
    delivery = MoneyOut()
    discount = MoneyOut()
    tax = MoneyOut(help_text="All tax that is shown, within the total")
    total = MoneyOut()
    minimum = MoneyOut(source="seller.minimum", help_text="The shop's smallest order, of books")
    missing = MoneyOut(help_text="What the books fall short of it")
    problems = serializers.ListField(
        child=serializers.ChoiceField(choices=[problem.value for problem in Problem])
    )


class CodeOut(Plain):
    """A code that was typed: what it takes off or pays, or why nothing."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="label")
    amount = MoneyOut()
    is_gift_card = serializers.BooleanField()
    problem = serializers.CharField(allow_blank=True)


class QuoteOut(Plain):
    """What a basket costs, delivered to `country`. `to_pay` is what gift cards leave of the total."""

    country = serializers.CharField()
    parcels = ParcelOut(many=True)
    copies = serializers.IntegerField(source="count")
    items = MoneyOut()
    delivery = MoneyOut()
    discount = MoneyOut()
    discounts = DiscountOut(many=True)
    tax = MoneyOut(help_text="All tax that is shown, within the total")
    tax_added = MoneyOut(help_text="Of it: on top of the prices")
    tax_lines = TaxLineOut(many=True)
    margin_scheme = serializers.BooleanField(help_text="Whether second-hand books are under it")
    total = MoneyOut()
    codes = CodeOut(many=True)
    gift = MoneyOut(help_text="Paid by gift cards")
    to_pay = MoneyOut()
    can_be_ordered = serializers.BooleanField()


class WaitingOut(Plain):
    """An order of this basket that waits for its payment."""

    number = serializers.CharField()
    token = serializers.CharField()
    total = MoneyOut()
    page_url = serializers.CharField(source="payment.page_url", allow_blank=True)


class PaymentMethodOut(Plain):
    """A way to pay."""

    code = serializers.CharField(source="name")
    name = serializers.CharField(source="title")
    detail = serializers.CharField(source="explain")


class BasketOut(Plain):
    """A basket. `token` is its key for visitors (send it as `X-Basket-Token`); null for users."""

    token = serializers.SerializerMethodField()
    quote = QuoteOut()
    waiting = WaitingOut(allow_null=True)
    payment_methods = serializers.SerializerMethodField()

    @extend_schema_field(PaymentMethodOut(many=True))
    def get_payment_methods(self, view: BasketView) -> Any:
        """Show the ways to pay, the usual one first."""
        del view
        return PaymentMethodOut(offered_providers(), many=True).data

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_token(self, view: BasketView) -> Any:
        """Show the token of a visitor's basket; a user's needs none."""
        basket = view.basket
        return basket.token if basket and basket.user_id is None else None


# --- Orders ----------------------------------------------------------------------------------
class PaymentOut(Plain):
    """The payment. Send the buyer to `page_url`; it comes back to the order's page."""

    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    amount = MoneyOut()
    page_url = serializers.CharField(allow_blank=True)


class OrderLineOut(Plain):
    """Copies that were bought, as they were described; how many of them are posted and refused."""

    id = serializers.UUIDField(source="pk")
    listing = serializers.IntegerField(source="listing_id")
    work = WorkRefOut(source="listing.edition.work")
    title = serializers.CharField()
    author_line = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    condition = serializers.ChoiceField(choices=Condition.choices)
    quantity = serializers.IntegerField()
    posted = serializers.IntegerField()
    refused = serializers.IntegerField()
    unit_price = MoneyOut(source="unit")
    price = MoneyOut(source="total")
    discount = MoneyOut(help_text="Taken off the price")
    tax = MoneyOut(help_text="Within what was paid")
    tax_rate = serializers.IntegerField(source="tax_bp", help_text="Hundredths of a percent")
    tax_scheme = serializers.ChoiceField(choices=TaxScheme.choices)


class CopiesOut(Plain):
    """Copies of one line."""

    line = serializers.UUIDField(source="order_line_id")
    title = serializers.CharField(source="order_line.title")
    quantity = serializers.IntegerField()


class ShipmentOut(serializers.ModelSerializer[Shipment]):
    """A parcel on its way, and what is in it."""

    tracking_status = serializers.ChoiceField(choices=ParcelStatus.choices)
    lines = CopiesOut(many=True)

    class Meta:
        model = Shipment
        fields = (
            "id",
            "carrier",
            "tracking_number",
            "tracking_url",
            "shipped_at",
            "delivered_at",
            "tracking_status",
            "lines",
        )


class RefusalOut(serializers.ModelSerializer[Refusal]):
    """Copies that the shop can't send, and what is given back for them."""

    reason = serializers.ChoiceField(choices=RefusalReason.choices)
    why = serializers.CharField(help_text="The reason in words")
    refund = MoneyOut(source="amount")
    refund_status = serializers.ChoiceField(choices=RefundStatus.choices, source="refund.status")
    lines = CopiesOut(many=True)

    class Meta:
        model = Refusal
        fields = ("id", "reason", "why", "refund", "refund_status", "created_at", "lines")


class SellerOrderOut(Plain):
    """One shop's part of an order. `act_by` is when whoever has to act next is late.

    `cancelling` is what the buyer may do now: `cancel`, `ask` the shop, or (asked already, too late) nothing.
    """

    id = serializers.UUIDField(source="pk", help_text="What the actions on a parcel call `part`")
    seller = SellerRefOut()
    status = serializers.ChoiceField(choices=SellerOrderStatus.choices)
    service = serializers.ChoiceField(choices=Service.choices)
    days = DaysOut(source="*")
    lines = serializers.SerializerMethodField()
    shipments = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField()
    cancel_reason = serializers.CharField(allow_blank=True)
    act_by = serializers.DateTimeField(allow_null=True)
    cancelling = serializers.SerializerMethodField()
    cancel_request = serializers.SerializerMethodField()
    extra_postages = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()
    items = MoneyOut()
    delivery = MoneyOut()
    discount = MoneyOut()
    tax_lines = serializers.SerializerMethodField()
    extra_postage = MoneyOut(source="extra", help_text="Paid on top of the total")
    total = MoneyOut()

    @extend_schema_field(serializers.ChoiceField(choices=["cancel", "ask", "asked", ""]))
    def get_cancelling(self, seller_order: SellerOrder) -> Any:
        """Say what the buyer may do who does not want it any more."""
        return cancelling(seller_order).value

    @extend_schema_field(CancelRequestOut(allow_null=True))
    def get_cancel_request(self, seller_order: SellerOrder) -> Any:
        """Show the buyer's wish to cancel."""
        asked = wish(seller_order)
        return CancelRequestOut(asked).data if asked else None

    @extend_schema_field(PostageOut(many=True))
    def get_extra_postages(self, seller_order: SellerOrder) -> Any:
        """Show what the shop has asked for."""
        return PostageOut(seller_order.extra_postages.all(), many=True).data

    @extend_schema_field(EventOut(many=True))
    def get_history(self, seller_order: SellerOrder) -> Any:
        """Tell what has happened, as far as it is the buyer's matter."""
        events = seller_order.order.events.all()
        return EventOut(history(events, Reader.BUYER, part=seller_order), many=True).data

    @extend_schema_field(OrderLineOut(many=True))
    def get_lines(self, seller_order: SellerOrder) -> Any:
        """Show what is in the parcel."""
        return OrderLineOut(seller_order.lines.all(), many=True).data

    @extend_schema_field(ShipmentOut(many=True))
    def get_shipments(self, seller_order: SellerOrder) -> Any:
        """Show the parcels."""
        return ShipmentOut(seller_order.shipments.all(), many=True).data

    @extend_schema_field(RefusalOut(many=True))
    def get_refusals(self, seller_order: SellerOrder) -> Any:
        """Show what can't be sent."""
        return RefusalOut(seller_order.refusals.all(), many=True).data

    @extend_schema_field(TaxLineOut(many=True))
    def get_tax_lines(self, seller_order: SellerOrder) -> Any:
        """Show the tax, rate by rate."""
        return TaxLineOut(frozen_lines(seller_order), many=True).data


class PostalAddressOut(Plain):
    """Where an order goes."""

    full_name = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    region = serializers.CharField(allow_blank=True)
    postcode = serializers.CharField(allow_blank=True)
    country = serializers.CharField(source="country.code")
    phone = serializers.CharField(allow_blank=True)


class OrderOut(serializers.ModelSerializer[Order]):
    """An order. Whoever has `token` can read it without signing in: orders/track/{token}/."""

    status = serializers.ChoiceField(choices=OrderStatus.choices)
    address = PostalAddressOut(source="*")
    payment = PaymentOut()
    parcels = serializers.SerializerMethodField()
    items = MoneyOut()
    delivery = MoneyOut()
    discount = MoneyOut()
    tax = serializers.SerializerMethodField()
    tax_added = MoneyOut()
    tax_lines = serializers.SerializerMethodField()
    total = MoneyOut()

    class Meta:
        model = Order
        fields = (
            "number",
            "token",
            "status",
            "email",
            "address",
            "created_at",
            "placed_at",
            "payment",
            "parcels",
            "items",
            "delivery",
            "discount",
            "tax",
            "tax_added",
            "tax_lines",
            "total",
        )

    @extend_schema_field(MoneyOut)
    def get_tax(self, order: Order) -> Any:
        """Show all tax that is shown, within the total."""
        lines = order_tax_lines(order.seller_orders.all(), order.currency)
        return MoneyOut(tax_of(lines, order.currency)).data

    @extend_schema_field(TaxLineOut(many=True))
    def get_tax_lines(self, order: Order) -> Any:
        """Show the tax, rate by rate."""
        lines = order_tax_lines(order.seller_orders.all(), order.currency)
        return TaxLineOut(lines, many=True).data

    @extend_schema_field(SellerOrderOut(many=True))
    def get_parcels(self, order: Order) -> Any:
        """Show each shop's part."""
        return SellerOrderOut(order.seller_orders.all(), many=True).data


class SellerOrderRowOut(Plain):
    """One shop's part of an order, in few words."""

    seller = serializers.CharField(source="seller.name")
    status = serializers.ChoiceField(choices=SellerOrderStatus.choices)


class OrderRowOut(serializers.ModelSerializer[Order]):
    """An order in a list."""

    parcels = SellerOrderRowOut(source="seller_orders", many=True)
    total = MoneyOut()

    class Meta:
        model = Order
        fields = ("number", "status", "placed_at", "total", "parcels")


# --- What errors carry -----------------------------------------------------------------------
@problems.represent.register(Quote)
def _quote(value: Quote) -> Any:
    return QuoteOut(value).data


@problems.represent.register(Order)
def _order(value: Order) -> Any:
    return WaitingOut(value).data
