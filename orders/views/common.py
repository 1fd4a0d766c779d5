"""What the views of orders share: whose basket it is, and how it is shown."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import visitor_country
from books4all.lib.errors import DomainError
from orders.errors import CheckoutInProgressError
from orders.models import Basket
from orders.receivers import SESSION_KEY
from orders.selectors.baskets import BasketView, basket_view, find_basket
from orders.selectors.sums import margin_words, quote_rows, within_rows
from orders.services import checkout as checkouts


def visitor_user(request: HttpRequest) -> User | None:
    """Return who is signed in; None for a visitor."""
    return request.user if isinstance(request.user, User) else None


def basket_token(request: HttpRequest) -> str:
    """Return the token of the visitor’s basket, kept in the session."""
    return str(request.session.get(SESSION_KEY, ""))


def own_basket(request: HttpRequest) -> Basket | None:
    """Return the asker’s open basket."""
    return find_basket(user=visitor_user(request), token=basket_token(request))


def own_view(request: HttpRequest, country: str = "") -> BasketView:
    """Return the asker’s basket, priced."""
    return basket_view(
        user=visitor_user(request),
        token=basket_token(request),
        country=country or visitor_country(request),
    )


def change_basket(request: HttpRequest, basket: Basket, write: Callable[[], Any]) -> Any:
    """Write to a basket; one that waits for payment is opened again first. None if it was refused."""
    try:
        try:
            return write()
        except CheckoutInProgressError:
            checkouts.abandon(basket_id=basket.pk)
            return write()
    except DomainError as error:
        messages.error(request, error.message)
        return None


def basket_context(view: BasketView) -> dict[str, Any]:
    """Return what the templates of basket and checkout show."""
    return {
        "basket": view.basket,
        "quote": view.quote,
        "waiting": view.waiting,
        "parcels": view.quote.parcels,
        "rows": quote_rows(view.quote),
        "notes": within_rows(view.quote.tax_lines),
        "margin_note": margin_words() if view.quote.margin_scheme else "",
        "hold_minutes": settings.HOLD_MINUTES,
    }
