"""The team's pages: who is in it, who is asked, and what everybody did."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerInvitation, SellerMember
from accounts.selectors import team as people
from accounts.selectors.sentences import told
from accounts.seller.access import shop_page, team_page
from accounts.seller.application import show_errors
from accounts.seller.forms import InviteForm, RolesForm
from accounts.services import team as service
from books4all.lib.api.pagination import CursorError, Ordering, keyset
from books4all.lib.errors import DomainError, NotFoundError

EVENTS_A_PAGE = 50
BY_TIME = Ordering("activity", ("-created_at", "-pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@team_page()
def team(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show the team; an owner asks somebody into it."""
    owner = member.may(SellerRole.OWNER)
    form = InviteForm(request.POST if request.method == "POST" and owner else None)
    if request.method == "POST" and not owner:
        return shop_page(request, member, "selling/not_your_task.html", status=403)
    if request.method == "POST" and form.is_valid():
        try:
            asked = service.invite(seller=member.seller, actor=member.user, **form.cleaned_data)
        except NotFoundError as error:
            raise Http404 from error
        except DomainError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("We have written to %(email)s.") % {"email": asked.email})
            return redirect("selling:team", member.seller.slug)
    return shop_page(
        request,
        member,
        "selling/team.html",
        tab="team",
        form=form,
        owner=owner,
        team=people.team_of(member.seller)[: people.MOST_SHOWN],
        invitations=people.open_invitations(member.seller)[: people.MOST_SHOWN] if owner else (),
        error_title=bool(form.errors),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def member_edit(request: HttpRequest, member: SellerMember, pk: int) -> HttpResponse:
    """Change what somebody may do."""
    them = _of_team(member, pk)
    form = RolesForm.of(them, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            service.change_roles(
                seller=member.seller, actor=member.user, member=them, **form.cleaned_data
            )
        except DomainError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Roles changed."))
            return redirect("selling:team", member.seller.slug)
    return shop_page(
        request,
        member,
        "selling/member.html",
        tab="team",
        form=form,
        them=them,
        error_title=bool(form.errors),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def member_remove(request: HttpRequest, member: SellerMember, pk: int) -> HttpResponse:
    """Ask, then take somebody out of the team."""
    them = _of_team(member, pk)
    if request.method == "POST" and _removed(request, member, them):
        name = them.user.get_short_name()
        messages.success(request, _("%(name)s is no longer in the team.") % {"name": name})
        return redirect("selling:team", member.seller.slug)
    return shop_page(request, member, "selling/member_remove.html", tab="team", them=them)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page()
def leave(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Ask, then leave the team."""
    if request.method == "POST" and _removed(request, member, member):
        shop = member.seller.name
        messages.success(request, _("You have left %(shop)s.") % {"shop": shop})
        return redirect("selling:shops")
    return shop_page(request, member, "selling/member_remove.html", tab="team", them=member)


def _removed(request: HttpRequest, member: SellerMember, them: SellerMember) -> bool:
    try:
        service.remove(seller=member.seller, actor=member.user, member=them)
    except DomainError as error:
        messages.error(request, error.message)
        return False
    return True


@require_POST
@team_page(SellerRole.OWNER)
def invitation_resend(request: HttpRequest, member: SellerMember, pk: uuid.UUID) -> HttpResponse:
    """Send an invitation again, with a new link."""
    return _with_invitation(
        request, member, pk, service.resend, _("Sent again. The link before it no longer works.")
    )


@require_POST
@team_page(SellerRole.OWNER)
def invitation_withdraw(request: HttpRequest, member: SellerMember, pk: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    return _with_invitation(request, member, pk, service.withdraw, _("Invitation withdrawn."))


def _with_invitation(
    request: HttpRequest,
    member: SellerMember,
    pk: uuid.UUID,
    act: Callable[..., SellerInvitation | None],
    done: str,
) -> HttpResponse:
    try:
        invitation = people.invitation_of(member.seller, pk)
        act(seller=member.seller, actor=member.user, invitation=invitation)
    except NotFoundError as error:
        raise Http404 from error
    messages.success(request, done)
    return redirect("selling:team", member.seller.slug)


@require_safe
@team_page(SellerRole.OWNER)
def activity(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show who did what, the latest first."""
    asked = request.GET.get("person", "")
    person = int(asked) if asked.isdecimal() and len(asked) < 18 else None
    events = people.activity_of(member.seller, person=person)
    try:
        page = keyset(
            events,
            ordering=BY_TIME,
            limit=EVENTS_A_PAGE,
            cursor=request.GET.get("cursor", ""),
        )
    except CursorError as error:
        raise Http404 from error
    return shop_page(
        request,
        member,
        "selling/activity.html",
        tab="team",
        page=page,
        events=told(page.rows),
        people=people.people_who_acted(member.seller),
        person=person,
    )


def _of_team(member: SellerMember, pk: int) -> SellerMember:
    try:
        return people.member_of(member.seller, pk)
    except NotFoundError as error:
        raise Http404 from error
