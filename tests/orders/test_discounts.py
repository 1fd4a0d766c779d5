"""Discounts: divided to the penny, and never more than there is to be taken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.selectors.quotes.discounts import Discount, Off, apply, split_within

prices_ = st.dictionaries(st.integers(1, 6), st.integers(0, 50_000), min_size=1, max_size=6)


def off(*discounts: Discount, prices: dict[int, int], deliveries: dict[int, int] | None = None):
    return apply(discounts, prices=prices, deliveries=deliveries or {})


def test_divided_in_proportion():
    (applied,) = off(Discount("TEN", "Ten", 100, lines={1: 1000, 2: 500}), prices={1: 1000, 2: 500})
    assert applied.lines == {1: Off(67), 2: Off(33)}


def test_what_does_not_fit_in_one_line_goes_to_the_others():
    (applied,) = off(Discount("A", "A", 900, lines={1: 1, 2: 1}), prices={1: 100, 2: 1000})
    assert applied.lines == {1: Off(100), 2: Off(800)}


def test_no_more_than_the_books_cost():
    (applied,) = off(Discount("A", "A", 900, lines={1: 1}), prices={1: 600})
    assert applied.minor == 600


def test_the_second_finds_what_the_first_left():
    first, second = off(
        Discount("A", "A", 500, lines={1: 1}), Discount("B", "B", 500, lines={1: 1}),
        prices={1: 600},
    )  # fmt: skip
    assert (first.minor, second.minor) == (500, 100)


def test_the_marketplace_bears_its_share():
    (applied,) = off(
        Discount("A", "A", 101, borne_bp=5000, lines={1: 1, 2: 1}), prices={1: 600, 2: 600}
    )
    assert applied.lines == {1: Off(51, 26), 2: Off(50, 25)}


def test_free_delivery_of_one_shop():
    discount = Discount("POST", "Free delivery", 10_000, borne_bp=10_000, delivery_of=7)
    (applied,) = off(discount, prices={1: 600}, deliveries={7: 280, 8: 300})
    assert applied.delivery == Off(280, 280)
    assert not applied.lines


def test_lines_that_are_not_there_get_nothing():
    (applied,) = off(Discount("A", "A", 100, lines={9: 1}), prices={1: 600})
    assert applied.minor == 0


@pytest.mark.parametrize(
    "fields",
    [{"minor": -1}, {"minor": 1, "borne_bp": 10_001}, {"minor": 1, "lines": {}},
     {"minor": 1, "delivery_of": 3}],
)  # fmt: skip
def test_a_discount_is_of_lines_or_of_a_delivery(fields):
    with pytest.raises(ValueError, match="discount"):
        Discount("A", "A", **({"lines": {1: 1}} | fields))


@given(
    prices_,
    st.lists(
        st.tuples(
            st.integers(0, 100_000),
            st.integers(0, 10_000),
            st.dictionaries(st.integers(1, 8), st.integers(0, 50_000), min_size=1, max_size=6),
        ),
        max_size=4,
    ),
)
def test_every_penny_is_on_a_line(prices, rows):
    discounts = [Discount("A", "A", minor, bp, lines=lines) for minor, bp, lines in rows]
    left = dict(prices)
    for discount, applied in zip(discounts, off(*discounts, prices=prices), strict=True):
        fits = sum(left[k] for k, w in discount.lines.items() if w and k in left)
        assert applied.minor == min(discount.minor, fits)
        borne = sum(part.subsidy for part in applied.lines.values())
        assert borne == (applied.minor * discount.borne_bp + 5000) // 10_000
        for key, part in applied.lines.items():
            assert 0 <= part.subsidy <= part.discount <= left[key]
            left[key] -= part.discount


@given(
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(1, 10**4), st.integers(0, 10**4)), min_size=1, max_size=8),
)
def test_what_fits_is_divided(amount, rows):
    weights, most = [w for w, _ in rows], [m for _, m in rows]
    parts = split_within(amount, weights, most)
    assert sum(parts) == min(amount, sum(most))
    assert all(0 <= part <= limit for part, limit in zip(parts, most, strict=True))
