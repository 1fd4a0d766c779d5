"""A shop's monthly documents: the invoice for commission, and its statement."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Seller
from books4all.lib.jobs import enqueue, enqueue_many
from orders.constants import DocumentKind
from orders.models import Document
from orders.selectors.paperwork import months
from orders.selectors.paperwork.months import Month
from orders.services.documents import write
from orders.services.transactions import business_transaction

_PORTION = 500
_OF_COMMISSION = (DocumentKind.COMMISSION_INVOICE, DocumentKind.COMMISSION_CREDIT)


def ask_for_month(*, month: Month) -> int:
    """Ask for the documents of ``month`` of every shop that has money with us, and return of how many."""
    asked = 0
    batch: list[dict[str, object]] = []
    rows = months.sellers_with_money(month).values_list("seller", "currency")
    for seller, currency in rows.iterator(chunk_size=_PORTION):
        batch.append({"seller_id": seller, "month": str(month), "currency": currency})
        if len(batch) == _PORTION:
            enqueue_many("orders.issue_month_of_shop", batch)
            asked, batch = asked + len(batch), []
    enqueue_many("orders.issue_month_of_shop", batch)
    return asked + len(batch)


def issue_month(*, seller_id: int, month: Month, currency: str) -> list[Document]:
    """Issue a shop's documents of a month that is over; again returns those that are there.

    The shop is told by mail, with a link, once. Not to be called in a transaction: each document has its own.

    Raises:
        ValueError: the month is not over.
    """
    if month.end > timezone.now():
        msg = f"{month} is not over"
        raise ValueError(msg)
    with override(settings.LANGUAGE_CODE):
        fee = _issue_commission(seller_id=seller_id, month=month, currency=currency)
        statement = _issue_statement(seller_id=seller_id, month=month, currency=currency)
    return [document for document in (fee, statement) if document is not None]


@business_transaction
def _issue_commission(*, seller_id: int, month: Month, currency: str) -> Document | None:
    seller = _locked(seller_id)
    found = _found(seller, month, currency, *_OF_COMMISSION)
    if found is not None:
        return found
    draft = months.commission(seller, month, currency)
    return None if draft is None else write(draft)


@business_transaction
def _issue_statement(*, seller_id: int, month: Month, currency: str) -> Document | None:
    seller = _locked(seller_id)
    found = _found(seller, month, currency, DocumentKind.STATEMENT)
    if found is not None:
        return found
    draft = months.statement(seller, month, currency)
    had = any(draft.content["opening"].values())
    if not had and not draft.content["lines"]:
        return None
    document = write(draft)
    enqueue("orders.send_mail", kind="month_documents", pk=str(document.pk))
    return document


def _found(seller: Seller, month: Month, currency: str, *kinds: DocumentKind) -> Document | None:
    own = Document.objects.filter(seller=seller, period=month.first, currency=currency)
    return own.filter(kind__in=kinds).first()


def _locked(seller_id: int) -> Seller:
    return Seller.objects.select_for_update(of=("self",), no_key=True).get(pk=seller_id)
