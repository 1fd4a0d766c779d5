"""Reports of the operator: VAT as the documents and the ledger have it, and sellers' years."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import SellerDetails
from accounts.services import applications
from books4all.lib.csv_cells import inert
from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.constants import DocumentKind, TaxRemitter
from orders.models import Document, DocumentTax, Posting, SellerOrder
from orders.selectors.paperwork import dac7, tax_report
from orders.selectors.paperwork.tax_report import Period
from orders.services import documents
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.payouts import IBAN
from tests.orders.paperwork import bought, copy, given_back, posted, trader
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db


def table(lines: Iterator[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines).lstrip("\ufeff"))))


def pence(text: str) -> int:
    return Money.parse(text, "GBP").minor


@pytest.fixture
def quarter() -> Period:
    today = timezone.localdate()
    return Period(today.year, quarter=(today.month - 1) // 3 + 1)


def sales_of_two_shops() -> None:
    """One shop remits its own tax, for the other the marketplace does; some is given back."""
    own, deemed = bought(copy(trader(), 2000)), bought(copy(trader(name="Far", country="US"), 3000))
    SellerOrder.objects.filter(pk=deemed.pk).update(tax_remitter=TaxRemitter.MARKETPLACE)
    margin = bought(copy(trader(name="Old"), 1500), scheme="margin")
    deemed.refresh_from_db()
    for part in (own, deemed, margin):
        posted(part)
    for part in (own, deemed):
        documents.issue_credit(refund_id=given_back(part, 700).pk)


def test_the_report_is_the_documents_and_the_ledger(quarter: Period) -> None:
    sales_of_two_shops()
    rows = list(tax_report.report(quarter))
    assert sum(row.gross for row in rows) == sum(
        one.total_minor * (-1 if one.kind == DocumentKind.CREDIT_NOTE else 1)
        for one in Document.objects.all()
    )
    by_us = [row for row in rows if row.remitter == TaxRemitter.MARKETPLACE.label]
    remitted = Posting.objects.filter(account__kind=A.SALES_TAX).aggregate(n=Sum("amount_minor"))
    assert sum(row.tax for row in by_us) == -remitted["n"] > 0
    assert {(row.country_from, row.country_to) for row in by_us} == {("US", "GB")}
    schemes = {row.scheme: row.tax for row in rows}
    assert schemes["Margin scheme for second-hand goods"] == 0


def test_the_table_of_vat_tells_shops_apart(quarter: Period) -> None:
    sales_of_two_shops()
    rows = table(tax_report.table(quarter, by_shop=True))
    assert {row["shop"] for row in rows} == {"Saltmarsh Books", "Far", "Old"}
    assert {row["period"] for row in rows} == {str(quarter)}
    assert sum(pence(row["vat"]) for row in rows) == sum(
        DocumentTax.objects.values_list("tax_minor", flat=True)
    )
    assert table(tax_report.table(Period(quarter.year - 1))) == []


def test_the_report_takes_one_query(quarter: Period, django_assert_num_queries: Any) -> None:
    sales_of_two_shops()
    # Sums by remitter, countries, scheme and rate.
    with django_assert_num_queries(1):
        list(tax_report.report(quarter))


# --- Sellers' years --------------------------------------------------------------------------
def test_a_seller_s_year_is_what_it_had(settings: Any) -> None:
    settings.DAC7_SMALL_MINOR = 1_000
    shop = trader(register_number="01234567")
    SellerDetails.objects.create(seller=shop, account_holder="Vane", account_number="GB33BUKB1234")
    part, other = bought(copy(shop, 2000)), bought(copy(shop, 1000))
    posted(part)
    posted(other)
    given_back(part, 500)
    (one,) = dac7.report(timezone.localdate().year)
    had = Posting.objects.filter(account__seller=shop).aggregate(n=Sum("amount_minor"))["n"]
    fees = Posting.objects.filter(account__kind__in=(A.COMMISSION, A.FEE_TAX))
    assert one.consideration == -had
    assert one.fees == -fees.aggregate(n=Sum("amount_minor"))["n"]
    assert (one.sales, one.taxes, one.is_excluded) == (2, 0, False)
    (row,) = table(dac7.table(timezone.localdate().year))
    n = (timezone.localdate().month - 1) // 3 + 1
    assert pence(row[f"q{n}_consideration"]) == one.consideration
    assert (row["name"], row["vat_number"], row["account"], row["register_number"]) == (
        "Vane Books Ltd",
        "GB123456789",
        "GB33BUKB1234",
        "01234567",
    )
    # Its register and VAT numbers are no tax number.
    assert (row["kind"], row["missing"]) == ("entity", "tin")


def test_a_person_is_reported_with_where_they_live() -> None:
    shop = trader(kind="private", vat_number="", street="")
    facts = {
        "tax_number": "11223 44556",
        "birth_date": date(1970, 12, 31),
        "home_street": "3 Quay Street",
        "home_postcode": "nr23 1ab",
    }
    applications.set_tax_facts(seller=shop, actor=member_of(shop), **facts)
    applications.set_account(
        seller=shop, actor=member_of(shop), account_holder="Vane", account_number=IBAN
    )
    posted(bought(copy(shop, 2000), scheme="none"))
    (row,) = table(dac7.table(timezone.localdate().year, everybody=True))
    assert (row["tin"], row["birth_date"]) == ("11223 44556", "1970-12-31")
    assert (row["street"], row["postcode"]) == ("3 Quay Street", "NR23 1AB")
    assert (row["kind"], row["missing"]) == ("individual", "")


def test_who_sold_little_is_left_out() -> None:
    posted(bought(copy(trader(kind="private", vat_number="", street=""), 2000), scheme="none"))
    year = timezone.localdate().year
    assert table(dac7.table(year)) == []
    (row,) = table(dac7.table(year, everybody=True))
    assert (row["excluded"], row["kind"]) == ("yes", "individual")
    assert row["missing"].split() == ["address", "account", "tin", "birth_date"]


@given(st.integers(0, 60), st.integers(0, 400_000))
def test_thirty_sales_or_more_than_two_thousand_are_reported(sales: int, had: int) -> None:
    year = dac7.SellerYear(
        seller=None, currency="GBP", quarters={1: dac7.Quarter(had, sales=sales)}
    )  # type: ignore[arg-type]
    assert year.is_excluded == (sales < 30 and had <= 170_000)


def test_a_name_is_no_formula() -> None:
    posted(bought(copy(trader(name="=HYPERLINK(1)", legal_name="@SUM(A1)"), 2000)))
    (row,) = table(dac7.table(timezone.localdate().year, everybody=True))
    assert row["name"] == "'@SUM(A1)"
    assert inert(Money(-450, "GBP").amount) == "-4.50"


# --- In the administration -------------------------------------------------------------------
VAT, SELLERS = "/admin/orders/document/vat/", "/admin/orders/document/sellers/"


def test_staff_choose_a_period_and_take_the_table(client: Client, quarter: Period) -> None:
    sales_of_two_shops()
    client.force_login(StaffFactory())
    page = client.get(VAT, {"of": str(quarter)}).content.decode()
    assert "20%" in page
    assert "The marketplace" in page
    assert client.get(VAT, {"of": "nonsense"}).status_code == 200
    sent = b"".join(client.get(VAT, {"of": str(quarter), "as": "csv"}).streaming_content)  # type: ignore[attr-defined]
    assert sent.decode().count("\n") == 4  # heads, two remitters at 20%, the margin scheme
    year = timezone.localdate().year
    page = client.get(SELLERS, {"of": year}).content.decode()
    assert "Saltmarsh Books" in page
    assert "too little" in page
    assert client.get("/admin/orders/document/").content.decode().count(VAT) == 1
    document = Document.objects.earliest("pk")
    pdf = client.get(f"/admin/orders/document/{document.pk}/pdf/")
    assert pdf.content.startswith(b"%PDF-")


def test_private_details_need_their_own_permission(client: Client) -> None:
    clerk = UserFactory(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(clerk)
    assert client.get(VAT).status_code == 200
    assert client.get(SELLERS).status_code == 403
