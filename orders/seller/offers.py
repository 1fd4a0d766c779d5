"""A shop's offers: its own codes and reductions, and the marketplace's that it may take part in."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError
from orders.models import Promotion
from orders.selectors import promotions as reads
from orders.seller.offer_forms import OfferForm, known
from orders.services import promotions as services

# Who sets prices makes offers.
MAY_WRITE = (SellerRole.INVENTORY,)
SHOWN = 100


@require_safe
@team_page(*MAY_WRITE)
def offers(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """List the shop's offers, and those of the marketplace."""
    now = timezone.now()
    return shop_page(
        request,
        member,
        "selling/offers.html",
        tab="offers",
        offers=[(o, o.runs_at(now)) for o in reads.of_seller(member.seller_id)[:SHOWN]],
        campaigns=reads.open_to_shops(member.seller_id, now=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def offer_new(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Make an offer."""
    return _form(request, member, Promotion(), {"first_day": timezone.localdate()})


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def offer(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Change an offer; orders that were placed keep what they got."""
    found = reads.of_seller(member.seller_id).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such offer."))
    return _form(request, member, found, known(found))


@require_POST
@team_page(*MAY_WRITE)
def offer_end(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """End an offer now."""
    try:
        ended = services.end(seller=member.seller, pk=pk, actor=member.user)
    except DomainError as error:
        raise Http404(error.message) from error
    messages.success(request, _("“%(name)s” has ended.") % {"name": ended.name})
    return redirect("selling:offers", member.seller.slug)


@require_POST
@team_page(*MAY_WRITE)
def offer_join(request: HttpRequest, member: SellerMember, campaign: UUID) -> HttpResponse:
    """Take part in an offer of the marketplace, or leave it."""
    joined = request.POST.get("joined") == "1"
    try:
        services.join(seller=member.seller, pk=campaign, actor=member.user, joined=joined)
    except DomainError as error:
        raise Http404(error.message) from error
    messages.success(request, _("You take part.") if joined else _("You no longer take part."))
    return redirect("selling:offers", member.seller.slug)


def _form(
    request: HttpRequest, member: SellerMember, promotion: Promotion, initial: dict[str, object]
) -> HttpResponse:
    form = OfferForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        filled = form.fill(promotion)
        try:
            services.save_of_shop(seller=member.seller, promotion=filled, actor=member.user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": filled.name})
            return redirect("selling:offers", member.seller.slug)
    return shop_page(
        request,
        member,
        "selling/offer.html",
        tab="offers",
        form=form,
        promotion=promotion,
        is_new=not initial.get("name"),
        error_title=bool(form.errors),
    )
