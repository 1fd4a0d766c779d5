"""Checkout: from a basket to a payment page, so that nothing is paid for without an order.

The three steps of docs/architecture.md: ``prepare`` (one transaction), ``pay`` (no transaction,
calls the provider), and ``orders.services.payments.apply`` (one transaction, whoever calls it).
Locks are taken in this order everywhere: basket, order, payment, sellers, listings by key.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest, Least, Now
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import PostalAddress, User
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.money import Money
from catalog.models import Listing
from catalog.services import stock
from orders.constants import (
    Actor,
    BasketStatus,
    EventType,
    HoldStatus,
    OrderStatus,
    PaymentStatus,
)
from orders.errors import (
    BasketChangedError,
    BasketEmptyError,
    CheckoutInProgressError,
    OrderClosedError,
    ProviderError,
    ProviderUnavailableError,
)
from orders.models import (
    Basket,
    BasketLine,
    Hold,
    Order,
    OrderLine,
    Payment,
    SellerOrder,
)
from orders.payments import (
    current_provider,
    nothing_to_pay,
    offered_providers,
    provider_named,
)
from orders.payments.base import Intent, PaymentProvider, ProviderPayment
from orders.selectors.baskets import quote_of
from orders.selectors.gift_cards import cards_of
from orders.selectors.quotes import Quote
from orders.services import gift_cards, payments, promotions, timeline
from orders.services.baskets import lock_basket
from orders.services.order_rows import order_line_of, seller_order_of
from orders.services.transactions import business_transaction


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: ``user`` for somebody signed in; mails are written in ``language``.

    ``provider`` is how they chose to pay; empty for the usual way.
    """

    email: str
    user: User | None = None
    language: str = "en-gb"
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """An order that waits for payment, and the provider's page to pay it on."""

    order: Order
    page_url: str


def submit(
    *, basket_id: UUID, expected_total: Money, address: Mapping[str, str], buyer: Buyer
) -> Submitted:
    """Order a basket and open its payment: steps one and two. Raises as ``prepare`` and ``pay``.

    A basket that waits for payment already, with another address or price, is opened again first.
    """

    def prepared() -> Order:
        return prepare(
            basket_id=basket_id, expected_total=expected_total, address=address, buyer=buyer
        )

    try:
        order = prepared()
    except CheckoutInProgressError:
        abandon(basket_id=basket_id)
        order = prepared()
    return Submitted(order, pay(order_id=order.pk))


@business_transaction
def prepare(
    *, basket_id: UUID, expected_total: Money, address: Mapping[str, str], buyer: Buyer
) -> Order:
    """Write the order that ``basket_id`` asks for, as pending, and hold its copies.

    ``address`` has the fields of ``PostalAddress.ADDRESS_FIELDS``; its country prices the delivery.
    A basket that has an order (submitted twice, at once or later) gets that order again.

    Raises:
        NotFoundError: there is no such basket.
        BasketEmptyError: there is nothing in it.
        BasketChangedError: something is sold, closed, can't be posted there, or costs another total
            than ``expected_total``. ``extra["quote"]`` is the basket as it is now.
        CheckoutInProgressError: it waits for payment under other terms (country or total).
    """
    basket = lock_basket(basket_id)
    if basket is None:
        raise NotFoundError(_("That basket is gone."))
    country = address["country"]
    existing = _order_of(basket)
    if existing is not None:
        return _ordered_again(existing, expected_total, address, buyer)
    if basket.status != BasketStatus.OPEN:
        raise NotFoundError(_("That basket is gone."))
    lines = dict(BasketLine.objects.filter(basket=basket).values_list("listing_id", "quantity"))
    if not lines:
        raise BasketEmptyError(_("Your basket is empty."))
    _share_sellers(lines)
    listings = stock.lock_listings(lines)
    # What promotions are good for now, they are until this order is written.
    promotions.lock_for(basket)
    quote = quote_of(basket, country=country, listings=listings, fees=True, email=buyer.email)
    if not quote.can_be_ordered or quote.to_pay != expected_total:
        raise BasketChangedError(_("Your basket has changed. Look it over again."), quote=quote)
    stock.hold(listings=listings, quantities=lines)
    return _write_order(basket, quote, address, buyer)


def _order_of(basket: Basket) -> Order | None:
    orders = Order.objects.filter(basket=basket).exclude(status=OrderStatus.EXPIRED)
    return orders.select_related("payment").first()


def _ordered_again(
    order: Order, expected: Money, address: Mapping[str, str], buyer: Buyer
) -> Order:
    """Return the order that a basket has; while it is pending, a corrected address is taken over."""
    if order.status != OrderStatus.PENDING:
        return order
    other_way = bool(order.to_pay) and buyer.provider not in ("", order.payment.provider)
    if str(order.country) != address["country"] or order.to_pay != expected or other_way:
        raise CheckoutInProgressError(_("This basket waits for its payment."), order=order)
    for name in PostalAddress.ADDRESS_FIELDS:
        setattr(order, name, address.get(name, ""))
    order.email, order.user = buyer.email, buyer.user or order.user
    order.save(update_fields=[*PostalAddress.ADDRESS_FIELDS, "email", "user", "updated_at"])
    return order


def _share_sellers(listing_pks: Mapping[int, int]) -> None:
    """Keep the sellers from closing until the order is written: closing takes FOR UPDATE."""
    sellers = Listing.objects.filter(pk__in=listing_pks).values_list("seller_id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM accounts_seller WHERE id = ANY(%s) ORDER BY id FOR SHARE",
            [list(set(sellers))],
        )


def _write_order(basket: Basket, quote: Quote, address: Mapping[str, str], buyer: Buyer) -> Order:
    order = Order.objects.create(
        basket=basket,
        user=buyer.user,
        email=buyer.email,
        language=buyer.language,
        currency=quote.currency,
        items_minor=quote.items.minor,
        delivery_minor=quote.delivery.minor,
        discount_minor=quote.discount.minor,
        tax_added_minor=quote.tax_added.minor,
        total_minor=quote.total.minor,
        gift_minor=quote.gift_minor,
        **{name: address.get(name, "") for name in PostalAddress.ADDRESS_FIELDS},
    )
    promotions.use(order=order, applied=quote.discounts)
    if gift_cards.put_by(order=order, cards=cards_of(basket)) != quote.gift:
        # Another order was quicker with a card.
        raise BasketChangedError(_("Your basket has changed. Look it over again."), quote=quote)
    parcels = [(parcel, seller_order_of(order, parcel)) for parcel in quote.parcels]
    SellerOrder.objects.bulk_create(seller_order for _parcel, seller_order in parcels)
    OrderLine.objects.bulk_create(
        order_line_of(seller_order, line)
        for parcel, seller_order in parcels
        for line in parcel.lines
    )
    provider = _chosen(buyer)
    expires = Now() + provider.holding().each
    Hold.objects.bulk_create(
        Hold(order=order, listing=line.listing, quantity=line.quantity, expires_at=expires)
        for parcel in quote.parcels
        for line in parcel.lines
    )
    Payment.objects.create(
        order=order,
        placing=order,
        provider=(provider if order.to_pay else nothing_to_pay()).name,
        amount_minor=order.to_pay.minor,
        currency=order.currency,
    )
    timeline.record(order, EventType.CREATED, actor=buyer.user, side=Actor.BUYER)
    return order


def _chosen(buyer: Buyer) -> PaymentProvider:
    """Return the provider that the buyer chose. Raises DomainError for one that is not offered."""
    if not buyer.provider:
        return current_provider()
    for provider in offered_providers():
        if provider.name == buyer.provider:
            return provider
    message = _("Choose how to pay.")
    raise DomainError(message, fields={"payment_method": [message]})


def pay(*, order_id: UUID) -> str:
    """Return the address of the provider's page for an order that waits for payment.

    Opens the payment at the provider the first time, with our payment's id as the key; each time
    the copies are held anew. Must not be called inside a transaction.

    Raises:
        OrderClosedError: the order is placed or has expired. ``extra["order"]`` is the order.
        ProviderUnavailableError: the provider did not answer, or not with this payment; the order
            waits, so try again.
    """
    payment = _waiting_payment(order_id)
    if payment.page_url:
        return payment.page_url
    kept = payments.remember(payment_id=payment.pk, told=_create(payment))
    if kept.status == PaymentStatus.CANCELLED or kept.order.status == OrderStatus.EXPIRED:
        # The order expired while the provider was opening its payment: nobody may pay that. If it
        # can't be closed now, it stays a page whose address nobody was given.
        with suppress(ProviderError):
            payments.cancel_at_provider(payment=kept)
        raise OrderClosedError(_("The order was not paid in time."), order=kept.order)
    if not kept.page_url:
        # What the provider opened is not what was asked for; staff are told by an event.
        raise ProviderUnavailableError(_("The payment can’t be opened. Try again in a minute."))
    return kept.page_url


@business_transaction
def _waiting_payment(order_id: UUID) -> Payment:
    """Hold the copies anew, and return the payment of an order that is still waiting for it."""
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    payment = Payment.objects.get(placing=order)
    payment.order = order
    if order.status != OrderStatus.PENDING or payment.status not in (
        PaymentStatus.CREATED,
        PaymentStatus.PENDING,
        PaymentStatus.AUTHORIZED,
    ):
        raise OrderClosedError(_("This order is not waiting for payment."), order=order)
    holding = _provider_of(payment).holding()
    most = Value(order.created_at + holding.most, output_field=DateTimeField())
    holds = Hold.objects.filter(order=order, status=HoldStatus.ACTIVE)
    until = Least(Now() + holding.each, most, output_field=DateTimeField())
    # Never sooner than was promised: ``created_at`` is by the clock of a web server.
    holds.update(expires_at=Greatest("expires_at", until, output_field=DateTimeField()))
    return payment


def _provider_of(payment: Payment) -> PaymentProvider:
    provider = provider_named(payment.provider)
    if provider is None:
        raise ProviderUnavailableError(_("This way to pay is not offered any more."))
    return provider


def _create(payment: Payment) -> ProviderPayment:
    words = _("Order %(number)s") % {"number": payment.order.number}
    return create_at_provider(payment, description=words)


def create_at_provider(payment: Payment, *, description: str) -> ProviderPayment:
    """Open a payment at its provider, with its id as the key; what was opened before is opened again.

    Must not be called inside a transaction.

    Raises:
        ProviderUnavailableError: the provider did not answer, twice.
    """
    provider = _provider_of(payment)
    path = reverse("orders:pay_return", args=[payment.pk])
    intent = Intent(
        key=str(payment.pk),
        amount=payment.amount,
        description=description,
        return_url=settings.PUBLIC_URL + path,
        capture_later=settings.PAYMENT_CAPTURE == "placing",
    )
    try:
        return provider.create(intent)
    except ProviderError:
        # An answer that was lost is asked for again: the key makes it the same payment.
        try:
            return provider.create(intent)
        except ProviderError as error:
            raise ProviderUnavailableError(
                _("The payment provider does not answer. Your books are held: try again.")
            ) from error


def abandon(*, basket_id: UUID) -> Order | None:
    """Open a basket again that waits for payment: close the payment, and give its copies back.

    Returns the order when it turns out to be paid already, else None. The basket stays closed while
    a bank is deciding about the payment. Must not be called inside a transaction.

    Raises:
        ProviderUnavailableError: the provider does not answer; nothing has changed.
    """
    order = (
        Order.objects.filter(basket_id=basket_id, status=OrderStatus.PENDING)
        .select_related("payment")
        .first()
    )
    if order is None:
        return None
    try:
        ended = payments.expire(order_id=order.pk, even_if_held=True)
    except ProviderError as error:
        raise ProviderUnavailableError(
            _("The payment provider does not answer. Try again in a minute.")
        ) from error
    return ended if ended.status == OrderStatus.PLACED else None
