"""Keys of rows: in the order in which they were made, and of the time at which they were."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from books4all.lib.ids import first_key, uuid7


def test_keys_are_of_version_7() -> None:
    key = uuid7()
    assert (key.version, key.variant) == (7, RFC_4122)


def test_the_later_key_is_the_greater_even_within_a_millisecond() -> None:
    keys = [uuid7() for _n in range(20_000)]
    assert keys == sorted(keys)
    assert len({key.int >> 80 for key in keys}) < len(set(keys)) == len(keys)


def test_the_first_key_of_a_moment_parts_those_before_from_those_after() -> None:
    now = datetime.now(UTC)
    assert first_key(now - timedelta(milliseconds=2)) < uuid7()
    assert uuid7() < first_key(datetime.now(UTC) + timedelta(milliseconds=2))
