"""A shop's stock: the list of it, and the page of one copy."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.api.pagination import CursorError, Ordering, keyset
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.money import Money
from books4all.lib.pictures import Picture
from catalog.constants import BulkAction, Condition, ListingStatus
from catalog.models import Listing, ListingPhoto
from catalog.selectors import shop_stock
from catalog.selectors.copies import pictures
from catalog.selectors.offers import edition_line
from catalog.seller.copy_page import copy_context, keep_photos, put_errors
from catalog.seller.listing_forms import BulkForm, CopyForm, PhotosForm, initial_of
from catalog.services import copies
from catalog.services import listings as moves

ROWS_A_PAGE = 50
ORDERS = {
    "newest": Ordering("stock-newest", ("-pk",)),
    "oldest": Ordering("stock-oldest", ("pk",)),
    "changed": Ordering("stock-changed", ("-updated_at", "-pk")),
    "title": Ordering("stock-title", ("title_key", "pk")),
    "price": Ordering("stock-price", ("price_minor", "pk")),
    "-price": Ordering("stock-dearest", ("-price_minor", "-pk")),
    "sku": Ordering("stock-sku", ("sku", "pk")),
    "shelf": Ordering("stock-shelf", ("shelf", "pk")),
}
# How a state is marked in the list.
MARKS = {
    ListingStatus.ACTIVE: "good",
    ListingStatus.SOLD: "bad",
    ListingStatus.BLOCKED: "bad",
    ListingStatus.PAUSED: "warn",
}
# What a seller may do to one copy, in the order of the buttons: state, words, icon.
STEPS = (
    (ListingStatus.ACTIVE, gettext_lazy("Put on sale"), "circle-check"),
    (ListingStatus.PAUSED, gettext_lazy("Take off sale for now"), "clock"),
    (ListingStatus.WITHDRAWN, gettext_lazy("Withdraw for good"), "ban"),
)


@require_safe
@team_page(SellerRole.INVENTORY)
def listings(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show a page of the shop's stock, narrowed and sorted as the address says."""
    filters = shop_stock.read(request.GET)
    rows = shop_stock.for_page(shop_stock.stock(seller=member.seller, filters=filters))
    try:
        page = keyset(
            rows,
            ordering=ORDERS[filters.sort],
            limit=ROWS_A_PAGE,
            cursor=request.GET.get("at", ""),
        )
    except CursorError:
        # An old link: begin again.
        return redirect(_link(member, filters))
    context: dict[str, Any] = {
        "filters": filters,
        "rows": [_line(row) for row in page.rows],
        "next": _link(member, filters, at=page.next) if page.next else "",
        "previous": _link(member, filters, at=page.previous) if page.previous else "",
        "chips": _chips(member, filters),
        "options": _options(member),
        "hidden": [pair for pair in filters.as_dict().items() if pair[0] != "q"],
        "bulk": BulkForm(),
        "actions": BulkAction.choices,
    }
    return shop_page(request, member, "selling/listings.html", tab="listings", **context)


def _link(member: SellerMember, filters: shop_stock.Filters, **more: str) -> str:
    """Return the address of the list with ``filters``."""
    query = {**filters.as_dict(), **more}
    path = reverse("selling:listings", args=[member.seller.slug])
    return f"{path}?{urlencode(query)}" if query else path


def _chips(member: SellerMember, filters: shop_stock.Filters) -> list[dict[str, Any]]:
    """Return the list's short cuts as chips: each is an address, with how many it leads to."""
    known = shop_stock.tallies(seller=member.seller)
    usual = shop_stock.Filters(sort=filters.sort)
    wanted = [
        (_("On the shelves"), usual, known.shown),
        (_("On sale"), replace(usual, status=ListingStatus.ACTIVE), known.active),
        (_("Drafts"), replace(usual, status=ListingStatus.DRAFT), known.draft),
        (_("Paused"), replace(usual, status=ListingStatus.PAUSED), known.paused),
        (_("Sold out"), replace(usual, need="sold_out"), known.sold),
        (_("No photograph"), replace(usual, need="photo"), known.no_photo),
        (_("No description"), replace(usual, need="no_notes"), known.no_notes),
        # Looked up elsewhere for each copy: counted only where it is asked for.
        (_("Priced high"), replace(usual, need="high"), None),
        (_("Withdrawn"), replace(usual, status=ListingStatus.WITHDRAWN), known.withdrawn),
    ]
    return [
        {"label": label, "url": _link(member, one), "on": one == filters, "count": count}
        for label, one, count in wanted
    ]


def _options(member: SellerMember) -> dict[str, Any]:
    """Return what the fields of the list's form offer."""
    return {
        "statuses": ListingStatus.choices,
        "conditions": Condition.choices,
        "needs": list(shop_stock.NEEDS.items()),
        "sorts": list(shop_stock.SORTS.items()),
        "categories": shop_stock.categories(seller=member.seller),
    }


def _line(listing: Listing) -> dict[str, Any]:
    """Return a copy as a row of the list."""
    lowest: int | None = listing.lowest_here  # type: ignore[attr-defined]  # annotated
    photos = pictures(listing.photo_rows)  # type: ignore[attr-defined]  # likewise
    return {
        "listing": listing,
        "work": listing.edition.work,
        "edition": edition_line(listing.edition),
        "photo": photos[0].url("jpg", photos[0].widths[0]) if photos else "",
        "mark": MARKS.get(ListingStatus(listing.status), ""),
        "status": listing.get_status_display(),
        "needs": _needs(listing, photos, lowest),
        "lowest": None if lowest is None else Money(lowest, listing.currency),
    }


def _needs(listing: Listing, photos: list[Picture], lowest: int | None) -> list[str]:
    if listing.status not in shop_stock.CARED_FOR:
        return []
    found = {
        "high": listing.status == ListingStatus.ACTIVE
        and shop_stock.is_high(listing.price_minor, lowest),
        "photo": not photos,
        "no_notes": not listing.notes,
    }
    return [str(shop_stock.NEEDS[code]) for code, needed in found.items() if needed]


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.INVENTORY)
def listing(request: HttpRequest, member: SellerMember, pk: int) -> HttpResponse:
    """Show one copy with all that its seller may change, and change it."""
    found = one_of(member, pk)
    form = CopyForm(request.POST or None, request.FILES or None, initial=initial_of(found))
    if found.listed_at is not None:
        form.fields["sku"].disabled = True
    if form.is_valid():
        try:
            copies.edit(
                seller=member.seller,
                listing_id=found.pk,
                changes=form.terms(),
                quantity=form.cleaned_data["quantity"],
                seen=form.cleaned_data["seen"],
                sku=form.cleaned_data["sku"],
                actor=member.user,
            )
        except DomainError as error:
            put_errors(form, error)
        else:
            keep_photos(request, member, found.pk, form.cleaned_data["photos"])
            messages.success(request, _("%(sku)s is saved.") % {"sku": found.sku})
            return redirect("selling:listing", member.seller.slug, found.pk)
    context: dict[str, Any] = {
        **copy_context(found.edition, form, seller=member.seller, listing_id=found.pk),
        "listing": found,
        "seen": _seen(found, form),
        "photos": [_photo(photo) for photo in found.photos.order_by("position", "pk")],
        "photos_form": PhotosForm(),
        "steps": _steps(found),
        "may_delete": copies.may_be_deleted(found),
        "mark": MARKS.get(ListingStatus(found.status), ""),
        "history": list(found.price_changes.order_by("-at", "-pk")[:12]),
        "movements": list(found.movements.select_related("actor").order_by("-pk")[:12]),
        "error_title": bool(form.errors),
    }
    return shop_page(request, member, "selling/listing.html", tab="listings", **context)


def _seen(found: Listing, form: CopyForm) -> Any:
    """Return how many copies the page has shown: as many as it says now where it asks for them again."""
    if "quantity" in form.errors:
        return Listing.objects.values_list("on_hand", flat=True).get(pk=found.pk)
    return form["seen"].value()


def _photo(photo: ListingPhoto) -> dict[str, Any]:
    """Return a photograph as its seller sees it, made ready or not."""
    picture = photo.picture
    return {
        "pk": photo.pk,
        "alt": photo.alt,
        "status": photo.status,
        "reason": photo.reason,
        "picture": picture,
        "width": photo.width,
        "height": photo.height,
        "small": picture.url("jpg", picture.widths[min(1, len(picture.widths) - 1)])
        if picture
        else "",
        "large": picture.url("jpg") if picture else "",
    }


def one_of(member: SellerMember, pk: int) -> Listing:
    """Return a listing of the member's shop; everybody else's do not exist."""
    try:
        return copies.own(seller=member.seller, listing_id=pk)
    except NotFoundError as error:
        raise Http404(error.message) from error


def _steps(found: Listing) -> list[dict[str, str]]:
    return [
        {"to": to.value, "label": str(words), "icon": icon}
        for to, words, icon in STEPS
        if moves.may_become(found, to) and found.status != ListingStatus.BLOCKED
    ]


@require_POST
@team_page(SellerRole.INVENTORY)
def status(request: HttpRequest, member: SellerMember, pk: int) -> HttpResponse:
    """Put a copy on sale or take it off; delete a draft."""
    found = one_of(member, pk)
    to = request.POST.get("to", "")
    try:
        if to == "delete":
            copies.delete_draft(seller=member.seller, listing_id=found.pk, actor=member.user)
            messages.success(request, _("The draft %(sku)s is deleted.") % {"sku": found.sku})
            return redirect("selling:listings", member.seller.slug)
        if to not in ListingStatus.values:
            raise DomainError(_("Choose what to do with the copy."))  # noqa: TRY301 said like others
        moved = copies.move(
            seller=member.seller, listing_id=found.pk, to=ListingStatus(to), actor=member.user
        )
    except NotFoundError as error:
        raise Http404(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        words = {"sku": found.sku, "status": moved.get_status_display()}
        messages.success(request, _("%(sku)s: %(status)s.") % words)
    return redirect("selling:listing", member.seller.slug, found.pk)
