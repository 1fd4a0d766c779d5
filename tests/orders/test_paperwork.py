"""Invoices, receipts and credit notes: what stands on them, and that they add up to what was earned."""

import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import Error

from accounts.models import User
from orders.constants import DocumentKind, EntryKind, RefusalReason, TaxRemitter
from orders.models import Document, DocumentTax, Posting, SellerOrder, Shipment
from orders.selectors.paperwork import lists
from orders.selectors.paperwork.drafts import content_hash
from orders.services import documents, seller_orders
from tests.factories.accounts import UserFactory
from tests.orders.journeys import jobs_waiting, run_jobs
from tests.orders.paperwork import bought, copy, given_back, posted, text_of, trader

pytestmark = pytest.mark.django_db


def words_of(document: Document) -> str:
    return text_of(lists.pdf_of(document))


def tax_by_rate(document: Document) -> dict[int, int]:
    return dict(document.taxes.values_list("rate_bp", "tax_minor"))


# --- What stands on them ---------------------------------------------------------------------
def test_an_invoice_has_what_the_law_wants(settings) -> None:  # type: ignore[no-untyped-def]
    part = bought(copy(trader(), 1200))
    invoice = posted(part)
    text = words_of(invoice)
    assert invoice.number == f"INV-{part.seller_id}-{invoice.issued_at.year}-00001"
    for wanted in (
        "Invoice", invoice.number, "Saltmarsh Books", "Vane Books Ltd", "3 Quay Street", "GB123456789",
        "Hester Lamb", "1 Mill Lane", part.order.number,
        # Price of one and sum without tax, rate, tax, with tax; the delivery.
        "£10.00 20% £10.00 £12.00", "VAT at 20% £2.46", "Total £14.80",
        f"Issued by {settings.MARKETPLACE_NAME} in the name and on behalf of Saltmarsh Books.",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert invoice.total_minor == 1480
    assert tax_by_rate(invoice) == {2000: 246}


def test_the_margin_scheme_is_named_and_its_tax_is_not() -> None:
    part = bought(copy(trader(), 1200), scheme="margin")
    text = words_of(posted(part))
    assert "Margin scheme – second-hand goods" in text
    assert "VAT at" not in text
    assert "£12.00 £12.00" in text


def test_a_private_person_gives_a_receipt_and_stays_private() -> None:
    seller = trader(kind="private", legal_name="Ada Private", vat_number="")
    receipt = posted(bought(copy(seller), scheme="none"))
    text = words_of(receipt)
    assert receipt.kind == DocumentKind.RECEIPT
    assert "Receipt" in text
    assert "Sold by a private person. No VAT is charged." in text
    assert "Ada Private" not in text
    assert "3 Quay Street" not in text
    assert "Ada Private" not in json.dumps(receipt.content)


def test_a_shop_without_a_vat_number_says_so() -> None:
    text = words_of(posted(bought(copy(trader(vat_number="")), scheme="none")))
    assert "Saltmarsh Books is not registered for VAT" in text


def test_where_the_marketplace_owes_the_tax_it_is_the_issuer(settings) -> None:  # type: ignore[no-untyped-def]
    settings.OPERATOR_NAME, settings.MARKETPLACE_VAT_NUMBER = "Street of Books Ltd", "GB999999973"
    part = bought(copy(trader(country="US")))
    SellerOrder.objects.filter(pk=part.pk).update(tax_remitter=TaxRemitter.MARKETPLACE)
    invoice = posted(part)
    text = words_of(invoice)
    assert invoice.is_by_marketplace
    assert invoice.number.startswith("INV-20")
    assert "VAT number GB999999973" in text
    assert "Sold and posted by Saltmarsh Books. Street of Books Ltd pays the VAT" in text


def test_nothing_of_the_commission_is_on_a_buyer_s_document() -> None:
    invoice = posted(bought(copy(trader(), 1200)))
    assert "commission" not in json.dumps(invoice.content).lower()


def test_the_same_content_is_the_same_file_for_ever() -> None:
    invoice = posted(bought(copy(trader())))
    first = lists.pdf_of(invoice)
    again = Document.objects.get(pk=invoice.pk)
    type(again.seller).objects.filter(pk=again.seller_id).update(legal_name="Another Ltd")
    assert lists.pdf_of(again) == first
    assert content_hash(again.content) == again.content_hash
    assert b"pdfaid" in first  # an archive's PDF, and an accessible one
    assert b"pdfuaid" in first


# --- Adding up -------------------------------------------------------------------------------
def earned(part: SellerOrder, kind: EntryKind) -> int:
    """Return what the ledger says that posting has earned or refunds have taken, all shares together."""
    legs = Posting.objects.filter(entry__seller_order=part, entry__kind=kind)
    return abs(sum(legs.filter(amount_minor__gt=0).values_list("amount_minor", flat=True)))


def test_every_parcel_has_its_invoice_and_refused_copies_have_none() -> None:
    shop = trader()
    part = bought(copy(shop, 1000), copy(shop, 1200), copy(shop, 1500))
    first, second, third = part.lines.order_by("pk")
    asked = seller_orders.Asked(None)
    one = seller_orders.post(
        seller_order_id=part.pk, carrier="Royal Mail", copies={first.pk: 1}, asked=asked
    )
    seller_orders.refuse(
        seller_order_id=part.pk,
        reason=RefusalReason.NOT_FOUND,
        copies={second.pk: 1},
        restock=False,
        asked=asked,
    )
    two = seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    # In the wrong order: the delivery is with the first parcel all the same.
    later, sooner = (documents.issue_sale(shipment_id=it.pk) for it in (two, one))
    titles = {it["title"] for made in (sooner, later) for it in made.content["lines"]}
    assert titles == {first.title, third.title, ""}
    assert [line["title"] for line in sooner.content["lines"]] == [first.title, ""]
    assert sooner.total_minor + later.total_minor == earned(part, EntryKind.FULFILLED)
    part.refresh_from_db()
    assert sooner.total_minor == first.paid_minor + part.delivery_paid_minor
    # What was paid back before it was posted is on no document.
    run_jobs(only=["orders.issue_credit_note", "orders.issue_sale_document"])
    assert Document.objects.count() == 2


def test_credit_notes_come_to_the_refunds_to_the_penny() -> None:
    part = bought(copy(trader(), 1337))
    invoice = posted(part)
    notes = []
    for pence in (333, 1, 1003):
        refund = given_back(part, pence)
        note = documents.issue_credit(refund_id=refund.pk)
        assert note is not None
        assert note.total_minor == refund.amount_minor == pence
        assert note.refers_to == invoice
        assert invoice.number in words_of(note)
        notes.append(note)
    assert [note.sequence for note in notes] == [1, 2, 3]
    assert sum(note.total_minor for note in notes) == earned(part, EntryKind.REFUNDED_EARNED)
    # All of the book is given back: what is left of the tax is that of the delivery.
    tax = part.lines.get().tax_minor
    assert sum(note.tax_minor for note in notes) == tax
    left = sum(DocumentTax.objects.values_list("tax_minor", flat=True))
    assert left == invoice.tax_minor - tax == part.delivery_tax_minor


# --- When ------------------------------------------------------------------------------------
def test_a_parcel_and_a_refund_ask_for_their_documents_once() -> None:
    part = bought(copy(trader()))
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    refund = given_back(part, 100)
    assert (
        jobs_waiting("orders.issue_sale_document"),
        jobs_waiting("orders.issue_credit_note"),
    ) == (1, 1)
    # The note's job comes first: it issues the invoice that it needs.
    run_jobs(only=["orders.issue_credit_note"])
    run_jobs(only=["orders.issue_sale_document"])
    documents.issue_credit_after_sales(refund_id=refund.pk)
    kinds = list(Document.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE]


def test_a_parcel_is_posted_though_its_document_can_t_be_made(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def broken(*_args: object, **_kwargs: object) -> bytes:
        raise RuntimeError("no paper")

    monkeypatch.setattr("books4all.lib.typeset.typst.compile", broken)
    monkeypatch.setattr("orders.services.documents.write", broken)
    part = bought(copy(trader()))
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    part.refresh_from_db()
    assert part.status == "shipped"
    assert jobs_waiting("orders.issue_sale_document") == 1


def test_the_night_finds_what_has_no_document() -> None:
    part = bought(copy(trader()))
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert documents.ask_for_missing() == 1
    run_jobs(only=["orders.issue_sale_document"])
    assert Document.objects.filter(shipment=Shipment.objects.get()).count() == 1
    assert documents.ask_for_missing() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_document SET total_minor = 1",
        "DELETE FROM orders_document",
        "UPDATE orders_documenttax SET tax_minor = 0",
        "DELETE FROM orders_documentseries",
        "UPDATE orders_documentseries SET next_number = 1",
        "UPDATE orders_documentseries SET prefix = 'X'",
    ],
)
def test_what_was_issued_stays(statement: str) -> None:
    posted(bought(copy(trader())))
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_document_of_another_number_than_the_next_is_refused() -> None:
    invoice = posted(bought(copy(trader())))
    with pytest.raises(IntegrityError, match="not the next"), transaction.atomic():
        Document.objects.create(
            series=invoice.series,
            sequence=7,
            number="INV-7",
            kind=invoice.kind,
            seller=invoice.seller,
            currency="GBP",
            total_minor=1,
            language="en",
            content={},
            content_hash="",
            seller_order=invoice.seller_order,
        )


# --- Where -----------------------------------------------------------------------------------
@pytest.fixture
def hester() -> User:
    user: User = UserFactory()
    return user


def test_buyers_find_their_documents_on_the_order_s_pages(
    client, hester, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    part = bought(copy(trader()))
    order = part.order
    type(order).objects.filter(pk=order.pk).update(user=hester)
    invoice = posted(part)
    by_token = f"/orders/{order.token}/documents/{invoice.pk}/"
    assert by_token in client.get(f"/orders/{order.token}/").content.decode()
    assert client.get(by_token)["Content-Type"] == "application/pdf"
    own = f"/account/orders/{order.number}/documents/{invoice.pk}/"
    client.force_login(hester)
    assert own in client.get(f"/account/orders/{order.number}/").content.decode()
    # Session, user, order, document with its shop, and its shop's order's.
    with django_assert_num_queries(4):
        response = client.get(own)
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'


def test_other_people_s_documents_do_not_exist(client, hester) -> None:  # type: ignore[no-untyped-def]
    theirs = posted(bought(copy(trader())))
    other = posted(bought(copy(trader(name="Another"))))
    order, foreign = theirs.seller_order.order, other.seller_order.order  # type: ignore[union-attr]
    type(order).objects.filter(pk=order.pk).update(user=hester)
    client.force_login(hester)
    for path in (
        f"/account/orders/{foreign.number}/documents/{other.pk}/",
        f"/account/orders/{order.number}/documents/{other.pk}/",
        f"/orders/{order.token}/documents/{other.pk}/",
        f"/orders/{'0' * 32}/documents/{theirs.pk}/",
    ):
        assert client.get(path).status_code == 404, path
