"""A shop's pages about what it has sold."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.constants import SellerRole
from accounts.models import SellerEvent
from books4all.lib.money import Money
from catalog.constants import CoverStatus
from catalog.models import Listing
from orders.constants import SellerOrderStatus
from orders.models import Refund, Refusal, Shipment
from tests.factories.accounts import SellerFactory, UserFactory
from tests.factories.covers import ListingPhotoFactory
from tests.orders.journeys import run_jobs
from tests.orders.selling import member_of, sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return SellerFactory(slug="saltmarsh", name="Saltmarsh Books", dispatch_days=2)


@pytest.fixture
def seller_client(client, shop):
    client.force_login(member_of(shop))
    return client


def at(name, part, *more, shop="saltmarsh"):
    return reverse(f"selling:{name}", args=[shop, part.order.number, *more])


def words(response):
    return " ".join(response.content.decode().split())


ORDERS = "/selling/saltmarsh/orders/"


def test_piles_with_their_counts(seller_client, shop):
    new, accepted = sold(shop), sold(shop, status="accepted")
    sold(shop, status="partly")
    gone = sold(shop, status="shipped")
    sold(shop, status="expired")
    foreign = sold(SellerFactory(), status="accepted")
    first = words(seller_client.get(ORDERS))
    assert new.order.number in first
    assert accepted.order.number not in first
    counts = [f"<b>{label}</b><span class=\"meta\">{n}</span>" for label, n in
              [("To accept", 1), ("To post", 2), ("Posted", 1), ("Delivered", 0), ("All", 4)]]  # fmt: skip
    assert all(count in first for count in counts)
    everything = words(seller_client.get(f"{ORDERS}?tab=all"))
    assert gone.order.number in everything
    assert foreign.order.number not in everything


def test_the_deadline_is_said_and_what_is_overdue_can_be_picked(seller_client, shop):
    late = sold(shop, paid_at=timezone.now() - timedelta(days=10))
    fresh = sold(shop)
    page = words(seller_client.get(ORDERS))
    assert "Overdue since" in page
    assert page.index(late.order.number) < page.index(fresh.order.number)
    only = words(seller_client.get(f"{ORDERS}?overdue=on"))
    assert late.order.number in only
    assert fresh.order.number not in only


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=Żaneta", True),
        ("q={number}", True),
        ("q={sku}", True),
        ("q={title}", True),
        ("q=nobody", False),
        ("to=abroad", True),
        ("to=home", False),
        ("to=PL", True),
        ("to=DE", False),
        ("since=2026-01-02&until=2026-01-02", True),
        ("since=2026-01-03", False),
        ("until=2026-01-01", False),
        ("since=yesterday", True),
    ],
)
def test_filters(seller_client, shop, query, found):
    part = sold(
        shop, full_name="Żaneta Nowak", country="PL", paid_at=datetime(2026, 1, 2, 12, tzinfo=UTC)
    )
    line = part.lines.get()
    query = query.format(number=part.order.number[:5].lower(), sku=line.sku, title=line.title[2:9])
    page = words(seller_client.get(f"{ORDERS}?tab=to-accept&{query}"))
    assert (part.order.number in page) == found


def test_pages_of_a_long_pile(seller_client, shop):
    parts = [sold(shop) for _n in range(27)]
    first = words(seller_client.get(ORDERS))
    assert parts[0].order.number in first
    assert parts[26].order.number not in first
    following = seller_client.get(ORDERS).context["next"]
    second = words(seller_client.get(ORDERS + following.replace("&amp;", "&")))
    assert parts[26].order.number in second
    assert parts[0].order.number not in second
    assert seller_client.get(f"{ORDERS}?cursor=forged").status_code == 404


def test_accepted_one_by_one_and_many_at_once(seller_client, shop):
    one, two, three = sold(shop), sold(shop), sold(shop)
    seller_client.post(at("order_accept", one))
    numbers = [one.order.number, two.order.number]
    page = seller_client.post(
        f"{ORDERS}selected/", {"do": "accept", "order": numbers, "pile": "to-accept"}, follow=True
    )
    assert "1 order accepted." in words(page)
    assert f"{one.order.number}: An order that is “Accepted” can’t" in words(page)
    for part, status in ((one, "accepted"), (two, "accepted"), (three, "placed")):
        part.refresh_from_db()
        assert part.status == status
    assert SellerEvent.objects.filter(action="order.accepted").count() == 2


def test_what_is_ticked_leads_to_its_page(seller_client, shop):
    part = sold(shop, status="accepted")
    number = part.order.number
    for button, path in [("post", "posted"), ("labels", "labels"), ("slips", "packing-slips"), ("pick", "pick-list")]:  # fmt: skip
        answer = seller_client.post(f"{ORDERS}selected/", {"do": button, "order": [number]})
        assert answer["Location"] == f"{ORDERS}{path}/?order={number}"
        assert seller_client.get(answer["Location"]).status_code == 200
    none = seller_client.post(f"{ORDERS}selected/", {"do": "post", "pile": "to-post"}, follow=True)
    assert "Tick the orders that you mean" in words(none)


def test_an_order_s_page(seller_client, shop):
    part = sold(shop, copies=(2, 1), phone="+44 20 7946 0000")
    Listing.objects.filter(seller=shop).update(shelf="Bay 4", notes="A crisp copy.")
    page = words(seller_client.get(at("order", part)))
    for told in ("Bay 4", "A crisp copy.", "Hester Lamb", "SY8 1AB", "£18.00", "£2.80", "£20.80",
                 "+44 20 7946 0000", "You get", "Accept order",
                 "3 copies to post"):  # fmt: skip
        assert told in page, told
    assert "UNITED KINGDOM" not in page


def test_posted_in_two_parcels(seller_client, shop):
    part = sold(shop, copies=(2, 1), status="accepted")
    two, one = part.lines.order_by("pk")
    form = seller_client.get(at("order_post", part)).context["form"]
    sent = {
        "seen": form["seen"].value(),
        f"copies-{two.pk}": "1",
        f"copies-{one.pk}": "0",
        "carrier": "royal mail",
        "tracking_number": "qf 123 456 789 gb",
    }
    page = words(seller_client.post(at("order_post", part), sent, follow=True))
    assert "Partly posted" in page
    assert "royalmail.com/track-your-item#/tracking-results/QF123456789GB" in page
    run_jobs(only=["orders.send_mail"])
    # The same form again: it was changed meanwhile.
    again = words(seller_client.post(at("order_post", part), sent, follow=True))
    assert "changed meanwhile" in again
    fresh = seller_client.get(at("order_post", part)).context["form"]
    assert fresh["carrier"].value() == "royal mail"
    rest = sent | {"seen": fresh["seen"].value(), f"copies-{one.pk}": "1"}
    seller_client.post(at("order_post", part), rest)
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.SHIPPED
    assert [[line.quantity for line in s.lines.all()] for s in part.shipments.order_by("pk")] == [[1], [1, 1]]  # fmt: skip
    run_jobs(only=["orders.send_mail"])
    assert len(mail.outbox) == 2
    assert "2 more books follow in another parcel." in mail.outbox[0].body
    assert one.title not in mail.outbox[0].body
    assert one.title in mail.outbox[1].body
    assert "follow in another" not in mail.outbox[1].body


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"carrier": ""}, "Name the carrier."),
        ({"tracking_number": "12 Mill Lane, Ludlow"}, "Use letters, digits and hyphens only."),
        (
            {"carrier": "UPS", "tracking_number": "12345"},
            "UPS’s numbers look like 1Z999AA10123456784.",
        ),
        ({"copies": "0"}, "Choose at least one copy."),
        ({"copies": "9"}, "less than or equal to 1"),
        ({"copies": "-1"}, "greater than or equal to 0"),
        ({"tracking_url": "nowhere"}, "valid URL"),
    ],
)
def test_what_is_wrong_is_said_and_kept(seller_client, shop, change, told):
    part = sold(shop)
    line = part.lines.get()
    sent = {"carrier": "My cousin", "copies": "1", **change}
    sent[f"copies-{line.pk}"] = sent.pop("copies")
    answer = seller_client.post(at("order_post", part), sent)
    assert answer.status_code == 200
    assert told in words(answer)
    assert "<title>Error:" in words(answer)
    assert not Shipment.objects.exists()


def test_refused_in_part_and_then_whole(seller_client, shop):
    part = sold(shop, copies=(2, 1))
    two, one = part.lines.order_by("pk")
    url = at("order_refuse", part)
    form = seller_client.get(url).context["form"]
    sent = {
        "seen": form["seen"].value(),
        f"copies-{two.pk}": "1",
        f"copies-{one.pk}": "0",
        "reason": "damaged",
        "words": "Water on the boards",
    }
    page = words(seller_client.post(url, sent, follow=True))
    assert "gets £6.00 back" in page
    assert "It is damaged: Water on the boards" in page
    # Twice the same: nothing more is given back.
    assert "changed meanwhile" in words(seller_client.post(url, sent, follow=True))
    seen = seller_client.get(url).context["form"]["seen"].value()
    rest = {"seen": seen, f"copies-{two.pk}": "1", f"copies-{one.pk}": "1", "reason": "not_found", "restock": "on"}  # fmt: skip
    seller_client.post(url, rest)
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.CANCELLED
    assert part.cancel_reason == "It can’t be found"
    refusals = Refusal.objects.order_by("pk")
    assert [r.refund.amount for r in refusals] == [Money(600, "GBP"), Money(1480, "GBP")]
    assert [r.delivery_minor for r in refusals] == [0, 280]
    assert sorted(Listing.objects.filter(seller=shop).values_list("on_hand", flat=True)) == [1, 1]
    run_jobs(only=["orders.send_mail"])
    assert [m.subject for m in mail.outbox] == [
        "Saltmarsh Books can’t send one of your books",
        "Saltmarsh Books can’t send 2 of your books",
    ]
    assert "£14.80 back, the delivery included" in mail.outbox[1].body
    assert "£6.00 back, the way you paid" in mail.outbox[0].body
    assert "There is" not in words(seller_client.get(at("order", part)))
    assert Refund.objects.count() == 2


def test_a_refusal_of_the_rest_completes_what_is_partly_posted(seller_client, shop):
    part = sold(shop, copies=(1, 1), status="accepted")
    first, second = part.lines.order_by("pk")
    seller_client.post(at("order_post", part), {"carrier": "DHL", f"copies-{first.pk}": 1, f"copies-{second.pk}": 0})  # fmt: skip
    seller_client.post(at("order_refuse", part), {f"copies-{second.pk}": 1, "reason": "other", "words": "Sold in the shop"})  # fmt: skip
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.SHIPPED
    assert Refund.objects.get().amount == Money(600, "GBP")
    answer = seller_client.get(at("order_refuse", part), follow=True)
    assert "Nothing of this order is left to refuse." in words(answer)
    answer = seller_client.get(at("order_post", part), follow=True)
    assert "Nothing of this order is left to post." in words(answer)


def test_the_buyer_follows_every_parcel_and_what_comes_back(
    seller_client, shop, client, django_assert_num_queries
):
    part = sold(shop, copies=(1, 2, 1), status="accepted")
    first, second, third = part.lines.order_by("pk")
    nothing = {f"copies-{line.pk}": 0 for line in (first, second, third)}
    url = at("order_post", part)
    seller_client.post(url, nothing | {"carrier": "DHL", f"copies-{first.pk}": 1})
    page = words(client.get(part.order.get_absolute_url()))
    assert "1 parcel is on its way, the rest follows" in page
    more = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784", f"copies-{second.pk}": 2}
    seller_client.post(url, nothing | more)
    told = {f"copies-{third.pk}": 1, "reason": "damaged"}
    seller_client.post(at("order_refuse", part), nothing | told)
    client.get(part.order.get_absolute_url())
    # order with payment, parts with sellers, lines with books, parcels, what is in them, refusals,
    # their lines, extra postage, cases, events, payments, refunds, documents
    with django_assert_num_queries(13):
        page = words(client.get(part.order.get_absolute_url()))
    assert f"Not sent: {third.title}. It is damaged. £6.00 is on its way back to you." in page
    assert f"2 × {second.title}" in page
    assert "https://www.ups.com/track?tracknum=1Z999AA10123456784" in page
    parcel = client.get(f"/api/v1/orders/track/{part.order.token}/").json()["parcels"][0]
    assert [[copy["quantity"] for copy in s["lines"]] for s in parcel["shipments"]] == [[1], [2]]
    assert parcel["refusals"][0]["refund"] == {"amount_minor": 600, "currency": "GBP"}
    assert parcel["refusals"][0]["refund_status"] == "pending"


def test_a_reason_is_needed(seller_client, shop):
    part = sold(shop)
    line = part.lines.get()
    nothing = words(seller_client.post(at("order_refuse", part), {f"copies-{line.pk}": 1}))
    assert "Choose a reason." in nothing
    other = {f"copies-{line.pk}": 1, "reason": "other", "words": " "}
    assert "Say why, in a few words." in words(seller_client.post(at("order_refuse", part), other))
    assert not Refund.objects.exists()


def test_all_that_waits_is_posted_at_once(seller_client, shop):
    first, second = sold(shop, status="accepted"), sold(shop, status="partly")
    new, foreign = sold(shop), sold(status="accepted")
    form = words(seller_client.get(f"{ORDERS}posted/?tab=to-post"))
    assert first.order.number in form
    assert new.order.number not in form
    numbers = [first.order.number, second.order.number, foreign.order.number]
    wrong = {"order": numbers, "carrier": "UPS", f"tracking-{numbers[0]}": "xx"}
    answer = words(seller_client.post(f"{ORDERS}posted/", wrong))
    assert "UPS’s numbers look like" in answer
    assert 'value="xx"' in answer
    right = wrong | {f"tracking-{numbers[0]}": "1Z999AA10123456784"}
    page = words(seller_client.post(f"{ORDERS}posted/", right))
    assert "2 orders marked posted" in page
    assert foreign.order.number not in page
    assert first.shipments.get().tracking_url.startswith("https://www.ups.com/track")
    assert second.shipments.get().tracking_number == ""
    assert not foreign.shipments.exists()


def test_a_tracking_number_is_put_right(seller_client, shop):
    part = sold(shop, status="accepted")
    line = part.lines.get()
    seller_client.post(at("order_post", part), {"carrier": "DHL", f"copies-{line.pk}": 1, "tracking_number": "1234567890"})  # fmt: skip
    parcel = part.shipments.get()
    url = at("order_parcel", part, parcel.pk)
    assert "1234567890" in words(seller_client.get(url))
    page = seller_client.post(url, {"carrier": "DHL", "tracking_number": "9876543210"}, follow=True)
    assert "1234567890 → DHL 9876543210" in words(page)
    parcel.refresh_from_db()
    assert parcel.tracking_url.endswith("AWB=9876543210")
    Shipment.objects.update(delivered_at=timezone.now())
    late = seller_client.post(url, {"carrier": "DHL", "tracking_number": "1" * 10}, follow=True)
    assert "This parcel has arrived." in words(late)


ROUTES = ("order", "order_accept", "order_post", "order_refuse")


def test_other_shops_orders_are_not_there(seller_client, shop):
    part = sold(status="accepted")
    line = part.lines.get()
    sent = {"carrier": "DHL", f"copies-{line.pk}": 1, "reason": "damaged"}
    for name in ROUTES:
        for method in ("get", "post", "put", "delete"):
            answer = getattr(seller_client, method)(at(name, part), sent)
            assert answer.status_code in (404, 405), (name, method)
            answer = getattr(seller_client, method)(at(name, part, shop=part.seller.slug), sent)
            assert answer.status_code in (404, 405), (name, method)
    for name in ("orders", "orders_post", "orders_labels", "orders_slips", "orders_pick"):
        url = reverse(f"selling:{name}", args=[part.seller.slug])
        assert seller_client.get(f"{url}?order={part.order.number}").status_code == 404
    part.refresh_from_db()
    assert part.status == "accepted"
    mine, parcel = sold(shop), sold(status="accepted")
    seller_client.post(
        at("order_post", mine), {"carrier": "DHL", f"copies-{mine.lines.get().pk}": 1}
    )
    foreign = Shipment.objects.create(seller_order=parcel, carrier="DHL", shipped_at=timezone.now())
    assert seller_client.post(at("order_parcel", mine, foreign.pk), sent).status_code == 404


def test_roles(client, shop):
    part = sold(shop)
    client.force_login(member_of(shop, SellerRole.ACCOUNTING))
    assert client.get(at("order", part)).status_code == 200
    assert "Mark posted" not in words(client.get(at("order", part)))
    assert "Mark posted" not in words(client.get(ORDERS))
    for name in ROUTES[1:]:
        assert client.post(at(name, part)).status_code == 403
    sent = {"do": "accept", "order": part.order.number}
    client.post(f"{ORDERS}selected/", sent)
    part.refresh_from_db()
    assert part.status == "placed"
    client.force_login(member_of(shop, SellerRole.INVENTORY))
    assert client.get(ORDERS).status_code == 403
    client.force_login(UserFactory())
    assert client.get(ORDERS).status_code == 404


def test_an_order_shows_the_photographs_of_its_copies(seller_client, shop):
    part = sold(shop, copies=(1, 1))
    first, second = part.lines.order_by("pk")
    seen = [ListingPhotoFactory(listing=line.listing, alt=alt)
            for line, alt in ((first, "The title page"), (second, "A stain on the spine"))]  # fmt: skip
    ListingPhotoFactory(alt="Of another copy")
    refused = CoverStatus.REFUSED
    ListingPhotoFactory(listing=first.listing, status=refused, reason="Too small.", alt="Too small")
    page = words(seller_client.get(at("order", part)))
    assert all(photo.name in page and photo.alt in page for photo in seen)
    assert page.index("The title page") < page.index(second.title) < page.index("A stain on")
    assert "Of another copy" not in page
    assert "Too small" not in page


def test_query_counts(seller_client, shop, django_assert_num_queries):
    def visit(url, queries):
        seller_client.get(url)
        # session, user, membership with shop; what follows is named by the caller
        with django_assert_num_queries(3 + queries):
            seller_client.get(url)

    for n in (1, 4):
        parts = [sold(shop, copies=(1,) * n, status="accepted") for _n in range(n)]
        # counts, orders, lines with their books, the menu's badges
        visit(f"{ORDERS}?tab=to-post", 4)
        # orders, lines, last carrier, the menu's badges
        visit(f"{ORDERS}posted/?tab=to-post", 4)
        # orders, lines
        visit(f"{ORDERS}packing-slips/?tab=to-post", 2)
        # its key, the order, lines with their copies' photographs, shipments, refusals, extra postage, refunds, history and the team, cases, documents, the menu's badges
        visit(at("order", parts[0]), 12)


@pytest.mark.parametrize("name", ["orders_post", "orders_labels", "orders_slips", "orders_pick"])
def test_numbers_that_no_order_can_have_name_none(seller_client, name):
    url = reverse(f"selling:{name}", args=["saltmarsh"])
    assert seller_client.get(url, {"order": "a\0b"}).status_code < 500
    assert seller_client.post(url, {"order": "a\0b"}).status_code < 500


def test_no_work_has_a_slug_with_a_nul(seller_client):
    url = reverse("selling:listing_find", args=["saltmarsh"])
    assert seller_client.get(url, {"work": "a\0b"}).status_code == 200
