"""Schema.org descriptions of pages, as data blocks that a strict CSP lets through unexecuted."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from accounts.constants import ReturnPostage
from accounts.models import Seller
from catalog import languages
from catalog.constants import HARDBACKS, Condition, Form
from catalog.models import Person, Work
from catalog.selectors.books import BookPage
from catalog.selectors.editions import EditionRow
from catalog.selectors.offers import Offer
from catalog.selectors.people import SeriesPage
from catalog.selectors.publishers import PublisherPage
from catalog.selectors.shops import ShopPage

Thing = dict[str, Any]

SCHEMA = "https://schema.org"

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
        "@context": SCHEMA,
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
    if work.picture:
        thing["image"] = work.picture.absolute()
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
    return _said(thing)


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
            "description": offer.seller_place,
        },
        "hasMerchantReturnPolicy": _returns(seller),
    }


def _returns(seller: Seller) -> Thing:
    """Describe how a seller takes copies back."""
    policy: Thing = {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": settings.DEFAULT_COUNTRY,
        "returnPolicyCategory": f"{SCHEMA}/MerchantReturnNotPermitted",
    }
    if seller.return_days:
        pays = (
            "FreeReturn"
            if seller.return_postage == ReturnPostage.SELLER
            else ("ReturnFeesCustomerResponsibility")
        )
        policy |= {
            "returnPolicyCategory": f"{SCHEMA}/MerchantReturnFiniteReturnWindow",
            "merchantReturnDays": seller.return_days,
            "returnMethod": f"{SCHEMA}/ReturnByMail",
            "returnFees": f"{SCHEMA}/{pays}",
        }
    return policy


def _edition(row: EditionRow) -> Thing:
    edition = row.edition
    thing = {
        "@type": "Book",
        "name": edition.title,
        "isbn": row.isbns[0].replace("-", "") if row.isbns else "",
        "bookFormat": _FORMATS.get(edition.form, ""),
        "datePublished": edition.published if not edition.published.startswith("-") else "",
        "image": edition.picture.absolute() if edition.picture else "",
        "numberOfPages": edition.pages,
        "publisher": edition.publisher
        and {"@type": "Organization", "name": edition.publisher.name},
    }
    return _said(thing)


def crumbs(trail: Iterable[tuple[str, str]]) -> Thing:
    """Describe where a page stands: pairs of name and path."""
    return {
        "@context": SCHEMA,
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
        "@context": SCHEMA,
        "@type": "Person" if seller.is_private else "BookStore",
        "name": seller.name,
        "url": absolute(path),
        "description": seller.tagline,
        "address": address,
    }
    if seller.picture:
        thing["image"] = seller.picture.absolute()
    if not seller.is_private:
        thing["hasMerchantReturnPolicy"] = _returns(seller)
    if seller.rating is not None and not seller.is_private:
        thing["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": f"{seller.rating:.1f}",
            "ratingCount": seller.rating_count,
        }
    return _said(thing)


def person(who: Person, path: str, wrote: Iterable[Work] = ()) -> Thing:
    """Describe an author, with the books of this page."""
    thing: Thing = {
        "@context": SCHEMA,
        "@type": "Person",
        "@id": absolute(path),
        "name": who.name,
        "url": absolute(path),
        "alternateName": [name for name in (who.native_name, *who.other_names) if name],
        "description": who.bio,
        "mainEntityOfPage": absolute(path),
        "subjectOf": _list([(work.title, work.get_absolute_url()) for work in wrote]),
    }
    # ISO 8601 has no short form for years before 1 that readers of schema.org agree on.
    if who.born is not None and who.born > 0:
        thing["birthDate"] = f"{who.born:04d}"
    if who.died is not None and who.died > 0:
        thing["deathDate"] = f"{who.died:04d}"
    return _said(thing)


def collection(name: str, path: str, things: Iterable[tuple[str, str]]) -> Thing:
    """Describe a page that lists things: pairs of name and path."""
    return _said(
        {
            "@context": SCHEMA,
            "@type": "CollectionPage",
            "name": name,
            "url": absolute(path),
            "mainEntity": _list(things),
        }
    )


def works(name: str, path: str, books: Iterable[Work]) -> Thing:
    """Describe a page that lists works."""
    return collection(name, path, [(work.title, work.get_absolute_url()) for work in books])


def copies(name: str, path: str, offers: Iterable[Offer]) -> Thing:
    """Describe a page that lists single copies, each with its offer."""
    items = [
        {
            "@type": "ListItem",
            "position": place,
            "item": {
                "@type": ["Book", "Product"],
                "name": offer.work.title,
                "url": absolute(offer.work.get_absolute_url()),
                "offers": _offer(offer),
            },
        }
        for place, offer in enumerate(offers, start=1)
        if offer.total is not None
    ]
    thing = collection(name, path, [])
    if items:
        thing["mainEntity"] = {"@type": "ItemList", "itemListElement": items}
    return thing


def series(page: SeriesPage, path: str) -> Thing:
    """Describe a series and the books of this page, each with its place."""
    return _said(
        {
            "@context": SCHEMA,
            "@type": "BookSeries",
            "@id": absolute(path),
            "name": page.series.name,
            "url": absolute(path),
            "description": page.series.description,
            "author": [
                {
                    "@type": "Person",
                    "name": who["name"],
                    "url": absolute(f"/authors/{who['slug']}/"),
                }
                for who in page.authors
            ],
            "hasPart": [
                _said(
                    {
                        "@type": "Book",
                        "name": card.work.title,
                        "url": absolute(card.work.get_absolute_url()),
                        "position": number,
                    }
                )
                for number, card in page.entries.items
            ],
        }
    )


def publisher(page: PublisherPage, path: str) -> Thing:
    """Describe a publisher, and the books of this page."""
    return _said(
        {
            "@context": SCHEMA,
            "@type": "Organization",
            "@id": absolute(path),
            "name": page.publisher.name,
            "url": absolute(path),
            "subjectOf": _list(
                [
                    (book.card.work.title, book.card.work.get_absolute_url())
                    for book in page.books.items
                ]
            ),
        }
    )


def _list(things: Iterable[tuple[str, str]]) -> Thing | None:
    """Describe a list of pairs of name and path; nothing for an empty one."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "url": absolute(path)}
        for place, (name, path) in enumerate(things, start=1)
    ]
    return {"@type": "ItemList", "itemListElement": items} if items else None


def _said(thing: Thing) -> Thing:
    """Return ``thing`` without what is not known."""
    return {key: value for key, value in thing.items() if value}
