"""What a text asks for: the readings that the engine tries, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from catalog.search.candidates import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One way to read the words: which lexemes a document's vector must hold.

    ``sql`` is an SQL expression of type tsquery with ``%s`` placeholders, ``params`` their values.
    It may limit words to weights: A is titles, B people, C series, publisher, subjects and numbers.
    It names no column: the engine asks it of ``head`` first and of ``body`` (all words, the
    description's too) when that finds little and ``body`` is true.

    ``keys`` are title keys (catalog.search.text.title_key): works called just that are candidates
    however unpopular they are.
    """

    name: str
    sql: str
    params: tuple[Any, ...] = ()
    keys: tuple[str, ...] = ()
    body: bool = True


class Asked(Protocol):
    """A text understood."""

    @property
    def empty(self) -> bool:
        """Whether the text holds no word to search for."""

    def rounds(self) -> Iterator[Sequence[Attempt]]:
        """Yield attempts, the strictest first.

        The attempts of a round are asked in one statement; the next round is asked for only if the
        ranking of the rounds before is not ``enough``, so working it out may cost a statement. Two
        rounds at most.
        """

    def corrected(self, ranked: Sequence[Candidate]) -> str:
        """Return the words searched for instead of those typed; empty if none were."""

    def rank(self, candidates: list[Candidate]) -> list[Candidate]:
        """Return the candidates worth showing, best first, each with its ``score``."""

    def enough(self, ranked: Sequence[Candidate]) -> bool:
        """Whether what was found answers the text, so that no further round is needed."""
