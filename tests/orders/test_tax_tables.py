"""The tables behind tax and commission, and what an order that is written keeps of them."""

import re
from datetime import date
from importlib import import_module

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.constants import SellerKind, SellerRole
from accounts.models import Seller, SellerEvent
from books4all.lib.money import Money
from catalog.constants import EU
from catalog.models import SubjectWork
from orders.constants import TaxRemitter, TaxScheme
from orders.emails import placed as placed_letter
from orders.errors import BasketChangedError, TaxSettingsError
from orders.models import CommissionRule, OrderLine, RemitRule, SellerOrder, ShopTax, TaxRate
from orders.selectors.fees import fee_of
from orders.selectors.frozen_tax import frozen_lines
from orders.selectors.terms import rates_on
from orders.services import checkout, commission, shop_tax
from tests.factories.accounts import SellerFactory, StaffFactory
from tests.factories.catalog import DeliveryRateFactory, ListingFactory, SubjectFactory
from tests.factories.orders import (
    CommissionRuleFactory,
    RemitRuleFactory,
    ShopTaxFactory,
    TaxRateFactory,
)
from tests.orders.journeys import ADDRESS, BUYER, basket_with, placed, prepare, total_of
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db


def shop_in(country: str = "AU", **fields) -> Seller:
    """Return a shop that is registered for VAT in a country with no rates but those of the test."""
    seller: Seller = SellerFactory(country=country, vat_number="123", **fields)
    return seller


def copy(seller: Seller, *, post: int = 400, to: str = "*", **fields):
    fields = {"price_minor": 2000, "edition__form": "BB", "on_hand": 3} | fields
    DeliveryRateFactory(seller=seller, destination=to, first_minor=post, further_minor=0)
    return ListingFactory(seller=seller, **fields)


def order_to(country: str, *listings):
    basket = basket_with(*listings)
    return checkout.prepare(
        basket_id=basket.pk,
        expected_total=total_of(basket, country),
        address=ADDRESS | {"country": country},
        buyer=BUYER,
    )


@pytest.fixture
def five_percent() -> TaxRate:
    rate: TaxRate = TaxRateFactory()
    return rate


@pytest.mark.usefixtures("five_percent")
def test_an_order_keeps_its_tax() -> None:
    order = order_to("AU", copy(shop_in()))
    part = order.seller_orders.get()
    line = part.lines.get()
    assert (line.paid_minor, line.tax_minor, line.tax_bp) == (2000, 95, 500)
    assert (line.tax_scheme, part.tax_country) == (TaxScheme.STANDARD, "AU")
    assert (part.delivery_tax_minor, part.delivery_tax_bp, part.tax_added) == (19, 500, False)
    TaxRate.objects.update(rate_bp=900)
    (told,) = frozen_lines(SellerOrder.objects.get())
    assert (told.tax, told.net, told.bp) == (Money(114, "GBP"), Money(2400, "GBP"), 500)


def test_tax_on_top_is_part_of_the_total() -> None:
    TaxRate.objects.filter(country="US").delete()
    TaxRateFactory(country="US", rate_bp=800)
    RemitRule.objects.all().delete()
    RemitRuleFactory(destination="US", from_abroad=False)
    order = order_to("US", copy(SellerFactory(), edition__form="BC"))
    part = order.seller_orders.get()
    line = part.lines.get()
    assert (order.total_minor, order.tax_added_minor) == (2592, 192)
    assert order.payment.amount_minor == 2592
    assert (part.tax_added, part.tax_remitter) == (True, TaxRemitter.MARKETPLACE)
    assert (line.paid_minor, line.tax_minor) == (2160, 160)
    assert (part.delivery_paid_minor, part.delivery_tax_minor) == (432, 32)


@pytest.mark.usefixtures("five_percent")
def test_margin_scheme_is_kept_and_its_tax_is_told_to_nobody(client: Client) -> None:
    shop = shop_in()
    ShopTaxFactory(seller=shop, margin=True)
    prepare(basket_with(copy(shop, cost_minor=500, condition="good")))
    line = OrderLine.objects.get()
    assert (line.tax_scheme, line.tax_minor) == (TaxScheme.STANDARD, 0)  # exported
    order = order_to("AU", copy(shop, to="AU", cost_minor=500, condition="good"))
    line = order.seller_orders.get().lines.get()
    assert (line.tax_scheme, line.tax_minor, line.margin_tax_minor) == (TaxScheme.MARGIN, 0, 90)
    page = client.get(reverse("orders:track", args=[order.token])).content.decode()
    assert "VAT" not in page
    new = copy(shop, to="NZ", condition="new")
    line = order_to("AU", new).seller_orders.get().lines.get()
    assert line.tax_scheme == TaxScheme.STANDARD


def test_a_rate_that_changes_meanwhile_is_shown_before_it_is_paid(five_percent: TaxRate) -> None:
    TaxRate.objects.filter(country="US").delete()
    five_percent.country = "US"
    five_percent.save()
    RemitRuleFactory(destination="US", from_abroad=False)
    basket = basket_with(copy(SellerFactory()))
    seen = total_of(basket, "US")
    five_percent.rate_bp = 600
    five_percent.save()
    with pytest.raises(BasketChangedError) as refused:
        checkout.prepare(
            basket_id=basket.pk,
            expected_total=seen,
            address=ADDRESS | {"country": "US"},
            buyer=BUYER,
        )
    assert refused.value.extra["quote"].total == Money(2544, "GBP")


def test_commission_is_frozen_with_its_name(settings) -> None:
    settings.MARKETPLACE_VAT_NUMBER = "GB1"
    TaxRate.objects.filter(country="GB").delete()
    TaxRateFactory(country="GB", kind="fee", rate_bp=2000)
    shelf = SubjectFactory()
    listing = copy(SellerFactory(kind=SellerKind.PRIVATE))
    SubjectWork.objects.create(work=listing.edition.work, subject=shelf)
    CommissionRuleFactory(position=2, name="Usual")
    CommissionRuleFactory(position=1, name="Maps", subject=SubjectFactory(), percent_bp=100)
    CommissionRuleFactory(position=1, name="History", subject=shelf, percent_bp=500)
    line = prepare(basket_with(listing)).seller_orders.get().lines.get()
    assert (line.commission_minor, line.fee_tax_minor, line.commission_name) == (100, 20, "History")
    tried = fee_of(listing)
    assert (tried.fee.minor, tried.tax.minor, tried.kept.minor) == (100, 20, 1880)


def test_rates_overlap_no_rates() -> None:
    TaxRateFactory(valid_to=date(2026, 6, 30))
    TaxRateFactory(valid_from=date(2026, 7, 1), rate_bp=600)
    assert rates_on(date(2026, 6, 30), ["AU"]) == {("AU", "book"): 500}
    assert rates_on(date(2026, 7, 1), ["AU"]) == {("AU", "book"): 600}
    assert rates_on(date(2025, 7, 1), ["AU"]) == {}
    with pytest.raises(IntegrityError, match="taxrate_one_at_a_time"), transaction.atomic():
        TaxRateFactory(valid_from=date(2027, 1, 1))
    with pytest.raises(ValidationError, match="Give that one a last day first"):
        TaxRate(country="AU", kind="book", rate_bp=1, valid_from=date(2027, 1, 1)).full_clean()


def test_the_first_rates_are_possible() -> None:
    rows = import_module("orders.migrations.0007_rates_of_2026").rows()
    assert len({(country, kind) for country, kind, _bp, _source in rows}) == len(rows)
    assert all(0 <= bp <= 2700 and source for _country, _kind, bp, source in rows)
    countries = {country for country, *_rest in rows}
    assert countries == {*EU, "GB", "CH", "NO", "US"}
    by = {(country, kind): bp for country, kind, bp, _source in rows}
    assert all(by[country, "book"] <= by[country, "other"] for country in countries)


def test_rules_move_and_are_numbered() -> None:
    CommissionRule.objects.all().delete()
    first, second, third = (CommissionRuleFactory(position=n) for n in (4, 4, 9))
    assert commission.move(rule=third, steps=-1) == 2
    assert commission.move(rule=first, steps=-1) == 1
    order = CommissionRule.objects.order_by("position").values_list("pk", "position")
    assert list(order) == [(first.pk, 1), (third.pk, 2), (second.pk, 3)]


def test_staff_try_the_rules() -> None:
    CommissionRuleFactory(position=1, name="Usual ten")
    client = Client()
    client.force_login(StaffFactory())
    shop = SellerFactory()
    url = reverse("admin:orders_commissionrule_try")
    page = client.get(url, {"shop": shop.slug, "price": "20.00", "quantity": "1"})
    assert "Usual ten" in page.content.decode()
    assert "keeps £2.00" in page.content.decode()
    wrong = client.get(url, {"shop": "nobody", "price": "x", "quantity": "1"})
    assert "There is no shop at this address." in wrong.content.decode()


def test_staff_add_rules_in_percent_and_rates_are_ended_not_changed() -> None:
    client = Client()
    client.force_login(StaffFactory())
    new = {"name": "Half of ten", "active": "on", "percent_bp": "7.5", "currency": "GBP"}
    client.post(reverse("admin:orders_commissionrule_add"), new)
    assert CommissionRule.objects.get(name="Half of ten").percent_bp == 750
    wrong = client.post(reverse("admin:orders_commissionrule_add"), new | {"percent_bp": "101"})
    assert "Write a percentage from 0 to 100." in wrong.content.decode()
    rate = TaxRateFactory()
    url = reverse("admin:orders_taxrate_change", args=[rate.pk])
    client.post(url, {"rate_bp": "9", "valid_to": "2026-12-31", "source": "The Act"})
    rate.refresh_from_db()
    assert (rate.rate_bp, rate.valid_to, rate.source) == (500, date(2026, 12, 31), "The Act")


@pytest.mark.parametrize(
    ("shop", "said", "message"),
    [
        ({"kind": SellerKind.PRIVATE}, {"registered": True}, "Private people"),
        ({"vat_number": ""}, {"registered": True}, "Enter the VAT number"),
        ({}, {"margin": True}, "Only a shop that is registered"),
    ],
)
def test_settings_that_can_not_be_so(shop, said, message) -> None:
    seller = SellerFactory(**shop)
    values = {"registered": False, "margin": False, "destination": False} | said
    with pytest.raises(TaxSettingsError, match=message):
        shop_tax.change(seller=seller, actor=None, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShopTax.objects.create(seller=seller, registered=False, margin=True)


def test_the_shop_says_how_it_is_taxed(client: Client) -> None:
    shop = shop_in()
    client.force_login(member_of(shop, SellerRole.ACCOUNTING))
    url = reverse("selling:tax", args=[shop.slug])
    # Before it has said anything: registered, for it has a number.
    assert re.search(r'name="registered"[^>]*checked', client.get(url).content.decode())
    answer = client.post(url, {"registered": "on", "margin": "on"})
    assert answer.status_code == 302
    assert [str(m) for m in get_messages(answer.wsgi_request)]
    assert ShopTax.objects.get().margin
    assert SellerEvent.objects.get(action="tax.changed").subject == "registered, margin"
    refused = client.post(url, {"margin": "on"})
    assert refused.status_code == 422
    assert ShopTax.objects.get().registered


def test_what_is_tax_is_said_everywhere(client: Client) -> None:
    TaxRate.objects.filter(country="GB").delete()
    TaxRateFactory(country="GB")
    CommissionRuleFactory(name="Usual")
    shop = shop_in("GB")
    listing = copy(shop)
    same_site = {"sec-fetch-site": "same-origin"}
    client.post(reverse("orders:basket_add"), {"listing": listing.pk}, headers=same_site)
    for page in ("orders:basket", "orders:checkout"):
        assert "of which VAT 5%" in client.get(reverse(page)).content.decode(), page
    order = placed(listing)
    assert "£1.14" in client.get(reverse("orders:track", args=[order.token])).content.decode()
    letter = placed_letter(order.pk)
    assert letter is not None
    assert "of which VAT 5%: £1.14" in letter.text
    api = client.get(f"/api/v1/orders/track/{order.token}/").json()
    assert api["tax"]["amount_minor"] == 114
    assert [line["rate"] for line in api["tax_lines"]] == [500]
    client.force_login(member_of(shop))
    page = client.get(reverse("selling:order", args=[shop.slug, order.number])).content.decode()
    assert "Commission by the rule: Usual" in page
    assert "£22.00" in page


def test_shops_and_visitors_know_the_commission(client: Client) -> None:
    CommissionRule.objects.all().delete()
    page = client.get(reverse("pages:fees")).content.decode()
    assert "Today the marketplace keeps no commission" in page
    CommissionRuleFactory(name="Usual", floor_minor=50)
    shop = SellerFactory()
    CommissionRuleFactory(name="Agreed with one", seller=shop, percent_bp=500, position=0)
    page = client.get(reverse("pages:fees")).content.decode()
    assert "10% of the price, at least £0.50" in page
    assert "£21.00" in page
    assert "Agreed with one" not in page
    listing = copy(shop)
    client.force_login(member_of(shop))
    page = client.get(reverse("selling:listing", args=[shop.slug, listing.pk])).content.decode()
    assert "the marketplace keeps £1.00 (Agreed with one)" in page
