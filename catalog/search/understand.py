"""A text understood: what the engine asks of the index for it, and how it ranks what comes back."""

from collections.abc import Iterator, Sequence

from catalog.search import attempts, scoring, spelling
from catalog.search.asked import Attempt
from catalog.search.candidates import Candidate
from catalog.search.meaning import Meaning, meaning_of
from catalog.search.spelling import Spellings


class Understood:
    """Implements ``catalog.search.asked.Asked``."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.spellings: Spellings | None = None
        self._attempts: list[Attempt] = []
        self._scorer: scoring.Scorer | None = None

    @property
    def empty(self) -> bool:
        """Whether the text holds no word to search for."""
        return not self.meaning.words

    @property
    def years(self) -> tuple[int | None, int | None] | None:
        """The first and the last year asked for."""
        return self.meaning.years

    def rounds(self) -> Iterator[Sequence[Attempt]]:
        """Yield what was typed, then what may have been meant; the latter costs one statement."""
        if self.empty:
            return
        first = attempts.strict(self.meaning)
        self._attempts += first
        yield first
        self.spellings = spelling.look_up([word.text for word in self.meaning.words])
        self._scorer = None
        second = attempts.meant(self.meaning, self.spellings)
        self._attempts += second
        if second:
            yield second

    def rank(self, candidates: list[Candidate]) -> list[Candidate]:
        """Return the candidates worth showing, best first, each with its ``score``."""
        return self.scorer.rank(candidates, [attempt.name for attempt in self._attempts])

    def enough(self, ranked: Sequence[Candidate]) -> bool:
        """Whether the best found has all words, as typed, where titles and names stand."""
        return bool(ranked) and self.scorer.whole(ranked[0])

    def corrected(self, ranked: Sequence[Candidate]) -> str:
        """Return the words as they were meant, if the best found has others than those typed."""
        if not ranked or self.spellings is None or self.enough(ranked):
            return ""
        return self.scorer.corrected(ranked[0])

    @property
    def meant(self) -> str:
        """The words as the lexicon knows them, once the second round has asked it; empty if as typed."""
        typed = [word.text for word in self.meaning.words]
        return self.spellings.corrected(typed) if self.spellings else ""

    @property
    def scorer(self) -> scoring.Scorer:
        """What ranks: made anew when the lexicon has said more about the words."""
        if self._scorer is None:
            self._scorer = scoring.Scorer(self.meaning, self.spellings)
        return self._scorer


def understand(text: str) -> Understood:
    """Take ``text`` apart. Nothing is asked of the database before its second round."""
    return Understood(meaning_of(text))
