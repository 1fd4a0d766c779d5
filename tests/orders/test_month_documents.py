"""Monthly documents: the invoice for commission and the statement are the ledger's, to the penny."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.constants import SellerRole
from accounts.models import Seller
from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.constants import DocumentKind, EntryKind
from orders.models import Document, DocumentTax, JournalEntry, LedgerAccount, Posting
from orders.selectors.ledger import balances_of_seller
from orders.selectors.paperwork import lists, months
from orders.selectors.paperwork.months import Month
from orders.selectors.paperwork.tax_report import Period
from orders.services import documents, month_documents, postings, seller_orders
from tests.orders.journeys import jobs_waiting, run_jobs
from tests.orders.paperwork import bought, copy, given_back, posted, text_of, trader
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db
_NOW = datetime.now(UTC)


@pytest.fixture
def shop() -> Seller:
    return trader()


@pytest.fixture
def this() -> Month:
    return Month.of(timezone.localdate())


@pytest.fixture
def afterwards(this: Month) -> Iterator[None]:
    """Let the clock of Python be in the month after; what the database writes is of this one."""
    with time_machine.travel(this.end + timedelta(hours=5), tick=True):
        yield


def issued(shop: Seller, month: Month) -> dict[str, Document]:
    made = month_documents.issue_month(seller_id=shop.pk, month=month, currency="GBP")
    return {document.kind: document for document in made}


def a_month(shop: Seller) -> None:
    """Sell twice, give back a part, and release the first."""
    first, second = bought(copy(shop, 1999)), bought(copy(shop, 1200))
    with time_machine.travel(_NOW, tick=True):
        posted(first)
        posted(second)
        documents.issue_credit(refund_id=given_back(second, 450).pk)
    seller_orders.deliver(seller_order_id=first.pk, actor=None)
    postings.released(first, amount=Money(1000, "GBP"))


def test_the_statement_is_the_postings(shop: Seller, this: Month, afterwards: None) -> None:
    a_month(shop)
    statement = issued(shop, this)[DocumentKind.STATEMENT]
    own = Posting.objects.filter(account__seller=shop)
    sums = {
        kind: -n for kind, n in own.values_list("account__kind").annotate(n=Sum("amount_minor"))
    }
    closing = statement.content["closing"]
    assert {kind: n for kind, n in closing.items() if n} == {k: n for k, n in sums.items() if n}
    balances = balances_of_seller(shop, "GBP")
    assert closing == {kind.value: money.minor for kind, money in balances.items()}
    lines = statement.content["lines"]
    assert len(lines) == own.values("entry").distinct().count() == 4
    legs = sorted(n for line in lines for n in line["amounts"].values())
    assert legs == sorted(-n for n in own.values_list("amount_minor", flat=True))
    text = text_of(lists.pdf_of(statement))
    for wanted in ("Statement", "Earned by posting", "Refund after posting", "Ready for payout",
                   "£10.00 from “Earned, waiting” to “Ready for payout”", "Balance on the last day"):  # fmt: skip
        assert wanted in text, wanted


def test_the_table_of_the_statement_adds_up(shop: Seller, this: Month, afterwards: None) -> None:
    a_month(shop)
    statement = issued(shop, this)[DocumentKind.STATEMENT]
    rows = list(csv.DictReader(io.StringIO("".join(lists.csv_of(statement)).lstrip("\ufeff"))))
    moved = sum(Money.parse(row["yours"], "GBP").minor for row in rows[1:-1])
    assert moved == statement.total_minor
    assert Money.parse(rows[-1]["balance"], "GBP").minor == statement.total_minor
    assert any(row["yours"].startswith("-") for row in rows)  # a number, not a guarded text


def test_the_invoice_for_commission_is_the_postings(
    shop: Seller, this: Month, afterwards: None
) -> None:
    a_month(shop)
    invoice = issued(shop, this)[DocumentKind.COMMISSION_INVOICE]
    fees = Posting.objects.filter(account__kind__in=(A.COMMISSION, A.FEE_TAX))
    assert invoice.total_minor == -fees.aggregate(n=Sum("amount_minor"))["n"]
    taxes = fees.filter(account__kind=A.FEE_TAX)
    assert invoice.tax_minor == -taxes.aggregate(n=Sum("amount_minor"))["n"]
    assert [line["net"] > 0 for line in invoice.content["lines"]] == [True, True, False]
    text = text_of(lists.pdf_of(invoice))
    assert "VAT at 20%" in text
    assert "there is nothing to pay" in text
    assert "Vane Books Ltd" in text


def test_more_given_back_than_kept_is_a_credit_note(shop: Seller, this: Month) -> None:
    part = bought(copy(shop, 2000))
    posted(part)
    # Of a month in which there was the refund alone.
    before = this.previous
    entry = JournalEntry.objects.create(
        kind=EntryKind.REFUNDED_EARNED,
        source="refund:before",
        seller_order=part,
        order=part.order,
        legs=3,
        created_at=before.start + timedelta(days=3),
    )
    for kind, owner, amount in (
        (A.COMMISSION, None, 100),
        (A.FEE_TAX, None, 20),
        (A.SELLER_AVAILABLE, shop, -120),
    ):
        account, _new = LedgerAccount.objects.get_or_create(kind=kind, seller=owner, currency="GBP")
        Posting.objects.create(entry=entry, account=account, amount_minor=amount)
    credit = issued(shop, before)[DocumentKind.COMMISSION_CREDIT]
    assert (credit.total_minor, credit.tax_minor) == (120, 20)
    assert DocumentTax.objects.get(document=credit).gross_minor == -120
    # The next month begins where this one ended.
    with time_machine.travel(this.end + timedelta(hours=5)):
        statement = issued(shop, this)[DocumentKind.STATEMENT]
    earlier = Document.objects.get(kind=DocumentKind.STATEMENT, period=before.first)
    assert statement.content["opening"] == earlier.content["closing"]
    assert statement.content["opening"][A.SELLER_AVAILABLE] == 120


def test_between_traders_of_two_countries_the_charge_is_reversed(
    settings: Any, this: Month, afterwards: None
) -> None:
    settings.MARKETPLACE_COUNTRY, settings.MARKETPLACE_VAT_NUMBER = "IE", "IE1234567T"
    shop = trader(country="DE", vat_number="DE123456789")
    part = bought(copy(shop, 2000))
    part.lines.update(fee_tax_minor=0)
    posted(part)
    text = text_of(lists.pdf_of(issued(shop, this)[DocumentKind.COMMISSION_INVOICE]))
    assert "Reverse charge" in text
    assert "IE1234567T" in text
    assert "DE123456789" in text


def test_a_month_is_issued_once_and_told_once(shop: Seller, this: Month, afterwards: None) -> None:
    a_month(shop)
    assert month_documents.ask_for_month(month=this) == 1
    run_jobs(only=["orders.issue_month_of_shop"])
    month_documents.ask_for_month(month=this)
    run_jobs(only=["orders.issue_month_of_shop"])
    own = Document.objects.filter(period=this.first)
    assert sorted(own.values_list("kind", flat=True)) == ["commission_invoice", "statement"]
    assert jobs_waiting("orders.send_mail") >= 1
    from orders.emails import MESSAGES

    letter = MESSAGES["month_documents"](own.get(kind="statement").pk)
    assert letter is not None
    assert letter.to == shop.email
    assert f"/selling/{shop.slug}/documents/?month={this}" in letter.text


def test_a_month_that_is_not_over_has_no_documents(shop: Seller, this: Month) -> None:
    a_month(shop)
    with pytest.raises(ValueError, match="not over"):
        month_documents.issue_month(seller_id=shop.pk, month=this, currency="GBP")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(20, 5_000), min_size=1, max_size=30),
    st.sampled_from([0, 500, 700, 1900, 2000, 2100, 2550, 2700]),
)
def test_a_rate_is_found_again_from_its_amounts(nets: list[int], rate: int) -> None:
    # Commission of a penny or two says nothing of its rate: one of twenty pounds does.
    amounts = [(net, net * rate // 10_000) for net in (*nets, 2_000)]
    assert abs(months.rate_of(amounts) - rate) <= 50
    if len(nets) < 3:
        assert months.rate_of(amounts) == rate or rate % 100


def test_months_and_periods_read_what_they_write() -> None:
    december = Month.parse("2026-12")
    assert (str(december.next), str(december.previous)) == ("2027-01", "2026-11")
    assert december.last.isoformat() == "2026-12-31"
    assert december.end == datetime(2027, 1, 1, tzinfo=UTC)
    for text, last in (("2026-02", "2026-02-28"), ("2026-q4", "2026-12-31"), ("2026", "2026-12-31"),
                       ("2026-q1", "2026-03-31"), ("2026-12", "2026-12-31")):  # fmt: skip
        period = Period.parse(text)
        assert str(period) == text
        assert period.last.isoformat() == last
    for text in ("", "2026-13", "2026-q5", "26-01", "2026-x", "1999"):
        with pytest.raises(ValueError):  # noqa: PT011 any of them
            Period.parse(text)


# --- The shop's page -------------------------------------------------------------------------
def test_the_books_are_kept_by_who_keeps_them(
    client: Client, shop: Seller, this: Month, afterwards: None
) -> None:
    a_month(shop)
    statement = issued(shop, this)[DocumentKind.STATEMENT]
    invoice = Document.objects.filter(kind=DocumentKind.INVOICE).earliest("pk")
    page = f"/selling/{shop.slug}/documents/"
    client.force_login(member_of(shop, SellerRole.ORDERS))
    assert client.get(page).status_code == 403
    assert client.get(f"{page}{statement.pk}/").status_code == 404
    assert client.get(f"{page}{invoice.pk}/").status_code == 200
    number = invoice.seller_order.order.number  # type: ignore[union-attr]
    assert invoice.number in client.get(f"/selling/{shop.slug}/orders/{number}/").content.decode()
    client.force_login(member_of(shop, SellerRole.ACCOUNTING))
    html = client.get(page, {"month": str(this)}).content.decode()
    assert html.count("PDF</span>") == 5  # two invoices, a credit note, the two of the month
    assert "part=1" in html
    assert client.get(page, {"kind": "statement"}).content.decode().count("PDF</span>") == 1
    assert client.get(page, {"month": "nonsense"}).status_code == 404
    assert client.get(f"{page}{statement.pk}/").content.startswith(b"%PDF-")
    table = b"".join(client.get(f"{page}{statement.pk}/table/").streaming_content)  # type: ignore[attr-defined]
    assert table.decode().startswith("\ufeffdate,what,order")
    outsider = Client()
    outsider.force_login(member_of(trader(name="Another")))
    assert outsider.get(f"{page}{statement.pk}/").status_code == 404


def test_a_month_in_one_archive(
    client: Client, shop: Seller, this: Month, afterwards: None
) -> None:
    a_month(shop)
    issued(shop, this)
    client.force_login(member_of(shop, SellerRole.ACCOUNTING))
    response = client.get(f"/selling/{shop.slug}/documents/archive/", {"month": str(this)})
    packed = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    names = packed.namelist()
    assert packed.testzip() is None
    assert sum(name.endswith(".pdf") for name in names) == 5
    assert sum(name.endswith(".csv") for name in names) == 3  # the journal, commission, statement
    journal = packed.read(f"documents-{this}.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(journal)))
    sales = [Money.parse(row["gross"], "GBP").minor for row in rows if row["order"]]
    assert sum(sales) == sum(
        document.total_minor * (-1 if document.kind == DocumentKind.CREDIT_NOTE else 1)
        for document in Document.objects.filter(kind__in=lists.OF_SALES)
    )


def test_the_list_takes_the_same_queries_at_any_size(
    client: Client, shop: Seller, django_assert_num_queries: Any
) -> None:
    for _n in range(3):
        posted(bought(copy(shop)))
    client.force_login(member_of(shop, SellerRole.ACCOUNTING))
    client.get(f"/selling/{shop.slug}/documents/")
    # Session, user, membership (with its shop), documents with their orders, months, what waits.
    with django_assert_num_queries(6):
        client.get(f"/selling/{shop.slug}/documents/")
