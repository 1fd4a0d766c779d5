"""Which of the works found is meant: how well its texts explain the words, then how sought it is.

The score of a work adds up, in this order of weight:

* how many of the words its title, people, series or subtitle have, and how exactly;
* whether it is called just that, or one of its people or its series is (the volume named first);
* how much of its title the words are, and whether they stand there in their order;
* its popularity, whether a copy is on sale, and how complete its description is.
"""

from collections.abc import Sequence
from math import log10

from catalog.search.attempts import variants
from catalog.search.candidates import Candidate
from catalog.search.meaning import Meaning, volume_of
from catalog.search.spelling import Spellings
from catalog.search.terms import (
    Name,
    Term,
    Title,
    initial_of,
    name_of,
    named,
    term_of,
    title_of,
    title_weight,
)
from catalog.search.text import LINKS, key_of, words

# What is found outside of titles and names (publisher, subject, description) explains less.
EVERYWHERE = {"words": 0.62, "telling": 0.5}
# The same, where only the description has the words.
TOLD = 0.75
SUBTITLE, SERIES = 0.93, 0.97
INITIAL = 0.6
LEAST_ALIKE = 0.5
# A word of more works than these was meant as it stands.
RARE = 20
MOST_TITLES = 8

COVERED = 7.0
TITLE_SHARE = 2.0
CALLED = 2.0
PERSON_CALLED = 3.0
# The whole name of a person: that person's books come before a book called so.
PERSON_WHOLE = 2.2
SERIES_CALLED = 2.4
VOLUME = 2.5
IN_ORDER = 0.6
BEGINS = 0.6
BEGINS_EXACTLY = 1.0
SOUGHT = 0.33
ON_SALE = 0.25
COMPLETE = 0.002
# A work that explains less than this share of what the best does was not meant by a misspelling.
LEAST_SHARE = 0.75
AS_TYPED = frozenset(("words", "telling", "beginning"))


class Scorer:
    """Ranks candidates for one meaning, with what the lexicon said of its words if it was asked."""

    def __init__(self, meaning: Meaning, spellings: Spellings | None = None) -> None:
        self.meaning = meaning
        plain = [w for w in meaning.words if w.text not in LINKS] or list(meaning.words)
        self.terms = [term_of(word, spellings) for word in plain]
        if self.terms and meaning.open and plain[-1] == meaning.words[-1]:
            self.terms[-1].open = True
        for word, term in zip(plain, self.terms, strict=True):
            # What the lexicon has something near for needs no nearer look.
            term.fuzzy = (
                spellings is not None and word.phrase < 0 and term.size > 3
                and spellings.works.get(word.text, 0) <= RARE
            )  # fmt: skip
        self.total = sum(term.weight for term in self.terms) or 1.0
        self.pairs = {
            a.text + b.text: at
            for at, (a, b) in enumerate(zip(self.terms, self.terms[1:], strict=False))
        }
        self.keys = {key_of(meaning.plain), key_of(meaning.plain, links=True)} - {""}
        telling = [word.text for word in meaning.telling]
        self.keys |= {key_of(telling), key_of(telling, links=True)} - {""}
        self.longest_key = max(self.keys, key=len, default="")
        self.beginning = (
            key_of(meaning.plain, links=True) if meaning.open and len(meaning.plain) > 1 else ""
        )
        self.row = " ".join(w for w in meaning.plain if w not in LINKS)
        self.volume = volume_of(meaning)
        # Links within the text, which a name leaves unsaid: "in a dark" is not the series *Dark*.
        unsaid = sum(1 for w in meaning.plain[:-1] if w in LINKS and w not in {"the", "by"})
        self.naming = 1 / (1 + 0.25 * unsaid)
        self.links = [w for w in meaning.plain if w in LINKS]
        self.names = [t for t in self.terms if not t.slight or t.size == 1] or self.terms
        self.long_names = sum(1 for t in self.names if t.size > 2)
        others = [t for t in self.terms if t.text != self.volume]
        self.series_terms = [t for t in others if not t.slight] or others
        self._whole: set[int] = set()

    def rank(self, candidates: list[Candidate], names: Sequence[str]) -> list[Candidate]:
        """Score and order the candidates. ``names`` are those of the attempts, by their place."""
        self._whole = set()
        best = 0.0
        shares: list[tuple[float, bool]] = []
        for candidate in candidates:
            name = names[candidate.attempt] if 0 <= candidate.attempt < len(names) else ""
            covered, rest = self._explained(candidate, name)
            best = max(best, covered)
            candidate.score = COVERED * covered * covered + rest + self._sought(candidate)
            shares.append((covered, name in AS_TYPED))
        # What has all words as they were typed is shown, however little else speaks for it.
        least = LEAST_SHARE * best
        kept = [
            c for c, (covered, typed) in zip(candidates, shares, strict=True)
            if typed or covered >= least
        ]  # fmt: skip
        kept.sort(key=lambda c: (-c.score, -c.popularity, c.work_id))
        return kept

    def whole(self, candidate: Candidate) -> bool:
        """Whether the candidate has all words where titles and names stand, as they were typed."""
        return candidate.work_id in self._whole

    def corrected(self, candidate: Candidate) -> str:
        """Return the words of the query as the candidate has them, without those it lacks.

        Empty when that is what was typed: other forms of a word and beginnings are no corrections.
        """
        found = frozenset(
            word
            for text in (
                *candidate.titles,
                candidate.subtitle,
                *candidate.people,
                *candidate.series,
            )
            for word in named(words(text))
        )
        spelt: list[str] = []
        changed = False
        for term in self.terms:
            well, which = term.match(found)
            if not which:
                changed = changed or not term.slight
                continue
            pieces = next((p for p, w in term.pieces if w == well and found.issuperset(p)), ())
            same = which == term.text or which in variants(term.text)
            same = same or (term.open and which.startswith(term.text))
            spelt += [term.text] if same else pieces or [which]
            changed = changed or not same
        return " ".join(dict.fromkeys(spelt)) if changed else ""

    @staticmethod
    def _sought(candidate: Candidate) -> float:
        return (
            SOUGHT * log10(1 + candidate.popularity)
            + (ON_SALE if candidate.copies else 0.0)
            + COMPLETE * candidate.completeness
        )

    def _explained(self, candidate: Candidate, name: str) -> tuple[float, float]:
        """Return the share of the words that the texts explain, and the bonus for how they do."""
        everywhere = 0.0 if candidate.called else EVERYWHERE.get(name, 0.0)
        if candidate.told:
            everywhere *= TOLD
        people = [name_of(person) for person in candidate.people]
        series = [name_of(entry) for entry in candidate.series]
        subtitle = title_of(candidate.subtitle) if candidate.subtitle else None
        fields = [(person.found, 1.0) for person in people]
        fields += [(entry.found, SERIES) for entry in series]
        if subtitle:
            fields.append((subtitle.found, SUBTITLE))
        outside = [self._best(term, fields) for term in self.terms]
        best, covered, certain = -1.0, 0.0, False
        for text in dict.fromkeys(candidate.titles[:MOST_TITLES]):
            share, bonus, sure = self._titled(title_of(text), outside, everywhere, subtitle)
            value = COVERED * share * share + bonus
            if value > best:
                best, covered, certain = value, share, sure
        if best < 0:
            return 0.0, 0.0
        if certain:
            self._whole.add(candidate.work_id)
        return covered, best - COVERED * covered * covered + self._called(people, series)

    @staticmethod
    def _best(term: Term, fields: list[tuple[frozenset[str], float]]) -> float:
        """Return how well the word stands in any name, the series or the subtitle."""
        best = 0.0
        for found, factor in fields:
            if factor > best:
                well = factor if term.text in found else term.match(found)[0] * factor
                best = max(best, well)
        names = (found for found, factor in fields if factor == 1.0)
        if (
            best < INITIAL
            and term.size == 1
            and any(w.startswith(term.text) for f in names for w in f)
        ):
            return INITIAL
        return best

    def _titled(
        self, title: Title, outside: list[float], everywhere: float, subtitle: Title | None
    ) -> tuple[float, float, bool]:
        """Return the share explained with this title, its bonus, and whether all is as typed."""
        found = title.found
        matched: set[str] = set()
        wells = []
        for term in self.terms:
            well, which = term.match(found)
            wells.append(well)
            if which:
                matched.add(which)
        self._joined(found, wells, matched)
        sums = within = 0.0
        sure = True
        for term, inside, beside in zip(self.terms, wells, outside, strict=True):
            well = max(beside, inside)
            within += term.weight * inside
            sums += term.weight * max(well, everywhere)
            if well < SUBTITLE and not term.slight:
                sure = False
        if not within:
            return sums / self.total, 0.0, sure
        within /= self.total
        share = sum([title_weight(w) for w in title.spelt if w in matched]) / title.length
        bonus = TITLE_SHARE * share * min(1.0, within * 1.5) + self._row(title, subtitle)
        return sums / self.total, bonus, sure

    def _joined(self, found: frozenset[str], wells: list[float], matched: set[str]) -> None:
        """Count words that the title writes as one, and those it writes apart."""
        for pair, at in self.pairs.items():
            if pair in found:
                wells[at] = max(wells[at], 0.97)
                wells[at + 1] = max(wells[at + 1], 0.97)
                matched.add(pair)
        for at, term in enumerate(self.terms):
            for pieces, _ in term.pieces:
                if wells[at] and found.issuperset(pieces):
                    matched.update(pieces)

    def _row(self, title: Title, subtitle: Title | None) -> float:
        """Return the bonus for a title that is the words, begins with them or has them in order."""
        if title.key in self.keys or title.whole in self.keys:
            return CALLED + IN_ORDER + BEGINS_EXACTLY
        if subtitle and title.key and self.longest_key == title.key + subtitle.key:
            return CALLED + IN_ORDER + BEGINS_EXACTLY
        if self.beginning and title.whole.startswith(self.beginning):
            return IN_ORDER + BEGINS_EXACTLY * min(len(self.meaning.plain), 4) * 0.8
        if not self.row or self.row not in title.row:
            return 0.0
        return IN_ORDER + (BEGINS if title.row.startswith(self.row) else 0.0)

    def _called(self, people: list[Name], series: list[Name]) -> float:
        """Return the bonus for a person or a series that the words are the name of."""
        bonus = 0.0
        for at, person in enumerate(people):
            well = 1.0
            for term in self.names:
                well = min(well, initial_of(term, person) or term.match(person.found)[0])
                if well < LEAST_ALIKE:
                    break
            if well < LEAST_ALIKE or not self.names:
                continue
            # The whole name tells more than a part of it, and the first person most.
            whole = min(1.0, self.long_names / person.telling)
            this = PERSON_CALLED * (0.5 + 0.5 * whole)
            if whole == 1.0 and len(self.terms) > 1:
                this += PERSON_WHOLE
            bonus = max(bonus, this * well * (1.0 if at == 0 else 0.8))
        return max(bonus * self.naming, self._in_series(series))

    def _in_series(self, series: list[Name]) -> float:
        bonus = 0.0
        if not self.series_terms:
            return bonus
        for entry in series:
            well = min([term.match(entry.found)[0] for term in self.series_terms])
            if well < LEAST_ALIKE:
                continue
            names = entry.spelt[:-1] if entry.number else entry.spelt
            telling = sum(1 for word in names if word not in LINKS) or 1
            whole = min(1.0, len(self.series_terms) / telling)
            this = SERIES_CALLED * well * (0.3 + 0.7 * whole)
            if self.naming < 1 and not all(w in entry.found for w in self.links):
                this *= self.naming
            if self.volume:
                this += VOLUME if entry.number == self.volume else -1.0
            bonus = max(bonus, this)
        return bonus
