"""Codes of promotions and gift cards, put in a basket or taken out: on its page, and at the checkout."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from books4all.lib.errors import DomainError
from books4all.lib.http import client_address, network_of
from books4all.lib.ratelimit import Limit, LimitExceededError, limiter
from orders.errors import CheckoutInProgressError
from orders.forms import CodeForm
from orders.models import Basket
from orders.services import promotions
from orders.views.common import change_basket

# Codes are long enough that guessing is hopeless; this keeps it from being tried.
CODES = Limit("basket-codes", "30/hour")


def is_asked(request: HttpRequest) -> bool:
    """Return whether a button of ``components/codes.html`` was pressed, or a code typed and another button."""
    asked = request.POST
    return "use" in asked or "remove" in asked or bool(asked.get("code", "").strip())


def change(request: HttpRequest, own: Basket) -> dict[str, Any]:
    """Do what ``components/codes.html`` asks. Returns what it shows of a code that is refused, or nothing."""
    form = CodeForm(request.POST)
    remove = form.data.get("remove", "")
    if remove.isdecimal() and len(remove) < 19:
        change_basket(request, own, lambda: promotions.remove_code(basket=own, pk=int(remove)))
        return {}
    if form.is_valid():
        problem = _use(request, own, form.cleaned_data["code"])
    else:
        problem = _("Enter the code of your voucher or gift card.")
    return {"typed": form.data.get("code", ""), "problem": problem} if problem else {}


def _use(request: HttpRequest, own: Basket, code: str) -> str:
    """Use a code, and return why it can't be used."""
    try:
        limiter().hit(CODES, network_of(client_address(request)))
    except LimitExceededError as error:
        return error.message
    refused: list[str] = []

    def use() -> None:
        try:
            promotions.type_code(basket=own, code=code)
        except CheckoutInProgressError:
            raise
        except DomainError as error:
            refused.append(error.message)

    change_basket(request, own, use)
    return "".join(refused)
