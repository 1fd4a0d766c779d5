"""A shop's webhooks: its pages, its API, and what staff see of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from redis import Redis
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from accounts.constants import SellerRole
from accounts.models import Seller, SellerEvent
from accounts.selectors.sentences import sentence
from accounts.services import tokens
from orders.api.selling_serializers import SoldOrderOut
from orders.constants import EventType
from orders.models import OrderEvent, UnsentMail, WebhookDelivery, WebhookEndpoint
from orders.selectors import seller_orders as sold_orders
from orders.selectors.webhooks import part_data
from orders.services import seller_orders, webhooks
from tests.factories.accounts import SellerFactory, StaffFactory
from tests.factories.staff import job
from tests.factories.webhooks import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.orders.journeys import run_jobs
from tests.orders.receiver import listening
from tests.orders.selling import member_of, sold

pytestmark = pytest.mark.django_db
LIST = "/selling/saltmarsh/webhooks/"
API = "/api/v1/selling/saltmarsh/webhooks/"
URL = "https://shop.example/hooks"


@pytest.fixture(autouse=True)
def no_old_counts(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def shop() -> Seller:
    return SellerFactory(slug="saltmarsh")


@pytest.fixture
def page(client: Client, shop: Seller) -> Client:
    client.force_login(member_of(shop, SellerRole.ORDERS))
    return client


@pytest.fixture
def api(shop: Seller) -> APIClient:
    program = APIClient()
    access = tokens.issue(user=member_of(shop, SellerRole.ORDERS)).access
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return program


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


# ---- Pages -------------------------------------------------------------------------------------


def test_added_and_its_secret_shown_once(page: Client, shop: Seller) -> None:
    sent = {"url": URL, "description": "Stock", "types": ["order.placed", "order.shipped"]}
    first = page.post(f"{LIST}add/", sent, follow=True)
    made = WebhookEndpoint.objects.get(seller=shop)
    assert made.types == ["order.placed", "order.shipped"]
    assert made.secret in words(first)
    assert made.secret not in words(page.get(f"{LIST}{made.pk}/"))
    assert made.secret not in words(page.get(LIST))
    assert URL in words(page.get(LIST))
    assert [sentence(e) for e in SellerEvent.objects.all()] == [f"added a webhook: {URL}"]


def test_a_wrong_address_is_told_at_its_field(page: Client) -> None:
    found = page.post(f"{LIST}add/", {"url": "http://shop.example/", "description": "Mine"})
    assert "Error:" in words(found)
    assert "begins with https://" in words(found)
    # What was typed is kept.
    assert 'value="Mine"' in words(found)
    assert not WebhookEndpoint.objects.exists()


def test_changed_rotated_switched_and_removed(page: Client, shop: Seller) -> None:
    endpoint = webhooks.add(seller=shop, url=URL, actor=None)
    at = f"{LIST}{endpoint.pk}/"
    page.post(f"{at}edit/", {"url": f"{URL}/2", "types": ["order.placed"]})
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.types) == (f"{URL}/2", ["order.placed"])
    shown = words(page.post(f"{at}secret/", follow=True))
    old = endpoint.secret
    endpoint.refresh_from_db()
    assert endpoint.secret in shown
    assert endpoint.previous_secret == old
    assert "the one before counts until" in shown
    assert "Off since" in words(page.post(f"{at}switch/", {"on": "no"}, follow=True))
    # Off, a test can't be sent, even by somebody whose page is old.
    assert "Switch it on first" in words(page.post(f"{at}test/", follow=True))
    page.post(f"{at}switch/", {"on": "yes"})
    assert WebhookEndpoint.objects.get().enabled
    page.post(f"{at}remove/")
    assert page.get(at).status_code == 404
    assert "None yet" in words(page.get(LIST))


def test_a_test_from_press_to_answer(page: Client, shop: Seller) -> None:
    with listening() as program:
        program.answer(418, body=b"<b>short</b> and stout")
        endpoint = webhooks.add(seller=shop, url=program.url, actor=None)
        waiting = page.post(f"{LIST}{endpoint.pk}/test/", follow=True)
        assert "sent in a moment" in words(waiting)
        run_jobs(only=["orders.send_webhook"])
    shown = words(page.get(waiting.redirect_chain[-1][0]))
    assert "Given up" in shown
    assert "answered 418" in shown
    # As text, whatever it is.
    assert "&lt;b&gt;short&lt;/b&gt; and stout" in shown
    assert "webhook.test" in shown


def test_the_log_is_narrowed_and_paged_at_a_few_queries(
    page: Client, shop: Seller, django_assert_max_num_queries: Any
) -> None:
    endpoint = WebhookEndpointFactory(seller=shop)
    for state in ("dead", "delivered", "waiting"):
        for _n in range(20):
            WebhookDeliveryFactory(endpoint=endpoint, state=state)
    at = f"{LIST}{endpoint.pk}/"
    # Session, user, member; what waits (2); the endpoint; the page of the log.
    with django_assert_max_num_queries(8):
        assert words(page.get(at)).count("deliveries/") == 50
    following = page.get(at).context["next"]
    assert words(page.get(at + following)).count("deliveries/") == 10
    assert words(page.get(f"{at}?state=dead")).count("deliveries/") == 20
    assert "Nothing of this kind" in words(page.get(f"{at}?type=order.shipped"))
    assert words(page.get(f"{at}?state=nonsense")).count("deliveries/") == 50
    assert page.get(f"{at}?cursor=x").status_code == 404


def test_replayed_one_by_one_and_all_since(page: Client, shop: Seller) -> None:
    endpoint = WebhookEndpointFactory(seller=shop)
    dead = [WebhookDeliveryFactory(endpoint=endpoint, state="dead") for _n in range(3)]
    page.post(f"{LIST}deliveries/{dead[0].pk}/replay/")
    assert WebhookDelivery.objects.get(pk=dead[0].pk).state == "waiting"
    at = f"{LIST}{endpoint.pk}/replay/"
    assert "Say since which day" in words(page.post(at, {"since": ""}))
    today = timezone.now().date()
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert "Nothing has failed" in words(page.post(at, {"since": tomorrow}, follow=True))
    told = words(page.post(at, {"since": today.isoformat()}, follow=True))
    assert "2 messages are sent again" in told
    assert not WebhookDelivery.objects.filter(state="dead").exists()


def test_others_of_the_team_are_told_whom_to_ask(client: Client, shop: Seller) -> None:
    client.force_login(member_of(shop, SellerRole.INVENTORY))
    assert client.get(LIST).status_code == 403


def test_another_shop_s_are_not_there(page: Client) -> None:
    foreign = WebhookDeliveryFactory()
    for path in (f"{foreign.endpoint_id}/", f"{foreign.endpoint_id}/edit/", f"deliveries/{foreign.pk}/"):  # fmt: skip
        assert page.get(LIST + path).status_code == 404
        assert page.post(LIST + path).status_code in (404, 405)
    assert foreign.endpoint.url not in words(page.get(LIST))


# ---- API ---------------------------------------------------------------------------------------


def test_all_of_it_over_the_api(api: APIClient, shop: Seller) -> None:
    with listening() as program:
        made = api.post(API, {"url": program.url, "types": ["order.accepted"]})
        assert made.status_code == 201
        secret, at = made.json()["secret"], f"{API}{made.json()['id']}/"
        assert "secret" not in api.get(at).json()
        assert secret not in api.get(API).content.decode()
        part = sold(shop)
        seller_orders.accept(seller_order_id=part.pk, actor=None)
        assert api.post(f"{at}test/").status_code == 202
        run_jobs(only=["orders.send_webhook"])
        payload = Webhook(secret).verify(program.got[0].body, program.got[0].headers)
        log = api.get(f"{at}deliveries/").json()["results"]
        assert [row["type"] for row in log] == ["webhook.test", "order.accepted"]
        assert {row["state"] for row in log} == {"delivered"}
        one = api.get(f"{API}deliveries/{log[1]['id']}/").json()
        assert one["payload"] == payload
        assert one["message"] == program.got[0].headers["webhook-id"]
        assert one["tries"][0]["status"] == 200
        again = api.post(f"{API}deliveries/{log[1]['id']}/replay/")
        assert (again.status_code, again.json()["state"]) == (202, "waiting")
        assert api.post(f"{API}deliveries/{log[1]['id']}/replay/").status_code == 409
        new = api.post(f"{at}secret/").json()
        assert new["secret"] != secret
        assert new["previous_until"] is not None
    assert api.patch(at, {"enabled": False, "types": []}).json()["disabled_reason"] == "by_hand"
    assert api.get(at).json()["types"] == []
    assert api.post(f"{at}test/").status_code == 409
    assert api.patch(at, {"enabled": True}).json()["enabled"] is True
    replayed = api.post(f"{at}replay/", {"since": "2020-01-01T00:00:00Z"})
    # What waited when it was switched off was given up.
    assert (replayed.status_code, replayed.json()) == (202, {"replayed": 1})
    assert api.delete(at).status_code == 204
    assert api.get(at).status_code == 404


def test_what_is_wrong_is_named(api: APIClient) -> None:
    wrong = api.post(API, {"url": "https://10.0.0.1/"})
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "url"
    unknown = api.post(API, {"url": URL, "types": ["order.eaten"]})
    assert unknown.json()["errors"][0]["field"] == "types"
    assert api.post(API, {"url": URL, "secret": "mine"}).status_code == 400
    assert api.get(API, {"state": "x"}).status_code == 400


def test_a_program_is_told_what_the_api_says(shop: Seller) -> None:
    part = sold(shop)
    event = OrderEvent.objects.create(order=part.order, seller_order=part, type=EventType.ACCEPTED)
    shown = SoldOrderOut(
        sold_orders.full_order_of(shop, part.order.number), context={"seller": shop}
    ).data
    data = part_data(event, part)
    for name in ("status", "items", "delivery", "total"):
        assert data[name] == shown[name], name
    assert (data["order"], data["seller_order"]) == (shown["number"], shown["id"])


# ---- Staff -------------------------------------------------------------------------------------


def test_staff_set_up_the_marketplace_s_own(staff: Client) -> None:
    add = reverse("admin:orders_webhookendpoint_add")
    refused = words(staff.post(add, {"url": "http://x.example", "description": "", "types": []}))
    assert "begins with https://" in refused
    shown = staff.post(add, {"url": URL, "types": ["order.placed"]}, follow=True)
    made = WebhookEndpoint.objects.get()
    assert (made.seller, made.types) == (None, ["order.placed"])
    assert made.secret in words(shown).replace("&#x27;", "'")
    at = reverse("admin:orders_webhookendpoint_change", args=[made.pk])
    assert made.secret not in words(staff.get(at))
    staff.post(at, {"url": f"{URL}/2", "description": "Books", "types": []})
    made.refresh_from_db()
    assert (made.url, made.description, made.types) == (f"{URL}/2", "Books", [])
    act = reverse("admin:orders_webhookendpoint_act", args=[made.pk, "rotate"])
    rotated = words(staff.post(act, follow=True))
    old = made.secret
    made.refresh_from_db()
    assert made.secret != old
    assert made.secret in rotated
    assert "There is a webhook with this address" in words(
        staff.post(add, {"url": f"{URL}/2", "types": []})
    )


def test_staff_look_at_a_shop_s_and_switch_it(staff: Client) -> None:
    theirs = WebhookEndpointFactory()
    at = reverse("admin:orders_webhookendpoint_change", args=[theirs.pk])
    shown = words(staff.get(at))
    assert theirs.secret not in shown
    assert staff.post(at, {"url": URL}).status_code == 403
    staff.post(reverse("admin:orders_webhookendpoint_act", args=[theirs.pk, "off"]))
    theirs.refresh_from_db()
    assert not theirs.enabled


def test_staff_see_what_was_given_up_and_send_it_again(staff: Client) -> None:
    dead = WebhookDeliveryFactory(state="dead")
    start = words(staff.get(reverse("admin:index")))
    assert "Webhook messages given up" in start
    assert f"order.accepted → {dead.endpoint.host}" in start
    staff.post(reverse("admin:orders_webhookdelivery_act", args=[dead.pk, "replay"]))
    dead.refresh_from_db()
    assert dead.state == "waiting"


def test_mails_that_could_not_be_sent_are_seen_and_sent_again(staff: Client) -> None:
    key = job()
    start = words(staff.get(reverse("admin:index")))
    assert "Mails that could not be sent" in start
    assert "Every job has run." in start
    page = reverse("admin:orders_unsentmail_changelist")
    assert "a secret link" not in words(staff.get(page))
    one = reverse("admin:orders_unsentmail_change", args=[key])
    assert "a secret link" not in words(staff.get(one))
    again = staff.post(
        reverse("admin:orders_unsentmail_act", args=[key, "send-again"]), follow=True
    )
    assert again.redirect_chain[-1][0] == page
    assert "waiting to be sent" in words(again)
    assert not UnsentMail.objects.filter(status="failed").exists()
    assert "Every mail has gone out." in words(staff.get(reverse("admin:index")))
