"""A stream of choices that depends on the book alone."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def key_for(title: str, author: str) -> str:
    """Return the identity of a book: case, accents, punctuation and spacing do not change it."""
    parts = (unicodedata.normalize("NFKD", part or "").casefold() for part in (title, author))
    bare = ("".join(c for c in part if not unicodedata.combining(c)) for part in parts)
    return "|".join(re.sub(r"[\W_]+", "", part) for part in bare)


class Dice:
    """Small deterministic stream of numbers from a digest of ``key``."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._block = 0
        self._buffer = b""

    def byte(self) -> int:
        """Return the next number, 0 to 255."""
        if not self._buffer:
            block = self._key + bytes([self._block])
            self._buffer = hashlib.blake2b(block, digest_size=32).digest()
            self._block += 1
        first, self._buffer = self._buffer[0], self._buffer[1:]
        return first

    def upto(self, n: int) -> int:
        """Return a whole number from 0 to ``n - 1``."""
        return (self.byte() * 256 + self.byte()) % n

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of ``choices``."""
        return choices[self.upto(len(choices))]

    def span(self, low: float, high: float) -> float:
        """Return a number between ``low`` and ``high``, both included."""
        return low + (high - low) * (self.byte() / 255)
