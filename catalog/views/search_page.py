"""The search page in words: its heading, filters with their labels, chips and links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from books4all.lib import isbn
from books4all.lib.money import Money
from catalog import languages
from catalog.search import Hit, Query, Results
from catalog.search.query import LAST_PAGE
from catalog.search.vocabulary import (
    ConditionClass,
    FormClass,
    Kind,
    Period,
    PriceBand,
    Sort,
    View,
    Without,
)

# Languages are many; those with most copies are offered, and those chosen.
MOST_LANGUAGES = 12
# Chips that fit beside the order and the view.
MOST_CHIPS = 4


@dataclass(slots=True)
class Option:
    """A box to tick. ``count`` is how many copies it would bring."""

    name: str
    value: str
    label: str
    count: int
    selected: bool
    children: list["Option"] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The count as people write it."""
        return f"{self.count:,}"

    @property
    def html_id(self) -> str:
        """An id that stays the same from answer to answer, so that focus does."""
        return f"f-{self.name}-{self.value}"


@dataclass(slots=True)
class Group:
    """A filter. ``range`` asks for two prices below its options."""

    label: str
    options: list[Option]
    open: bool
    range: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, with the address without it; or one to put on, with it."""

    label: str
    url: str


def url(query: Query) -> str:
    """Return the canonical address of a search."""
    path, words = reverse("catalog:search"), query.querystring
    return f"{path}?{words}" if words else path


def context(results: Results, raw: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page's template shows of ``results``; ``raw`` are prices as typed."""
    # What was searched for in the end: links and filters go on from the corrected words.
    query = results.query.but(text=results.corrected or results.query.text, page=results.query.page)
    chips = applied(query, results)
    return {
        "query": query,
        "typed": results.query.text,
        "q": results.query.text,
        "results": results,
        "heading": _heading(results),
        "rows": [_row(hit) for hit in results.hits],
        "total": results.works + results.unsold,
        "copies": number(results.copies, "copies"),
        "books": number(results.works, "books"),
        "sellers": number(results.sellers, "sellers"),
        "typed_min": _typed(query.least, raw.get("min", "")),
        "typed_max": _typed(query.most, raw.get("max", "")),
        "groups": groups(query, results),
        "applied": chips,
        "suggested": suggested(query, results),
        "filters_on": len(chips),
        "unfiltered_url": url(query.unfiltered()),
        "hidden": _hidden(query, keep=("q", "kind", "sort", "view"), but={"kind": Kind.RARE}),
        "sort_hidden": [p for p in query.but().params if p[0] != "sort"],
        "sorts": [
            {"value": value, "label": label, "selected": value == query.sort}
            for value, label in Sort.choices
        ],
        "covers_url": url(query.but(view=View.COVERS, page=query.page)),
        "list_url": url(query.but(view=View.LIST, page=query.page)),
        "pager": pager(query, results.pages),
        "canonical": settings.PUBLIC_URL + url(results.query),
        "problems": results.query.problems or {},
        "isbn": _isbn(results),
        "nav": "rare" if query.kind == (Kind.RARE,) and not query.text else "",
        "action": reverse("catalog:search"),
    }


def _hidden(query: Query, keep: Iterable[str], but: dict[str, str]) -> list[tuple[str, str]]:
    return [(k, v) for k, v in query.params if k in keep and but.get(k) != v]


def number(n: int, of: str) -> str:
    """Return a number with its thing, such as "1,204 copies"."""
    words = {
        "copies": ngettext("%(n)s copy", "%(n)s copies", n),
        "books": ngettext("%(n)s book", "%(n)s books", n),
        "sellers": ngettext("%(n)s seller", "%(n)s sellers", n),
    }
    return words[of] % {"n": f"{n:,}"}


def _typed(amount: Money | None, raw: str) -> str:
    """Return what stands in a price field: the amount, or what could not be read as one."""
    return f"{amount.amount:f}".removesuffix(".00") if amount else raw[:12]


def _heading(results: Results) -> str:
    query = results.query
    if results.landmark:
        return results.landmark.name
    if query.text:
        return results.corrected or query.text
    if len(query.kind) == 1:
        return str(Kind(query.kind[0]).label)
    if len(query.subject) == 1:
        return _subject_name(query.subject[0], results)
    return _("All books on sale")


def _row(hit: Hit) -> dict[str, Any]:
    """Return a hit as the card components take it."""
    card = hit.card
    copies = number(card.copies, "copies")
    kinds = (
        (hit.new_from, _("New from %(price)s")),
        (hit.used_from, _("Used from %(price)s")),
        (hit.rare_from, _("Rare from %(price)s")),
    )
    return {
        "work": card.work,
        "price": card.from_price,
        "from": card.copies > 1,
        "sold_out": not card.copies,
        "extra": copies if card.copies else _("No copy on sale just now"),
        "list_extra": _("%(copies)s, delivery included") % {"copies": copies}
        if card.from_price
        else copies,
        "kinds": " · ".join(words % {"price": price} for price, words in kinds if price),
        "rating": card.work.rating,
        "rating_count": card.work.rating_count,
    }


# ---- filters -----------------------------------------------------------------------------------


def groups(query: Query, results: Results) -> list[Group]:
    """Return the filters that have something to choose from, each option with its count."""
    made = [
        Group(_("Condition"), _options(query, results, "condition", ConditionClass.choices), open=True),
        Group(_("Format"), _options(query, results, "form", FormClass.choices), open=True),
        Group(_("Collectable"), _collectable(query, results), open=True),
        Group(
            _("Price with delivery"), _options(query, results, "price", PriceBand.choices),
            open=True, range=True,
        ),
        Group(_("Subject"), _subjects(query, results), bool(query.subject)),
        Group(_("Published"), _options(query, results, "period", Period.choices), bool(query.period)),
        Group(_("Language"), _languages(query, results), bool(query.language)),
        Group(_("Posted from"), _countries(query, results), bool(query.country)),
        Group(_("Leave out"), _without(query, results), bool(query.without)),
    ]  # fmt: skip
    return [group for group in made if group.options or group.range]


def _option(query: Query, results: Results, name: str, value: str, label: Any) -> Option:
    flag = name in {"first", "signed"}
    # Flags are counted under their own names: "first", "rare", "ex_library".
    key = (
        ("flag", name if flag else value) if flag or name in {"kind", "without"} else (name, value)
    )
    return Option(
        name=name,
        value=value,
        label=str(label),
        count=results.counts.get(key, 0),
        selected=getattr(query, name) if flag else value in getattr(query, name),
    )


def _options(
    query: Query, results: Results, name: str, choices: Iterable[tuple[str, Any]]
) -> list[Option]:
    made = [_option(query, results, name, value, label) for value, label in choices]
    return [option for option in made if option.count or option.selected]


def _collectable(query: Query, results: Results) -> list[Option]:
    made = [
        _option(query, results, "first", "1", _("First edition")),
        _option(query, results, "signed", "1", _("Signed")),
        _option(query, results, "kind", Kind.RARE, Kind.RARE.label),
    ]
    return [option for option in made if option.count or option.selected]


def _without(query: Query, results: Results) -> list[Option]:
    """Return what can be left out: only what some copies found are."""
    made = [_option(query, results, "without", v, label) for v, label in Without.choices]
    return [option for option in made if option.selected or option.count < results.copies]


def _values(results: Results, name: str, chosen: Sequence[str]) -> list[str]:
    """Return the values that occur, most copies first, and those chosen."""
    found = [(-n, value) for (facet, value), n in results.counts.items() if facet == name]
    values = [value for _, value in sorted(found)]
    return [*values, *(value for value in chosen if value not in values)]


def _languages(query: Query, results: Results) -> list[Option]:
    values = _values(results, "language", query.language)
    kept = [v for at, v in enumerate(values) if at < MOST_LANGUAGES or v in query.language]
    return [_option(query, results, "language", v, languages.name_of(v)) for v in kept]


def _countries(query: Query, results: Results) -> list[Option]:
    values = _values(results, "country", query.country)
    return [_option(query, results, "country", v, countries.name(v) or v) for v in values]


def _subject_name(slug: str, results: Results) -> str:
    names = {row.slug: row.name for row in results.subjects}
    return names.get(slug) or slug.replace("-", " ").capitalize()


def _subjects(query: Query, results: Results) -> list[Option]:
    """Return the upper subjects; those under one show when it, or one of them, is chosen."""
    rows = {
        row.slug: Option("subject", row.slug, row.name, row.copies, row.slug in query.subject)
        for row in results.subjects
    }
    tops = []
    for row in results.subjects:
        parent = rows.get(row.parent)
        if parent is None:
            tops.append(rows[row.slug])
        elif parent.selected or any(
            r.slug in query.subject for r in results.subjects if r.parent == row.parent
        ):
            parent.children.append(rows[row.slug])
    # A subject without a copy here stays ticked, so that it can be taken off.
    gone = [slug for slug in query.subject if slug not in rows]
    tops += [Option("subject", s, _subject_name(s, results), 0, selected=True) for s in gone]
    return tops


# ---- chips -------------------------------------------------------------------------------------


def _amounts(least: Money | None, most: Money | None) -> str:
    if least and most:
        return _("%(least)s to %(most)s") % {"least": least, "most": most}
    if least:
        return _("From %(least)s") % {"least": least}
    return _("Up to %(most)s") % {"most": most}


def _named(query: Query, results: Results) -> list[tuple[str, str, str]]:
    """Return parameter, value and label of each filter that is on."""
    labels: dict[str, dict[str, Any]] = {
        "kind": dict(Kind.choices),
        "condition": dict(ConditionClass.choices),
        "form": dict(FormClass.choices),
        "subject": {slug: _subject_name(slug, results) for slug in query.subject},
        "period": dict(Period.choices),
        "language": {code: languages.name_of(code) for code in query.language},
        "country": {code: countries.name(code) or code for code in query.country},
        "price": dict(PriceBand.choices),
        "without": dict(Without.choices),
        "first": {"1": _("First editions")},
        "signed": {"1": _("Signed copies")},
    }
    return [
        (name, value, str(labels[name][value])) for name, value in query.params if name in labels
    ]


def applied(query: Query, results: Results) -> list[Chip]:
    """Return a chip for each filter that is on, with the address without it."""
    chips = [
        Chip(label, url(query.toggled(name, value)))
        for name, value, label in _named(query, results)
    ]
    if query.least or query.most:
        chips.append(Chip(_amounts(query.least, query.most), url(query.but(least=None, most=None))))
    return chips


def suggested(query: Query, results: Results) -> list[Chip]:
    """Return filters that would narrow these results in a useful way."""
    useful = (
        ("first", "1", _("First editions"), ("flag", "first")),
        ("signed", "1", _("Signed"), ("flag", "signed")),
        ("price", PriceBand.UNDER_5, PriceBand.UNDER_5.label, ("price", PriceBand.UNDER_5)),
        ("kind", Kind.NEW, _("New"), ("flag", "new")),
    )
    chips = []
    for name, value, label, key in useful:
        on = getattr(query, name)
        if not on and 0 < results.counts.get(key, 0) < results.copies:
            chips.append(Chip(str(label), url(query.toggled(name, value))))
    room = MOST_CHIPS - len(applied(query, results))
    return chips[: max(0, room)]


# ---- pages and identifiers ---------------------------------------------------------------------


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


def _isbn(results: Results) -> dict[str, Any] | None:
    """Return what to say about an ISBN in the query."""
    answer = results.isbn
    if answer is None:
        return None
    corrected = answer.digits[:-1] + answer.expected if answer.expected else ""
    return {
        "number": isbn.hyphenate(answer.isbn13) if answer.isbn13 else answer.digits,
        "valid": bool(answer.isbn13),
        "editions": answer.editions,
        "expected": answer.expected,
        "corrected": corrected,
        "corrected_url": url(Query(text=corrected)) if corrected else "",
    }
