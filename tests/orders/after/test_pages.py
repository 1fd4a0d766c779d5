"""Pages and API of what follows a sale: the buyer's, by link and by account, and the shop's."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from orders.emails import MESSAGES
from orders.emails.after import MESSAGES as OURS
from orders.models import CancelRequest, ExtraPostage, Order, SellerOrder, Shipment
from orders.services import calling_off
from tests.factories.accounts import UserFactory
from tests.factories.orders import (
    CancelRequestFactory,
    ExtraPostageFactory,
    RefundFactory,
    RefusalFactory,
    ReminderFactory,
)
from tests.orders.after.steps import accept, ask, bought, fresh, post, propose
from tests.orders.journeys import run_jobs
from tests.orders.selling import member_of, sold

pytestmark = pytest.mark.django_db


def link(name: str, part: SellerOrder) -> str:
    return reverse(f"orders:part_{name}", args=[part.order.token, part.pk])


def words(page: object) -> str:
    return " ".join(page.content.decode().split())  # type: ignore[attr-defined]


def test_the_buyer_cancels_by_the_link(client: Client) -> None:
    part = bought()
    page = words(client.get(part.order.get_absolute_url()))
    assert "Cancel the order" in page
    assert "It has arrived" not in page
    assert "You need not say anything" in words(client.get(link("cancel", part)))
    done = client.post(link("cancel", part), {"may": "cancel", "reason": "Found it"}, follow=True)
    assert done.redirect_chain[-1][0] == part.order.get_absolute_url()
    assert "Cancelled. You get all of it back" in words(done)
    assert fresh(part).status == "cancelled"
    again = client.post(link("cancel", part), {"may": "cancel"}, follow=True)
    assert "Nothing of this order is left to cancel." in words(again)


def test_who_meant_to_cancel_does_not_ask_by_accident(client: Client) -> None:
    part = accept(bought())
    page = client.post(link("cancel", part), {"may": "cancel"})
    assert "The order has changed meanwhile." in words(page)
    assert not CancelRequest.objects.exists()
    done = client.post(link("cancel", part), {"may": "ask", "reason": "Wrong book"}, follow=True)
    assert "You have asked the shop to cancel." in words(done)


def test_the_account_s_pages_lead_back_to_the_account(client: Client) -> None:
    part = post(accept(bought()))
    user = UserFactory()
    Order.objects.filter(pk=part.order_id).update(user=user)
    client.force_login(user)
    own = reverse("orders:my_order", args=[part.order.number])
    assert "It has arrived" in words(client.get(own))
    done = client.post(link("arrived", part), follow=True)
    assert done.redirect_chain[-1][0] == own
    part = fresh(part)
    assert part.status == "delivered"
    event = part.events.get(type="delivered")
    assert (event.side, event.actor) == ("buyer", user)


def test_extra_postage_from_the_shop_s_page_to_the_provider_s(client: Client) -> None:
    part = bought()
    shop, number = part.seller, part.order.number
    team = Client()
    team.force_login(member_of(shop))
    url = reverse("selling:order_postage", args=[shop.slug, number])
    assert "You may ask for at most" in words(team.get(url))
    wrong = team.post(url, {"amount": "9999", "reason": "Heavy"})
    assert "Ask for something, and at most" in words(wrong)
    assert "Ask for something" in words(team.post(url, {"amount": "0", "reason": "Heavy"}))
    assert 'value="9999"' in words(wrong), "what was typed stays"
    page = words(team.post(url, {"amount": "5", "reason": "Two kilos"}, follow=True))
    assert "The buyer is asked for £5.00" in page
    order_page = words(client.get(part.order.get_absolute_url()))
    assert "The shop asks for £5.00 of extra postage" in order_page
    assert "Two kilos" in order_page
    away = client.post(link("postage", part), {"answer": "pay"})
    assert away.status_code == 302
    assert away["Location"].startswith("/sandbox-pay/")
    paid = client.post(away["Location"], {"number": "4242 4242 4242 4242"}, follow=True)
    assert paid.redirect_chain[-1][0] == part.order.get_absolute_url()
    assert "Extra postage" in words(paid)
    assert fresh(part).extra_minor == 500
    seen = words(team.get(reverse("selling:order", args=[shop.slug, number])))
    assert "£5.00 of extra postage paid" in seen


def test_the_shop_withdraws_and_the_buyer_refuses(client: Client) -> None:
    part = bought()
    team = Client()
    team.force_login(member_of(part.seller))
    at = [part.seller.slug, part.order.number]
    propose(part)
    done = team.post(reverse("selling:order_postage_withdraw", args=at), follow=True)
    assert "Withdrawn." in words(done)
    propose(part)
    done = client.post(link("postage", part), {"answer": "refuse"}, follow=True)
    assert "Refused. The shop posts for what you have paid" in words(done)
    assert list(ExtraPostage.objects.values_list("status", flat=True)) == ["withdrawn", "refused"]
    late = client.post(link("postage", part), {"answer": "pay"}, follow=True)
    assert "The extra postage has been answered." in words(late)


def test_the_shop_answers_a_wish_to_cancel() -> None:
    part = accept(bought())
    ask(part)
    team = Client()
    team.force_login(member_of(part.seller))
    at = [part.seller.slug, part.order.number]
    assert "Found it here" in words(team.get(reverse("selling:order", args=at)))
    url = reverse("selling:order_cancellation", args=at)
    assert "Choose an answer." in words(team.post(url, {}))
    assert "Say why, in a few words" in words(team.post(url, {"answer": "decline"}))
    done = team.post(url, {"answer": "agree", "restock": "on"}, follow=True)
    assert "Cancelled. The buyer gets" in words(done)
    assert fresh(part).status == "cancelled"


def test_the_shop_tells_that_a_parcel_is_lost_and_that_the_order_is_there() -> None:
    part = post(accept(bought()))
    team = Client()
    team.force_login(member_of(part.seller))
    at = [part.seller.slug, part.order.number]
    parcel = part.shipments.get()
    url = reverse("selling:order_parcel", args=[*at, parcel.pk])
    team.post(url, {"carrier": "DHL", "tracking_status": "lost"})
    assert Shipment.objects.get().tracking_status == "lost"
    assert not part.events.filter(type="tracking").exists(), "nothing of it was corrected"
    done = team.post(reverse("selling:order_delivered", args=at), follow=True)
    assert "Marked as delivered." in words(done)


def test_over_the_api() -> None:
    part = bought()
    api, team = APIClient(), APIClient()
    team.force_authenticate(member_of(part.seller))
    mine = f"/api/v1/orders/track/{part.order.token}/parts/{part.pk}/"
    shop = f"/api/v1/selling/{part.seller.slug}/orders/{part.order.number}/"
    asked = team.post(
        f"{shop}extra-postage/", {"amount_minor": 500, "reason": "Heavy"}, HTTP_IDEMPOTENCY_KEY="a-key-of-one"
    )  # fmt: skip
    assert asked.status_code == 201, asked.json()
    found = api.get(f"/api/v1/orders/track/{part.order.token}/").json()["parcels"][0]
    assert found["extra_postages"][0]["status"] == "proposed"
    assert found["cancelling"] == "cancel"
    page = api.post(f"{mine}postage/", {"pay": True}, format="json")
    assert "/sandbox-pay/" in page.json()["page_url"]
    assert team.delete(f"{shop}extra-postage/").status_code == 204
    wish = api.post(f"{mine}cancel/", {"reason": "Found it"}, format="json").json()
    assert wish["parcels"][0]["cancel_request"]["status"] == "asked"
    said = team.post(f"{shop}cancellation/", {"agree": False, "words": "Packed"}, format="json")
    assert said.json()["cancel_request"]["answer"] == "Packed"
    post(part)
    parcel = part.shipments.get()
    told = team.patch(f"{shop}shipments/{parcel.pk}/", {"tracking_status": "out"}, format="json")
    assert told.json()["tracking_status"] == "out"
    done = api.post(f"{mine}arrived/").json()
    assert done["parcels"][0]["status"] == "delivered"
    assert api.post(f"{mine}cancel/", {}, format="json").status_code == 409


def test_the_api_of_the_account_is_the_buyer_s_alone() -> None:
    part = bought()
    owner, other = UserFactory(), UserFactory()
    Order.objects.filter(pk=part.order_id).update(user=owner)
    api = APIClient()
    url = f"/api/v1/orders/{part.order.number}/parts/{part.pk}/cancel/"
    api.force_authenticate(other)
    assert api.post(url, {}, format="json").status_code == 404
    api.force_authenticate(owner)
    assert api.post(url, {}, format="json").json()["parcels"][0]["status"] == "cancelled"


def test_completed_orders_are_where_they_belong(client: Client) -> None:
    part = sold(status="completed")
    team = Client()
    team.force_login(member_of(part.seller))
    orders = reverse("selling:orders", args=[part.seller.slug])
    assert part.order.number in words(team.get(f"{orders}?tab=completed"))
    assert part.order.number not in words(team.get(f"{orders}?tab=delivered"))
    page = words(client.get(part.order.get_absolute_url()))
    assert page.count('<li class="done">At your door') == 1


def test_every_letter_can_be_written(settings: object) -> None:
    settings.STAFF_EMAIL = "staff@example.org"  # type: ignore[attr-defined]
    part = sold(status="accepted")
    rows = {
        "accepted": part,
        "delivered": sold(status="delivered"),
        "not_sent": RefusalFactory(reason="silent"),
        "not_sent_shop": RefusalFactory(reason="postage"),
        "reminder": ReminderFactory(seller_order=sold(status="partly")),
        "postage_asked": ExtraPostageFactory(seller_order=sold(status="accepted")),
        "postage_received": ExtraPostageFactory(),
        "postage_paid": ExtraPostageFactory(),
        "postage_refused": ExtraPostageFactory(),
        "refund_settled": RefundFactory(),
        "refund_failed": RefundFactory(),
        "cancel_asked": CancelRequestFactory(),
        "cancel_declined": CancelRequestFactory(answer="It is packed"),
    }
    assert set(rows) == set(OURS) <= set(MESSAGES)
    for kind, row in rows.items():
        letter = OURS[kind](row.pk)
        assert letter is not None, kind
        assert letter.subject
        assert letter.subject in letter.html.replace("&#x27;", "'")
        for text in (letter.subject, letter.text, letter.html):
            assert "None" not in text, (kind, text)
            assert "{" not in text.partition("<body")[2], kind


def test_a_letter_is_left_out_when_it_is_overtaken() -> None:
    part = bought()
    accept(part)
    ask(part)
    calling_off.agree(seller_order_id=part.pk, restock=True, actor=None)
    run_jobs(only=["orders.send_mail"])
    subjects = {m.subject for m in mail.outbox}
    assert not [s for s in subjects if "has accepted" in s or "asks to cancel" in s]
    assert [s for s in subjects if s.startswith("Your order from")]
