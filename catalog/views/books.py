"""The page of a book, and what readers say about it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.selectors import signed_in_user, visitor_country
from books4all.lib.covers.picture import picture
from books4all.lib.errors import DomainError
from catalog import jsonld
from catalog.forms import ReviewForm
from catalog.models import Review, Work
from catalog.selectors import books
from catalog.services import reviews
from catalog.views.moved import moved
from catalog.views.shared import Feed, feeds, page_of, shared_page

OPDS_BOOK = "application/opds-publication+json"


@shared_page
def book_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a work with its editions and all copies that can be bought."""
    page = books.book_page(
        slug=slug,
        country=visitor_country(request),
        kind=request.GET.get("kind", ""),
        number=page_of(request),
    )
    if not page.offers.items and not page.is_first:
        raise Http404(_("There are not that many copies."))
    trail = _trail(page)
    here = (page.work.title, page.work.get_absolute_url())
    context = {
        "page": page,
        "crumbs": trail,
        "tabs": _tabs(page),
        "cover_note": _cover_note(page),
        "reviews": [_review(review) for review in page.reviews],
        "nav": trail[0][1].strip("/").rpartition("/")[2] if trail else "",
        "feeds": feeds(Feed(OPDS_BOOK, page.work.title, reverse("catalog:opds_book", args=[slug]))),
        "jsonld": jsonld.block(jsonld.book(page)),
        "jsonld_crumbs": jsonld.block(jsonld.crumbs([*trail, here])),
    }
    return render(request, "catalog/book_detail.html", context)


def _cover_note(page: books.BookPage) -> str:
    """Say whose cover a real one is: it is no photograph of the copies below."""
    picture = page.work.picture
    if picture is None:
        return ""
    row = next((row for row in page.editions if row.edition.pk == picture.edition), None)
    year = str(row.edition.published_year or "") if row else ""
    which = ", ".join(part for part in (row.publisher_name if row else "", year) if part)
    edition = _("That of one edition") if not which else _("That of %(which)s") % {"which": which}
    note = _("%(edition)s; single copies look different.") % {"edition": edition}
    return f"{note} {picture.credit}".strip()


def _trail(page: books.BookPage) -> list[tuple[str, str]]:
    """Return the way to the book: its main subject, the one above that, its author."""
    trail: list[tuple[str, str]] = []
    for subject in page.subjects[:1]:
        if subject["parent"]:
            above = reverse("catalog:subject", args=[subject["parent_slug"]])
            trail.append((subject["parent"], above))
        trail.append((subject["name"], reverse("catalog:subject", args=[subject["slug"]])))
    trail += [
        (author["name"], reverse("catalog:author", args=[author["slug"]]))
        for author in page.authors[:1]
    ]
    return trail


def _tabs(page: books.BookPage) -> list[dict[str, object]]:
    """Return the kinds of copy as the component ``tabs`` takes them."""
    everything = books.KindOfCopy("", _("All copies"), page.copies, page.from_price)
    tabs: list[dict[str, object]] = []
    for kind in (everything, *page.kinds):
        query = f"?{urlencode({'kind': kind.code})}" if kind.code else page.work.get_absolute_url()
        tabs.append(
            {
                "title": kind.label,
                "detail": _tally(kind),
                "url": f"{query}#copies" if kind.copies else "",
                "current": kind.code == page.kind,
            }
        )
    return tabs


def _tally(kind: books.KindOfCopy) -> str:
    if not kind.copies:
        return _("None just now")
    if kind.from_price is None:
        return ngettext("%(n)d copy", "%(n)d copies", kind.copies) % {"n": kind.copies}
    return _("%(n)d from %(price)s") % {"n": kind.copies, "price": kind.from_price}


def _review(review: Review) -> dict[str, object]:
    who = review.author_name
    if review.verified:
        who = _("%(name)s, bought it here") % {"name": who}
    return {"stars": review.rating, "text": review.text, "who": who}


@shared_page
def cover(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a picture of a work's cover, for programs that show no drawings."""
    work = Work.objects.only("title", "author_line", "cover_subject").get(slug=slug)
    drawn = picture(work.title, work.author_line, work.cover_subject)
    age = {"Cache-Control": "public, max-age=86400"}
    return HttpResponse(drawn, content_type="image/png", headers=age)


@login_required
@require_http_methods(["GET", "POST"])
def review_write(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a signed-in reader write a review, which staff look at before it is shown."""
    work = Work.objects.filter(slug=slug).first()
    if work is None:
        if (elsewhere := moved(request)) is not None:
            return elsewhere
        raise Http404(_("There is no such book."))
    user = signed_in_user(request)
    form = ReviewForm(request.POST or None, initial={"author_name": user.name})
    if form.is_valid():
        try:
            reviews.submit(user=user, work=work, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            thanks = _("Thank you. Your review will be shown once we have had a look at it.")
            messages.success(request, thanks)
            return redirect(work)
    context = {"work": work, "form": form, "error_title": bool(form.errors)}
    return render(request, "catalog/review_form.html", context)
