"""One history for buyer, shop and staff: each reads what is their matter, in words."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.constants import SellerRole
from orders.constants import Actor, EventType
from orders.models import Order, OrderEvent
from orders.selectors import orders as reads
from orders.selectors.timeline import (
    SENTENCES,
    Reader,
    history,
    history_of_shop,
    staff_sentence,
    words_of,
)
from orders.services import postage, seller_orders, timeline
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.catalog import ListingFactory
from tests.orders.after.steps import accept, bought, deliver, post, propose
from tests.orders.journeys import placed
from tests.orders.selling import member_of


def test_every_event_has_its_sentences():
    kinds = {kind if isinstance(kind, EventType) else kind[0] for kind in SENTENCES}
    assert kinds == set(EventType), "say it to staff at least, and to whom it concerns"
    for words in SENTENCES.values():
        assert words.staff
        for sentence in (words.buyer, words.seller, words.staff):
            str(sentence) % {"shop": "Saltmarsh", "amount": "£1.00"}


@pytest.mark.parametrize("kind", EventType.values)
@pytest.mark.parametrize("side", Actor.values)
def test_any_event_can_be_told_by_anybody_s_doing(kind, side):
    event = OrderEvent(type=kind, side=side)
    assert staff_sentence(event, None)
    assert words_of(event).staff


def told(order: Order, reader: Reader) -> list[str]:
    loaded = reads.order_by_token(order.token)
    part = loaded.seller_orders.all()[0]
    return [one.label for one in history(loaded.events.all(), reader, part=part)]


@pytest.mark.django_db
def test_both_sides_read_what_happened_and_not_each_other_s_matters():
    part = bought()
    shop = part.seller.name
    extra = propose(part)
    postage.refuse(extra_id=extra.pk, actor=None)
    timeline.record(part.order, EventType.REMINDED, seller_order=part)
    timeline.record(part.order, EventType.PAYMENT_PROBLEM, note="off by a penny")
    deliver(post(part))
    assert told(part.order, Reader.BUYER) == [
        "You paid the order",
        f"{shop} accepted your order",
        f"{shop} asked for £5.00 of extra postage",
        "You refused £5.00 of extra postage",
        f"{shop} posted a parcel",
        "Taken as delivered, since nobody said otherwise",
    ]
    assert told(part.order, Reader.SELLER) == [
        "Paid by the buyer",
        "Accepted",
        "£5.00 of extra postage asked for",
        "£5.00 of extra postage refused by the buyer",
        "We reminded you of it",
        "Posted",
        "Taken as delivered, since nobody said otherwise",
    ]


@pytest.mark.django_db
def test_a_shop_knows_its_people_by_name_and_nobody_else():
    part = bought()
    ann = member_of(part.seller, SellerRole.ORDERS)
    staff = StaffFactory(name="Sam Staff")
    buyer = UserFactory(name="Bea Buyer")
    Order.objects.filter(pk=part.order_id).update(user=buyer)
    part.order.refresh_from_db()
    seller_orders.accept(seller_order_id=part.pk, actor=ann)
    seller_orders.ship(seller_order_id=part.pk, carrier="DHL", actor=staff)
    seller_orders.deliver(seller_order_id=part.pk, actor=buyer)
    who = [(one.type, one.who) for one in history_of_shop(part)]
    assert who == [
        ("placed", "the buyer"),
        ("accepted", ann.get_full_name()),
        ("shipped", "Books4All"),
        ("delivered", "the buyer"),
    ]
    buyers = list(reads.order_by_token(part.order.token).events.all())
    text = str(history(buyers, Reader.BUYER, part=part))
    assert ann.get_full_name() not in text
    assert "Sam Staff" not in text


@pytest.mark.django_db
def test_another_shop_s_part_is_another_matter():
    first, second = placed(ListingFactory(), ListingFactory()).seller_orders.all()
    accept(first)
    assert [one.type for one in history_of_shop(second)] == ["placed"]


@pytest.mark.django_db
def test_the_history_is_on_every_page_and_in_the_api(client, admin_client):
    part = accept(bought())
    shop = part.seller
    sentence = f"{shop.name} accepted your order"
    assert sentence in client.get(part.order.get_absolute_url()).content.decode()
    api = APIClient()
    found = api.get(f"/api/v1/orders/track/{part.order.token}/").json()
    assert [one["text"] for one in found["parcels"][0]["history"]][-1] == sentence
    client.force_login(member_of(shop))
    page = client.get(reverse("selling:order", args=[shop.slug, part.order.number]))
    assert "Accepted" in page.content.decode()
    api.force_authenticate(member_of(shop))
    events = api.get(f"/api/v1/selling/{shop.slug}/orders/{part.order.number}/history/").json()
    assert [one["type"] for one in events] == ["placed", "accepted"]
    row = admin_client.get(reverse("admin:orders_sellerorder_change", args=[part.pk]))
    assert f"Accepted by {shop.name}" in row.content.decode()
