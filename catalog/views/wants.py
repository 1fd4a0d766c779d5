"""One's wants: the page, the small forms on books' pages, and the form with all terms."""

import re
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.selectors import signed_in_user, visitor_country
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from books4all.lib.http import client_address
from books4all.lib.sameorigin import same_origin_required
from catalog.constants import Condition
from catalog.forms import NewWantForm, TermsForm, WantForm, WantQueryForm
from catalog.models import Want, Work
from catalog.search.text import clean
from catalog.selectors import lists
from catalog.selectors.redirects import work_now
from catalog.selectors.waiting import Waiter
from catalog.services import pending, wants
from catalog.views.saving import saved, sign_in_first
from catalog.views.shared import page_of


def _me(request: HttpRequest) -> Waiter:
    return Waiter(user=signed_in_user(request))


def _user(request: HttpRequest) -> User | None:
    return signed_in_user(request) if request.user.is_authenticated else None


@login_required
@require_safe
def want_list(request: HttpRequest) -> HttpResponse:
    """Show what the reader waits for, and what has been found."""
    page = lists.wants_of(_me(request), number=page_of(request))
    context = {
        "page": page,
        "tab": "wants",
        "conditions": Condition.choices,
        "news": any(row.new for row in page.items),
    }
    return render(request, "catalog/want_list.html", context)


@same_origin_required
@require_POST
def want_add(request: HttpRequest) -> HttpResponse:
    """Wait for a book, or for what a search will find; a stranger signs in first."""
    if "q" in request.POST:
        return _want_query(request)
    form = WantForm(request.POST)
    if not form.is_valid():
        if "work" in form.errors:
            raise Http404(_("There is no such book."))
        return _refused(request, form)
    work: Work = form.cleaned_data["work"]
    if not request.user.is_authenticated:
        pending.remember(session=request.session, kind=pending.WANT, work=work)
        return sign_in_first(request, work.title, reverse("catalog:wants"))
    return saved(
        request,
        lambda: wants.add(
            user=signed_in_user(request), work=work, terms=_terms_here(request, form)
        ),
        _("%(title)s is among your wants.") % {"title": work.title},
        reverse("catalog:wants"),
    )


def _want_query(request: HttpRequest) -> HttpResponse:
    form = WantQueryForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    text: str = form.cleaned_data["q"]
    if not request.user.is_authenticated:
        pending.remember(session=request.session, kind=pending.WANT_QUERY, text=text)
        return sign_in_first(request, f"“{text}”", reverse("catalog:wants"))
    return saved(
        request,
        lambda: wants.add(
            user=signed_in_user(request), text=text, terms=_terms_here(request, form)
        ),
        _("“%(words)s” is among your wants.") % {"words": text},
        reverse("catalog:wants"),
    )


def _terms_here(request: HttpRequest, form: TermsForm) -> dict[str, object]:
    """Return the terms sent; parcels go to where the visitor has things sent."""
    return {"country": visitor_country(request), **form.terms}


def _refused(request: HttpRequest, form: TermsForm) -> HttpResponse:
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    return redirect("catalog:wants")


@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def want_new(request: HttpRequest) -> HttpResponse:
    """Wait on terms of one's own: for a book (``?work=``) or words (``?q=``), account or not."""
    user = _user(request)
    work = _work_asked_for(request)
    initial = {"country": visitor_country(request), "q": clean(request.GET.get("q", ""))}
    form = NewWantForm(request.POST or None, work=work, guest=user is None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _made(request, form, work)
        except DomainError as error:
            form.add_error(None, error.message)
        except ValueError:
            form.add_error("q", _("Write a title and author, or an ISBN."))
    context = {"form": form, "work": work, "error_title": bool(form.errors)}
    return render(request, "catalog/want_new.html", context)


def _work_asked_for(request: HttpRequest) -> Work | None:
    key = request.GET.get("work", "")
    if not key:
        return None
    pk = int(key) if re.fullmatch(r"[0-9]{1,18}", key) else 0
    work = Work.objects.filter(pk__in=(pk, work_now(pk) or pk)).first()
    if work is None:
        raise Http404(_("There is no such book."))
    return work


def _made(request: HttpRequest, form: NewWantForm, work: Work | None) -> HttpResponse:
    edition = form.cleaned_data.get("edition")
    text = form.cleaned_data.get("q", "")
    user = _user(request)
    if user is None:
        wants.add_as_guest(
            email=form.cleaned_data["email"],
            address=client_address(request),
            work=work,
            edition=edition,
            text=text,
            terms=form.terms,
        )
        return redirect("catalog:want_sent")
    wants.add(user=user, work=work, edition=edition, text=text, terms=form.terms)
    messages.success(
        request,
        _("%(title)s is among your wants.") % {"title": work.title if work else f"“{text}”"},
    )
    return redirect("catalog:wants")


@login_required
@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def want_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the terms of a want."""
    who = _me(request)
    return edit(request, who, _want(who, pk), reverse("catalog:wants"))


def edit(request: HttpRequest, who: Waiter, want: Want, back: str) -> HttpResponse:
    """Show the terms of somebody's want, or change them and go ``back``."""
    form = TermsForm(request.POST or None, initial=_initial(want))
    if not who.user:
        # A guest has no page to look at of their own accord.
        notices = form.fields["notice"]
        notices.choices = notices.choices[:-1]  # type: ignore[attr-defined]  # a choice field
    if request.method == "POST" and form.is_valid():
        wants.change(who=who, want_id=want.pk, terms=form.terms)
        messages.success(request, _("The want is changed."))
        return redirect(back)
    context = {
        "form": form,
        "want": want,
        "title": want.book.title if want.book else want.query,
        "edition": lists.edition_words(want.edition) if want.edition else "",
        "tab": "wants",
        "back": back,
        "guest": who.user is None,
        "error_title": bool(form.errors),
    }
    return render(request, "catalog/want_edit.html", context)


def _initial(want: Want) -> dict[str, object]:
    terms = {name: getattr(want, name) for name in wants.TERMS if name != "max_price"}
    return {**terms, "max_price": f"{want.most.amount:f}" if want.most else ""}


def _want(who: Waiter, pk: int) -> Want:
    want = lists.want_of(who, pk)
    if want is None:
        raise Http404(_("This is not among your wants."))
    return want


# What the buttons beside a want do, and what is said when it is done.
Act = Callable[..., Want]
ACTS: dict[str, tuple[Act, Promise]] = {
    "pause": (wants.pause, gettext_lazy("Paused. We look no further until you say so.")),
    "resume": (wants.resume, gettext_lazy("We are looking again.")),
    "close": (wants.close, gettext_lazy("Removed from your wants.")),
}


def act(request: HttpRequest, who: Waiter, pk: int, back: str) -> HttpResponse:
    """Do what the button says to somebody's want, and go ``back``."""
    chosen = ACTS.get(request.POST.get("act", "close"))
    if chosen is None:
        raise Http404(_("There is no such button."))
    try:
        chosen[0](who=who, want_id=pk)
    except NotFoundError as error:
        raise Http404(error.message) from error
    except ConflictError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, str(chosen[1]))
    return redirect(back)


@login_required
@same_origin_required
@require_POST
def want_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause a want, look again, or close it."""
    return act(request, _me(request), pk, reverse("catalog:wants"))


@login_required
@same_origin_required
@require_POST
def want_seen(request: HttpRequest) -> HttpResponse:
    """Take note that what was found has been looked at."""
    wants.seen(who=_me(request))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("catalog:wants")
