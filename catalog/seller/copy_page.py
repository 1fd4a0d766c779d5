"""What the pages of a new and of a listed copy share: the form beside its evidence."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts.models import Seller, SellerMember
from books4all.lib.errors import DomainError
from catalog.constants import DEFECT_MEANINGS, GRADE_MEANINGS, GRADES, Condition, Defect
from catalog.models import Edition
from catalog.selectors.comparables import comparables
from catalog.selectors.demand import demand_for_editions
from catalog.selectors.offers import edition_line
from catalog.seller.listing_forms import RENAMED, CopyForm
from catalog.services import photos

# What makes a copy special, as boxes to tick.
MARKS = ("first_edition", "signed", "inscribed", "rare", "print_on_demand")


def copy_context(
    edition: Edition, form: CopyForm, *, seller: Seller, listing_id: int | None = None
) -> dict[str, Any]:
    """Return what the form of a copy is shown with: its book, the grades' meanings, what others ask
    for it, and who waits for it."""
    condition = str(form["condition"].value() or "")
    return {
        "form": form,
        "edition": edition,
        "work": edition.work,
        "edition_line": edition_line(edition),
        "grades": [
            {
                "code": code,
                "label": str(Condition(code).label),
                "gauge": grade.gauge,
                "meaning": GRADE_MEANINGS[code],
                "on": condition == code,
            }
            for code, grade in GRADES.items()
        ],
        "defects": [
            {
                "code": defect.value,
                "label": defect.label,
                "meaning": DEFECT_MEANINGS[defect],
                "on": defect.value in (form["defects"].value() or ()),
            }
            for defect in Defect
        ],
        "marks": [form[name] for name in MARKS],
        "demand": demand_for_editions([(edition.pk, edition.work_id)], seller=seller).get(
            edition.pk
        ),
        "prices": comparables(edition=edition, condition=condition, listing_id=listing_id),
    }


def put_errors(form: Any, error: DomainError) -> None:
    """Show what a service said beside the fields it is about."""
    placed = False
    for name, words in error.fields.items():
        field = RENAMED.get(name, name)
        if field in form.fields:
            form.add_error(field, words)
            placed = True
    if not placed:
        form.add_error(None, error.message)


def keep_photos(
    request: HttpRequest, member: SellerMember, listing_id: int, files: Sequence[bytes]
) -> int:
    """Keep photographs that came with a form, and say which were not taken; return how many were."""
    kept = 0
    for data in files:
        try:
            photos.upload(seller=member.seller, listing_id=listing_id, data=data, actor=member.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            kept += 1
    if kept:
        words = ngettext(
            "%(n)d photograph is being made ready.", "%(n)d photographs are being made ready.", kept
        )
        messages.success(request, words % {"n": kept})
    return kept
