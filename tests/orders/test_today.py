"""The dashboard of a shop: what it shows, to whom, and in how many queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.constants import SellerRole
from accounts.models import Seller, SellerMember
from catalog.constants import Condition, ListingStatus
from catalog.models import Listing, StockTally
from catalog.selectors import shelf_care, shop_stock
from catalog.services import tallies
from orders.constants import PostageStatus, SellerOrderStatus
from orders.selectors import today as reads
from orders.selectors.seller_orders import Filters, Tab, orders_in
from orders.templatetags import selling
from tests.factories.accounts import SellerFactory, SellerMemberFactory, SellerStandingFactory
from tests.factories.catalog import (
    DeliveryRateFactory,
    EditionFactory,
    ListingFactory,
    SellerReviewFactory,
)
from tests.factories.orders import (
    ExtraPostageFactory,
    MessageFactory,
    OrderFactory,
    OrderLineFactory,
    SellerOrderFactory,
    ThreadFactory,
)

pytestmark = pytest.mark.django_db

# A Thursday.
NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def member() -> SellerMember:
    return SellerMemberFactory(seller__name="Saltmarsh Books", seller__dispatch_days=2)


def signed_in(member: SellerMember) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def page_of(member: SellerMember, **query: str) -> Any:
    return signed_in(member).get(reverse("selling:today", args=[member.seller.slug]), query)


def sold(seller: Seller, placed_at: datetime, **fields: Any) -> Any:
    part = SellerOrderFactory(
        seller=seller, order=OrderFactory(placed_at=placed_at), dispatch_days=2, **fields
    )
    OrderLineFactory(seller_order=part)
    return part


def stock(seller: Seller, copies: int) -> None:
    """Put copies on the shelf that need something, each beside a cheaper one elsewhere."""
    for _n in range(copies):
        edition = EditionFactory()
        ListingFactory(seller=seller, edition=edition, price_minor=950, condition=Condition.GOOD)
        ListingFactory(edition=edition, price_minor=380, condition=Condition.FINE)
        ListingFactory(seller=seller, status=ListingStatus.SOLD, on_hand=0)
        ListingFactory(seller=seller, status=ListingStatus.DRAFT)


def a_full_shop(seller: Seller, size: int) -> None:
    SellerStandingFactory.create_batch(1, seller=seller) if size == 1 else None
    stock(seller, size)
    for n in range(size):
        sold(seller, NOW - n * DAY)
        MessageFactory(thread=ThreadFactory(listing=ListingFactory(seller=seller)))
        SellerReviewFactory(seller=seller, published_at=NOW)


def test_the_page_takes_the_same_queries_at_any_size(member: SellerMember) -> None:
    with time_machine.travel(NOW, tick=False):
        a_full_shop(member.seller, 1)
        client = signed_in(member)
        path = reverse("selling:today", args=[member.seller.slug])
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get(path)
        a_full_shop(member.seller, 12)
        with CaptureQueriesContext(connection) as many:
            response = client.get(path, {"chart": "months"})
    assert response.status_code == 200
    # 1, 2 the session and who asks; 3 their place in the team;
    # 4 copies of each state; 5 what needs care; 6 listed this week; 7, 8 sold out and drafts;
    # 9 the copies shown, with the lowest prices elsewhere;
    # 10 orders to post; 11 those shown; 12 their lines and books; 13 sales by day;
    # 14 standing; 15 unread conversations; 16 their last messages; 17 cases; 18 reviews;
    # 19 the menu's badges.
    assert len(few) == len(many) == 19, [q["sql"][:120] for q in many]


def test_what_must_go_first_stands_first(member: SellerMember) -> None:
    with time_machine.travel(NOW, tick=False):
        due_today = sold(member.seller, NOW - 2 * DAY)
        in_time = sold(member.seller, NOW)
        overdue = sold(member.seller, NOW - 3 * DAY)
        sold(member.seller, NOW - 9 * DAY, status=SellerOrderStatus.SHIPPED)
        sold(SellerFactory(), NOW - 9 * DAY)
        found = reads.to_post(member.seller, NOW.date())
        text = page_of(member).content.decode()
    assert [part.pk for part in found.rows] == [overdue.pk, due_today.pk, in_time.pk]
    assert (found.count, found.overdue, found.due_today) == (3, 1, 1)
    assert "3 orders to post. One is overdue." in text
    assert "Overdue since 18 November" in text


def test_a_deadline_stands_still_while_the_buyer_is_asked_for_extra_postage(
    member: SellerMember,
) -> None:
    with time_machine.travel(NOW - DAY, tick=False) as clock:
        part = sold(member.seller, NOW - 3 * DAY)
        extra = ExtraPostageFactory(seller_order=part)
        clock.move_to(NOW)
        overdue, path = Filters(overdue=True), reverse("selling:orders", args=[member.seller.slug])

        def overdue_numbers() -> list[str]:
            found = orders_in(member.seller, Tab.WAITING, overdue)
            return [one.order.number for one in found]

        asked = reads.to_post(member.seller, NOW.date())
        assert (asked.count, asked.overdue, asked.due_today) == (1, 0, 0)
        assert overdue_numbers() == []
        assert "Buyer is asked" in page_of(member).content.decode()
        assert "Buyer is asked" in signed_in(member).get(path).content.decode()
        # Answered after one day: that day is added, so the order that was due yesterday is due today.
        extra.status, extra.answered_at = PostageStatus.REFUSED, NOW
        extra.save()
        answered = reads.to_post(member.seller, NOW.date())
        assert (answered.count, answered.overdue, answered.due_today) == (1, 0, 1)
        assert "Buyer is asked" not in page_of(member).content.decode()
        clock.move_to(NOW + DAY)
        assert reads.to_post(member.seller, NOW.date() + DAY).overdue == 1
        assert overdue_numbers() == [part.order.number]


def test_a_promise_of_the_day_of_the_order_stays_that(member: SellerMember) -> None:
    with time_machine.travel(NOW, tick=False):
        sold(member.seller, NOW - 2 * DAY)
        Seller.objects.filter(pk=member.seller_id).update(dispatch_days=0)
        assert reads.to_post(member.seller, NOW.date()).overdue == 0


def test_this_month_stands_beside_the_same_days_of_the_last(member: SellerMember) -> None:
    october = datetime(2026, 10, 19, 23, 30, tzinfo=UTC)
    with time_machine.travel(NOW, tick=False):
        sold(member.seller, NOW)
        sold(member.seller, datetime(2026, 11, 1, tzinfo=UTC))
        sold(member.seller, NOW, status=SellerOrderStatus.CANCELLED)
        sold(member.seller, october)
        sold(member.seller, october + DAY)
        sold(SellerFactory(), NOW)
        found = reads.sales(member.seller, NOW.date(), months=False)
        years = reads.sales(member.seller, NOW.date(), months=True)
    assert (found.month.orders, found.month.amount.minor) == (2, 2 * 880)
    assert (found.before.orders, found.before.last.isoformat()) == (1, "2026-10-19")
    assert found.change == 100
    assert len(found.chart) == 30
    assert sum(bar.orders for bar in found.chart) == 2
    assert len(years.chart) == 12
    assert [bar.orders for bar in years.chart[-2:]] == [2, 2]
    assert years.chart[0].first.isoformat() == "2025-12-01"


@pytest.mark.parametrize("day", ["2026-03-31", "2026-01-01", "2028-02-29"])
def test_months_of_other_lengths_are_compared_as_far_as_they_go(
    member: SellerMember, day: str
) -> None:
    today = datetime.fromisoformat(day).date()
    found = reads.sales(member.seller, today, months=True)
    assert found.before.last < found.month.first
    assert found.chart[-1].last == today
    assert all(
        one.last + DAY == two.first for one, two in zip(found.chart, found.chart[1:], strict=False)
    )


def test_copies_that_need_somebody_are_counted_and_named(member: SellerMember) -> None:
    stock(member.seller, 3)
    edition = EditionFactory()
    # Dearer, but the cheap one is in a worse state: that is no comparison.
    ListingFactory(seller=member.seller, edition=edition, price_minor=950, condition=Condition.FINE)
    ListingFactory(edition=edition, price_minor=300, condition=Condition.POOR)
    old = datetime.now(UTC) - timedelta(days=400)
    ListingFactory(seller=member.seller, price_minor=500, listed_at=old)
    shelf = shelf_care.shelf_of(member.seller)
    assert shelf.care is not None
    assert (shelf.care.priced_high, shelf.care.long_here) == (3, 1)
    assert (shelf.live, shelf.sold_out, shelf.drafts) == (5, 3, 3)
    assert [one.need for one in shelf.needy if one.need == "high"] == ["high"] * 2
    assert {str(one.lowest) for one in shelf.needy if one.need == "high"} == {"£3.80"}


def test_the_lowest_elsewhere_is_of_as_good_a_copy_here_as_in_the_stock_list(
    member: SellerMember,
) -> None:
    edition = EditionFactory()
    mine = ListingFactory(
        seller=member.seller, edition=edition, price_minor=950, condition=Condition.FINE
    )
    ListingFactory(edition=edition, price_minor=300, condition=Condition.POOR)
    assert [one.lowest for one in shelf_care.shelf_of(member.seller).needy] == [None]
    ListingFactory(edition=edition, price_minor=900, condition=Condition.FINE)
    assert [str(one.lowest) for one in shelf_care.shelf_of(member.seller).needy] == ["£9.00"]
    rows = shop_stock.for_page(Listing.objects.filter(pk=mine.pk))
    assert [row.lowest_here for row in rows] == [900]


def test_a_closed_shop_s_prices_are_no_comparison(member: SellerMember) -> None:
    stock(member.seller, 1)
    Seller.objects.exclude(pk=member.seller_id).update(closed_from="2020-01-01")
    assert shelf_care.count_care(member.seller_id).priced_high == 0


def test_a_large_shop_is_counted_at_night(
    member: SellerMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_care, "COUNTED_AT_ONCE", 4)
    monkeypatch.setattr(tallies, "COUNTED_AT_ONCE", 4)
    stock(member.seller, 2)
    assert shelf_care.shelf_of(member.seller).care is None
    assert "counted each night" in page_of(member).content.decode()
    assert tallies.count_large_shops() == 1
    assert shelf_care.shelf_of(member.seller).care.priced_high == 2  # type: ignore[union-attr]
    assert "as counted on" in page_of(member).content.decode()
    monkeypatch.setattr(tallies, "COUNTED_AT_ONCE", 400)
    tallies.count_large_shops()
    assert not StockTally.objects.exists()


MONEY, STOCK, POST = "Sales this month", "Copies that need you", 'id="post"'


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        (SellerRole.OWNER, (MONEY, STOCK, POST), ()),
        (SellerRole.ORDERS, (MONEY, POST), (STOCK,)),
        (SellerRole.ACCOUNTING, (MONEY,), (STOCK, POST)),
        (SellerRole.INVENTORY, (STOCK,), (MONEY, POST, "£8.80")),
    ],
)
def test_each_sees_what_their_task_needs(
    member: SellerMember, role: SellerRole, seen: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    sold(member.seller, datetime.now(UTC))
    SellerMember.objects.filter(pk=member.pk).update(roles=[role])
    text = page_of(member).content.decode()
    assert [words for words in seen if words not in text] == []
    assert [words for words in hidden if words in text] == []


def test_an_empty_shop_is_told_what_to_do_next(member: SellerMember) -> None:
    DeliveryRateFactory(seller=member.seller)
    text = page_of(member).content.decode()
    assert "Welcome to your shop" in text
    assert "Sales this month" not in text
    assert text.count('<span class="badge badge--good">') == 1


def test_the_chart_has_a_table_with_a_link_a_bar(member: SellerMember) -> None:
    sold(member.seller, datetime.now(UTC))
    text = page_of(member, chart="months").content.decode()
    assert 'role="img" aria-label="Sales per month, the last 12 months"' in text
    table = text.split("<details>")[1].split("</table>")[0]
    assert table.count("<tr>") == 13
    assert "£8.80" in table


def test_the_menu_counts_what_waits_in_one_query(
    member: SellerMember, django_assert_num_queries: Any
) -> None:
    sold(member.seller, datetime.now(UTC))
    ThreadFactory.create_batch(2, listing__seller=member.seller)
    ThreadFactory(listing__seller=member.seller, seller_archived=True)
    ThreadFactory(listing__seller=member.seller, seller_unread=0)
    ThreadFactory()
    with django_assert_num_queries(1):
        now = selling.waiting(member.seller)
    assert (now.orders, now.messages) == (1, 2)


def test_the_header_leads_those_who_sell_to_their_shop(member: SellerMember) -> None:
    path = reverse("orders:header")
    assert "Your shop" in signed_in(member).get(path).content.decode()
    assert "Your shop" not in Client().get(path).content.decode()
