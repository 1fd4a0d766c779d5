"""The shopper's pages: basket, checkout, payment and orders, with and without an account."""

import re

import pytest
from django.urls import reverse

from catalog.models import Listing
from orders.models import Basket, Order, SandboxPayment
from tests.factories.accounts import AddressFactory, UserFactory
from tests.factories.catalog import DeliveryRateFactory, ListingFactory
from tests.factories.promotions import PromotionFactory
from tests.orders.journeys import basket_with, placed

pytestmark = pytest.mark.django_db

SAME = {"HTTP_SEC_FETCH_SITE": "same-origin"}


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def add(client, listing, **data):
    return client.post(
        reverse("orders:basket_add"), {"listing": listing.pk, **data}, **SAME, follow=True
    )


def typed(client, **changes):
    """What a shopper types into the checkout, with the total that the page shows."""
    page = client.get(reverse("orders:checkout")).content.decode()
    total = re.search(r'name="total" value="(\d+)"', page)
    return {
        "email": "hester@example.org",
        "full_name": "Hester Lamb",
        "line1": "1 Mill Lane",
        "city": "Ludlow",
        "postcode": "sy81ab",
        "country": "GB",
        "total": total[1] if total else "0",
        **changes,
    }


def test_a_stranger_buys_from_two_shops(client):
    one, two = ListingFactory(), ListingFactory()
    add(client, one)
    page = add(client, two)
    assert "2 books in 2 parcels" in text(page)
    assert "£17.60" in text(page)
    response = client.post(reverse("orders:checkout"), typed(client))
    assert response.status_code == 302
    assert response.url.startswith("/sandbox-pay/")
    bank = client.get(response.url)
    assert "£17.60" in text(bank)
    paid = client.post(response.url, {"number": "4242 4242 4242 4242"})
    assert "/checkout/return/" in paid.url
    tracking = client.get(paid.url, follow=True)
    order = Order.objects.get()
    assert tracking.redirect_chain[-1][0] == reverse("orders:track", args=[order.token])
    assert order.number in text(tracking)
    assert order.postcode == "SY8 1AB"
    assert "Thank you, Hester Lamb" in text(tracking)
    assert "no-store" in tracking["Cache-Control"]
    assert "Your basket is empty" in text(client.get(reverse("orders:basket")))


def test_a_code_that_does_not_hold_stays_in_its_field_with_the_reason(client):
    add(client, ListingFactory(price_minor=600))
    path = reverse("orders:basket_code")
    response = client.post(path, {"code": "SPRlNG"})
    page = text(response)
    assert response.status_code == 422
    assert "<title>Error: Your basket" in page
    assert 'value="SPRlNG" aria-invalid="true"' in page
    assert page.count("There is no such code. Check it against your card or mail.") == 1
    assert "Enter the code" in text(client.post(path, {"code": ""}))
    PromotionFactory(code="SPRING", percent_bp=1000)
    used = client.post(path, {"code": "SPRING"}, follow=True)
    assert "−£0.60" in text(used)
    assert "aria-invalid" not in text(used)


def test_codes_at_checkout_keep_the_address_that_is_half_typed(client):
    add(client, ListingFactory(price_minor=600))
    path = reverse("orders:checkout")
    half = typed(client, line1="", city="Half a to")
    refused = client.post(path, {**half, "code": "SPRlNG", "use": "1"})
    page = text(refused)
    assert refused.status_code == 422
    assert 'value="SPRlNG" aria-invalid="true"' in page
    assert 'value="Half a to"' in page
    assert 'href="#id_line1"' not in page, "nobody has asked to pay yet"
    PromotionFactory(code="SPRING", percent_bp=1000)
    used = client.post(path, {**half, "code": "SPRING", "use": "1"})
    assert used.status_code == 200
    assert "−£0.60" in text(used)
    assert 'value="Half a to"' in text(used)
    key = used.context["quote"].codes[0].pk
    removed = text(client.post(path, {**half, "code": "", "remove": key}))
    assert "−£0.60" not in removed
    assert 'value="Half a to"' in removed
    unused = client.post(path, {**typed(client), "code": "NONE"})
    assert unused.status_code == 422, (
        "a code is not passed over because Enter presses another button"
    )
    assert not Order.objects.exists()


def test_errors_keep_what_was_typed_and_name_the_remedy(client):
    add(client, ListingFactory())
    response = client.post(
        reverse("orders:checkout"), typed(client, email="rosa.hale", postcode="YO1")
    )
    page = text(response)
    assert response.status_code == 422
    assert "<title>Error:" in page
    assert 'href="#id_email"' in page
    assert "Check the postcode: it should look like EH1 2NG" in page
    assert 'value="rosa.hale"' in page
    assert not Order.objects.exists()


def test_a_changed_price_is_shown_and_asked_about_again(client):
    listing = ListingFactory()
    add(client, listing)
    data = typed(client)
    Listing.objects.update(price_minor=700)
    response = client.post(reverse("orders:checkout"), data)
    assert response.status_code == 409
    assert "The price has changed from £6.00 to £7.00." in text(response)
    assert 'name="total" value="980"' in text(response)
    again = client.post(reverse("orders:checkout"), typed(client))
    assert again.status_code == 302
    assert Order.objects.get().total_minor == 980


def test_another_country_shows_its_delivery_before_it_is_paid(client):
    listing = ListingFactory()
    DeliveryRateFactory(seller=listing.seller, destination="EU", first_minor=900)
    add(client, listing)
    data = typed(client, country="FR", postcode="75001")
    response = client.post(reverse("orders:checkout"), data)
    assert response.status_code == 409
    assert "£15.00" in text(response)
    response = client.post(reverse("orders:checkout"), data | {"total": "1500"})
    assert response.status_code == 302
    assert Order.objects.get().delivery_minor == 900


@pytest.mark.parametrize(("country", "postcode"), [("FR", "7500"), ("FR", ""), ("US", "SY8 1AB")])
def test_postcodes_have_the_shape_of_their_country_here_as_over_the_api(client, country, postcode):
    add(client, ListingFactory())
    response = client.post(
        reverse("orders:checkout"), typed(client, country=country, postcode=postcode)
    )
    assert response.status_code == 422
    assert 'href="#id_postcode"' in text(response)


def test_delivery_chosen_at_checkout(client):
    listing = ListingFactory()
    DeliveryRateFactory(seller=listing.seller, service="express", first_minor=500)
    add(client, listing)
    data = typed(client, **{f"service-{listing.seller_id}": "express"})
    response = client.post(reverse("orders:checkout"), data)
    assert response.status_code == 409  # it costs more: the new total is shown first
    assert 'name="total" value="1100"' in text(response)
    assert client.post(reverse("orders:checkout"), data | {"total": "1100"}).status_code == 302
    assert Order.objects.get().seller_orders.get().service == "express"


def test_saved_addresses_fill_the_form(client):
    user = UserFactory(name="Ada Lamb")
    first = AddressFactory(user=user, is_default=True, line1="9 Quay")
    other = AddressFactory(user=user, line1="7 Hill")
    stranger = AddressFactory(line1="1 Secret Street")
    client.force_login(user)
    add(client, ListingFactory())
    assert 'value="9 Quay"' in text(client.get(reverse("orders:checkout")))
    page = text(client.get(reverse("orders:checkout"), {"address": other.pk}))
    assert 'value="7 Hill"' in page
    page = text(client.get(reverse("orders:checkout"), {"address": stranger.pk}))
    assert "Secret Street" not in page
    assert first.line1 in page


def test_declined_card_lets_the_buyer_try_again(client):
    add(client, ListingFactory())
    bank = client.post(reverse("orders:checkout"), typed(client)).url
    response = client.post(bank, {"card": "4000000000000002"})
    assert response.status_code == 402
    assert "The card was declined" in text(response)
    order = Order.objects.get()
    back = client.get(reverse("orders:pay_return", args=[order.payment.pk]))
    assert "Your payment is not complete" in text(back)
    assert "Your books are held for 15 more minutes." in text(back)
    again = client.post(reverse("orders:pay_again", args=[order.payment.pk]))
    assert again.url == bank
    client.post(bank, {"card": "4242424242424242"})
    client.get(reverse("orders:pay_return", args=[order.payment.pk]))
    order.refresh_from_db()
    assert order.status == "placed"
    assert SandboxPayment.objects.count() == 1


def test_three_d_secure_asks_first(client):
    add(client, ListingFactory())
    bank = client.post(reverse("orders:checkout"), typed(client)).url
    asked = client.post(bank, {"card": "4000000000003220"}, follow=True)
    assert "Your bank asks" in text(asked)
    refused = client.post(bank, {"confirm": "no"})
    assert refused.status_code == 402
    client.post(bank, {"card": "4000000000003220"})
    paid = client.post(bank, {"confirm": "yes"})
    assert "/checkout/return/" in paid.url


def test_slow_bank_shows_a_page_that_waits(client):
    add(client, ListingFactory())
    bank = client.post(reverse("orders:checkout"), typed(client)).url
    back = client.get(client.post(bank, {"card": "4000000000000077"}).url)
    assert "We are waiting for the bank" in text(back)
    assert 'http-equiv="refresh"' in text(back)


def test_a_real_looking_card_is_not_taken(client):
    add(client, ListingFactory())
    bank = client.post(reverse("orders:checkout"), typed(client)).url
    response = client.post(bank, {"number": "5555 5555 5555 4444"})
    assert response.status_code == 422
    assert SandboxPayment.objects.get().status == "open"


def test_basket_that_waits_for_payment_can_be_opened_again(client):
    listing = ListingFactory(on_hand=3)
    add(client, listing)
    client.post(reverse("orders:checkout"), typed(client))
    assert "waits for your payment" in text(client.get(reverse("orders:basket")))
    client.post(reverse("orders:basket_reopen"))
    listing.refresh_from_db()
    assert listing.held == 0
    assert "1 book" in text(client.get(reverse("orders:basket")))


def test_adding_while_an_order_waits_gives_the_payment_up(client):
    one, two = ListingFactory(), ListingFactory()
    add(client, one)
    bank = client.post(reverse("orders:checkout"), typed(client)).url
    assert "2 books" in text(add(client, two))
    assert "This payment was closed" in text(
        client.post(bank, {"card": "4242424242424242"}, follow=True)
    )
    assert SandboxPayment.objects.get().status == "cancelled"


def test_add_is_refused_from_other_sites_and_needs_no_token():
    from django.test import Client

    strict, listing = Client(enforce_csrf_checks=True), ListingFactory()
    url = reverse("orders:basket_add")
    refused = strict.post(url, {"listing": listing.pk}, HTTP_SEC_FETCH_SITE="cross-site")
    assert refused.status_code == 403
    assert not Basket.objects.exists()
    assert strict.post(url, {"listing": listing.pk}, **SAME).status_code == 302


def test_add_by_htmx_answers_with_a_toast(client):
    response = client.post(
        reverse("orders:basket_add"),
        {"listing": ListingFactory().pk},
        **SAME,
        HTTP_HX_REQUEST="true",
        HTTP_HX_TARGET="toasts",
    )
    assert response["HX-Trigger"] == "basket-changed"
    assert 'class="toast"' in text(response)


def test_sold_line_is_named_and_can_be_removed(client):
    listing = ListingFactory()
    add(client, listing)
    Listing.objects.update(status="withdrawn")
    page = client.get(reverse("orders:basket"))
    assert "No longer for sale" in text(page)
    assert "Go to checkout" not in text(page)
    line = Basket.objects.get().lines.get()
    page = client.post(
        reverse("orders:basket_update", args=[line.pk]), {"quantity": 0}, follow=True
    )
    assert "Your basket is empty" in text(page)


def test_other_peoples_orders_and_baskets_are_not_found(client):
    theirs = placed(ListingFactory(), user=UserFactory())
    client.force_login(UserFactory())
    assert client.get(reverse("orders:my_order", args=[theirs.number])).status_code == 404
    assert client.get(reverse("orders:track", args=["x" * 32])).status_code == 404
    line = basket_with(ListingFactory()).lines.get()
    client.post(reverse("orders:basket_update", args=[line.pk]), {"quantity": 0})
    line.refresh_from_db()
    assert line.quantity == 1


def test_my_orders_list_and_page(client):
    user = UserFactory()
    basket = basket_with(ListingFactory(), user=user)
    client.force_login(user)
    client.post(reverse("orders:checkout"), typed(client))
    client.post(
        f"/sandbox-pay/{SandboxPayment.objects.get().reference}/", {"card": "4242424242424242"}
    )
    order = Order.objects.get(basket=basket)
    client.get(reverse("orders:pay_return", args=[order.payment.pk]))
    page = client.get(reverse("orders:my_orders"))
    assert order.number in text(page)
    assert order.number in text(client.get(reverse("orders:my_order", args=[order.number])))


def test_header_says_what_is_in_the_basket(client):
    add(client, ListingFactory(on_hand=4), quantity=3)
    assert re.search(r"<b>3<", text(client.get(reverse("orders:header"))))


@pytest.mark.parametrize("shops", [1, 12])
def test_basket_page_query_count(client, django_assert_num_queries, shops):
    for _n in range(shops):
        add(client, ListingFactory())
    client.get(reverse("orders:basket"))
    # basket, waiting order, lines with books and shops, tax of shops, remitting, rates, choices, codes,
    # automatic offers
    with django_assert_num_queries(9):
        client.get(reverse("orders:basket"))


def test_order_page_query_count(client, django_assert_num_queries):
    order = placed(*[ListingFactory() for _n in range(6)])
    # order with payment, parcels with sellers, lines with books, shipments, refusals, extra postage,
    # cases, events, payments, refunds; on the page its documents as well
    with django_assert_num_queries(11):
        client.get(reverse("orders:track", args=[order.token]))
    with django_assert_num_queries(10):
        client.get(f"/api/v1/orders/track/{order.token}/")
