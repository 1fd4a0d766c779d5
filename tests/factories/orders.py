"""Factories of orders: baskets to buy, and orders that have been paid.

For an order that went through the real checkout, use ``tests.orders.journeys``.
"""

from datetime import date, timedelta
from typing import Any

import factory
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from catalog.constants import Service
from orders.constants import (
    DocumentKind,
    EntryKind,
    EventType,
    OrderStatus,
    PaymentStatus,
    Promise,
    ReminderKind,
    ReportReason,
    SellerOrderStatus,
    Side,
)
from orders.models import (
    Basket,
    BasketLine,
    BasketParcel,
    CancelRequest,
    Case,
    CaseLine,
    CasePhoto,
    CommissionRule,
    Document,
    ExtraPostage,
    Hold,
    IdempotencyKey,
    JournalEntry,
    LedgerAccount,
    Message,
    MessageBlock,
    MessageReport,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    PaymentEvent,
    Refund,
    RefundLine,
    Refusal,
    RefusalLine,
    Reminder,
    RemitRule,
    SandboxPayment,
    SellerOrder,
    Shipment,
    ShipmentLine,
    ShopTax,
    TaxRate,
    Thread,
)
from orders.services import numbering
from tests.factories.accounts import SellerFactory, UserFactory
from tests.factories.catalog import ListingFactory


class BasketFactory(DjangoModelFactory[Basket]):
    """An open basket of a visitor without an account."""

    class Meta:
        model = Basket


class BasketLineFactory(DjangoModelFactory[BasketLine]):
    """One copy in a basket, at the price it has."""

    class Meta:
        model = BasketLine

    basket = factory.SubFactory(BasketFactory)
    listing = factory.SubFactory(ListingFactory)
    quantity = 1
    seen_minor = factory.SelfAttribute("listing.price_minor")


class BasketParcelFactory(DjangoModelFactory[BasketParcel]):
    """Express chosen for a seller's books."""

    class Meta:
        model = BasketParcel

    basket = factory.SubFactory(BasketFactory)
    seller = factory.SubFactory(SellerFactory)
    service = Service.EXPRESS


class OrderFactory(DjangoModelFactory[Order]):
    """A placed order of one book for £6.00 and £2.80 of post. Lines: ``OrderLineFactory``."""

    class Meta:
        model = Order

    basket = factory.SubFactory(BasketFactory, status="ordered")
    user = factory.SubFactory(UserFactory)
    email = factory.LazyAttribute(lambda o: o.user.email if o.user else "guest@example.org")
    status = OrderStatus.PLACED
    currency = "GBP"
    items_minor = 600
    delivery_minor = 280
    total_minor = factory.LazyAttribute(lambda o: o.items_minor + o.delivery_minor)
    placed_at = factory.LazyFunction(timezone.now)
    full_name = "Hester Lamb"
    line1 = "1 Mill Lane"
    city = "Ludlow"
    postcode = "SY8 1AB"
    country = "GB"


class SellerOrderFactory(DjangoModelFactory[SellerOrder]):
    """A seller's part of a placed order."""

    class Meta:
        model = SellerOrder

    order = factory.SubFactory(OrderFactory)
    seller = factory.SubFactory(SellerFactory)
    status = SellerOrderStatus.PLACED
    service = Service.STANDARD
    days_min = 2
    days_max = 4
    currency = "GBP"
    items_minor = 600
    delivery_minor = 280
    total_minor = factory.LazyAttribute(lambda o: o.items_minor + o.delivery_minor)
    delivery_paid_minor = factory.SelfAttribute("delivery_minor")


class OrderLineFactory(DjangoModelFactory[OrderLine]):
    """A copy that was bought; its listing is the seller order's seller's."""

    class Meta:
        model = OrderLine

    seller_order = factory.SubFactory(SellerOrderFactory)
    listing = factory.SubFactory(
        ListingFactory,
        seller=factory.SelfAttribute("..seller_order.seller"),
        on_hand=0,
    )
    title = factory.SelfAttribute("listing.edition.title")
    author_line = factory.SelfAttribute("listing.edition.work.author_line")
    description = "Hardback, 1912"
    condition = factory.SelfAttribute("listing.condition")
    sku = factory.SelfAttribute("listing.sku")
    quantity = 1
    unit_minor = 600
    currency = "GBP"
    paid_minor = factory.LazyAttribute(lambda o: o.unit_minor * o.quantity)


class HoldFactory(DjangoModelFactory[Hold]):
    """A copy held for ten minutes. The listing's ``held`` is raised with it."""

    class Meta:
        model = Hold
        skip_postgeneration_save = True

    order = factory.SubFactory(OrderFactory, status=OrderStatus.PENDING, placed_at=None)
    listing = factory.SubFactory(ListingFactory)
    quantity = 1
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=10))

    @factory.post_generation
    def held(obj: Hold, create: bool, extracted: object, **_: Any) -> None:  # noqa: N805 factory_boy's signature
        """Keep the rule that active holds sum to what is held."""
        if create and obj.status == "active":
            obj.listing.held += obj.quantity
            obj.listing.save(update_fields=["held"])


class PaymentFactory(DjangoModelFactory[Payment]):
    """A captured payment."""

    class Meta:
        model = Payment

    order = factory.SubFactory(OrderFactory)
    placing = factory.SelfAttribute("order")
    provider = "sandbox"
    reference = factory.Sequence(lambda n: f"sbx_{n}")
    status = PaymentStatus.CAPTURED
    amount_minor = factory.SelfAttribute("order.total_minor")
    currency = "GBP"
    captured_at = factory.LazyFunction(timezone.now)


class PaymentEventFactory(DjangoModelFactory[PaymentEvent]):
    """A provider's message."""

    class Meta:
        model = PaymentEvent

    payment = factory.SubFactory(PaymentFactory)
    provider = "sandbox"
    event_id = factory.Sequence(lambda n: f"evt_{n}")
    type = "payment.succeeded"


class RefundFactory(DjangoModelFactory[Refund]):
    """A refund asked for."""

    class Meta:
        model = Refund

    payment = factory.SubFactory(PaymentFactory)
    amount_minor = 100
    currency = "GBP"
    reason = "Not found on the shelf"


class DocumentFactory(DjangoModelFactory[Document]):
    """A statement of a month, numbered in a series of the marketplace's."""

    class Meta:
        model = Document

    seller = factory.SubFactory(SellerFactory)
    kind = DocumentKind.STATEMENT
    period = factory.Sequence(lambda n: date(1900 + n, 1, 1))
    currency = "GBP"
    total_minor = 1000
    language = "en-gb"
    content = factory.LazyFunction(dict)
    content_hash = "0" * 64

    @classmethod
    @transaction.atomic
    def _create(cls, model_class: type[Document], *args: Any, **kwargs: Any) -> Document:
        issuer = kwargs.pop("issuer", None)
        series, number = numbering.take(issuer=issuer, kind=kwargs["kind"], year=2026)
        known = {"series": series, "sequence": number, "number": numbering.written(series, number)}
        made: Document = super()._create(model_class, *args, **known, **kwargs)
        return made


class RefundLineFactory(DjangoModelFactory[RefundLine]):
    """A penny given back for a book."""

    class Meta:
        model = RefundLine

    refund = factory.SubFactory(RefundFactory)
    order_line = factory.SubFactory(
        OrderLineFactory, seller_order=factory.SelfAttribute("..refund.seller_order")
    )
    currency = "GBP"
    paid_minor = 1


@transaction.atomic
def entry_of_two(
    debit: LedgerAccount, credit: LedgerAccount, *, minor: int = 500, **entry: Any
) -> JournalEntry:
    """Write an entry that moves ``minor`` from one account to another."""
    made: JournalEntry = JournalEntry.objects.create(
        **{"kind": EntryKind.ADJUSTED, "legs": 2, **entry}
    )
    made.postings.create(account=debit, amount_minor=minor)
    made.postings.create(account=credit, amount_minor=-minor)
    return made


class ShipmentFactory(DjangoModelFactory[Shipment]):
    """A parcel on its way."""

    class Meta:
        model = Shipment

    seller_order = factory.SubFactory(SellerOrderFactory, status=SellerOrderStatus.SHIPPED)
    carrier = "Royal Mail"
    tracking_number = "AB123456789GB"
    shipped_at = factory.LazyFunction(timezone.now)


class ShipmentLineFactory(DjangoModelFactory[ShipmentLine]):
    """A copy in a parcel."""

    class Meta:
        model = ShipmentLine

    shipment = factory.SubFactory(ShipmentFactory)
    order_line = factory.SubFactory(
        OrderLineFactory, seller_order=factory.SelfAttribute("..shipment.seller_order"), posted=1
    )
    quantity = 1


class RefusalFactory(DjangoModelFactory[Refusal]):
    """A copy that can't be found, and its refund."""

    class Meta:
        model = Refusal

    seller_order = factory.SubFactory(SellerOrderFactory)
    refund = factory.SubFactory(RefundFactory, seller_order=factory.SelfAttribute("..seller_order"))
    reason = "not_found"
    restocked = False


class RefusalLineFactory(DjangoModelFactory[RefusalLine]):
    """One copy that was refused."""

    class Meta:
        model = RefusalLine

    refusal = factory.SubFactory(RefusalFactory)
    order_line = factory.SubFactory(
        OrderLineFactory, seller_order=factory.SelfAttribute("..refusal.seller_order"), refused=1
    )
    quantity = 1
    amount_minor = 600
    currency = "GBP"


class CaseFactory(DjangoModelFactory[Case]):
    """A damaged book that waits for its shop’s answer. Books: ``CaseLineFactory``."""

    class Meta:
        model = Case

    seller_order = factory.SubFactory(
        SellerOrderFactory,
        status=SellerOrderStatus.SHIPPED,
        shipped_at=factory.LazyFunction(timezone.now),
    )
    reason = "damaged"
    wants = "refund"
    words = "The spine is broken."
    currency = "GBP"
    answer_by = factory.LazyFunction(lambda: timezone.now() + timedelta(days=3))


class CaseLineFactory(DjangoModelFactory[CaseLine]):
    """A copy that a case is about; it was posted."""

    class Meta:
        model = CaseLine

    case = factory.SubFactory(CaseFactory)
    order_line = factory.LazyAttribute(
        lambda o: (
            ShipmentLineFactory(
                shipment__seller_order=o.case.seller_order, paid_minor=600
            ).order_line
        )
    )
    quantity = 1


class CasePhotoFactory(DjangoModelFactory[CasePhoto]):
    """A photograph whose files are (to be) in the private store."""

    class Meta:
        model = CasePhoto

    case = factory.SubFactory(CaseFactory)
    side = "buyer"
    status = "ready"
    sha256 = factory.Sequence(lambda n: f"{n:064}")
    widths = [160]


class ExtraPostageFactory(DjangoModelFactory[ExtraPostage]):
    """£5.00 more for the post, which the buyer is to answer."""

    class Meta:
        model = ExtraPostage

    seller_order = factory.SubFactory(SellerOrderFactory, status=SellerOrderStatus.ACCEPTED)
    amount_minor = 500
    currency = "GBP"
    reason = "It weighs two kilos"
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=4))


class CancelRequestFactory(DjangoModelFactory[CancelRequest]):
    """A buyer who asks to cancel what was accepted."""

    class Meta:
        model = CancelRequest

    seller_order = factory.SubFactory(SellerOrderFactory, status=SellerOrderStatus.ACCEPTED)
    reason = "Found it at home"


class ReminderFactory(DjangoModelFactory[Reminder]):
    """A shop was reminded to post."""

    class Meta:
        model = Reminder

    seller_order = factory.SubFactory(SellerOrderFactory, status=SellerOrderStatus.ACCEPTED)
    promise = Promise.POST
    kind = ReminderKind.DAY
    act_by = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))


class OrderEventFactory(DjangoModelFactory[OrderEvent]):
    """An order was placed."""

    class Meta:
        model = OrderEvent

    order = factory.SubFactory(OrderFactory)
    type = EventType.PLACED


class IdempotencyKeyFactory(DjangoModelFactory[IdempotencyKey]):
    """A key whose answer is not known yet."""

    class Meta:
        model = IdempotencyKey

    owner = "user:1"
    key = factory.Sequence(lambda n: f"key-{n}")
    fingerprint = "0" * 64


class SandboxPaymentFactory(DjangoModelFactory[SandboxPayment]):
    """A payment in the sandbox provider's books."""

    class Meta:
        model = SandboxPayment

    key = factory.Sequence(lambda n: f"key-{n}")
    amount_minor = 880
    currency = "GBP"
    return_url = "http://testserver/checkout/return/"


class ThreadFactory(DjangoModelFactory[Thread]):
    """A reader's question about a copy. Messages: ``MessageFactory``."""

    class Meta:
        model = Thread

    listing = factory.SubFactory(ListingFactory)
    seller = factory.SelfAttribute("listing.seller")
    buyer = factory.SubFactory(UserFactory)
    subject = factory.SelfAttribute("listing.edition.title")
    begun_by = Side.BUYER
    last_by = Side.BUYER
    seller_unread = 1


class MessageFactory(DjangoModelFactory[Message]):
    """What a reader wrote."""

    class Meta:
        model = Message

    thread = factory.SubFactory(ThreadFactory)
    side = Side.BUYER
    author = factory.SelfAttribute("thread.buyer")
    text = "Is the map still in it?"


class MessageReportFactory(DjangoModelFactory[MessageReport]):
    """A shop's report of a conversation, which staff have not looked at."""

    class Meta:
        model = MessageReport

    thread = factory.SubFactory(ThreadFactory)
    side = Side.SELLER
    reason = ReportReason.SPAM


class MessageBlockFactory(DjangoModelFactory[MessageBlock]):
    """A shop that does not want to hear from a reader."""

    class Meta:
        model = MessageBlock

    seller = factory.SubFactory(SellerFactory)
    buyer = factory.SubFactory(UserFactory)
    side = Side.SELLER


class CommissionRuleFactory(DjangoModelFactory[CommissionRule]):
    """Ten percent of every book."""

    class Meta:
        model = CommissionRule

    position = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Rule {n}")
    percent_bp = 1000


class TaxRateFactory(DjangoModelFactory[TaxRate]):
    """Five percent on books, in a country that has no rates to begin with."""

    class Meta:
        model = TaxRate

    country = "AU"
    kind = "book"
    rate_bp = 500
    valid_from = date(2026, 1, 1)


class RemitRuleFactory(DjangoModelFactory[RemitRule]):
    """What is sold to New Zealand."""

    class Meta:
        model = RemitRule

    name = factory.Sequence(lambda n: f"New Zealand {n}")
    destination = "NZ"
    active = True


class ShopTaxFactory(DjangoModelFactory[ShopTax]):
    """A shop that is registered for VAT."""

    class Meta:
        model = ShopTax

    seller = factory.SubFactory(SellerFactory)
    registered = True
