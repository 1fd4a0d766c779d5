"""What the tests of documents share: sales with amounts that were frozen, and the words of a PDF."""

import re
import zlib

from accounts.models import Seller
from catalog.models import Listing
from orders.constants import Stage
from orders.models import Document, Order, OrderLine, Refund, SellerOrder, Shipment
from orders.services import documents, refund_parts, refunds, seller_orders
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import placed


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
    back = refund_parts.of_earned(order_line=line, amount=money, quantity=copies)
    return refunds.grant(
        seller_order=part, stage=Stage.EARNED, lines=[back], reason="Foxed, and not described so"
    )


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF as a reader copies them: glyphs, by their font's map to Unicode."""
    objects = dict(_OBJECT.findall(pdf))
    maps = {
        name: _letters(_stream(objects[_TO_UNICODE.search(objects[font])[1]]))  # type: ignore[index]
        for name, font in re.findall(rb"/(f\d+) (\d+) 0 R", pdf)
    }
    words = []
    for body in objects.values():
        shown, letters = _stream(body), {}
        for token in _TOKEN.finditer(shown if b" Tf" in shown else b""):
            if token["font"]:
                letters = maps[token["font"]]
            elif token["end"]:
                words.append(" ")
            else:
                words += _glyphs(token["text"], letters)
    return re.sub(r"\s+", " ", "".join(words))


_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj(.*?)endobj", re.DOTALL)
_TO_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
# Of a string: anything but brackets, which stand there as they are where they come in pairs.
_INSIDE = rb"(?:\\.|[^\\()]|\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\))*"
# A font that is chosen, the end of a line, or a string of glyphs.
_TOKEN = re.compile(
    rb"/(?P<font>f\d+) [\d.]+ Tf|(?P<end>\bET\b)|\((?P<text>" + _INSIDE + rb")\)", re.DOTALL
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _stream(body: bytes) -> bytes:
    found = re.search(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)
    try:
        return zlib.decompressobj().decompress(found[1]) if found else b""
    except zlib.error:
        return b""


def _letters(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", cmap)
    return {int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in pairs}


def _glyphs(packed: bytes, letters: dict[int, str]) -> list[str]:
    def plain(found: "re.Match[bytes]") -> bytes:
        code = found[1]
        return bytes([int(code, 8)]) if code.isdigit() else _NAMED.get(code, code)

    codes = _ESCAPE.sub(plain, packed)
    return [
        letters.get(int.from_bytes(codes[at : at + 2], "big"), "") for at in range(0, len(codes), 2)
    ]
