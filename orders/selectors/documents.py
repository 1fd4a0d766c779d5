"""What a shop prints for its parcels, as data for the templates in ``templates/documents``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import Seller
from books4all.lib.barcodes import code128
from books4all.lib.postal import label_lines
from orders.models import OrderLine, SellerOrder


class LabelFormat(models.TextChoices):
    """Papers that labels are printed on."""

    A4_8 = "a4-8", gettext_lazy("A4 sheet, 8 labels of 99.1 × 67.7 mm")
    A4_21 = "a4-21", gettext_lazy("A4 sheet, 21 labels of 63.5 × 38.1 mm")
    INCH_4X6 = "4x6", gettext_lazy("Label printer, 4 × 6 inches")
    MM_100X150 = "100x150", gettext_lazy("Label printer, 100 × 150 mm")


@dataclass(frozen=True, slots=True)
class _Paper:
    """Sizes in millimetres, as the makers of the sheets give them."""

    page: tuple[float, float]
    label: tuple[float, float]
    grid: tuple[int, int]
    corner: tuple[float, float] = (0, 0)
    gap: float = 0


_PAPERS = {
    LabelFormat.A4_8: _Paper((210, 297), (99.1, 67.7), (2, 4), (4.65, 13.1), 2.5),
    LabelFormat.A4_21: _Paper((210, 297), (63.5, 38.1), (3, 7), (7.25, 15.15), 2.5),
    LabelFormat.INCH_4X6: _Paper((101.6, 152.4), (101.6, 152.4), (1, 1)),
    LabelFormat.MM_100X150: _Paper((100, 150), (100, 150), (1, 1)),
}


def labels_a_page(paper: LabelFormat) -> int:
    """Return how many labels are on one sheet."""
    columns, rows = _PAPERS[paper].grid
    return columns * rows


def labels(
    seller: Seller, orders: Sequence[SellerOrder], *, paper: LabelFormat, start: int = 1
) -> dict[str, Any]:
    """Return the data of ``labels.typ``; the first stands at place ``start`` of the first sheet."""
    size = _PAPERS[paper]
    return _frame(seller, _("Labels")) | {
        "paper": dict(
            zip(("width", "height", "left", "top"), size.page + size.corner, strict=True)
        ),
        "label": {"width": size.label[0], "height": size.label[1]},
        "gap": {"x": size.gap, "y": 0},
        "columns": size.grid[0],
        "rows": size.grid[1],
        "start": min(max(start, 1), labels_a_page(paper)) - 1,
        "labels": [
            {
                "to": label_lines(part.order, sender_country=str(seller.country)),
                "from": _sender(seller, abroad=part.order.country != seller.country),
                "number": part.order.number,
                "bars": code128(part.order.number),
            }
            for part in orders
        ],
    }


def packing_slips(seller: Seller, orders: Sequence[SellerOrder]) -> dict[str, Any]:
    """Return the data of ``packing_slips.typ``: a page for each order, with what is left to post.

    Of an order of which nothing is left, the page has what was posted.
    """
    returns = ngettext(
        "Not what you expected? You may send it back within %(n)s day of its arrival. "
        "Write to us first, through your order’s page. Send it to:",
        "Not what you expected? You may send it back within %(n)s days of its arrival. "
        "Write to us first, through your order’s page. Send it to:",
        seller.return_days,
    ) % {"n": seller.return_days}
    return _frame(seller, _("Packing slips")) | {
        "market": settings.MARKETPLACE_NAME,
        "shop": {
            "name": seller.name,
            "lines": [line for line in (seller.tagline, seller.email) if line],
            "return_lines": [seller.name, *_address(seller)],
        },
        "words": {
            "to": _("To"),
            "order": _("Order"),
            "quantity": _("Copies"),
            "book": _("Book"),
            "condition": _("Condition"),
            "returns": returns,
        },
        "slips": [_slip(seller, part) for part in orders],
    }


def _slip(seller: Seller, part: SellerOrder) -> dict[str, Any]:
    lines = list(part.lines.all())
    left = any(line.left for line in lines)
    copies = [(line, line.left if left else line.posted) for line in lines]
    count = sum(n for _line, n in copies)
    before = sum(line.posted for line in lines) if left else 0
    posted = ngettext(
        "%(n)s book of this order is in another parcel.",
        "%(n)s books of this order are in another parcel.",
        before,
    ) % {"n": before}
    paid = timezone.localtime(part.order.placed_at or part.order.created_at)
    return {
        "number": part.order.number,
        "bars": code128(part.order.number),
        "paid": date_format(paid, "j F Y"),
        "to": label_lines(part.order, sender_country=str(seller.country)),
        "service": part.get_service_display(),
        "count": ngettext("%(n)s book", "%(n)s books", count) % {"n": count},
        "books": [_book(line, n) for line, n in copies if n],
        "left": posted if before else "",
    }


def _book(line: OrderLine, quantity: int) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "title": line.title,
        "byline": line.author_line,
        "details": " · ".join(text for text in (line.description, line.sku) if text),
        "condition": line.get_condition_display(),
    }


def pick_list(seller: Seller, orders: Sequence[SellerOrder]) -> dict[str, Any]:
    """Return the data of ``pick_list.typ``: copies left to post, by shelf, then title."""
    wanted = [
        (line, part.order.number) for part in orders for line in part.lines.all() if line.left
    ]
    wanted.sort(key=lambda pair: (_shelf_key(pair[0].listing.shelf), pair[0].title.casefold()))
    count = sum(line.left for line, _number in wanted)
    return _frame(seller, _("Pick list")) | {
        "made": date_format(timezone.localtime(), "j F Y, H:i"),
        "count": ngettext("%(n)s book", "%(n)s books", count) % {"n": count},
        "words": [_("Shelf"), _("Book"), _("SKU"), _("Copies"), _("Order")],
        "rows": [
            {
                "shelf": line.listing.shelf or "–",
                "title": line.title,
                "byline": line.author_line,
                "sku": line.sku,
                "condition": line.get_condition_display(),
                "quantity": line.left,
                "number": number,
            }
            for line, number in wanted
        ],
    }


def _shelf_key(shelf: str) -> tuple[bool, list[tuple[bool, int, str]]]:
    """Sort shelves as people walk along them: B2 before B10, and copies without a shelf last."""
    parts = re.findall(r"\d{1,15}|\D+", shelf.casefold().strip())
    return not shelf.strip(), [
        (not part[0].isdecimal(), int(part) if part[0].isdecimal() else 0, part) for part in parts
    ]


def _frame(seller: Seller, title: str) -> dict[str, Any]:
    language = (get_language() or "en").split("-")[0]
    return {"title": f"{title}: {seller.name}", "author": seller.name, "language": language}


def _address(seller: Seller) -> list[str]:
    place = " ".join(part for part in (seller.place, seller.postcode) if part)
    return [line for line in (seller.street, place, str(seller.country.name)) if line]


def _sender(seller: Seller, *, abroad: bool) -> str:
    address = _address(seller)
    place = ", ".join(address if abroad else address[:-1]) or seller.place
    return _("From %(shop)s, %(place)s") % {"shop": seller.name, "place": place}
