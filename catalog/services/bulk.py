"""One change to many listings: prepared, looked at, made in batches, and taken back.

A batch is one transaction with the place reached, so that a change goes on where a killed worker left
it. Each listing's values before and after are kept; what somebody has changed since stays as it is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.jobs import enqueue
from catalog.constants import BulkAction, BulkStatus, ListingStatus
from catalog.errors import BulkEditStateError, IdenticalListingError
from catalog.models import BulkChange, BulkEdit, Listing
from catalog.querysets import ListingQuerySet
from catalog.selectors import shop_stock
from catalog.services import columns, copies, identical, listings, stock, want_matching
from catalog.services.repricing import HALF, NINETY_NINE, TO_THE_PENNY, WHOLE, repriced

BATCH = 500
# So many are changed while the asker waits; more, in a job.
AT_ONCE = 500
EXAMPLES = 10
# Rows that a preview looks at one by one.
MOST_PREVIEWED = 20_000
MOST_TICKED = 500
MOST_MINOR = 2**31 - 1
# The columns that an action may change.
_MOVED = ("status", "listed_at")
WRITTEN: dict[str, tuple[str, ...]] = {
    BulkAction.REPRICE: ("price_minor",),
    BulkAction.MOVE: ("shelf", "categories"),
    BulkAction.PAUSE: _MOVED,
    BulkAction.ON_SALE: _MOVED,
    BulkAction.WITHDRAW: _MOVED,
    BulkAction.DELETE: (),
}
# What nobody went on with is forgotten after a day; what has not moved for so long has lost its worker.
FORGOTTEN = timedelta(days=1)
STALLED = timedelta(minutes=2)

ENDINGS: list[tuple[str, str | Promise]] = [
    (TO_THE_PENNY, gettext_lazy("as they fall, to the penny")),
    (WHOLE, gettext_lazy("on whole pounds (.00)")),
    (HALF, gettext_lazy("on .00 or .50")),
    (NINETY_NINE, gettext_lazy("on .99")),
]

# Why a listing is left out, or was not taken back.
PROBLEMS: dict[str, str | Promise] = {
    "same": gettext_lazy("Nothing to change"),
    "not_on_sale": gettext_lazy("Not on sale"),
    "no_copies": gettext_lazy("No copies left: raise the quantity first"),
    "hidden": gettext_lazy("Hidden by staff"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "been_on_sale": gettext_lazy("Has been on sale: it is withdrawn and not deleted"),
    "full": gettext_lazy("Has ten categories already"),
    "too_dear": gettext_lazy("The price would be too high"),
    "identical": gettext_lazy("You list this copy twice already"),
    "changed_since": gettext_lazy("Changed since"),
    "gone": gettext_lazy("Deleted: that can’t be taken back"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one listing: columns with their new values, or why nothing does."""

    after: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A listing before and after."""

    listing: Listing
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do. ``more``: there are more rows than were looked at."""

    changed: int
    left_out: Sequence[tuple[str, int]]
    examples: Sequence[Example]
    more: bool

    @property
    def total(self) -> int:
        """How many listings were looked at."""
        return self.changed + sum(n for _problem, n in self.left_out)


# ---- what becomes of one listing --------------------------------------------------------------


def plan(listing: Listing, action: str, terms: Mapping[str, str]) -> Plan:
    """Work out what ``action`` does to ``listing``; writes nothing."""
    if listing.status == ListingStatus.BLOCKED and action != BulkAction.MOVE:
        return Plan({}, "hidden")
    if action == BulkAction.REPRICE:
        return _reprice(listing, terms)
    if action == BulkAction.MOVE:
        return _relocate(listing, terms)
    if action == BulkAction.DELETE:
        return Plan({"deleted": True}) if copies.may_be_deleted(listing) else _no("been_on_sale")
    return _change_status(listing, action)


def _no(problem: str) -> Plan:
    return Plan({}, problem)


def _reprice(listing: Listing, terms: Mapping[str, str]) -> Plan:
    if listing.status == ListingStatus.WITHDRAWN:
        return _no("withdrawn")
    percent, ending = Decimal(terms["percent"]), terms.get("ending", TO_THE_PENNY)
    price = repriced(listing.price_minor, percent=percent, ending=ending)
    if price == listing.price_minor:
        return _no("same")
    return Plan({"price_minor": price}) if price <= MOST_MINOR else _no("too_dear")


def _relocate(listing: Listing, terms: Mapping[str, str]) -> Plan:
    after: dict[str, Any] = {}
    if terms.get("shelf") and terms["shelf"] != listing.shelf:
        after["shelf"] = terms["shelf"]
    category = terms.get("category")
    if category and category not in listing.categories:
        if len(listing.categories) >= copies.MOST_CATEGORIES:
            return _no("full")
        after["categories"] = [*listing.categories, category]
    return Plan(after) if after else _no("same")


def _change_status(listing: Listing, action: str) -> Plan:
    to = {
        BulkAction.PAUSE: ListingStatus.PAUSED,
        BulkAction.ON_SALE: ListingStatus.ACTIVE,
        BulkAction.WITHDRAW: ListingStatus.WITHDRAWN,
    }[BulkAction(action)]
    if listing.status == to:
        return _no("same")
    if to == ListingStatus.ACTIVE and listing.on_hand == 0:
        return _no("no_copies")
    return Plan({"status": to.value}) if listings.may_become(listing, to) else _no("not_on_sale")


# ---- preparing ---------------------------------------------------------------------------------


@transaction.atomic
def prepare(
    *,
    seller: Seller,
    actor: User | None,
    action: str,
    terms: Mapping[str, str],
    ids: Sequence[int] = (),
    filters: shop_stock.Filters | None = None,
) -> BulkEdit:
    """Keep what is to be done, to be looked at before it is. ``ids``, or else all of ``filters``.

    Raises:
        DomainError: nothing was chosen, or more rows were ticked than a page has.
    """
    if not ids and filters is None:
        raise DomainError(_("Tick the copies that you mean first."))
    if len(ids) > MOST_TICKED:
        raise DomainError(_("Tick at most %(most)d copies at once.") % {"most": MOST_TICKED})
    old = BulkEdit.objects.filter(
        seller=seller,
        status=BulkStatus.PREPARED,
        created_at__lt=timezone.now() - FORGOTTEN,
    )
    old.delete()
    chosen = {"ids": sorted(set(ids))} if ids else {"filters": (filters or _ALL).as_dict()}
    newest = Listing.objects.filter(seller=seller).aggregate(pk=Max("pk"))["pk"]
    return BulkEdit.objects.create(
        seller=seller,
        actor=actor,
        action=action,
        terms=dict(terms),
        chosen=chosen,
        up_to=newest or 0,
    )


_ALL = shop_stock.Filters()


def own(*, seller: Seller, edit_id: UUID) -> BulkEdit:
    """Return a change of the shop. Raises NotFoundError for anybody else's."""
    found = BulkEdit.objects.filter(seller=seller, pk=edit_id).first()
    if found is None:
        raise NotFoundError(_("There is no such change in your shop."))
    return found


def selection(edit: BulkEdit) -> ListingQuerySet:
    """Return the listings that a change is about, as they are now."""
    if "ids" in edit.chosen:
        found = Listing.objects.filter(seller=edit.seller_id, pk__in=edit.chosen["ids"])
    else:
        found = shop_stock.stock(
            seller=edit.seller, filters=shop_stock.read(edit.chosen.get("filters", {}))
        )
    return found.filter(pk__lte=edit.up_to)


def preview(edit: BulkEdit) -> Preview:
    """Work out what a prepared change would do, with the first examples of it."""
    rows = selection(edit).select_related("edition__work", "edition__publisher").order_by("pk")
    problems: Counter[str] = Counter()
    examples: list[Example] = []
    changed = seen = 0
    for listing in rows[: MOST_PREVIEWED + 1].iterator(chunk_size=2_000):
        seen += 1
        if seen > MOST_PREVIEWED:
            break
        planned = plan(listing, edit.action, edit.terms)
        if planned.problem:
            problems[planned.problem] += 1
            continue
        changed += 1
        if len(examples) < EXAMPLES:
            examples.append(Example(listing, _before(listing, planned.after), planned.after))
    return Preview(changed, problems.most_common(), examples, seen > MOST_PREVIEWED)


def _before(listing: Listing, after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(listing, name) for name in after if name != "deleted"}


# ---- making ------------------------------------------------------------------------------------


def start(*, edit: BulkEdit, actor: User | None) -> BulkEdit:
    """Make a prepared change: at once if it is small, else in a job.

    Raises:
        BulkEditStateError: it is being made, or was.
    """
    with transaction.atomic():
        locked = _locked(edit.pk, BulkStatus.PREPARED, _("This change has been made already."))
        _go(locked, BulkStatus.RUNNING)
        activity.record(
            seller=locked.seller, actor=actor, action="listings.changed", subject=locked.action,
            edit=str(locked.pk), **locked.terms,
        )  # fmt: skip
        several = selection(locked)[: AT_ONCE + 1].count() > AT_ONCE
        if several:
            enqueue("catalog.run_bulk_edit", edit_id=str(locked.pk))
    if not several:
        run(edit_id=locked.pk)
    return BulkEdit.objects.get(pk=locked.pk)


def undo(*, edit: BulkEdit, actor: User | None) -> BulkEdit:
    """Take a change back, but for what was changed since.

    Raises:
        BulkEditStateError: it is not made yet, or taken back already.
    """
    with transaction.atomic():
        locked = _locked(edit.pk, BulkStatus.DONE, _("This change can’t be taken back now."))
        _go(locked, BulkStatus.UNDOING)
        activity.record(
            seller=locked.seller, actor=actor, action="listings.restored", subject=locked.action,
            edit=str(locked.pk),
        )  # fmt: skip
        several = locked.changed > AT_ONCE
        if several:
            enqueue("catalog.run_bulk_edit", edit_id=str(locked.pk))
    if not several:
        run(edit_id=locked.pk)
    return BulkEdit.objects.get(pk=locked.pk)


def run(*, edit_id: UUID) -> None:
    """Go on with a change, made or taken back, from the place reached to its end."""
    for _batch in _batches(edit_id):
        pass


def tend() -> None:
    """Have changes go on whose worker has died."""
    stalled = BulkEdit.objects.filter(
        status__in=[BulkStatus.RUNNING, BulkStatus.UNDOING],
        updated_at__lt=timezone.now() - STALLED,
    )
    for pk in stalled.order_by("pk").values_list("pk", flat=True)[:100]:
        with transaction.atomic():
            BulkEdit.objects.filter(pk=pk).update(updated_at=timezone.now())
            enqueue("catalog.run_bulk_edit", edit_id=str(pk))


def _batches(edit_id: UUID) -> Iterator[int]:
    """Yield the size of each batch that was done."""
    while True:
        with transaction.atomic():
            edit = (
                BulkEdit.objects.select_for_update(no_key=True, of=("self",))
                .select_related("seller", "actor")
                .filter(pk=edit_id)
                .first()
            )
            if edit is None:
                return
            if edit.status == BulkStatus.RUNNING:
                done = _make_batch(edit)
            elif edit.status == BulkStatus.UNDOING:
                done = _undo_batch(edit)
            else:
                return
            edit.save()
        yield done


def _locked(pk: UUID, status: BulkStatus, otherwise: str) -> BulkEdit:
    edit = (
        BulkEdit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("seller")
        .get(pk=pk)
    )
    if edit.status != status:
        raise BulkEditStateError(otherwise)
    return edit


def _go(edit: BulkEdit, status: BulkStatus) -> None:
    edit.status, edit.position = status, 0
    edit.save(update_fields=["status", "position", "updated_at"])


def _make_batch(edit: BulkEdit) -> int:
    rest = selection(edit).filter(pk__gt=edit.position).order_by("pk")
    keys = list(rest.values_list("pk", flat=True)[:BATCH])
    if not keys:
        edit.status, edit.finished_at = BulkStatus.DONE, timezone.now()
        return 0
    locked = stock.lock_listings(keys)
    done = {pk: _apply(edit, listing) for pk, listing in sorted(locked.items())}
    journal = list(done.values())
    written = (pk for pk, change in done.items() if not change.problem)
    rows = [locked[pk] for pk in written if locked[pk].pk]
    columns.write(listings=rows, names=WRITTEN[edit.action])
    BulkChange.objects.bulk_create(journal)
    changed = [change for change in journal if not change.problem]
    edit.changed += len(changed)
    edit.left_out += len(journal) - len(changed)
    edit.position = keys[-1]
    _tell(changed)
    return len(keys)


def _apply(edit: BulkEdit, listing: Listing) -> BulkChange:
    """Change a locked listing in memory, or remove a draft; return the journal's line."""
    planned = _within_cap(listing, plan(listing, edit.action, edit.terms))
    before = {} if planned.problem else _before(listing, planned.after)
    change = BulkChange(
        edit=edit,
        listing_id=listing.pk,
        sku=listing.sku,
        before=before,
        after=dict(planned.after),
        problem=planned.problem,
    )
    if "deleted" in planned.after:
        copies.remove(listing, actor=edit.actor)
        listing.pk = None
        return change
    for name, value in planned.after.items():
        setattr(listing, name, value)
    if planned.after.get("status") == ListingStatus.ACTIVE and listing.listed_at is None:
        listing.listed_at = timezone.now()
    return change


def _within_cap(listing: Listing, planned: Plan) -> Plan:
    """Refuse to put a withdrawn copy on sale again beside two that are just like it."""
    again = planned.after.get("status") == ListingStatus.ACTIVE
    if again and listing.status == ListingStatus.WITHDRAWN:
        try:
            identical.ensure_room(listing=listing)
        except IdenticalListingError:
            return _no("identical")
    return planned


def _tell(changes: Sequence[BulkChange]) -> None:
    """Let those hear of it who wait for what went on sale or became cheaper."""
    news = [
        change.listing_id
        for change in changes
        if change.after.get("status") == ListingStatus.ACTIVE
        or change.after.get("price_minor", 0) < change.before.get("price_minor", 0)
    ]
    if news:
        want_matching.match(listing_ids=news)


def _undo_batch(edit: BulkEdit) -> int:
    rest = edit.changes.filter(pk__gt=edit.position, problem="").order_by("pk")
    changes = list(rest[:BATCH])
    if not changes:
        edit.status, edit.finished_at = BulkStatus.UNDONE, timezone.now()
        return 0
    locked = stock.lock_listings(change.listing_id for change in changes)
    restored = []
    for change in changes:
        listing = locked.get(change.listing_id)
        change.problem = _restore(change, listing)
        change.undone = not change.problem
        if change.undone and listing is not None:
            restored.append(listing)
    columns.write(listings=restored, names=WRITTEN[edit.action])
    BulkChange.objects.bulk_update(changes, ["undone", "problem"])
    edit.undone += len(restored)
    edit.kept += len(changes) - len(restored)
    edit.position = changes[-1].pk
    return len(changes)


def _restore(change: BulkChange, listing: Listing | None) -> str:
    """Give a listing its values back; return why not, if something stands against it."""
    if listing is None:
        return "gone"
    if any(getattr(listing, name) != value for name, value in change.after.items()):
        return "changed_since"
    for name, value in change.before.items():
        setattr(listing, name, value)
    if listing.status == ListingStatus.ACTIVE and listing.on_hand == 0:
        listing.status = ListingStatus.SOLD
    return ""
