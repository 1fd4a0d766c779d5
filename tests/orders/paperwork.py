"""What the tests of documents share: sales with amounts that were frozen, and the words of a PDF."""

import re
import zlib
from collections.abc import Iterator

from accounts.models import Seller
from catalog.models import Listing
from orders.constants import Stage
from orders.models import Document, Order, OrderLine, Refund, SellerOrder, Shipment
from orders.services import documents, refunds, seller_orders
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import placed

# Of a line: commission 10% with 20% VAT on it, and tax within what is paid.
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def trader(**facts: object) -> Seller:
    """Return a shop that is registered for VAT."""
    known = {
        "name": "Saltmarsh Books",
        "legal_name": "Vane Books Ltd",
        "street": "3 Quay Street",
        "place": "Wells",
        "postcode": "NR23 1AB",
        "vat_number": "GB123456789",
    }
    seller: Seller = SellerFactory(**{**known, **facts})
    return seller


def bought(*listings: Listing, rate_bp: int = 2000, scheme: str = "standard") -> SellerOrder:
    """Return the one shop's part of a paid order, taxed as said; commission is 10% and 20% VAT on it."""
    order: Order = placed(*listings)
    part = order.seller_orders.get()
    for line in part.lines.all():
        commission = line.paid_minor // 10
        OrderLine.objects.filter(pk=line.pk).update(
            tax_scheme=scheme,
            tax_bp=rate_bp if scheme == "standard" else 0,
            tax_minor=within(line.paid_minor, rate_bp) if scheme == "standard" else 0,
            commission_minor=commission,
            fee_tax_minor=commission // 5,
        )
    taxed = scheme == "standard"
    SellerOrder.objects.filter(pk=part.pk).update(
        delivery_tax_bp=rate_bp if taxed else 0,
        delivery_tax_minor=within(part.delivery_paid_minor, rate_bp) if taxed else 0,
    )
    return SellerOrder.objects.get(pk=part.pk)


def within(gross: int, rate_bp: int) -> int:
    """Return the tax within ``gross``, rounded down."""
    return gross * rate_bp // (10_000 + rate_bp)


def copy(seller: Seller, pence: int = 1200, *, on_hand: int = 1) -> Listing:
    """Return a copy on sale."""
    listing: Listing = ListingFactory(seller=seller, price_minor=pence, on_hand=on_hand)
    return listing


def posted(part: SellerOrder) -> Document:
    """Post everything in one parcel, and return its document."""
    shipment: Shipment = seller_orders.ship(
        seller_order_id=part.pk, carrier="Royal Mail", actor=None
    )
    return documents.issue_sale(shipment_id=shipment.pk)


def given_back(part: SellerOrder, pence: int, *, copies: int = 0) -> Refund:
    """Give back a part of what posting the first line has earned."""
    part.refresh_from_db()
    line = part.lines.order_by("pk")[0]
    money = type(line.paid)(pence, line.currency)
    back = refunds.of_earned(order_line=line, amount=money, quantity=copies)
    return refunds.grant(
        seller_order=part, stage=Stage.EARNED, lines=[back], reason="Foxed, and not described so"
    )


def streams(pdf: bytes) -> Iterator[bytes]:
    """Yield what is packed in a PDF."""
    for found in _STREAM.findall(pdf):
        try:
            yield zlib.decompress(found)
        except zlib.error:
            continue


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF as a reader copies them: glyphs by their font's map to Unicode."""
    objects: dict[int, bytes] = {}
    for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj(.*?)endobj", pdf, re.DOTALL):
        objects[int(number)] = body
    return "".join(part.decode("latin-1") for part in streams(pdf))
