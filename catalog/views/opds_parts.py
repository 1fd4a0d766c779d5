"""The catalogue as OPDS 2.0 (the draft of opds-community): feeds of links and publications in JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from books4all.lib.money import Money
from catalog import languages
from catalog.constants import IdentifierType, Role
from catalog.jsonld import absolute
from catalog.models import Work
from catalog.selectors.books import BookPage
from catalog.selectors.cards import WorkCard
from catalog.selectors.offers import Offer

FEED = "application/opds+json"
PUBLICATION = "application/opds-publication+json"
BUY = "http://opds-spec.org/acquisition/buy"

Thing = dict[str, Any]


def link(rel: str, path: str, title: str = "", **more: object) -> Thing:
    """Return a Link Object to another feed of ours."""
    thing: Thing = {"rel": rel, "href": absolute(path), "type": FEED, **more}
    return {**thing, "title": title} if title else thing


def feed(title: str, path: str, *, links: Iterable[Thing] = (), **parts: Any) -> Thing:
    """Return a feed: its metadata, its own address, where to start and to search, and ``parts``.

    ``parts`` are collections (navigation, publications, groups) and ``metadata`` to add.
    """
    query = reverse("catalog:opds_search")
    return {
        "metadata": {"title": title, **parts.pop("metadata", {})},
        "links": [
            link("self", path),
            link("start", reverse("catalog:opds")),
            {
                "rel": "search",
                "href": f"{absolute(query)}{{?query}}",
                "type": FEED,
                "templated": True,
            },
            *links,
        ],
        **parts,
    }


def turns(path: str, number: int, *, more: bool) -> list[Thing]:
    """Return the links from page ``number`` of a list to those beside it."""
    links = []
    if number > 1:
        links.append(link("first", path))
        before = path if number == 2 else f"{path}?page={number - 1}"
        links.append(link("previous", before))
    if more:
        links.append(link("next", f"{path}?page={number + 1}"))
    return links


def of_card(card: WorkCard) -> Thing:
    """Return a work in a list: bought for the lowest price with delivery."""
    work = card.work
    return _publication(work, _about(work), card.from_price, card.copies)


def of_offer(offer: Offer, copies: int) -> Thing:
    """Return the work of one copy, at the price of that copy; ``copies`` of it have come in."""
    work = offer.work
    metadata = {**_about(work), "publisher": _publisher(offer)}
    return _publication(work, {k: v for k, v in metadata.items() if v}, offer.total, copies)


def of_book(page: BookPage) -> Thing:
    """Return a work with all that its page knows."""
    work = page.work
    metadata = {
        **_about(work),
        "author": [
            {"name": who["name"], "links": [_html(f"/authors/{who['slug']}/")]}
            for who in page.authors
        ],
        "translator": [who["name"] for who in page.helpers if who["role"] == Role.TRANSLATOR],
        "illustrator": [who["name"] for who in page.helpers if who["role"] == Role.ILLUSTRATOR],
        "editor": [who["name"] for who in page.helpers if who["role"] == Role.EDITOR],
        "subject": [
            {
                "name": subject["name"],
                "links": [link("related", reverse("catalog:opds_subject", args=[subject["slug"]]))],
            }
            for subject in page.subjects
        ],
        "belongsTo": _series(page),
        "altIdentifier": [
            f"urn:isbn:{number.value}"
            for row in page.editions
            for number in row.numbers
            if number.type == IdentifierType.ISBN13 and not number.conflict
        ],
    }
    return _publication(
        work, {k: v for k, v in metadata.items() if v}, page.from_price, page.copies
    )


def _about(work: Work) -> Thing:
    metadata: Thing = {
        "@type": "http://schema.org/Book",
        "title": work.title,
        "subtitle": work.subtitle,
        "author": work.author_line,
        "identifier": absolute(work.get_absolute_url()),
        "modified": f"{work.updated_at:%Y-%m-%dT%H:%M:%SZ}",
        "description": work.description,
    }
    if work.original_language not in ("", "und", "mul"):
        metadata["language"] = languages.bcp47(work.original_language)
    return {key: value for key, value in metadata.items() if value}


def _publication(work: Work, metadata: Thing, price: Money | None, copies: int) -> Thing:
    """Return a publication: each has an address of its own, a way to get it and an image."""
    buy: Thing = {
        "rel": BUY,
        "href": absolute(f"{work.get_absolute_url()}#copies"),
        "type": "text/html",
        "title": _("Copies for sale"),
        "properties": {
            "availability": {"state": "available" if price is not None else "unavailable"},
            "copies": {"total": copies, "available": copies},
        },
    }
    if price is not None:
        buy["properties"]["price"] = {"currency": price.currency, "value": float(price.amount)}
    own = reverse("catalog:opds_book", args=[work.slug])
    return {
        "metadata": metadata,
        "links": [
            {"rel": "self", "href": absolute(own), "type": PUBLICATION},
            {**_html(work.get_absolute_url()), "rel": "alternate"},
            buy,
        ],
        "images": _images(work),
    }


def _images(work: Work) -> list[Thing]:
    """Return the real cover in its sizes, the widest first, or the drawn one."""
    if picture := work.picture:
        return [
            {
                "href": picture.absolute("jpg", width),
                "type": "image/jpeg",
                "width": width,
                "height": round(picture.height * width / picture.width),
            }
            for width in reversed(picture.widths)
        ]
    drawn = absolute(reverse("catalog:cover", args=[work.slug]))
    return [{"href": drawn, "type": "image/png", "width": 400, "height": 600}]


def _html(path: str) -> Thing:
    return {"href": absolute(path), "type": "text/html"}


def _publisher(offer: Offer) -> str:
    publisher = offer.listing.edition.publisher
    return publisher.name if publisher else ""


def _series(page: BookPage) -> Thing:
    entries: Sequence[dict[str, str]] = page.series
    found = []
    for entry in entries:
        series: Thing = {"name": entry["name"]}
        # The draft's positions are numbers; "2a" is not one.
        if entry["number"].isascii() and entry["number"].isdigit():
            series["position"] = int(entry["number"])
        found.append(series)
    return {"series": found} if found else {}
