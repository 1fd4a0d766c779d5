"""Documents as tables for spreadsheets: amounts as plain numbers with a point, days as YYYY-MM-DD."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from books4all.lib.money import Money
from orders.constants import DocumentKind
from orders.models import Document
from orders.selectors.ledger import OF_SELLER
from orders.selectors.paperwork.drafts import Content

Row = list[object]


def plain(minor: int, currency: str) -> Decimal:
    """Return an amount as a number: ``-4.50``."""
    return Money(minor, currency).amount


def of_document(document: Document) -> Iterator[Row]:
    """Yield the lines of a document with their heads, from its frozen content."""
    kind = DocumentKind(document.content["kind"])
    if kind == DocumentKind.STATEMENT:
        return _statement(document.content)
    if kind in (DocumentKind.COMMISSION_INVOICE, DocumentKind.COMMISSION_CREDIT):
        return _commission(document.content)
    return _books(document.content)


def _statement(content: Content) -> Iterator[Row]:
    currency = content["currency"]
    accounts = [account.value for account in OF_SELLER]

    def amounts(found: dict[str, int]) -> Row:
        return [plain(found.get(account, 0), currency) for account in accounts]

    yield ["date", "what", "order", *accounts, "yours", "balance", "commission", "tax", "currency"]
    balance = sum(content["opening"].values())
    opening = amounts(content["opening"])
    yield [content["period"], "opening", "", *opening, 0, plain(balance, currency), 0, 0, currency]
    for line in content["lines"]:
        own = sum(line["amounts"].values())
        balance += own
        yield [
            line["on"],
            line["what"],
            line["order"],
            *amounts(line["amounts"]),
            plain(own, currency),
            plain(balance, currency),
            plain(line["fee"], currency),
            plain(line["tax"], currency),
            currency,
        ]
    closing = amounts(content["closing"])
    yield [content["until"], "closing", "", *closing, 0, plain(balance, currency), 0, 0, currency]


def _commission(content: Content) -> Iterator[Row]:
    currency = content["currency"]
    yield ["date", "what", "order", "net", "tax", "gross", "currency"]
    for line in content["lines"]:
        net, tax = line["net"], line["tax"]
        amounts = [plain(one, currency) for one in (net, tax, net + tax)]
        yield [line["on"], line["what"], line["order"], *amounts, currency]


def _books(content: Content) -> Iterator[Row]:
    currency = content["currency"]
    yield ["title", "detail", "copies", "scheme", "rate", "net", "tax", "gross", "currency"]
    for line in content["lines"]:
        gross, tax = line["gross"], line["tax"]
        rate = Decimal(line["rate_bp"]) / 100
        amounts = [plain(one, currency) for one in (gross - tax, tax, gross)]
        yield [
            line["title"] or "delivery",
            line["detail"],
            line["quantity"],
            line["scheme"],
            rate,
            *amounts,
            currency,
        ]


def of_many(documents: Iterable[Document]) -> Iterator[Row]:
    """Yield documents as a journal: a row each, what is given back below nothing."""
    yield [
        "number",
        "kind",
        "date",
        "order",
        "month",
        "corrects",
        "net",
        "tax",
        "gross",
        "currency",
    ]
    for one in documents:
        sign = -1 if one.kind in _BACK else 1
        gross, tax, currency = sign * one.total_minor, sign * one.tax_minor, one.currency
        yield [
            one.number,
            one.kind,
            one.content["issued"],
            one.content.get("order", ""),
            one.content.get("period", "")[:7],
            one.refers_to.number if one.refers_to else "",
            plain(gross - tax, currency),
            plain(tax, currency),
            plain(gross, currency),
            currency,
        ]


_BACK = (DocumentKind.CREDIT_NOTE, DocumentKind.COMMISSION_CREDIT)
