"""Whatever bytes come, a reader gives records or refuses the file, and does nothing else."""

import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.importers import dates, names
from catalog.importers.detect import read
from catalog.importers.marc import read as read_marc
from catalog.importers.onix import read as read_onix
from catalog.importers.record import BookRecord, RefusedFileError
from catalog.importers.table import read as read_table
from catalog.importers.text import clean, mend_mojibake, strip_markup
from tests.catalog.importers.onix_files import FULL, message

ONIX = message(FULL).encode()
TABLE = "title;isbn;author;year\nCafé;0141439548;Eliot, George;1871\n".encode()
MARC = b"00070nam a2200049   4500245001500000\x1e10\x1faA lamp /\x1fcX\x1e\x1d"
READERS = (read, read_onix, read_marc, read_table)
some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reads_or_refuses(data: bytes) -> None:
    for reader in READERS:
        try:
            for record in reader(io.BytesIO(data)):
                assert isinstance(record, BookRecord)
                assert all(problem.message for problem in record.problems)
        except RefusedFileError:
            continue


@some
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    reads_or_refuses(data)


@some
@given(
    st.sampled_from([ONIX, TABLE, MARC]),
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 20), st.binary(max_size=12)), max_size=6
    ),
)
def test_good_files_with_damage(data: bytes, damage: list[tuple[int, int, bytes]]) -> None:
    for at, length, bytes_ in damage:
        where = at % (len(data) + 1)
        data = data[:where] + bytes_ + data[where + length :]
    reads_or_refuses(data)


@some
@given(st.text(max_size=120))
def test_words_of_any_kind(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    strip_markup(text)
    mend_mojibake(text)
    names.natural(text)
    names.invert(text)
    names.split_dates(text)
    found = dates.free(text)
    assert dates.year_of(found) is not None or not found
    assert isinstance(dates.onix(text, "06"), str)
