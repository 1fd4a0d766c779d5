"""Wants meet stock: who waits for what has just been listed."""

from collections.abc import Collection


def match(*, listing_ids: Collection[int]) -> int:
    """Match listings that went on sale, or became cheaper, with the wants of readers.

    Called in the transaction that writes the listings. Returns the number of new matches.
    """
    return 0
