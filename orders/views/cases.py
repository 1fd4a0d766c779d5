"""What went wrong, as its reader tells it: to whoever has the order's link, with or without an account."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import signed_in_user
from books4all.lib.errors import DomainError
from books4all.lib.missing import found_or_404
from orders.constants import Actor, CaseReason, CaseStep
from orders.forms import (
    ComplaintForm,
    MaybeWordsForm,
    NoForm,
    PhotosForm,
    PostBackForm,
    ProblemForm,
    RefusableForm,
    WordsForm,
)
from orders.models import Case, Order
from orders.selectors import cases as reads
from orders.selectors.case_files import label_file, photo_file
from orders.selectors.case_money import terms_for
from orders.selectors.case_words import promise, what_next
from orders.services import case_photos
from orders.services import cases as writes
from orders.services.case_steps import By
from orders.views.common import visitor_user

P = ParamSpec("P")
ROWS = 20
read_or_write = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step as a page: what is asked, what is said about it, and what it does."""

    form: type[RefusableForm]
    run: Callable[[Case, dict[str, Any], By], object]
    explain: str | Promise
    done: str | Promise


def _post(case: Case, given: dict[str, Any], by: By) -> None:
    receipts = given["receipt"]
    for data in receipts:
        case_photos.add(case_id=case.pk, data=data, by=by)
    writes.post_back(
        case_id=case.pk,
        carrier=given["carrier"],
        tracking=given["tracking"],
        proof=bool(receipts),
        by=by,
    )


PAGES: dict[str, StepPage] = {
    CaseStep.TAKE_OFFER: StepPage(
        NoForm,
        lambda case, _given, by: writes.take_offer(case_id=case.pk, by=by),
        gettext_lazy("You keep the book, and the money goes back the way you paid."),
        gettext_lazy("Settled. The money is on its way back to you."),
    ),
    CaseStep.REFUSE_OFFER: StepPage(
        MaybeWordsForm,
        lambda case, given, by: writes.refuse_offer(case_id=case.pk, by=by, **given),
        gettext_lazy("The shop has to answer again. Then you can also ask us to decide."),
        gettext_lazy("Refused. The shop is told."),
    ),
    CaseStep.POST: StepPage(
        PostBackForm,
        _post,
        gettext_lazy("Pack it as well as it came. Keep the receipt until you have your money."),
        gettext_lazy("Thank you. The shop is told that it is on its way."),
    ),
    CaseStep.CANCEL: StepPage(
        NoForm,
        lambda case, _given, by: writes.cancel(case_id=case.pk, by=by),
        gettext_lazy("The case is closed, and nothing is given back."),
        gettext_lazy("Closed. The shop is told."),
    ),
    CaseStep.ESCALATE: StepPage(
        WordsForm,
        lambda case, given, by: writes.escalate(case_id=case.pk, by=by, **given),
        gettext_lazy("Our staff read everything here, look at the photographs, and decide."),
        gettext_lazy("Our staff will look at it, and write to you both."),
    ),
}


def _order(token: str) -> Order:
    order = (
        Order.objects.select_related("user").filter(token=token, placed_at__isnull=False).first()
    )
    if order is None:
        raise Http404
    return order


def reader_of(request: HttpRequest, order: Order) -> By:
    """Return who acts: the buyer, where it is they who are signed in; whoever has the link else."""
    user = visitor_user(request)
    return By(Actor.BUYER, user if user is not None and user.pk == order.user_id else None)


def of_order(
    view: Callable[Concatenate[HttpRequest, Order, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Give a view the order whose secret is in the address; it is nobody's to keep, so never cached."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return found_or_404(view)(request, _order(token), *args, **kwargs)

    # Django calls by name, which a Callable cannot say.
    return opened  # type: ignore[return-value]


# --- Opening ----------------------------------------------------------------------------------
@read_or_write
@of_order
def problem(request: HttpRequest, order: Order, part: UUID) -> HttpResponse:
    """Ask which books and what is wrong; then for words, wishes and photographs; then open a case."""
    ask = reads.askable(order, part)
    given = request.POST if request.method == "POST" else request.GET
    # Radio buttons of which none is chosen are not sent; the button is.
    first = ProblemForm(ask, given if {"reason", "go"} & given.keys() else None)
    context = {"order": order, "ask": ask, "form": first, "shop": ask.seller_order.seller}
    if not first.is_bound or not first.is_valid():
        context |= {
            "rows": [(row.reason, promise(row.terms)) for row in ask.choices if row.terms.may_ask],
            "error_title": bool(first.is_bound and first.errors),
        }
        return render(request, "orders/problem.html", context)
    reason = first.cleaned_data["reason"]
    sent = request.method == "POST"
    form = ComplaintForm(
        reason,
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"key": uuid4()},
    )
    if sent and form.is_valid():
        case = _opened(request, order, part, first, form)
        if case is not None:
            return redirect("orders:case", order.token, case.pk)
    terms = terms_for(ask.seller_order, reason)
    context |= {
        "form": form,
        "reason": CaseReason(reason),
        "copies": [
            (f"copies-{line.order_line.pk}", first.copies().get(line.order_line.pk, 0), line)
            for line in ask.lines
        ],
        "terms": terms,
        "promise": promise(terms),
        "due": ask.account.due(first.copies(), terms.delivery),
        "error_title": bool(form.errors),
    }
    return render(request, "orders/problem_details.html", context)


def _opened(
    request: HttpRequest, order: Order, part: UUID, first: ProblemForm, form: ComplaintForm
) -> Case | None:
    """Open the case and add its photographs; None if it was refused, with the form saying why."""
    by, given = reader_of(request, order), form.cleaned_data
    try:
        case = writes.open_case(
            seller_order_id=part,
            complaint=writes.Complaint(
                reason=first.cleaned_data["reason"],
                wants=given["wants"],
                words=given["words"],
                asked=form.asked_for(),
            ),
            copies=first.copies(),
            by=by,
            key=given["key"],
        )
    except DomainError as error:
        form.refuse(error)
        return None
    _add_photos(request, case, given.get("photos", []), by)
    messages.success(request, _("We have told the shop. Everything about it stands on this page."))
    return case


def _add_photos(request: HttpRequest, case: Case, photos: list[bytes], by: By) -> None:
    for data in photos:
        try:
            case_photos.add(case_id=case.pk, data=data, by=by)
        except DomainError as error:
            messages.error(request, error.message)


# --- One case ---------------------------------------------------------------------------------
@require_safe
@of_order
def case(request: HttpRequest, order: Order, pk: UUID) -> HttpResponse:
    """Show a case: what was said, what comes next, and what can be done."""
    found = reads.case_of_order(order, pk)
    page = reads.case_page(found, Actor.BUYER)
    context = {
        "order": order,
        "page": page,
        "case": found,
        "next": what_next(found, Actor.BUYER, total=page.due.total if page.due else None),
        "photos_form": PhotosForm(),
        "message_url": (
            reverse("orders:message_order", args=[found.seller_order_id]) if order.user_id else ""
        ),
    }
    return render(request, "orders/case.html", context)


@read_or_write
@of_order
def case_step(request: HttpRequest, order: Order, pk: UUID, step: str) -> HttpResponse:
    """Ask before a step, or take it."""
    found = reads.case_of_order(order, pk)
    page = PAGES.get(step)
    if page is None:
        raise Http404
    back = redirect("orders:case", order.token, pk)
    if step not in reads.steps_of(found, Actor.BUYER):
        messages.error(request, _("That can’t be done any more. This is how it stands."))
        return back
    sent = request.method == "POST"
    form = page.form(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            page.run(found, form.cleaned_data, reader_of(request, order))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, str(page.done))
            return back
    context = {"order": order, "case": found, "form": form, "step": CaseStep(step), "page": page}
    return render(request, "orders/case_step.html", context | {"error_title": bool(form.errors)})


@require_POST
@of_order
def case_photos_add(request: HttpRequest, order: Order, pk: UUID) -> HttpResponse:
    """Add photographs to a case."""
    found = reads.case_of_order(order, pk)
    form = PhotosForm(request.POST, request.FILES)
    if form.is_valid():
        _add_photos(request, found, form.cleaned_data["photos"], reader_of(request, order))
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["photos"]))
    return redirect(f"{reverse('orders:case', args=[order.token, pk])}#photos")


@require_safe
@of_order
def case_photo(
    request: HttpRequest, order: Order, pk: UUID, photo: UUID, width: int
) -> HttpResponse:
    """Hand out a photograph of a case."""
    del request
    shown = reads.photo_of(reads.case_of_order(order, pk), photo)
    return HttpResponse(photo_file(shown, width), content_type="image/jpeg")


@require_safe
@of_order
def case_label(request: HttpRequest, order: Order, pk: UUID) -> HttpResponse:
    """Hand out the label for the way back."""
    del request
    found = label_file(reads.case_of_order(order, pk))
    # Whatever a stranger has put into it stays a file.
    return HttpResponse(
        found,
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="label.pdf"'},
    )


@never_cache
@login_required
@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    """List the reader's cases, the newest first."""
    rows = reads.with_everything(reads.cases_of_buyer(signed_in_user(request)))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    return render(request, "orders/my_cases.html", {"page": page, "tab": "cases"})
