"""Labels, packing slips and the pick list, as data and as PDF."""

import re
import zlib
from time import perf_counter
from typing import Any

import pytest

from accounts.models import Seller
from books4all.lib import typeset
from catalog.models import Listing
from orders.models import OrderLine, SellerOrder
from orders.selectors import documents as sheets
from orders.selectors.seller_orders import MOST, Tab, chosen_orders
from tests.factories.accounts import SellerFactory
from tests.orders.selling import sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Seller:
    return SellerFactory(
        name="Saltmarsh Books", street="3 Quay Street", place="Wells", return_days=30
    )


def waiting(shop: Seller) -> list[SellerOrder]:
    return chosen_orders(shop, tab=Tab.TO_POST)


def pages(pdf: bytes) -> int:
    """Count the pages, which a PDF keeps in packed objects."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    plain = [pdf]
    for part in packed:
        try:
            plain.append(zlib.decompress(part))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type ?/Page\b(?!s)", part)) for part in plain)


def test_what_is_left_is_on_the_slip(shop: Seller) -> None:
    part = sold(shop, copies=(3, 1), status="partly")
    three, one = part.lines.order_by("pk")
    OrderLine.objects.filter(pk=three.pk).update(posted=1, refused=1)
    data = sheets.packing_slips(shop, waiting(shop))
    slip = data["slips"][0]
    assert [(b["title"], b["quantity"]) for b in slip["books"]] == [
        (three.title, 1),
        (one.title, 1),
    ]
    assert slip["left"] == "1 book of this order is in another parcel."
    assert slip["to"][0] == "Hester Lamb"
    assert "within 30 days" in data["words"]["returns"]
    assert pages(typeset.pdf("packing_slips", data)) == 1
    OrderLine.objects.filter(pk=three.pk).update(posted=2, refused=1)
    OrderLine.objects.filter(pk=one.pk).update(posted=1)
    again = sheets.packing_slips(shop, waiting(shop))["slips"][0]
    assert [b["quantity"] for b in again["books"]] == [2, 1]


def test_the_pick_list_follows_the_shelves(shop: Seller) -> None:
    for shelf in ("B10", "", "B2", "A"):
        line = sold(shop, status="accepted").lines.get()
        Listing.objects.filter(pk=line.listing_id).update(shelf=shelf)
    gone = sold(shop, status="accepted").lines.get()
    OrderLine.objects.filter(pk=gone.pk).update(refused=1)
    data = sheets.pick_list(shop, waiting(shop))
    assert [row["shelf"] for row in data["rows"]] == ["A", "B2", "B10", "–"]
    assert data["count"] == "4 books"
    assert pages(typeset.pdf("pick_list", data)) == 1


@pytest.mark.parametrize(
    ("paper", "start", "sheets_used"),
    [("a4-8", 1, 1), ("a4-8", 8, 2), ("a4-21", 21, 1), ("4x6", 5, 1), ("100x150", 1, 1)],
)
def test_labels_begin_where_the_sheet_is_free(
    shop: Seller, paper: str, start: int, sheets_used: int
) -> None:
    sold(shop, status="accepted")
    if sheets_used == 2:
        sold(shop, status="accepted")
    data = sheets.labels(shop, waiting(shop), paper=sheets.LabelFormat(paper), start=start)
    assert data["start"] < data["columns"] * data["rows"]
    assert pages(typeset.pdf("labels", data)) == sheets_used


NAMES = [
    "Żaneta Ćwikła", "Jürgen Groß", "Παναγιώτης Δημητρίου", "Олена Ковальчук", "דוד לוי",
    "Nguyễn Thị Ánh", "Þórdís Æ", "#panic[x] \\ *a* _b_ $x$ <l> @r \"q\" // c", "x" * 120,
]  # fmt: skip


def test_any_name_prints_with_the_project_s_own_fonts(
    shop: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try has the fonts inside the library alone, and is the only one here."""
    tries: list[dict[str, Any]] = []
    compiled = typeset._compile

    def counted(template: str, given: dict[str, str], **options: Any) -> bytes:
        tries.append(options)
        return compiled(template, given, **options)

    monkeypatch.setattr(typeset, "_compile", counted)
    for name in NAMES:
        sold(shop, status="accepted", full_name=name, line1="№ 5 “Ŝtrato”, 3ª", city="Łódź")
    for template, data in (
        ("labels", sheets.labels(shop, waiting(shop), paper=sheets.LabelFormat.A4_21)),
        ("packing_slips", sheets.packing_slips(shop, waiting(shop))),
        ("pick_list", sheets.pick_list(shop, waiting(shop))),
    ):
        tries.clear()
        assert typeset.pdf(template, data).startswith(b"%PDF-")
        assert [options["ignore_system_fonts"] for options in tries] == [True]


def test_a_name_that_no_font_of_ours_can_write_still_prints(shop: Seller) -> None:
    sold(shop, status="accepted", full_name="夏目漱石", city="東京")
    data = sheets.labels(shop, waiting(shop), paper=sheets.LabelFormat.INCH_4X6)
    assert typeset.pdf("labels", data).startswith(b"%PDF-")


def test_fifty_labels_are_quick_and_two_hundred_the_most(shop: Seller) -> None:
    part = sold(shop, status="accepted", copies=(1, 1))
    fifty = [chosen_orders(shop, numbers=[part.order.number])[0]] * 50
    begun = perf_counter()
    typeset.pdf("labels", sheets.labels(shop, fifty, paper=sheets.LabelFormat.A4_8))
    typeset.pdf("packing_slips", sheets.packing_slips(shop, fifty))
    assert perf_counter() - begun < 4  # two seconds each, on a busy machine
    assert MOST == 200
    assert chosen_orders(shop, numbers=["NONE"] * 1000 + [part.order.number]) == []
