"""What stands on the documents of a sale: amounts as they were frozen, never worked out again.

Contents as Directive 2006/112/EC, article 226 wants them: names, addresses and VAT numbers (3 to 5), day
and number (1, 2), day of supply (7), goods (6), taxable amount, price of one and rate (8, 9), tax (10), and
the words for the margin scheme (14).
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Seller
from orders.constants import DocumentKind, TaxRemitter, TaxScheme
from orders.models import Document, OrderLine, Refund, SellerOrder, Shipment
from orders.selectors.paperwork import parties
from orders.selectors.paperwork.drafts import Content, Draft, Taxed, TaxRow, by_rate


def of_parcel(shipment: Shipment) -> Draft:
    """Return the invoice (of a trader) or receipt (of a private person) for what is in a parcel.

    With the first parcel of a seller order goes its delivery, as it is earned with it.
    """
    part = shipment.seller_order
    issuer = _issuer(part)
    lines = [
        _line(row.order_line, row.quantity, gross=row.paid_minor, tax=row.tax_minor)
        for row in shipment.lines.select_related("order_line").order_by("pk")
    ]
    if _is_first(shipment):
        lines += _delivery(part, part.delivery_parts.paid, part.delivery_parts.tax, lines)
    private = issuer is not None and issuer.is_private
    content = _content(part, issuer, lines) | {
        "supplied": _day(shipment.shipped_at),
        "paid": _day(part.order.placed_at or part.order.created_at),
    }
    return Draft(
        kind=DocumentKind.RECEIPT if private else DocumentKind.INVOICE,
        issuer=issuer,
        seller=part.seller,
        currency=part.currency,
        language=part.order.language,
        content=content,
        total=sum(line["gross"] for line in lines),
        taxes=_taxes(lines),
        taxed=_taxed(part, shipment.shipped_at),
        links={"seller_order": part, "shipment": shipment},
    )


def of_refund(refund: Refund, *, documents: Sequence[Document]) -> Draft:
    """Return the credit note for what was given back of what ``documents`` are about, the latest first."""
    part = refund.seller_order
    assert part is not None  # only refunds of what a shop has earned get here
    issuer = documents[0].series.seller
    lines = [
        _line(row.order_line, row.quantity, gross=row.paid_minor, tax=row.tax_minor)
        for row in refund.lines.select_related("order_line").order_by("pk")
    ]
    known = [{"scheme": row.scheme} for one in documents for row in one.taxes.all()]
    lines += _delivery(part, refund.delivery_minor, refund.delivery_tax_minor, lines or known)
    content = _content(part, issuer, lines) | {
        "reason": refund.reason,
        "refers": [{"number": one.number, "on": _day(one.issued_at)} for one in documents],
    }
    return Draft(
        kind=DocumentKind.CREDIT_NOTE,
        issuer=issuer,
        seller=part.seller,
        currency=part.currency,
        language=part.order.language,
        content=content,
        total=sum(line["gross"] for line in lines),
        taxes=_taxes(lines),
        taxed=_taxed(part, refund.created_at),
        sign=-1,
        links={"seller_order": part, "refund": refund, "refers_to": documents[0]},
    )


def _issuer(part: SellerOrder) -> Seller | None:
    """The shop; but where the marketplace owes the tax as if it sold, the marketplace (article 14a)."""
    taxed = part.delivery_tax_minor or any(line.tax_minor for line in part.lines.all())
    return None if taxed and part.tax_remitter == TaxRemitter.MARKETPLACE else part.seller


def _content(part: SellerOrder, issuer: Seller | None, lines: Sequence[Content]) -> Content:
    seller = part.seller
    schemes = {line["scheme"] for line in lines}
    notes = []
    if TaxScheme.MARGIN in schemes:
        notes.append("margin")
    if issuer is None:
        notes.append("deemed")
    elif seller.is_private:
        notes.append("private")
    elif not seller.vat_number and schemes <= {TaxScheme.NONE}:
        notes.append("unregistered")
    if issuer is not None:
        notes.append("behalf")
    return {
        "issuer": parties.shop(issuer) if issuer else parties.marketplace(),
        "shop": seller.name,
        "recipient": parties.buyer(part.order, seller),
        "market": settings.MARKETPLACE_NAME,
        "order": part.order.number,
        # Where prices come without tax it isn't called VAT.
        "added": part.tax_added,
        "lines": list(lines),
        "notes": notes,
    }


def _line(line: OrderLine, quantity: int, *, gross: int, tax: int) -> Content:
    """Return copies of a book; ``off`` is what a discount has taken from their price."""
    whole = gross == line.paid_minor and quantity == line.quantity
    about = (line.author_line, line.description, line.get_condition_display(), line.sku)
    return {
        "title": line.title,
        "detail": " · ".join(str(text) for text in about if text),
        "quantity": quantity,
        "scheme": line.tax_scheme,
        "rate_bp": line.tax_bp,
        "gross": gross,
        "tax": tax,
        "off": line.discount_minor if whole else 0,
    }


def _delivery(part: SellerOrder, gross: int, tax: int, lines: Sequence[Any]) -> list[Content]:
    """Return the line of the post, taxed as what it goes with."""
    if not gross:
        return []
    schemes = {line["scheme"] for line in lines}
    scheme = TaxScheme.STANDARD if tax or TaxScheme.STANDARD in schemes else TaxScheme.NONE
    if not tax and schemes == {TaxScheme.MARGIN}:
        scheme = TaxScheme.MARGIN
    return [
        {
            "title": "",
            "detail": str(part.get_service_display()),
            "quantity": 1,
            "scheme": scheme.value,
            "rate_bp": part.delivery_tax_bp,
            "gross": gross,
            "tax": tax,
            "off": 0,
        }
    ]


def _taxes(lines: Sequence[Content]) -> list[TaxRow]:
    return by_rate(
        TaxRow(TaxScheme(line["scheme"]), line["rate_bp"], line["gross"], line["tax"])
        for line in lines
    )


def _taxed(part: SellerOrder, moment: Any) -> Taxed:
    return Taxed(
        on=timezone.localdate(moment),
        country_from=str(part.seller.country),
        country_to=str(part.order.country),
        goods=True,
        remitter=TaxRemitter(part.tax_remitter),
    )


def _is_first(shipment: Shipment) -> bool:
    first = shipment.seller_order.shipments.order_by("shipped_at", "pk").first()
    return first is not None and first.pk == shipment.pk


def _day(moment: Any) -> str:
    return timezone.localdate(moment).isoformat()
