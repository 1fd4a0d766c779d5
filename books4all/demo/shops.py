"""The demo's shops and the copies on their shelves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from django.core.files.base import ContentFile

from accounts.constants import SellerKind, SellerStatus
from accounts.models import Seller, SellerDetails
from accounts.models.applications import private_store
from books4all.demo.editions import BookRow
from books4all.demo.source import Source, dice
from books4all.lib.text import slug_for
from catalog.constants import HARDBACKS, Condition, Defect, Jacket, ListingStatus, MovementKind
from catalog.models import DeliveryRate, Listing, StockMovement

T = TypeVar("T")

ON_SALE = 5_000
SOLD = 1_500
# Pence from which a first edition goes to the rare room.
RARE_FROM = 6_000

# Words of the notes that only fit one kind of binding.
_ONLY_HARDBACK = ("board", "cloth", "gilt", "hinge", "buckram", "jacket", "joint")
_ONLY_PAPERBACK = ("cover", "spine creas", "creases to the spine", "crease to the spine", "wraps")

_USED = (
    (Condition.AS_NEW, 6),
    (Condition.FINE, 12),
    (Condition.NEAR_FINE, 14),
    (Condition.VERY_GOOD, 30),
    (Condition.GOOD, 28),
    (Condition.FAIR, 8),
    (Condition.POOR, 2),
)
_WORTH = {
    Condition.NEW: 1.5,
    Condition.AS_NEW: 1.3,
    Condition.FINE: 1.25,
    Condition.NEAR_FINE: 1.1,
    Condition.VERY_GOOD: 1.0,
    Condition.GOOD: 0.75,
    Condition.FAIR: 0.55,
    Condition.POOR: 0.35,
}
# Reserved by Ofcom, Arcep, the Bundesnetzagentur, ComReg and the NANPA.
_PLAY_NUMBERS = {
    "GB": "+44 1632 960 0{:02}",
    "FR": "+33 1 99 00 10 {:02}",
    "DE": "+49 30 23125 0{:02}",
    "IE": "+353 20 912 00{:02}",
    "US": "+1 202 555 01{:02}",
}
_PASSPORT = "identity/demonstration.pdf"
_DEFECTS = (
    (Defect.INSCRIPTION, 10),
    (Defect.FOXING, 7),
    (Defect.EX_LIBRARY, 4),
    (Defect.COCKED, 3),
    (Defect.HIGHLIGHTING, 3),
    (Defect.BOOKPLATE, 3),
    (Defect.BOOK_CLUB, 2),
    (Defect.REMAINDER_MARK, 3),
)


def add_shops(source: Source, now: datetime) -> dict[str, Seller]:
    """Write the shops and what they charge for delivery. Returns them by key."""
    opened = now - timedelta(days=500)
    shops = {row["key"]: _seller(row, SellerStatus.APPROVED, opened) for row in source.shops}
    waiting = [
        _seller(row, SellerStatus.READY_FOR_REVIEW, now - timedelta(days=2))
        for row in source.applicants
    ]
    sellers = [*shops.values(), *waiting]
    Seller.objects.bulk_create(sellers)
    SellerDetails.objects.bulk_create(_details(seller) for seller in sellers)
    DeliveryRate.objects.bulk_create(
        DeliveryRate(
            seller=shops[row["key"]],
            destination=rate["to"],
            service=rate["service"],
            first_minor=rate["first"],
            further_minor=rate["further"],
            days_min=rate["days_min"],
            days_max=rate["days_max"],
        )
        for row in source.shops
        for rate in row["rate"]
    )
    return shops


def _seller(row: dict[str, Any], status: SellerStatus, since: datetime) -> Seller:
    return Seller(
        slug=slug_for(row["name"], fallback=row["key"]),
        name=row["name"],
        kind=SellerKind(row["kind"]),
        status=status,
        paint=row["paint"],
        keeper=row["keeper"],
        tagline=row["tagline"],
        story=row["story"],
        hours=row["hours"],
        since=row["since"],
        place=row["place"],
        street=row["street"],
        postcode=row["postcode"],
        country=row["country"],
        email=row["email"],
        legal_name=row["keeper"] or row["name"],
        phone=_phone(row),
        dispatch_days=row["dispatch_days"],
        return_days=row["return_days"],
        created_at=since,
    )


def _details(seller: Seller) -> SellerDetails:
    """Return what only the marketplace knows; the account is the IBAN that standards give as example."""
    given = seller.created_at
    if not private_store().exists(_PASSPORT):
        private_store().save(_PASSPORT, ContentFile(b"%PDF-1.4\n% No passport: a demonstration.\n"))
    return SellerDetails(
        seller=seller,
        account_holder=seller.legal_name,
        account_number="GB82WEST12345698765432",
        document="" if seller.is_private else _PASSPORT,
        document_name="" if seller.is_private else "passport.pdf",
        document_at=None if seller.is_private else given,
        lawful_at=given,
        terms_at=given,
    )


def _phone(row: dict[str, Any]) -> str:
    """Return a number that rings nowhere: each country keeps some for plays and films."""
    shape = _PLAY_NUMBERS.get(row["country"], "+999 555 01 {:02}")
    return "" if row["kind"] == SellerKind.PRIVATE else shape.format(len(row["name"]))


def _fits(note: str, *, hardback: bool) -> bool:
    words = _ONLY_PAPERBACK if hardback else _ONLY_HARDBACK
    return not any(word in note.lower() for word in words)


def _weighted(choose: Random, table: Iterable[tuple[T, int]]) -> T:
    pairs = list(table)
    return choose.choices([value for value, _ in pairs], [weight for _, weight in pairs])[0]


class Stocktaker:
    """Decides what a copy of a book is like, in the words of the data files."""

    def __init__(self, voices: dict[str, Any], now: datetime) -> None:
        self.voices, self.now = voices, now

    def listing(
        self, choose: Random, shop: dict[str, Any], seller: Seller, book: BookRow, n: int
    ) -> Listing:
        """Return an unsaved listing number ``n`` of ``seller``."""
        edition = book.edition
        year = edition.published_year or 1900
        hardback = edition.form in HARDBACKS
        first = edition.statement == "First edition" and year < 1930
        new = year >= 2012 and shop["kind"] == "trader" and choose.random() < 0.55
        condition = Condition.NEW if new else _weighted(choose, _USED)
        if year < 1930 and condition in {Condition.AS_NEW, Condition.FINE}:
            condition = Condition.VERY_GOOD
        clean = new or condition in {Condition.AS_NEW, Condition.FINE}
        defects = self._defects(choose, clean=clean, year=year)
        jacket = self._jacket(choose, new=new, hardback=hardback, year=year)
        # Only the living sign their books.
        signed = first and year > 1850 and choose.random() < 0.06
        price = self._price(choose, book, condition, first=first, signed=signed, new=new)
        return Listing(
            seller=seller,
            edition=edition,
            sku=f"{shop['key'][:3].upper()}-{n:05d}",
            status=ListingStatus.ACTIVE,
            condition=condition,
            jacket=jacket,
            defects=defects,
            signed=signed,
            first_edition=first,
            rare=signed or (first and price >= RARE_FROM),
            notes=self._notes(
                choose, condition, jacket, defects, hardback=hardback, first=first, signed=signed
            ),
            shelf=f"{choose.choice('ABCDEFGH')}{choose.randrange(1, 30)}",
            price_minor=price,
            on_hand=choose.choice((1, 2, 3, 4, 6)) if new else 1,
            listed_at=self.now - timedelta(minutes=choose.randrange(30, 60 * 24 * 420)),
        )

    def _defects(self, choose: Random, *, clean: bool, year: int) -> list[str]:
        if clean or choose.random() > 0.33:
            return []
        defect = _weighted(choose, _DEFECTS)
        return [] if defect == Defect.BOOK_CLUB and year < 1950 else [defect]

    def _jacket(self, choose: Random, *, new: bool, hardback: bool, year: int) -> str:
        if not hardback:
            return Jacket.NOT_APPLICABLE
        if new:
            return Jacket.FINE
        if year < 1920:
            return Jacket.NONE_AS_ISSUED if choose.random() < 0.6 else Jacket.NOT_APPLICABLE
        return choose.choice(
            (
                Jacket.FINE,
                Jacket.VERY_GOOD,
                Jacket.VERY_GOOD,
                Jacket.GOOD,
                Jacket.WORN,
                Jacket.MISSING,
            )
        )

    def _notes(
        self,
        choose: Random,
        condition: str,
        jacket: str,
        defects: list[str],
        *,
        hardback: bool,
        first: bool,
        signed: bool,
    ) -> str:
        notes = [n for n in self.voices["notes"][condition] if _fits(n, hardback=hardback)]
        parts = [choose.choice(notes or self.voices["notes"][condition])]
        if jacket and choose.random() < 0.8:
            parts.append(choose.choice(self.voices["jackets"][jacket]))
        parts += [choose.choice(self.voices["defects"][defect]) for defect in defects]
        if signed:
            parts.insert(
                0, choose.choice([s for s in self.voices["signed"] if "translator" not in s])
            )
        elif first and choose.random() < 0.7:
            firsts = [s for s in self.voices["first_edition"] if "thus" not in s]
            parts.insert(0, choose.choice(firsts))
        return " ".join(parts)

    def _price(
        self, choose: Random, book: BookRow, condition: str, *, first: bool, signed: bool, new: bool
    ) -> int:
        """Return pence, ending as prices end."""
        year = book.edition.published_year or 1900
        if first:
            fame: float = min(book.work.popularity, 20_000) ** 0.55
            pounds = (12 + fame * choose.uniform(0.4, 3.2)) * (2.5 if signed else 1)
            pounds *= _WORTH[Condition(condition)] * (1.6 if year < 1800 else 1)
            return max(18, round(pounds)) * 100
        base = choose.uniform(2.4, 7.5) + (5.5 if book.edition.form in HARDBACKS else 0)
        base += 9 if year < 1930 else 0
        if new:
            return round(base + 4) * 100 + 99
        pence = int(base * 100 * _WORTH[Condition(condition)])
        return max(250, pence - pence % 50 + choose.choice((0, 0, 20, 25, 45)))


def add_listings(
    source: Source, shops: dict[str, Seller], books: list[BookRow], now: datetime
) -> tuple[list[Listing], list[Listing]]:
    """Write copies on sale, and copies that were on sale until a past order bought them.

    Returns both lists. The sold ones have no stock movements yet: their buyers are still to come.
    """
    stocktaker = Stocktaker(source.voices, now)
    weights = [shop["stock"] for shop in source.shops]
    on_sale: list[Listing] = []
    sold: list[Listing] = []
    for wanted, made, name in (
        (int(ON_SALE * source.scale), on_sale, "shelf"),
        (int(SOLD * source.scale), sold, "sold"),
    ):
        choose = dice(name)
        for n in range(wanted):
            shop = choose.choices(source.shops, weights)[0]
            number = n + 1 if name == "shelf" else 90_000 + n
            book = _book_for(choose, shop, books)
            made.append(stocktaker.listing(choose, shop, shops[shop["key"]], book, number))
    for listing in sold:
        listing.status, listing.on_hand = ListingStatus.SOLD, 0
    Listing.objects.bulk_create([*on_sale, *sold], batch_size=1000)
    StockMovement.objects.bulk_create(
        (
            StockMovement(
                listing=listing,
                kind=MovementKind.RECEIVED,
                quantity=listing.on_hand,
                created_at=listing.listed_at or now,
            )
            for listing in on_sale
        ),
        batch_size=2000,
    )
    return on_sale, sold


def _book_for(choose: Random, shop: dict[str, Any], books: list[BookRow]) -> BookRow:
    """Pick a book for a shop: one of its specialities, or rare if it likes, or a loved one."""
    best, score = books[0], -1.0
    for _ in range(5):
        book = choose.choice(books)
        first = book.edition.statement == "First edition"
        mark = choose.random() * (1 + min(book.work.popularity, 4000) / 1500)
        mark += 0.9 if book.shelf in shop["specialities"] else 0
        mark += (shop["rare"] - 5) / 6 if first else 0
        if mark > score:
            best, score = book, mark
    return best
