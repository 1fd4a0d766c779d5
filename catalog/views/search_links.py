"""Addresses of the search page, and numbers in words."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.search import Query
from catalog.search.query import LAST_PAGE
from catalog.search.vocabulary import Sort, View

# Filters that may stand alone on a page which search engines keep. Words, and everything that is
# combined, make more pages than anybody could keep; subjects, authors and shops have their own.
KEPT = frozenset({"kind", "form", "period", "language"})


def url(query: Query) -> str:
    """Return the canonical address of a search."""
    path, words = reverse("catalog:search"), query.querystring
    return f"{path}?{words}" if words else path


def feed_url(query: Query) -> str:
    """Return the address of the feed of what is new for a search."""
    path, words = reverse("catalog:search_feed"), plain(query).but().querystring
    return f"{path}?{words}" if words else path


def plain(query: Query) -> Query:
    """Return the search in its best order and as covers: what search engines are told it is."""
    return query.but(sort=Sort.BEST, view=View.COVERS, page=query.page)


def is_canonical(params: QueryDict, query: Query) -> bool:
    """Whether the parameters are those of the canonical address, in any order of their names."""
    canonical: dict[str, list[str]] = {}
    for name, value in query.params:
        canonical.setdefault(name, []).append(value)
    return sorted(params.lists()) == sorted(canonical.items())


def is_kept(query: Query) -> bool:
    """Whether search engines may keep the page: everything on sale, or one plain filter of it."""
    names = [name for name, _value in query.params]
    return not query.problems and len(names) <= 1 and KEPT.issuperset(names)


def pager(query: Query, last: int) -> dict[str, Any]:
    """Return the links of ``components/pager.html``, in canonical addresses."""
    number = query.page
    links: list[dict[str, Any]] = []
    before = 0
    for n in sorted({1, last, number - 1, number, number + 1} & set(range(1, last + 1))):
        links.append(
            {
                "number": n,
                "url": url(query.but(page=n)),
                "current": n == number,
                "gap": n > before + 1,
            }
        )
        before = n
    return {
        "links": links,
        "previous": url(query.but(page=number - 1)) if number > 1 else "",
        "next": url(query.but(page=number + 1)) if number < min(last, LAST_PAGE) else "",
    }


def number(n: int, of: str, *, about: bool = False, more: bool = False) -> str:
    """Return a number with its thing, such as "1,204 copies".

    ``about`` says that it was estimated: it is rounded to two figures. ``more`` says that the
    counting ended there.
    """
    n = rounded(n) if about else n
    words = {
        "copies": ngettext("%(n)s copy", "%(n)s copies", n),
        "books": ngettext("%(n)s book", "%(n)s books", n),
        "sellers": ngettext("%(n)s seller", "%(n)s sellers", n),
    }
    return marked(words[of] % {"n": f"{n:,}"}, about=about, more=more)


def rounded(n: int) -> int:
    """Return an estimate without figures that it can't know: two of them are left."""
    step: int = 10 ** max(0, len(str(n)) - 2)
    return (n + step // 2) // step * step


def marked(words: str, *, about: bool = False, more: bool = False) -> str:
    """Return a number in words that say how far to trust it."""
    if about:
        return _("about %(number)s") % {"number": words}
    if more:
        return _("more than %(number)s") % {"number": words}
    return words
