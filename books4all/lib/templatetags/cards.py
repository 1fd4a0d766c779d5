"""The inside of a book's card, written by hand: grids have up to fifty of them.

Which parts a card has is said in templates/components/card.html.
"""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from books4all.lib.money import Money
from books4all.lib.templatetags.b4a import cover, rating, short_title, year

register = template.Library()


@register.simple_tag(takes_context=True)
def card_inside(
    context: Context,
    work: Any,
    *,
    copy: object = None,
    url: str = "",
    heading: str = "",
    price: Money | None = None,
    starting: object = False,
    extra: str = "",
    first_year: int | None = None,
    stars: float | None = None,
    stars_count: int | None = None,
    note: str = "",
) -> SafeString:
    """Print cover, title, author and what else is known of ``work``, all of it escaped."""
    level = "h2" if heading == "h2" else "h3"
    author = work.author_line or ""
    parts = [
        f"\n{cover(context, work, copy=copy or None)}\n",
        f'<{level} class="card__t">{_link(work, url)}</{level}>\n',
        f'<p class="card__by">{escape(author)}{_year(first_year, dot=bool(author))}</p>\n',
    ]
    if stars:
        parts.append(f'<p class="meta">{rating(stars, stars_count or None)}</p>\n')
    if note:
        parts.append(f'<p class="meta">{escape(note)}</p>\n')
    if price or extra:
        parts.append(f'<p class="card__p">{_price(price, extra, starting=bool(starting))}</p>\n')
    return mark_safe("".join(parts))  # noqa: S308 every value is escaped in its part


def _link(work: Any, url: str) -> str:
    return (
        f'<a href="{escape(url or work.get_absolute_url())}">{escape(short_title(work.title))}</a>'
    )


def _year(value: int | None, *, dot: bool) -> str:
    if not value:
        return ""
    return f' <span class="nowrap">{"· " if dot else ""}{escape(year(value))}</span>'


def _price(price: Money | None, extra: str, *, starting: bool) -> str:
    said = ""
    if price:
        begin = f"{escape(_('from'))} " if starting else ""
        said = f'{begin}<span class="price">{escape(str(price))}</span>'
    if extra:
        said += f' <span class="meta nowrap{" dot" if price else ""}">{escape(extra)}</span>'
    return said
