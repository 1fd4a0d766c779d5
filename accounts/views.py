"""Account pages: parse, one service or selector, render."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_countries import countries

from accounts import selectors
from accounts.errors import AddressBookFullError
from accounts.forms import AddressForm
from accounts.middleware import THEMES
from accounts.models import Address
from accounts.selectors import signed_in_user, visitor_country
from accounts.services import addresses as address_book
from accounts.services import passwords
from books4all.lib.errors import NotFoundError
from books4all.lib.http import safe_redirect_target
from books4all.lib.sameorigin import same_origin_required

_YEAR = 365 * 24 * 60 * 60


# --- Anyone -----------------------------------------------------------------------------------
@require_POST
@same_origin_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme, country or language in a cookie, and go back to the page."""
    response = redirect(safe_redirect_target(request, request.POST.get("next", "")))
    if "theme" in request.POST:
        theme = request.POST["theme"]
        _keep(response, "theme", theme if theme in THEMES else "")
    if request.POST.get("country") in countries:
        _keep(response, "country", request.POST["country"])
    if request.POST.get("language") in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, request.POST["language"])
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    if value:
        response.set_cookie(
            name,
            value,
            max_age=_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(name, samesite="Lax")


# --- The signed-in account --------------------------------------------------------------------
@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show what the account holds, and where to go."""
    context = {"tab": "account", "address": selectors.default_address_of(signed_in_user(request))}
    return render(request, "accounts/account.html", context)


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions and tokens of the account."""
    passwords.sign_out_everywhere(user=signed_in_user(request))
    logout(request)
    messages.success(request, _("You are signed out on all devices."))
    return redirect("account_login")


# --- Address book -----------------------------------------------------------------------------
@require_safe
@login_required
def addresses(request: HttpRequest) -> HttpResponse:
    """List the address book."""
    context = {"tab": "addresses", "addresses": selectors.addresses_of(signed_in_user(request))}
    return render(request, "accounts/addresses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address_add(request: HttpRequest) -> HttpResponse:
    """Add an address."""
    form = AddressForm(request.POST or None, initial={"country": visitor_country(request)})
    if request.method == "POST" and form.is_valid():
        try:
            address_book.add_address(user=signed_in_user(request), **form.cleaned_data)
        except AddressBookFullError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Address added."))
            return redirect("accounts:addresses")
    return _address_form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change an address."""
    address = _address(request, pk)
    form = AddressForm(request.POST or None, instance=address)
    if request.method == "POST" and form.is_valid():
        address_book.update_address(
            user=signed_in_user(request), address_id=pk, **form.cleaned_data
        )
        messages.success(request, _("Address changed."))
        return redirect("accounts:addresses")
    return _address_form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address_remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, then remove an address."""
    address = _address(request, pk)
    if request.method == "POST":
        address_book.remove_address(user=signed_in_user(request), address_id=pk)
        messages.success(request, _("Address removed."))
        return redirect("accounts:addresses")
    context = {"tab": "addresses", "address": address}
    return render(request, "accounts/address_remove.html", context)


def _address(request: HttpRequest, pk: uuid.UUID) -> Address:
    try:
        return selectors.address_of(signed_in_user(request), pk)
    except NotFoundError as error:
        raise Http404 from error


def _address_form(request: HttpRequest, form: AddressForm) -> HttpResponse:
    context = {
        "tab": "addresses",
        "form": form,
        "adding": form.instance._state.adding,  # noqa: SLF001 Django's documented way to ask
        "error_title": bool(form.errors),
    }
    return render(request, "accounts/address_form.html", context)
