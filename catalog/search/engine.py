"""Searching: identifiers first, then words, then what misspelt words were meant to be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings

from books4all.lib.money import Money
from catalog.errors import SearchTooBroadError
from catalog.models import Work
from catalog.search import candidates, facets, filters, identifiers, ordering, spelling
from catalog.search.asked import Attempt
from catalog.search.candidates import FILTERED, RANKED, Candidate
from catalog.search.documents import KEY
from catalog.search.facets import Counted, Priced
from catalog.search.query import PAGE_SIZE, Query
from catalog.search.results import Hit, Results, SubjectCount
from catalog.search.sql import Sql
from catalog.search.statement import Matching
from catalog.search.understand import Understood, understand
from catalog.search.vocabulary import Sort
from catalog.selectors.cards import WorkCard

# Figures that are an ISBN without its leading zeros, and may as well be a date or a number in a title.
SHORT_NUMBER = 9


def search(query: Query) -> Results:
    """Return the page of works that ``query`` finds, with the counts of every filter.

    At most six SQL statements, whatever the size of the catalogue. No text makes it fail: what
    holds no word finds nothing, and what would take too long says so (``Results.too_broad``).
    """
    try:
        return _search(query)
    except SearchTooBroadError:
        return Results(query=query, hits=[], works=0, copies=0, sellers=0, too_broad=True)


def _search(query: Query) -> Results:
    parsed = identifiers.find(query.text)
    answer = identifiers.answer(parsed, to=query.to) if parsed else None
    if parsed and answer and (answer.editions or len(parsed.digits) > SHORT_NUMBER):
        works = list(dict.fromkeys(found.edition.work_id for found in answer.editions))
        return replace(_of_works(query, works), isbn=answer)
    if not query.text:
        return _everything(query)
    asked = understand(query.text)
    if asked.years:
        low, high = asked.years
        query = replace(query, year_min=low, year_max=high)
    if asked.empty:
        return (
            _everything(replace(query, text=""))
            if asked.years
            else replace(_none(query), isbn=answer)
        )
    results = _by_words(query, asked)
    return results if results.matched else replace(results, isbn=answer)


def _none(query: Query) -> Results:
    return Results(query=query, hits=[], works=0, copies=0, sellers=0)


def _everything(query: Query) -> Results:
    """Return the page of all that is on sale and meets the filters."""
    at = filters.bearings(query)
    page = guess = None
    if query.sort == Sort.BEST:
        sql = Sql()
        on = filters.chosen(query, sql, at)
        most = query.page * PAGE_SIZE
        popular, guess = candidates.most_popular(on, sql, to=query.to, most=most)
        page = popular[most - PAGE_SIZE :]
    return _counted(query, Matching(), at, page, guess)


def _of_works(query: Query, work_ids: Sequence[int]) -> Results:
    """Return certain works, in their order."""
    if not work_ids:
        return _none(query)
    matching = Matching(others=f"d.work_id IN ({', '.join(str(int(key)) for key in work_ids)})")
    page = list(work_ids)[(query.page - 1) * PAGE_SIZE :][:PAGE_SIZE]
    results = _counted(query, matching, filters.bearings(query), page)
    if query.filtered:
        return replace(results, hits=[hit for hit in results.hits if hit.card.copies])
    return results


@dataclass(slots=True)
class _Reading:
    """What the rounds have found so far."""

    attempts: list[Attempt] = field(default_factory=list)
    found: dict[int, Candidate] = field(default_factory=dict)
    ranked: list[Candidate] = field(default_factory=list)
    rest: list[Candidate] = field(default_factory=list)
    matched: bool = False
    guesses: dict[int, candidates.Guess] = field(default_factory=dict)

    def add(self, found: candidates.Found) -> None:
        """Take what a round found, without what the rounds before had."""
        self.matched = self.matched or found.matched
        self.guesses |= found.guesses
        for one in found.candidates:
            self.found.setdefault(one.work_id, one)

    def rank(self, asked: Understood) -> None:
        """Rank the most popular of each attempt, and those of just that title.

        The others stay in their order, if their attempt found something worth showing. An attempt
        that finds many doesn't crowd out one that finds few.
        """
        seen: Counter[int] = Counter()
        places: dict[int, int] = {}
        for one in self.found.values():
            places[one.work_id] = seen[one.attempt]
            seen[one.attempt] += 1
        first = set(sorted(places, key=lambda key: places[key])[:RANKED])
        kept = [one for one in self.found.values() if one.work_id in first or one.called]
        self.ranked = asked.rank(kept)
        considered = {one.work_id for one in kept}
        worth = {one.attempt for one in self.ranked}
        rest = [
            one
            for one in self.found.values()
            if one.work_id not in considered and one.attempt in worth
        ]
        self.rest = sorted(rest, key=lambda one: not one.copies)

    @property
    def works(self) -> list[int]:
        """The works in the order of the best match."""
        return [one.work_id for one in (*self.ranked, *self.rest)]

    @property
    def used(self) -> list[Attempt]:
        """The attempts that found something worth showing; all when none did."""
        numbers = {one.attempt for one in self.ranked}
        return [a for at, a in enumerate(self.attempts) if at in numbers] or self.attempts

    @property
    def guess(self) -> candidates.Guess | None:
        """What a sample tells of the number of works; nothing about those by their description."""
        if any(one.told for one in self.ranked) or not self.ranked:
            return None
        guesses = [self.guesses[self.attempts.index(attempt)] for attempt in self.used]
        return max(mine for mine, _ in guesses), max(near for _, near in guesses)

    def matching(self, sql: Sql) -> Matching:
        """Return the condition for the works that these attempts find."""
        told = {one.attempt for one in self.ranked if one.told}
        head, others = [], []
        for attempt in self.used:
            query = sql.inline(attempt.sql, attempt.params)
            head.append(query)
            if attempt.keys:
                keys = sql.param(" | ".join(f"'{KEY}{key}'" for key in attempt.keys))
                head.append(f"{keys}::tsquery")
            if self.attempts.index(attempt) in told or not self.ranked:
                others.append(query)
        return Matching(
            head=f"d.head @@ ({' || '.join(head)})",
            others=f"d.body @@ ({' || '.join(others)})" if others else "",
        )


def _by_words(query: Query, asked: Understood) -> Results:
    """Return what the words find, or else what they were meant to be."""
    at = filters.bearings(query)
    reading = _Reading()
    meant = ""
    for number, attempts in enumerate(asked.rounds()):
        if number and query.exact:
            # They are to be searched for as typed: what was meant is only said.
            meant = asked.meant
            break
        sql = Sql()
        on = filters.chosen(query, sql, at)
        # With filters there are fewer to compare, and each costs more.
        most = max(FILTERED if on else RANKED, query.page * PAGE_SIZE)
        reading.add(
            candidates.find(attempts, on, sql, to=query.to, first=len(reading.attempts), most=most)
        )
        reading.attempts += attempts
        reading.rank(asked)
        if asked.enough(reading.ranked) or (reading.matched and not reading.found):
            # The words are right; it may be the filters that no copy meets.
            break
    corrected = "" if query.exact else asked.corrected(reading.ranked)
    shops = not asked.enough(reading.ranked)
    landmark = spelling.landmark(query.text, corrected, reading.works, shops=shops)
    if not reading.ranked or (corrected and landmark and landmark.kind == "shop"):
        # Nothing, or what is only like the name of a shop.
        none = replace(_none(query), landmark=landmark, matched=int(reading.matched))
        return replace(none, meant=meant)
    first = (query.page - 1) * PAGE_SIZE
    page = reading.works[first : first + PAGE_SIZE] if query.sort == Sort.BEST else None
    results = _counted(query, reading, at, page, reading.guess)
    return replace(results, corrected=corrected, meant=meant, landmark=landmark)


def _counted(
    query: Query,
    asked: Matching | _Reading,
    at: filters.Bearings,
    page: Sequence[int] | None,
    guess: candidates.Guess | None = None,
) -> Results:
    """Count, price the page (or find it, in an order by copies), and return all of it."""
    sql = Sql()
    on = filters.chosen(query, sql, at)
    matching = asked.matching(sql) if isinstance(asked, _Reading) else asked
    counted = facets.count(query, matching, on, at, sql, page=page, guess=guess)
    priced = counted.page
    if priced is None:
        sql = Sql()
        on = filters.chosen(query, sql, at)
        matching = asked.matching(sql) if isinstance(asked, _Reading) else asked
        priced = ordering.page(query, matching, on, sql, counted.bound)
    order = list(page) if page is not None else [row.work_id for row in priced]
    return Results(
        query=query,
        hits=_hits(order, priced, kin=query.leads_on),
        works=counted.works,
        copies=counted.copies,
        sellers=counted.sellers,
        matched=counted.matched,
        more=counted.more,
        about=counted.about,
        works_about=counted.works_about,
        unsold=_unsold(query, counted),
        counts=counted.counts,
        subjects=[
            SubjectCount(slug=slug, name=name, parent=parent or "", scheme=scheme, copies=n)
            for slug, name, parent, scheme, n in counted.subjects
        ],
    )


def _unsold(query: Query, counted: Counted) -> int:
    words_alone = query.text and not query.filtered
    return max(0, counted.matched - counted.works) if words_alone else 0


def _hits(order: Sequence[int], priced: Sequence[Priced], *, kin: bool) -> list[Hit]:
    """Return works as cards, priced by the copies that meet the filters, in one statement.

    With ``kin``, what they have in common with others comes with them.
    """
    prices = {row.work_id: row for row in priced}
    rows = Work.objects.with_kin() if kin else Work.objects.all()
    works = rows.in_bulk(list(order))
    return [_hit(works[key], prices.get(key)) for key in order if key in works]


def _hit(work: Work, priced: Priced | None) -> Hit:
    if priced is None:
        return Hit(WorkCard(work=work, from_price=None, copies=0), None, None, None)
    return Hit(
        WorkCard(work=work, from_price=_money(priced.price), copies=priced.copies),
        *(_money(minor) for minor in (priced.new_price, priced.used_price, priced.rare_price)),
    )


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY)
