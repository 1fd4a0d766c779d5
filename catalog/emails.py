"""The messages of catalog. One function a message; each returns it rendered, or None if there is nobody
to send it to."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from books4all.lib.mail import Letter, render
from catalog.models import InventoryImport, Want
from catalog.selectors.inventory import figures_of
from catalog.selectors.waiting import Copy, Told, Waiter, confirm_token, guest_token, stop_token


def confirm_want(want: Want) -> Letter:
    """Ask a guest whether they are who waits for a book."""
    link = _page("catalog:want_confirm", confirm_token(want))
    context = {"want": want, "title": _title(want), "link": link}
    return render("catalog/confirm_want", to=want.email, context=context, language=want.language)


def copies_found(told: Told) -> Letter:
    """Tell somebody of copies that meet their wants.

    It says how to stop such letters with one click, to people and to mail programs (RFC 8058).
    """
    stop = _page("catalog:want_stop", stop_token(told.who))
    context = {
        "rows": [_row(copy) for copy in told.copies],
        "more": told.more,
        "guest": told.who.user is None,
        "wants_link": _wants_of(told.who),
        "stop_link": stop,
    }
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return render(
        "catalog/copies_found",
        to=told.who.address,
        context=context,
        language=told.language,
        headers=headers,
    )


def stock_checked(pk: UUID) -> Letter | None:
    """Tell whoever uploaded a stock file that it has been checked, and what came of it."""
    found = InventoryImport.objects.select_related("seller", "started_by").filter(pk=pk).first()
    if found is None or found.started_by is None:
        return None
    context = {
        "found": found,
        "figures": figures_of(found),
        "url": _page("selling:import", found.seller.slug, found.pk),
    }
    return render("catalog/stock_checked", to=found.started_by.email, context=context)


def _page(name: str, *args: object) -> str:
    return settings.PUBLIC_URL + reverse(name, args=args)


def _wants_of(who: Waiter) -> str:
    return (
        _page("catalog:wants") if who.user else _page("catalog:want_guest", guest_token(who.email))
    )


def _title(want: Want) -> str:
    return want.book.title if want.book else f"“{want.query}”"


def _row(copy: Copy) -> dict[str, Any]:
    work = copy.listing.edition.work
    book = _page("catalog:book", work.slug)
    who = Waiter(copy.want.user, copy.want.email)
    return {
        "title": work.title,
        "author": work.author_line,
        "cover": _page("catalog:cover", work.slug),
        "grade": copy.listing.get_condition_display(),
        "jacket": copy.listing.get_jacket_display() if copy.listing.jacket else "",
        "signed": copy.listing.signed,
        "first_edition": copy.listing.first_edition,
        "price": copy.price,
        "shop": copy.listing.seller.name,
        "kind": copy.listing.seller.get_kind_display(),
        "link": f"{book}#copy-{copy.listing.pk}",
        "close_link": f"{_wants_of(who)}#want-{copy.want.pk}",
        "words": copy.want.query,
    }
