"""Names, codes of Thema, text and partial dates by themselves."""

import pytest

from catalog.importers import names, thema
from catalog.importers.text import mend_mojibake, strip_markup

PAIRS = [
    ("George Eliot", "Eliot, George"), ("Ludwig van Beethoven", "Beethoven, Ludwig van"),
    ("Ursula K. Le Guin", "Le Guin, Ursula K."), ("Simone de Beauvoir", "Beauvoir, Simone de"),
    ("Martin Luther King, Jr.", "King, Martin Luther, Jr."), ("J. R. R. Tolkien", "Tolkien, J. R. R."),
    ("Ahmad ibn Fadlan", "ibn Fadlan, Ahmad"), ("Hans von der Gabelentz", "Gabelentz, Hans von der"),
]  # fmt: skip


@pytest.mark.parametrize(("read", "filed"), PAIRS)
def test_names_both_ways(read: str, filed: str) -> None:
    assert names.invert(read) == filed
    assert names.natural(filed) == read


@pytest.mark.parametrize(
    "name", ["Homer", "Elizabeth II", "夏目 漱石", "University of Leeds Press", "한강"]
)
def test_names_that_nobody_turns(name: str) -> None:
    assert names.invert(name) == name


def test_years_behind_names() -> None:
    assert names.split_dates("Dickens, Charles, 1812-1870") == ("Dickens, Charles", 1812, 1870)
    assert names.split_dates("Orr, Ann, b. 1950") == ("Orr, Ann", 1950, None)
    assert names.split_dates("Orr, Ann, 1950-") == ("Orr, Ann", 1950, None)
    assert names.split_dates("Jean-Paul Sartre") == ("Jean-Paul Sartre", None, None)


@pytest.mark.parametrize(
    ("code", "parent", "scheme"),
    [
        ("FBA", "FB", "93"), ("F", "", "93"), ("1", "", "94"), ("1DDU-GB-NT", "1DDU-GB-N", "94"),
        ("1DDU-GB-N", "1DDU-GB", "94"), ("1DDU-GB", "1DDU", "94"), ("2ACB", "2AC", "95"), ("6AA", "6A", "99"),
    ],
)  # fmt: skip
def test_thema_by_structure(code: str, parent: str, scheme: str) -> None:
    assert (thema.parent_of(code), thema.scheme_of(code)) == (parent, scheme)
    assert thema.is_code(code)


def test_mojibake_that_is_certain_and_not() -> None:
    assert mend_mojibake("ErzÃ¤hlungen") == "Erzählungen"
    assert mend_mojibake("Donâ€™t") == "Don’t"
    for fine in ("Erzählungen", "Ünal Ã", "naïve", "plain", "ÃŸ und ß"):
        assert mend_mojibake(fine) is None


def test_markup_is_stripped_in_linear_time() -> None:
    assert strip_markup("<p>A<br>B</p><style>x{}</style><p>C &amp; D</p>") == "A\nB\n\nC & D"
    assert strip_markup("1 < 2 <b") == "1 < 2 <b"
    assert len(strip_markup("<script>" * 100_000)) == 0
