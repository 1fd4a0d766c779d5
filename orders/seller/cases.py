"""What buyers send back and complain of, and the shop's answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError
from books4all.lib.missing import found_or_404
from books4all.lib.money import Money
from orders.constants import Actor, CaseStep
from orders.forms import PhotosForm
from orders.models import Case
from orders.selectors import cases as reads
from orders.selectors.case_files import label_file, photo_file
from orders.selectors.case_money import account_of
from orders.selectors.case_words import promise, what_next
from orders.seller import case_forms as forms
from orders.seller.common import MAY_WRITE, order_url, own_order
from orders.services import case_answers as answers
from orders.services import case_photos, cases, goodwill
from orders.services.case_steps import By

ROWS = 25
read_or_write = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as a page: what is asked, what is said about it, and what it does."""

    form: type[forms.OfCase]
    run: Callable[[Case, Any, By], object]
    explain: str | Promise
    done: str | Promise


ANSWERS: dict[str, Answer] = {
    CaseStep.REFUND: Answer(
        forms.SayForm,
        lambda case, form, by: answers.refund(case_id=case.pk, by=by, **form.cleaned_data),
        gettext_lazy("The buyer gets the money back now, and keeps the book if there is one."),
        gettext_lazy("Settled. The money goes back, and the buyer is told."),
    ),
    CaseStep.APPROVE: Answer(
        forms.ApproveForm,
        lambda case, form, by: answers.approve(case_id=case.pk, by=by, **form.cleaned_data),
        gettext_lazy("You agree. The buyer posts the book to you, and is paid when it is here."),
        gettext_lazy("The buyer is told to send the book back."),
    ),
    CaseStep.TAKE_BACK: Answer(
        forms.WhyForm,
        lambda case, form, by: answers.take_back(case_id=case.pk, by=by, **form.cleaned_data),
        gettext_lazy(
            "You do not agree, and take the book back all the same: the buyer pays the way back, and gets"
            " the price and the delivery when the book is here."
        ),
        gettext_lazy("The buyer is told to send the book back."),
    ),
    CaseStep.OFFER: Answer(
        forms.OfferForm,
        lambda case, form, by: answers.offer(case_id=case.pk, by=by, **form.cleaned_data),
        gettext_lazy("The buyer may keep the book and take part of the money, or refuse."),
        gettext_lazy("Offered. The buyer is told."),
    ),
    CaseStep.REPLACE: Answer(
        forms.ReplaceForm,
        lambda case, form, by: answers.replace(case_id=case.pk, by=by, **form.cleaned_data),
        gettext_lazy("Another copy is on its way. No money goes back."),
        gettext_lazy("Settled. The buyer is told."),
    ),
    CaseStep.DECLINE: Answer(
        forms.WhyForm,
        lambda case, form, by: answers.decline(case_id=case.pk, by=by, **form.cleaned_data),
        gettext_lazy(
            "Say what speaks against it, and add photographs if you have any. The buyer can ask us to decide."
        ),
        gettext_lazy("Declined. The buyer is told."),
    ),
    CaseStep.RECEIVE: Answer(
        forms.ReceiveForm,
        lambda case, form, by: answers.receive(
            case_id=case.pk, arrived=form.arrived(), words=form.cleaned_data["words"], by=by
        ),
        gettext_lazy(
            "The buyer is paid for what came back. If something is wrong with it, ask us to decide instead."
        ),
        gettext_lazy("Thank you. The money goes back, and the buyer is told."),
    ),
    CaseStep.ESCALATE: Answer(
        forms.WhyForm,
        lambda case, form, by: cases.escalate(case_id=case.pk, by=by, **form.cleaned_data),
        gettext_lazy("Our staff read everything here, look at the photographs, and decide."),
        gettext_lazy("Our staff will look at it, and write to you both."),
    ),
}


def _by(member: SellerMember) -> By:
    return By(Actor.SELLER, member.user)


# --- All of them ------------------------------------------------------------------------------
@never_cache
@require_safe
@team_page(*MAY_WRITE)
def case_list(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """List the shop's cases: those that wait for it first."""
    seller, show = member.seller, request.GET.get("show", "")
    show = show if show in ("open", "all") else ""
    waiting, unsettled = reads.counts_of_seller(seller)
    rows = reads.with_everything(reads.cases_of_seller(seller, show))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    to = reverse("selling:cases", args=[seller.slug])
    tabs = [
        {"title": _("Waiting for you"), "detail": waiting, "url": to, "current": not show},
        {
            "title": _("Open"),
            "detail": unsettled,
            "url": f"{to}?show=open",
            "current": show == "open",
        },
        {"title": _("All"), "detail": "", "url": f"{to}?show=all", "current": show == "all"},
    ]
    return shop_page(
        request,
        member,
        "selling/cases.html",
        tab="cases",
        page=page,
        rows=[(case, what_next(case, Actor.SELLER)) for case in page],
        tabs=tabs,
        show=show,
    )


# --- One of them ------------------------------------------------------------------------------
@never_cache
@require_safe
@found_or_404
@team_page(*MAY_WRITE)
def case(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show a case: what the buyer says, what it comes to, and what the shop can answer."""
    found = reads.case_of_seller(member.seller, pk)
    page = reads.case_page(found, Actor.SELLER)
    part = found.seller_order
    return shop_page(
        request,
        member,
        "selling/case.html",
        tab="cases",
        page=page,
        case=found,
        order=part.order,
        next=what_next(found, Actor.SELLER, total=page.due.total if page.due else None),
        promise=promise(page.terms),
        photos_form=PhotosForm(),
        message_url=(
            reverse("selling:message_order", args=[member.seller.slug, part.pk])
            if part.order.user_id
            else ""
        ),
    )


@never_cache
@read_or_write
@found_or_404
@team_page(*MAY_WRITE)
def case_answer(request: HttpRequest, member: SellerMember, pk: UUID, step: str) -> HttpResponse:
    """Ask before an answer, or give it."""
    found = reads.case_of_seller(member.seller, pk)
    answer = ANSWERS.get(step)
    if answer is None:
        raise Http404
    back = redirect("selling:case", member.seller.slug, pk)
    if step not in reads.steps_of(found, Actor.SELLER):
        messages.error(request, _("That can’t be done any more. This is how it stands."))
        return back
    sent = request.method == "POST"
    form = answer.form(found, request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            answer.run(found, form, _by(member))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, str(answer.done))
            return back
    page = reads.case_page(found, Actor.SELLER)
    return shop_page(
        request,
        member,
        "selling/case_answer.html",
        tab="cases",
        case=found,
        page=page,
        form=form,
        step=CaseStep(step),
        answer=answer,
        error_title=bool(form.errors),
    )


@require_POST
@found_or_404
@team_page(*MAY_WRITE)
def case_photos_add(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show the buyer and staff how the book looked."""
    found = reads.case_of_seller(member.seller, pk)
    form = PhotosForm(request.POST, request.FILES)
    if form.is_valid():
        for data in form.cleaned_data["photos"]:
            try:
                case_photos.add(case_id=found.pk, data=data, by=_by(member))
            except DomainError as error:
                messages.error(request, error.message)
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["photos"]))
    return redirect(f"{reverse('selling:case', args=[member.seller.slug, pk])}#photos")


@never_cache
@require_safe
@found_or_404
@team_page(*MAY_WRITE)
def case_photo(
    request: HttpRequest, member: SellerMember, pk: UUID, photo: UUID, width: int
) -> HttpResponse:
    """Hand out a photograph of a case."""
    del request
    shown = reads.photo_of(reads.case_of_seller(member.seller, pk), photo)
    return HttpResponse(photo_file(shown, width), content_type="image/jpeg")


@never_cache
@require_safe
@found_or_404
@team_page(*MAY_WRITE)
def case_label(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Hand out the label that the shop has sent."""
    del request
    found = label_file(reads.case_of_seller(member.seller, pk))
    return HttpResponse(
        found,
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="label.pdf"'},
    )


# --- Without one ------------------------------------------------------------------------------
@never_cache
@read_or_write
@team_page(*MAY_WRITE)
def order_goodwill(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Give back some of the money of the shop's own accord."""
    seller = member.seller
    part = own_order(seller, number)
    account = account_of(part)
    left = Money(account.left if account.lines else 0, part.currency)
    back = redirect(order_url(seller, part.order.number))
    if not left:
        messages.error(request, _("There is nothing to give back: nothing is posted, or all went."))
        return back
    sent = request.method == "POST"
    form = forms.GoodwillForm(request.POST if sent else None, initial={"key": uuid4()})
    if sent and form.is_valid():
        given = form.cleaned_data
        amount = Money(given["amount"], part.currency)
        try:
            goodwill.give(
                seller_order_id=part.pk,
                amount=amount,
                words=given["words"],
                by=_by(member),
                key=given["key"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            words = _("%(amount)s goes back. The buyer is told by mail.")
            messages.success(request, words % {"amount": amount})
            return back
    return shop_page(
        request,
        member,
        "selling/order_goodwill.html",
        tab="orders",
        part=part,
        form=form,
        left=left,
        error_title=bool(form.errors),
    )
