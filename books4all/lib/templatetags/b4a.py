"""The marks that pages are made of: icons, covers, prices, ratings, conditions, charts, pages.

Loaded as a builtin, so templates need no ``{% load %}``. What a tag prints is described in
docs of the design language; nothing here queries the database.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from math import ceil
from typing import Any, Protocol, cast

from django import template
from django.conf import settings
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries import countries

from books4all.lib import covers
from books4all.lib.charts import bar_chart, spark_line
from books4all.lib.covers.neighbours import Design, Row
from books4all.lib.money import Money
from books4all.lib.pictures import KINDS, Picture

register = template.Library()

# Where the footer offers to deliver to, unless settings.DELIVERY_COUNTRIES says otherwise.
# fmt: off
NEAR_COUNTRIES = (
    "AT", "AU", "BE", "BG", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR",
    "GB", "GR", "HR", "HU", "IE", "IS", "IT", "JP", "LT", "LU", "LV", "MT", "NL", "NO",
    "NZ", "PL", "PT", "RO", "SE", "SI", "SK", "US",
)
# fmt: on


class Book(Protocol):
    """What a cover needs to know of a book; works, editions and plain rows will do."""

    title: str
    author_line: str
    cover_subject: str


# ---- icons -------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, cls: str = "") -> SafeString:
    """Print the Lucide icon ``name`` from ``static/icons.svg``, hidden from screen readers.

    An icon stands beside words, or on a control that has a name of its own.
    """
    return _icon(static("icons.svg"), name, cls)


@lru_cache(maxsize=512)
def _icon(file: str, name: str, cls: str) -> SafeString:
    classes = f"i {cls}" if cls else "i"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        classes,
        file,
        name,
    )


# ---- covers ------------------------------------------------------------------------------------


# How wide a cover stands on the page, from which the browser chooses a file.
SIZES = {
    "grid": "(min-width: 48em) 11.6rem, 43vw",
    "page": "(min-width: 48em) 16.5rem, 30vw",
    "row": "5.25rem",
}


@lru_cache(maxsize=4096)
def _drawn(title: str, author: str, subject: str, design: Design, n: str) -> str:
    """Draw a cover once per process: about 2 kB each, so at most some 8 MB."""
    return covers.cover(title, author, subject, design.layout, design.cloth, n=n)


def _page(context: Context) -> dict[str, Any]:
    """Return what the covers of one page know of each other."""
    # The lowest layer of the render context is the only one that included templates share.
    page = cast("dict[str, Any]", context.render_context.dicts[0])
    page.setdefault("b4a_covers", Counter())
    page.setdefault("b4a_row", Row())
    return page


def _suffix(page: dict[str, Any], key: tuple[str, str], scope: str) -> str:
    """Return what makes a repeated cover's ids unique on this page: nothing the first time."""
    seen: Counter[tuple[str, str]] = page["b4a_covers"]
    seen[key] += 1
    times = seen[key]
    return f"{scope}{times}" if times > 1 else scope


def _picture(picture: Picture, size: str) -> SafeString:
    """Print a real cover: AVIF or WebP for browsers that know them, else JPEG."""
    sizes = SIZES[size or "grid"]
    sources = format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        ((KINDS[kind], picture.srcset(kind), sizes) for kind in ("avif", "webp")),
    )
    # The largest picture of a book's page is what the visitor waits for; the rest can wait.
    loading = 'fetchpriority="high"' if size == "page" else 'loading="lazy"'
    return format_html(
        '<span class="cover{}"><picture>{}<img src="{}" srcset="{}" sizes="{}" alt="{}"'
        ' width="{}" height="{}" {} decoding="async"></picture></span>',
        "" if picture.fits else " cover--whole",
        sources,
        picture.url("jpg"),
        picture.srcset("jpg"),
        sizes,
        # In a list the title follows; on its own page the picture may say more than the title does.
        picture.alt if size == "page" else "",
        picture.width,
        picture.height,
        mark_safe(loading),  # noqa: S308 one of two constants
    )


@register.simple_tag(takes_context=True)
def cover(
    context: Context,
    book: Book | None = None,
    *,
    copy: object = None,
    title: str = "",
    author: str = "",
    subject: str = "",
    scope: str = "",
    size: str = "",
) -> SafeString:
    """Print the cover of ``book``, or of a title and author given in words.

    A book that has a ``picture`` shows it; any other gets a drawing of its own, unlike those it may
    stand beside. Where one copy is offered, ``copy`` is its edition: the picture of another edition
    would be taken for the copy's. Fragments put into a page later give a ``scope`` (a letter), so
    that ids stay unique. ``size`` is a key of ``SIZES``.
    """
    page = _page(context)
    if book is not None:
        if picture := getattr(copy or book, "picture", None):
            page["b4a_row"].skip()
            return _picture(picture, size)
        title = title or book.title
        author = author or getattr(book, "author_line", "") or ""
        subject = subject or getattr(book, "cover_subject", "") or ""
    design = page["b4a_row"].next(title, author, subject)
    drawn = _drawn(title, author, subject, design, _suffix(page, (title, author), scope))
    return mark_safe(f'<span class="cover">{drawn}</span>')  # noqa: S308 - escaped by the drawing


@register.filter
def short_title(title: str) -> str:
    """Return ``title`` as lists say it: without what comes after a semicolon (*Moby-Dick*)."""
    return title.partition(";")[0]


@lru_cache(maxsize=8)
def _shelf(books: tuple[tuple[str, str, str], ...]) -> str:
    return covers.shelf(books)


@register.simple_tag
def spines(books: Iterable[Book]) -> SafeString:
    """Print a shelf of ``books`` (about sixty fill it), seen from the back, a few face out."""
    rows = tuple(
        (book.title, getattr(book, "author_line", ""), getattr(book, "cover_subject", ""))
        for book in books
    )
    return mark_safe(f'<div class="shelf">{_shelf(rows)}</div>')  # noqa: S308 - escaped inside


# ---- money, ratings, condition -----------------------------------------------------------------


@register.filter
def money(amount: Money | None) -> str:
    """Return ``amount`` as people write it: ``£5.45``; nothing for nothing."""
    return "" if amount is None else str(amount)


@register.simple_tag
def price(amount: Money | None, cls: str = "", zero: str = "") -> SafeString:
    """Print ``amount`` in the weight of a price; ``zero`` is said instead of £0.00."""
    if amount is None:
        return SafeString("")
    words = zero if zero and not amount else str(amount)
    return format_html('<span class="price{}">{}</span>', f" {cls}" if cls else "", words)


@register.simple_tag
def rating(value: float | str | None, count: int | None = None, what: str = "") -> SafeString:
    """Print one star, the value to one decimal and how many gave it. Nothing without a value."""
    if value is None or value == "":
        return SafeString("")
    number = ""
    if count:
        number = format_html(
            ' <span class="meta">({}<span class="vh"> {}</span>)</span>',
            f"{count:,}",
            what or _("ratings"),
        )
    return format_html(
        '<span class="rate">{}<span class="vh">{} </span>{}{}</span>',
        icon("star"),
        _("Rated"),
        f"{float(value):.1f}",
        number,
    )


@register.simple_tag
def stars(value: float | str | None, label: str = "") -> SafeString:
    """Print five stars filled to the nearest half, with the value in words."""
    if value is None or value == "":
        return SafeString("")
    number = float(value)
    gauge = f"{round(number * 2) / 2:g}"
    label = label or _("%(stars)s out of 5") % {"stars": f"{number:.1f}".removesuffix(".0")}
    return format_html(
        '<span class="stars" data-g="{}" role="img" aria-label="{}"></span>', gauge, label
    )


@register.simple_tag
def condition(label: str, gauge: float | str = 5) -> SafeString:
    """Print the word of a condition with its gauge (1 to 5, halves allowed)."""
    return format_html('<span class="cond" data-g="{}">{}</span>', f"{float(gauge):g}", label)


@register.filter
def year(value: int | None) -> str:
    """Return a year as readers know it: ``700 BC``, ``AD 180``, ``1871``; nothing for nothing."""
    if value is None:
        return ""
    if value < 0:
        return _("%(year)s BC") % {"year": -value}
    return _("AD %(year)s") % {"year": value} if value < 1000 else str(value)


@register.filter
def until(moment: datetime) -> str:
    """Return a deadline as people count: a day has ended at midnight, "the end of Wednesday 25 November"."""
    local = timezone.localtime(moment)
    if local.time() == time():
        return _("the end of %(day)s") % {"day": date_format(local - timedelta(days=1), "l j F")}
    return date_format(local, "l j F, H:i")


# ---- pages of a list ---------------------------------------------------------------------------


class Page(Protocol):
    """The part of a paginator's page that the pager needs."""

    number: int

    def has_next(self) -> bool:
        """Tell whether another page follows."""
        ...


def _shown(number: int, last: int) -> list[int]:
    """Return the page numbers to link to: the first, the last, and those around ``number``."""
    wanted = {1, last, number - 1, number, number + 1}
    return sorted(n for n in wanted if 1 <= n <= last)


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page, param: str = "page", anchor: str = "") -> dict[str, Any]:
    """Print links to the pages of a list, keeping the other parameters of the address.

    ``page`` is a Django ``Page``, or has ``number``, ``has_next()`` and perhaps ``num_pages``.
    """
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)

    def url(number: int) -> str:
        query.pop(param, None)
        if number > 1:
            query[param] = str(number)
        return f"?{query.urlencode()}{anchor}" if query else f"{'' if anchor else '?'}{anchor}"

    number, more = page.number, page.has_next()
    paginator = getattr(page, "paginator", None)
    last = getattr(page, "num_pages", None) or getattr(paginator, "num_pages", None)
    links: list[dict[str, Any]] = []
    before = 0
    for n in _shown(number, last or number + int(more)):
        links.append({"number": n, "url": url(n), "current": n == number, "gap": n > before + 1})
        before = n
    return {
        "links": links,
        "previous": url(number - 1) if number > 1 else "",
        "next": url(number + 1) if more else "",
    }


# ---- forms -------------------------------------------------------------------------------------


@register.filter
def widget_kind(field: BoundField) -> str:
    """Return how a form field is laid out: ``check``, ``choices`` or ``input``."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "check" if isinstance(widget, CheckboxInput) else "input"


@register.simple_tag
def control(field: BoundField, cls: str = "in") -> SafeString:
    """Print the field's own input with the class ``cls`` added to those of its widget."""
    own = field.field.widget.attrs.get("class", "")
    classes = f"{cls} {own}".strip()
    return field.as_widget(attrs={"class": classes} if classes else {})


# ---- charts ------------------------------------------------------------------------------------


@register.simple_tag
def sparkline(values: Sequence[float]) -> SafeString:
    """Print a line without axes, hidden from screen readers: say the figure beside it."""
    return mark_safe(spark_line(values))  # noqa: S308 - numbers only


@register.inclusion_tag("components/barchart.html")
def barchart(
    values: Sequence[int],
    labels: Sequence[str],
    title: str,
    head: str = "",
    *,
    currency: str = "",
    urls: Sequence[str] = (),
) -> dict[str, Any]:
    """Print a bar chart with ``title`` as its text alternative, and the same as a table.

    ``values`` are whole numbers, or minor units of ``currency`` when one is given; ``head`` names
    what a label is (Day). ``urls`` are where the rows of each value can be read. Only as many labels as fit are written under the bars.
    """

    def said(value: int) -> str:
        return str(Money(value, currency)) if currency else f"{value:,}"

    every = max(1, ceil(len(labels) / 8))
    ticks = [label if i % every == 0 else "" for i, label in enumerate(labels)]
    return {
        "svg": mark_safe(bar_chart(values, ticks, title=title, said=said)),  # noqa: S308 - escaped there
        "title": title,
        "head": head or _("Day"),
        "rows": list(zip(labels, map(said, values), urls or [""] * len(values), strict=True)),
    }


# ---- the frame of every page -------------------------------------------------------------------


@register.simple_tag
def navigation() -> Sequence[tuple[str | Promise, str]]:
    """Return the subjects of the header as (label, slug), from ``settings.NAVIGATION``."""
    return settings.NAVIGATION


@register.simple_tag
def delivery_countries(chosen: str = "") -> list[tuple[str, str]]:
    """Return (code, name) of the countries in the footer's choice, sorted by name.

    They are ``settings.DELIVERY_COUNTRIES``; the country already ``chosen`` is always there.
    """
    codes = getattr(settings, "DELIVERY_COUNTRIES", NEAR_COUNTRIES)
    return list(_named_countries(frozenset({*codes, chosen or "GB"}), get_language() or ""))


@lru_cache(maxsize=512)
def _named_countries(codes: frozenset[str], language: str) -> list[tuple[str, str]]:
    """Look the names up once: with some thousand translations they were a tenth of every page."""
    del language  # the current one, in which the names are
    named = ((code, str(countries.name(code))) for code in codes)
    return sorted((pair for pair in named if pair[1]), key=lambda pair: pair[1])
