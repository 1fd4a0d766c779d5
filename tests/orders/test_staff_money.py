"""Staff's pages about money: the ledger, the box that finds, the figures, and who may see them."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from orders.constants import AccountKind, RefusalReason
from orders.models import JournalEntry, LedgerAccount, Order, SellerOrder
from orders.selectors.money_figures import Period, ageing, bank, flow, percent, period
from orders.services import seller_orders
from orders.services.steps import Asked
from tests.factories.accounts import SellerFactory, SellerStandingFactory, StaffFactory, UserFactory
from tests.factories.catalog import IdentifierFactory, ListingFactory
from tests.orders.journeys import placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


@pytest.fixture
def order() -> Order:
    """A posted order of £6.00 and £2.80 of post."""
    order = placed(
        ListingFactory(price_minor=600, seller=SellerFactory(name="Cat & Candle", slug="cat"))
    )
    part = order.seller_orders.get()
    seller_orders.ship(
        seller_order_id=part.pk, carrier="Royal Mail", tracking_number="AB1GB", actor=None
    )
    return order


def clerk(*permissions: str) -> User:
    user: User = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def get(client: Client, name: str, *args: object, **data: str) -> str:
    response = client.get(reverse(f"admin:{name}", args=args), data)
    assert response.status_code == 200
    return response.content.decode()


# ---- the ledger ----


def test_an_order_leads_to_its_entries_and_they_to_accounts(staff: Client, order: Order) -> None:
    """The auditor's walk, page by page, as far as it goes by addresses."""
    page = get(staff, "orders_order_change", order.pk)
    url = f"account__kind__in={AccountKind.CLEARING}&amp;entry__kind__in=captured"
    assert url in page
    assert "£8.80" in page
    entries = staff.get(
        reverse("admin:orders_posting_changelist"), {"entry__order__id__exact": str(order.pk)}
    ).content.decode()
    entry = JournalEntry.objects.get(kind="captured")
    assert reverse("admin:orders_journalentry_change", args=[entry.pk]) in entries
    page = get(staff, "orders_journalentry_change", entry.pk)
    assert reverse("admin:orders_payment_change", args=[order.payment.pk]) in page
    assert page.count("£8.80") == 4  # two legs, and what each side comes to
    page = get(staff, "orders_payment_change", order.payment.pk)
    assert reverse("admin:orders_journalentry_change", args=[entry.pk]) in page
    pending = LedgerAccount.objects.get(kind=AccountKind.SELLER_PENDING)
    page = get(staff, "orders_ledgeraccount_change", pending.pk)
    assert "Cat &amp; Candle" in page
    assert reverse("admin:orders_order_change", args=[order.pk]) in page


def test_balances_as_of_a_day(staff: Client, order: Order) -> None:
    page = get(staff, "orders_ledgeraccount_changelist")
    assert "£8.80" in page
    assert "£8.80" not in get(staff, "orders_ledgeraccount_changelist", at="2020-01-01")
    today = f"{timezone.now():%Y-%m-%d}"
    assert "£8.80" in get(staff, "orders_ledgeraccount_changelist", at=today)
    assert "Write a day" in get(staff, "orders_ledgeraccount_changelist", at="soon")


# ---- the box ----


def test_one_row_is_opened_and_several_are_listed(staff: Client, order: Order) -> None:
    part = order.seller_orders.get()
    IdentifierFactory(edition=part.lines.get().listing.edition, value="9780141439549", type="15")
    parcel = part.shipments.get()
    expected = {
        order.number: ("orders_order_change", order.pk),
        order.number.replace("-", "").lower(): ("orders_order_change", order.pk),
        str(order.payment.pk): ("orders_payment_change", order.payment.pk),
        order.payment.reference: ("orders_payment_change", order.payment.pk),
        "AB1GB": ("orders_shipment_change", parcel.pk),
        "978-0-14-143954-9": ("orders_sellerorder_change", part.pk),
        "cat": ("accounts_seller_change", part.seller_id),
        "Hester@": ("orders_order_change", order.pk),
    }
    for typed, (name, pk) in expected.items():
        response = staff.get(reverse("admin:find"), {"q": typed})
        assert response.get("Location") == reverse(f"admin:{name}", args=[pk]), typed
    other = placed(ListingFactory())
    page = get(staff, "find", q="hester@example.org")
    assert str(order.pk) in page
    assert str(other.pk) in page
    assert "Nothing is called" in get(staff, "find", q="nowhere")
    assert "Nothing is called" not in get(staff, "find", q="")


@pytest.mark.parametrize(
    "typed",
    ["AAAA-BBBB", "9780141439549", "x@example.org", "word", "01890000-0000-7000-8000-000000000000"],
)
def test_finding_takes_few_queries(staff: Client, typed: str) -> None:
    url = reverse("admin:find")
    staff.get(url)
    with CaptureQueriesContext(connection) as captured:
        staff.get(url, {"q": typed})
    # The session, the user; then of its kinds at most four: number or book, payment, refund, parcel or shop.
    assert len(captured) <= 6


def test_who_may_not_see_a_row_does_not_find_it(client: Client, order: Order) -> None:
    client.force_login(clerk("view_order"))
    assert client.get(reverse("admin:find"), {"q": "cat"}).status_code == 200
    assert client.get(reverse("admin:find"), {"q": order.number}).status_code == 302


# ---- figures ----


def test_figures_of_this_month(staff: Client, order: Order) -> None:
    SellerStandingFactory(seller__name="=Late", orders=10, cancelled=3, due=7, in_time=5)
    page = get(staff, "money")
    for words in ("Take rate", "Waiting for release", "=Late", "70.0 %", "£8.80"):
        assert words in page
    now = timezone.now()
    of = Period(now.date().replace(day=1))
    row = flow(of).rows[-1]
    assert [str(cell) for cell in row[1:5]] == ["£8.80", "£8.80", "£0.00", "0.0 %"]
    together = ageing().rows[-1]
    assert [str(cell) for cell in together[1:]] == ["0", "£0.00", "1", "£8.80", "0", "£0.00"]


def test_what_is_held_is_aged(order: Order) -> None:
    SellerOrder.objects.update(created_at=timezone.now() - timedelta(days=20))
    placed(ListingFactory(price_minor=600))
    rows = [[str(cell) for cell in row[1:5]] for row in ageing().rows]
    assert rows[0] == ["1", "£8.80", "0", "£0.00"]
    assert rows[2] == ["0", "£0.00", "1", "£8.80"]


def test_what_the_bank_still_has_is_aged(staff: Client) -> None:
    lost = placed(ListingFactory(price_minor=600)).seller_orders.get()
    seller_orders.refuse(
        seller_order_id=lost.pk, reason=RefusalReason.NOT_FOUND, restock=False, asked=Asked(None)
    )
    today = timezone.now().date()
    for days, line in ((0, 0), (6, 2), (40, 4)):
        rows = [[str(cell) for cell in row] for row in bank(today=today + timedelta(days)).rows]
        assert rows[line][1:] == ["£8.80", "£0.00", "£8.80"]
        assert rows[-1] == ["Together", "£8.80", "£0.00", "£8.80"]
        assert sum(row[1] == "£8.80" for row in rows) == 2
    assert "Between the books and the bank, by age" in get(staff, "money")


def test_figures_take_as_many_queries_for_many_rows(staff: Client, order: Order) -> None:
    url = reverse("admin:money")
    staff.get(url)
    with CaptureQueriesContext(connection) as few:
        staff.get(url)
    placed(ListingFactory())
    with CaptureQueriesContext(connection) as many:
        staff.get(url, {"span": "12"})
    # The session, the user, sales, flow, ageing; what stands at the provider, on the way to shops, and to buyers;
    # health.
    assert len(many) == len(few) == 9


def test_tables_as_csv_are_no_formulas(staff: Client, order: Order) -> None:
    SellerStandingFactory(seller__name="=HYPERLINK(1)", orders=10, cancelled=3, due=7, in_time=5)
    for table in ("sales", "flow", "ageing", "bank", "health"):
        response = staff.get(reverse("admin:money_csv", args=[table]))
        assert response["Content-Type"].startswith("text/csv")
        rows = list(csv.reader(StringIO(response.content.decode())))
        assert len(rows) > 1
        if table == "sales":
            assert rows[1][1:] == ["1", "8.80", "2.80", "0.00"]
        if table == "health":
            assert rows[1][0] == "'=HYPERLINK(1)"
    assert staff.get(reverse("admin:money_csv", args=["nothing"])).status_code == 404


@pytest.mark.parametrize(
    ("name", "args", "permission"),
    [
        ("find", (), "view_order"),
        ("money", (), "view_posting"),
        ("money_csv", ("sales",), "view_posting"),
        ("orders_posting_changelist", (), "view_posting"),
        ("orders_checkrun_changelist", (), "view_checkrun"),
        ("orders_staffrequest_changelist", (), "view_staffrequest"),
    ],
)
def test_each_page_has_its_permission(
    client: Client, name: str, args: tuple[str, ...], permission: str
) -> None:
    url = reverse(f"admin:{name}", args=args)
    client.force_login(clerk())
    assert client.get(url).status_code == 403
    client.force_login(clerk(permission))
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("month", "span", "begins", "ends"),
    [
        ("2026-11", "1", "2026-11-01", "2026-12-01"),
        ("2026-01", "3", "2025-11-01", "2026-02-01"),
        ("2026-12", "12", "2026-01-01", "2027-01-01"),
        ("2026-12", "7", "2026-12-01", "2027-01-01"),
    ],
)
def test_periods(month: str, span: str, begins: str, ends: str) -> None:
    of = period(month, span)
    assert (f"{of.begins:%Y-%m-%d}", f"{of.ends:%Y-%m-%d}") == (begins, ends)


@pytest.mark.parametrize("month", ["", "never", "9999-12", "0001-01", "2026-13"])
def test_a_month_that_is_none_is_this_one(month: str) -> None:
    assert period(month, "1").last == timezone.now().date().replace(day=1)


def test_percentages_are_rounded_half_up() -> None:
    assert [percent(*pair) for pair in ((1, 8), (1, 3), (2, 3), (0, 5), (5, 0))] == [
        "12.5 %", "33.3 %", "66.7 %", "0.0 %", "–",
    ]  # fmt: skip


def test_what_is_nothing_is_a_dash(staff: Client, order: Order) -> None:
    account = LedgerAccount.objects.get(kind=AccountKind.CLEARING)
    entry = JournalEntry.objects.order_by("pk").first()
    assert entry is not None
    for row in (account, entry):
        page = get(staff, f"orders_{row._meta.model_name}_change", row.pk)
        assert ">None<" not in page
        assert "+00:00" not in page
        assert "<td>–</td>" in page.replace(' class="field-debit_shown"', "").replace(
            ' class="field-credit_shown"', ""
        )


def test_shops_without_a_fault_are_not_among_those_that_cancel(staff: Client) -> None:
    SellerStandingFactory(seller__name="Faultless", cancelled=0, claims=0, due=9, in_time=9)
    SellerStandingFactory(seller__name="Claimed against", cancelled=0, claims=1, due=9, in_time=9)
    page = get(staff, "money")
    assert "Claimed against" in page
    assert "Faultless" not in page
