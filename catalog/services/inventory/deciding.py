"""What is to be done with a row: worked out from what it says and what stands, without the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.constants import InventoryMode, ListingStatus, RowOutcome
from catalog.importers.stock.row import StockAction
from catalog.services.inventory.facts import DEFAULTS, Facts
from catalog.services.inventory.shelves import Sales, Standing

# A shop's program may not know yet what was sold here in the last days: its file says the old number.
SALES_UNKNOWN_FOR = timedelta(days=3)
_OFF = frozenset({ListingStatus.SOLD, ListingStatus.WITHDRAWN})
_BACK = frozenset({ListingStatus.SOLD, ListingStatus.WITHDRAWN, ListingStatus.DRAFT})


@dataclass(slots=True)
class Decision:
    """What becomes of a row: columns to write, copies to count, and what was said of it."""

    facts: Facts
    outcome: RowOutcome
    stands: Standing | None = None
    edition_id: int = 0
    title: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    # Copies on the shelf afterwards; None leaves them as they are.
    counted: int | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    # Key of the listing once it is written.
    listing_id: int | None = None

    @property
    def writes(self) -> bool:
        """Whether there is a listing to be changed."""
        return self.stands is not None and (bool(self.columns) or self.counted is not None)

    @property
    def offers(self) -> bool:
        """Whether somebody may wait for what it puts on sale, or makes cheaper."""
        if self.outcome == RowOutcome.NEW:
            return bool(self.columns["status"] == ListingStatus.ACTIVE)
        price = self.changes.get("price_minor")
        more = self.counted is not None and self.stands is not None
        return bool(
            (price and price[1] < price[0])
            or self.columns.get("status") == ListingStatus.ACTIVE
            or "edition_id" in self.columns
            or (more and self.counted > self.stands.on_hand)  # type: ignore[operator, union-attr]
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """What a decision needs to know besides the row and its listing."""

    mode: str
    now: datetime
    sales: Mapping[int, Sales]


def decide(
    facts: Facts, stands: Standing | None, edition_id: int, title: str, scene: Scene
) -> Decision:
    """Say what is to be done with a row; ``edition_id`` is 0 where no book is needed or known."""
    made = Decision(facts, RowOutcome.UNCHANGED, stands, edition_id, title)
    action = StockAction.DELETE if scene.mode == InventoryMode.DELETE else facts.row.action
    if stands is not None:
        made.listing_id = stands.pk
    if facts.row.action == StockAction.IGNORE:
        made.outcome = RowOutcome.IGNORED
    elif facts.refused:
        made.outcome = RowOutcome.REFUSED
    elif action != StockAction.UPSERT or facts.quantity == 0:
        _take_off(made, ListingStatus.SOLD if action == StockAction.SOLD else None, action)
    elif stands is None:
        _begin(made, scene)
    else:
        _change(made, stands, scene)
    if facts.refused and made.outcome != RowOutcome.REFUSED:
        made.outcome, made.columns, made.changes = RowOutcome.REFUSED, {}, {}
    return made


# --- Taking off sale ------------------------------------------------------------------------------


def _take_off(made: Decision, to: ListingStatus | None, action: StockAction) -> None:
    stands = made.stands
    if stands is None:
        made.outcome = RowOutcome.IGNORED
        return
    if to is None:
        to = ListingStatus.WITHDRAWN if action == StockAction.DELETE else ListingStatus.SOLD
    _count(made, stands, 0)
    if made.facts.refused:
        return
    if stands.status not in {*_OFF, ListingStatus.BLOCKED}:
        made.columns["status"] = to.value
        made.changes["status"] = [stands.status, to.value]
    if made.columns or made.counted is not None:
        made.outcome = RowOutcome.GONE


def withdraw(stands: Standing, facts: Facts) -> Decision:
    """Say what is to be done with a copy that a whole stock does not have any more."""
    made = Decision(facts, RowOutcome.UNCHANGED, stands, title=stands.titles.title)
    made.listing_id = stands.pk
    _take_off(made, ListingStatus.WITHDRAWN, StockAction.DELETE)
    made.outcome = RowOutcome.REFUSED if facts.refused else RowOutcome.WITHDRAWN
    return made


# --- New copies -----------------------------------------------------------------------------------


def _begin(made: Decision, scene: Scene) -> None:
    facts = made.facts
    columns = {**DEFAULTS, **facts.columns}
    if columns["price_minor"] is None:
        facts.fail("price_missing", "price_minor", "", _("The price is missing."),
                   remedy=_("Write it as 4.50."))  # fmt: skip
    if not columns["condition"]:
        facts.fail("condition_missing", "condition", "", _("The condition is missing."),
                   remedy=_("Say how the copy is: fine, very good, good …"))  # fmt: skip
    if facts.refused:
        return
    columns["currency"] = columns["currency"] or DEFAULTS["currency"]
    status = ListingStatus.ACTIVE
    if _is_nameless(facts):
        status = ListingStatus.DRAFT
        facts.warn(
            "kept_as_draft", "book.contributors", "",
            _("Kept as a draft: nothing but a title says which book it is."),
            remedy=_("Add its author, publisher, year or ISBN."),
        )  # fmt: skip
    made.outcome = RowOutcome.NEW
    made.columns = {**columns, "status": status.value, "edition_id": made.edition_id}
    made.columns["listed_at"] = scene.now if status == ListingStatus.ACTIVE else None
    made.counted = 1 if facts.quantity is None else facts.quantity


def _is_nameless(facts: Facts) -> bool:
    book = facts.row.book
    return not (
        facts.isbns
        or book.contributors
        or book.contributor_statement
        or book.publisher
        or book.published
    )


# --- Copies that are listed already ---------------------------------------------------------------


def _change(made: Decision, stands: Standing, scene: Scene) -> None:
    facts = made.facts
    sold = scene.sales.get(stands.pk)
    if made.edition_id and made.edition_id != stands.edition_id:
        if sold or stands.held:
            facts.fail(
                "sku_retired", "sku", stands.sku,
                _("This SKU is of “%(title)s”, which was sold here.")
                % {"title": stands.titles.title},
                remedy=_("Give this copy a SKU of its own: one that was sold stays with its book."),
            )  # fmt: skip
            return
        made.columns["edition_id"] = made.edition_id
        made.changes["book"] = [stands.titles.title, made.title]
    for name, value in facts.columns.items():
        before = stands.columns[name]
        # What the file leaves empty, though a copy must have it, stays.
        if value == before or (value in {"", None} if name in _NEEDED else False):
            continue
        made.columns[name] = value
        made.changes[name] = [before, value]
    wanted = facts.quantity
    if wanted is None and stands.status in _OFF and stands.on_hand == 0:
        wanted = 1
    if wanted is not None and not _unknown_sale(made, stands, wanted, sold, scene.now):
        _count(made, stands, wanted)
    _put_back(made, stands, scene.now)
    if made.columns or made.counted is not None:
        made.outcome = RowOutcome.CHANGED


_NEEDED = frozenset({"condition", "price_minor", "currency"})


def _put_back(made: Decision, stands: Standing, now: datetime) -> None:
    left = stands.on_hand if made.counted is None else made.counted
    if stands.status not in _BACK or left == 0:
        return
    if stands.status == ListingStatus.DRAFT and _is_nameless(made.facts):
        return
    made.columns["status"] = ListingStatus.ACTIVE.value
    made.changes["status"] = [stands.status, ListingStatus.ACTIVE.value]
    if stands.listed_at is None:
        made.columns["listed_at"] = now


def _unknown_sale(
    made: Decision, stands: Standing, wanted: int, sold: Sales | None, now: datetime
) -> bool:
    """Whether a file says what would be there if nothing had been sold here.

    A shop's program that has not heard of the sale would put the copy on sale a second time. A single
    copy's SKU is retired for good; a pile may be filled up again after some days.
    """
    if sold is None or not stands.on_hand < wanted <= stands.on_hand + sold.since:
        return False
    if stands.on_hand and now - sold.last > SALES_UNKNOWN_FOR:
        return False
    made.facts.warn(
        "sold_here", "quantity", wanted,
        ngettext(
            "%(n)d copy was sold here on %(date)s, and stays sold.",
            "%(n)d copies were sold here, the last on %(date)s, and stay sold.",
            sold.since,
        ) % {"n": sold.since, "date": date_format(sold.last, "j F Y")},
        remedy=_("Take what is sold out of your file. Another copy of the book has a SKU of its own."),
    )  # fmt: skip
    return True


def _count(made: Decision, stands: Standing, wanted: int) -> None:
    if wanted < stands.held:
        # What nobody is paying for goes off sale all the same.
        made.facts.fail(
            "held", "quantity", wanted,
            ngettext(
                "%(n)d copy is being paid for now.",
                "%(n)d copies are being paid for now.",
                stands.held,
            ) % {"n": stands.held},
            remedy=_("Try again later."),
        )  # fmt: skip
    kept = max(wanted, stands.held)
    if kept != stands.on_hand:
        made.counted = kept
        made.changes["on_hand"] = [stands.on_hand, kept]
