"""The filters of the search page: options with their counts, and chips for those that are on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django_countries import countries

from books4all.lib.money import Money
from books4all.lib.templatetags.b4a import year
from catalog import languages
from catalog.constants import SubjectScheme
from catalog.search import Query, Results
from catalog.search.query import FLAGS
from catalog.search.results import SubjectCount
from catalog.search.vocabulary import (
    ConditionClass,
    FormClass,
    Kind,
    Period,
    PriceBand,
    Without,
)
from catalog.views.search_links import marked, rounded, url

# Languages are many; those with most copies are offered, and those chosen.
MOST_LANGUAGES = 12
# Chips that fit beside the order and the view.
MOST_CHIPS = 4


@dataclass(slots=True)
class Option:
    """A box to tick. ``count`` is how many copies it would bring, ``about`` that it is estimated."""

    name: str
    value: str
    label: str
    count: int
    selected: bool
    about: bool = False
    children: list["Option"] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The count as people write it."""
        return marked(f"{rounded(self.count) if self.about else self.count:,}", about=self.about)

    @property
    def html_id(self) -> str:
        """An id that stays the same from answer to answer, so that focus does."""
        return f"f-{self.name}-{self.value}"


@dataclass(frozen=True, slots=True)
class Range:
    """Two fields below the options of a filter. ``low`` and ``high`` are as typed or understood."""

    names: tuple[str, str]
    labels: tuple[Any, Any]
    hints: tuple[Any, Any]
    values: tuple[str, str]
    problems: tuple[str, str]
    keyboard: str
    longest: int

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The two fields, as the template takes them."""
        columns = zip(self.names, self.labels, self.hints, self.values, self.problems, strict=True)
        return [
            dict(zip(("name", "label", "hint", "value", "problem"), column, strict=True))
            for column in columns
        ]

    @property
    def problem(self) -> str:
        """What could not be read, if anything."""
        return self.problems[0] or self.problems[1]


@dataclass(slots=True)
class Group:
    """A filter. ``range`` asks for two ends below its options."""

    label: str
    options: list[Option]
    open: bool
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, with the address without it; or one to put on, with it."""

    label: str
    url: str


# ---- filters -----------------------------------------------------------------------------------


def groups(query: Query, results: Results, raw: Mapping[str, str]) -> list[Group]:
    """Return the filters that have something to choose from, each option with its count.

    ``raw`` is what was typed into fields and could not be read.
    """
    years = _years(query, raw)
    made = [
        Group(_("Condition"), _options(query, results, "condition", ConditionClass.choices), open=True),
        Group(_("Format"), _options(query, results, "form", FormClass.choices), open=True),
        Group(_("Collectable"), _collectable(query, results), open=True),
        Group(
            _("Price with delivery"), _options(query, results, "price", PriceBand.choices),
            open=True, range=_prices(query, raw),
        ),
        *_trees(query, results),
        Group(
            _("Published"), _options(query, results, "period", Period.choices),
            open=bool(query.period or any(years.values) or years.problem), range=years,
        ),
        Group(_("Language"), _languages(query, results), bool(query.language)),
        Group(_("Posted from"), _countries(query, results), bool(query.country)),
        Group(_("Leave out"), _without(query, results), bool(query.without)),
    ]  # fmt: skip
    return [group for group in made if group.options or group.range]


def _prices(query: Query, raw: Mapping[str, str]) -> Range:
    problems = query.problems or {}
    return Range(
        names=("min", "max"),
        labels=(_("Lowest price in pounds"), _("Highest price in pounds")),
        hints=(_("£ from"), _("£ to")),
        values=(_typed(query.least, raw.get("min", "")), _typed(query.most, raw.get("max", ""))),
        problems=(problems.get("min", ""), problems.get("max", "")),
        keyboard="decimal",
        longest=12,
    )


def _years(query: Query, raw: Mapping[str, str]) -> Range:
    problems = query.problems or {}
    ends = {"year_min": query.year_min, "year_max": query.year_max}
    low, high = (raw.get(name, "")[:12] if end is None else str(end) for name, end in ends.items())
    return Range(
        names=("year_min", "year_max"),
        labels=(_("First year"), _("Last year")),
        hints=(_("from"), _("to")),
        values=(low, high),
        problems=(problems.get("year_min", ""), problems.get("year_max", "")),
        # Years before Christ need a minus, which a keyboard of figures may lack.
        keyboard="text",
        longest=6,
    )


def _typed(amount: Money | None, raw: str) -> str:
    """Return what stands in a price field: the amount, or what could not be read as one."""
    return f"{amount.amount:f}".removesuffix(".00") if amount else raw[:12]


def _option(query: Query, results: Results, name: str, value: str, label: Any) -> Option:
    flag = name in FLAGS
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
        about=results.about,
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
        _option(query, results, "jacket", "1", _("With dust jacket")),
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


def subject_name(slug: str, results: Results) -> str:
    """Return a subject's name, guessed from its slug when nothing was found under it."""
    names = {row.slug: row.name for row in results.subjects}
    return names.get(slug) or slug.replace("-", " ").capitalize()


def _trees(query: Query, results: Results) -> list[Group]:
    """Return a filter for each tree of subjects: the shop's own shelves, then the trade's Thema."""
    shelves = [row for row in results.subjects if row.scheme == SubjectScheme.SHELF]
    thema = [row for row in results.subjects if row.scheme != SubjectScheme.SHELF]
    known = {row.slug for row in results.subjects}
    # A subject without a copy here stays ticked, so that it can be taken off.
    gone = [
        Option("subject", slug, subject_name(slug, results), 0, selected=True)
        for slug in query.subject
        if slug not in known
    ]
    trees: tuple[tuple[str, list[SubjectCount], list[Option]], ...] = (
        (_("Subject"), shelves, gone),
        (_("Subject in the trade (Thema)"), thema, []),
    )
    made = []
    for label, rows, rest in trees:
        chosen = bool(rest) or any(row.slug in query.subject for row in rows)
        made.append(Group(label, [*_tree(query, rows, about=results.about), *rest], open=chosen))
    return made


def _tree(query: Query, rows: Sequence[SubjectCount], *, about: bool) -> list[Option]:
    """Return upper subjects; the level under one shows when it, or one below it, is chosen."""
    options = {
        row.slug: Option(
            "subject", row.slug, row.name, row.copies, row.slug in query.subject, about
        )
        for row in rows
    }
    parents = {row.slug: row.parent for row in rows}
    opened = set(query.subject)
    for slug in query.subject:
        # The way up from what is chosen stands open.
        above = parents.get(slug, "")
        while above and above not in opened:
            opened.add(above)
            above = parents.get(above, "")
    tops = []
    for slug, option in options.items():
        parent = parents[slug]
        if parent not in options:
            tops.append(option)
        elif parent in opened:
            options[parent].children.append(option)
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
        "subject": {slug: subject_name(slug, results) for slug in query.subject},
        "period": dict(Period.choices),
        "language": {code: languages.name_of(code) for code in query.language},
        "country": {code: countries.name(code) or code for code in query.country},
        "price": dict(PriceBand.choices),
        "without": dict(Without.choices),
        "first": {"1": _("First editions")},
        "signed": {"1": _("Signed copies")},
        "jacket": {"1": _("With dust jacket")},
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
    if query.year_min is not None or query.year_max is not None:
        chips.append(Chip(_span(query), url(query.but(year_min=None, year_max=None))))
    return chips


def _span(query: Query) -> str:
    if query.year_max is None:
        return _("Published since %(year)s") % {"year": year(query.year_min)}
    if query.year_min is None:
        return _("Published until %(year)s") % {"year": year(query.year_max)}
    if query.year_min == query.year_max:
        return _("Published in %(year)s") % {"year": year(query.year_min)}
    ends = {"least": year(query.year_min), "most": year(query.year_max)}
    return _("Published %(least)s to %(most)s") % ends


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
