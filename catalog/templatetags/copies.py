"""The rows of the table of copies, written by hand.

A book has up to fifty of them on a page. As templates they took two thirds of the page's time; the
words of the table are looked up once here, and everything else is put between them. What stands in a
row is said in templates/components/offers.html.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from books4all.lib.pictures import KINDS, Picture
from books4all.lib.templatetags.b4a import icon
from catalog.selectors.offers import Offer

register = template.Library()


@dataclass(frozen=True, slots=True)
class _Words:
    """What every row says, in the visitor's language, and the marks that every row has."""

    add: str
    free: str
    not_sent: str
    rated: str
    ratings: str
    sold: str
    post: str
    truck: str
    star: str
    basket: str
    ask: str
    ask_words: str


def _words() -> _Words:
    return _Words(
        add=escape(_("Add to basket")),
        free=escape(_("Free delivery")),
        not_sent=escape(_("Does not post to your country")),
        rated=escape(_("Rated")),
        ratings=escape(_("ratings")),
        sold=escape(_("Sold")),
        # Marks of a translator's choosing around two prices, which hold nothing to escape.
        post=escape(_("%(item)s + %(post)s post")),
        truck=icon("truck"),
        star=icon("star"),
        basket=reverse("orders:basket_add"),
        # The address ends in the copy's number, which is put in the place of this one.
        ask=reverse("orders:ask", args=[0]).removesuffix("0/"),
        ask_words=escape(_("Ask the shop")),
    )


@register.simple_tag
def offer_rows(offers: Iterable[Offer]) -> SafeString:
    """Print the rows of ``offers``; the first has the one filled button."""
    words = _words()
    rows = (_row(offer, words, best=place == 0) for place, offer in enumerate(offers))
    return mark_safe("\n".join(rows))  # noqa: S308 every value is escaped in its cell


def _row(offer: Offer, words: _Words, *, best: bool) -> str:
    condition, seller = escape(offer.condition_label), escape(offer.seller_name)
    return (
        f'<tr role="row" id="copy-{offer.listing_id}"><td role="cell">{_copy(offer, condition)}</td>\n'
        f'<td role="cell">{_seller(offer, seller, words)}</td>\n'
        f'<td role="cell">{_price(offer, words)}</td>\n'
        f'<td role="cell">{_button(offer, condition, seller, words, best=best)}</td></tr>'
    )


def _copy(offer: Offer, condition: str) -> str:
    gauge = f"{float(offer.condition_gauge):g}"
    badges = "".join(
        f' <span class="badge badge--rare">{escape(badge)}</span>' for badge in offer.badges
    )
    note = f"<q>{escape(offer.note)}</q>" if offer.note else ""
    remarks = offer.remarks
    said = f'<p class="meta">{escape(remarks)}</p>' if remarks else ""
    return (
        f'<div class="stack stack-s"><p class="row"><span class="cond" data-g="{gauge}">{condition}'
        f'</span>{badges} <span class="meta">{escape(offer.format_line)}</span></p>{note}{said}'
        f"{shots(offer.photos)}</div>"
    )


@register.simple_tag
def shots(photos: Sequence[Picture]) -> SafeString:
    """Print photographs of a copy as a row of small ones, each a link to its largest file."""
    if not photos:
        return SafeString("")
    words = {"all": len(photos)}
    items = "".join(
        _shot(photo, photo.alt or _("Photograph %(n)d of %(all)d") % {"n": n, **words})
        for n, photo in enumerate(photos, 1)
    )
    label = escape(_("Photographs of this copy"))
    return mark_safe(f'<ul class="shots" aria-label="{label}">{items}</ul>')  # noqa: S308 escaped


def _shot(photo: Picture, alt: str) -> str:
    small = photo.widths[0]
    sources = "".join(
        f'<source type="{KINDS[kind]}" srcset="{escape(photo.url(kind, small))}">'
        for kind in ("avif", "webp")
    )
    height = max(1, round(photo.height * small / photo.width))
    return (
        f'<li><a href="{escape(photo.url("jpg"))}"><picture>{sources}'
        f'<img src="{escape(photo.url("jpg", small))}" alt="{escape(alt)}" width="{small}"'
        f' height="{height}" loading="lazy" decoding="async"></picture></a></li>'
    )


def _seller(offer: Offer, seller: str, words: _Words) -> str:
    value, count = offer.seller_rating, offer.seller_rating_count
    rating = ""
    if value is not None:
        number = f' <span class="meta">({count:,}<span class="vh"> {words.ratings}</span>)</span>'
        rating = (
            f'<span class="rate">{words.star}<span class="vh">{words.rated} </span>{value:.1f}'
            f"{number if count else ''}</span>"
        )
    return (
        f'<a href="{escape(offer.seller_url)}">{seller}</a> {rating}<br>'
        f'<span class="meta">{escape(offer.seller_place)} · '
        f'<a href="{words.ask}{offer.listing_id}/" rel="nofollow">{words.ask_words}'
        f'<span class="vh">: {seller}</span></a></span>'
    )


def _price(offer: Offer, words: _Words) -> str:
    reduced = f'<br><span class="meta">{escape(offer.reduced)}</span>' if offer.before else ""
    if offer.total is None:
        return (
            f'<span class="price p-row">{escape(str(offer.item_price))}</span><br>'
            f'<span class="meta">{words.not_sent}</span>{reduced}'
        )
    parts = words.free
    if offer.delivery:
        parts = words.post % {
            "item": escape(str(offer.item_price)),
            "post": escape(str(offer.delivery)),
        }
    days = ""
    if offer.delivery_days:
        days = f'<br><span class="meta nowrap">{words.truck} {escape(offer.delivery_days)}</span>'
    return (
        f'<span class="price p-row">{escape(str(offer.total))}</span><br>'
        f'<span class="meta nowrap">{parts}</span>{days}{reduced}'
    )


def _button(offer: Offer, condition: str, seller: str, words: _Words, *, best: bool) -> str:
    if not offer.available:
        return f'<span class="badge">{words.sold}</span>'
    if offer.total is None:
        return ""
    filled = "" if best else " btn--line"
    return (
        f'<form method="post" action="{words.basket}">'
        f'<input type="hidden" name="listing" value="{offer.listing_id}">'
        f'<button class="btn btn--s{filled}">{words.add}<span class="vh">, {condition}, {seller}, '
        f"{escape(str(offer.total))}</span></button></form>"
    )
