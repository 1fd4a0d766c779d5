"""Who stands on a document, as they were when it was issued."""

from typing import Any

from django.conf import settings
from django_countries.fields import Country

from accounts.models import Seller
from books4all.lib.postal import label_lines
from orders.models import Order

# The shops' paints of static/css/books4all.css, and the marketplace's own.
_COLOURS = {
    "pine": "#0d5446", "oxblood": "#6b2127", "navy": "#1f3357", "plum": "#4b2a54",
    "ink": "#24282d", "brick": "#8a3a20", "teal": "#155761", "moss": "#505829",
}  # fmt: skip
_OWN_COLOUR = "#0d5446"


def shop(seller: Seller) -> dict[str, Any]:
    """Return a shop as it stands on its documents. Of a private person no more than buyers may know."""
    country = str(seller.country.name)
    place = " ".join(part for part in (seller.place, seller.postcode) if part)
    lines = [seller.legal_name, seller.street, place, country]
    if seller.is_private:
        lines = [seller.place, country]
    return {
        "name": seller.name,
        "lines": [line for line in lines if line],
        "country": str(seller.country),
        "vat_number": "" if seller.is_private else seller.vat_number,
        "register": "" if seller.is_private else _register(seller),
        "email": seller.email,
        "colour": _COLOURS.get(seller.paint, _OWN_COLOUR),
    }


def payer(seller: Seller) -> dict[str, Any]:
    """Return a shop as it stands where it is billed: with the name and address behind it."""
    place = " ".join(part for part in (seller.place, seller.postcode) if part)
    lines = [seller.name, seller.legal_name, seller.street, place, str(seller.country.name)]
    return {
        "lines": list(dict.fromkeys(line for line in lines if line)),
        "country": str(seller.country),
        "vat_number": seller.vat_number,
    }


def marketplace() -> dict[str, Any]:
    """Return who runs the marketplace, by the settings."""
    address = [line.strip() for line in settings.OPERATOR_ADDRESS.split(";") if line.strip()]
    country = str(Country(settings.MARKETPLACE_COUNTRY).name)
    return {
        "name": settings.OPERATOR_NAME or settings.MARKETPLACE_NAME,
        "lines": [*address, country],
        "country": settings.MARKETPLACE_COUNTRY,
        "vat_number": settings.MARKETPLACE_VAT_NUMBER,
        "register": settings.OPERATOR_REGISTER,
        "email": settings.OPERATOR_EMAIL,
        "colour": _OWN_COLOUR,
    }


def buyer(order: Order, seller: Seller) -> dict[str, Any]:
    """Return the buyer with the address that the order was sent to."""
    return {
        "lines": label_lines(order, sender_country=str(seller.country)),
        "country": str(order.country),
        "vat_number": "",
    }


def _register(seller: Seller) -> str:
    return " ".join(part for part in (seller.register_name, seller.register_number) if part)
