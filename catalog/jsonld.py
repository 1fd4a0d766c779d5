"""Schema.org descriptions of pages, as data blocks that a strict CSP lets through unexecuted."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from catalog import languages
from catalog.constants import HARDBACKS, Condition, Form
from catalog.models import Person
from catalog.selectors.books import BookPage, EditionRow
from catalog.selectors.offers import Offer
from catalog.selectors.shops import ShopPage

Thing = dict[str, Any]

_FORMATS: dict[str, str] = {
    **dict.fromkeys(HARDBACKS, "https://schema.org/Hardcover"),
    Form.PAPERBACK: "https://schema.org/Paperback",
    Form.AUDIO: "https://schema.org/AudiobookFormat",
}
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def block(thing: Thing) -> SafeString:
    """Return ``thing`` as the text of a ``<script type="application/ld+json">``.

    ``<``, ``>`` and ``&`` are written as escapes, so that nothing in the data can end the element.
    """
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 escaped in the line above


def absolute(path: str) -> str:
    """Return the address of ``path`` on the marketplace's public site."""
    return f"{settings.PUBLIC_URL}{path}"


def book(page: BookPage) -> Thing:
    """Describe a work that is for sale: a Book and Product with an Offer a copy."""
    work = page.work
    thing: Thing = {
        "@context": "https://schema.org",
        "@type": ["Book", "Product"],
        "@id": absolute(work.get_absolute_url()),
        "url": absolute(work.get_absolute_url()),
        "name": work.title,
        "author": [
            {
                "@type": "Person",
                "name": person["name"],
                "url": absolute(f"/authors/{person['slug']}/"),
            }
            for person in page.authors
        ],
        "offers": [_offer(offer) for offer in page.offers.items if offer.total is not None],
    }
    if work.description:
        thing["description"] = work.description
    if work.original_language not in ("", "und"):
        thing["inLanguage"] = languages.bcp47(work.original_language)
    if work.rating is not None:
        thing["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": f"{work.rating:.1f}",
            "ratingCount": work.rating_count,
        }
    if page.editions:
        thing["workExample"] = [_edition(row) for row in page.editions if row.copies]
    return {key: value for key, value in thing.items() if value}


def _offer(offer: Offer) -> Thing:
    condition = "New" if offer.listing.condition == Condition.NEW else "Used"
    seller = offer.listing.seller
    return {
        "@type": "Offer",
        "price": str(offer.item_price.amount),
        "priceCurrency": offer.item_price.currency,
        "itemCondition": f"https://schema.org/{condition}Condition",
        "availability": "https://schema.org/InStock",
        "description": offer.condition_label,
        "seller": {
            "@type": "Person" if seller.is_private else "BookStore",
            "name": seller.name,
            "url": absolute(offer.seller_url),
        },
    }


def _edition(row: EditionRow) -> Thing:
    edition = row.edition
    thing = {
        "@type": "Book",
        "name": edition.title,
        "isbn": row.isbns[0].replace("-", "") if row.isbns else "",
        "bookFormat": _FORMATS.get(edition.form, ""),
        "datePublished": edition.published if not edition.published.startswith("-") else "",
        "numberOfPages": edition.pages,
        "publisher": edition.publisher
        and {"@type": "Organization", "name": edition.publisher.name},
    }
    return {key: value for key, value in thing.items() if value}


def crumbs(trail: Iterable[tuple[str, str]]) -> Thing:
    """Describe where a page stands: pairs of name and path."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
            for place, (name, path) in enumerate(trail, start=1)
        ],
    }


def shop(page: ShopPage, path: str) -> Thing:
    """Describe a shop. A private seller's street is not told to machines."""
    seller = page.seller
    address = {"@type": "PostalAddress", "addressLocality": seller.place}
    address["addressCountry"] = seller.country.code
    if not seller.is_private and seller.street:
        address |= {"streetAddress": seller.street, "postalCode": seller.postcode}
    thing: Thing = {
        "@context": "https://schema.org",
        "@type": "Person" if seller.is_private else "BookStore",
        "name": seller.name,
        "url": absolute(path),
        "description": seller.tagline,
        "address": address,
    }
    if seller.rating is not None and not seller.is_private:
        thing["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": f"{seller.rating:.1f}",
            "ratingCount": seller.rating_count,
        }
    return {key: value for key, value in thing.items() if value}


def person(who: Person, path: str) -> Thing:
    """Describe an author."""
    thing: Thing = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": who.name,
        "url": absolute(path),
        "alternateName": [name for name in (who.native_name, *who.other_names) if name],
        "description": who.bio,
    }
    # ISO 8601 has no short form for years before 1 that readers of schema.org agree on.
    if who.born is not None and who.born > 0:
        thing["birthDate"] = f"{who.born:04d}"
    if who.died is not None and who.died > 0:
        thing["deathDate"] = f"{who.died:04d}"
    return {key: value for key, value in thing.items() if value}
