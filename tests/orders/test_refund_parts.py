"""What goes with a refund, however small its portions: never more than it is itself, and all in the end."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.models import Parts
from orders.services.refund_parts import next_parts

SLOW = [HealthCheck.too_slow]


@st.composite
def lines(draw: st.DrawFn) -> Parts:
    """What a line may be sold for (``orders.models.amounts.sound``)."""
    paid, subsidy = draw(st.integers(1, 300)), draw(st.integers(0, 100))
    commission = draw(st.integers(0, paid + subsidy))
    fee_tax = draw(st.integers(0, paid + subsidy - commission))
    return Parts(paid, subsidy, draw(st.integers(0, paid)), commission, fee_tax)


def is_sound(parts: Parts) -> bool:
    return (
        min(parts.tuple) >= 0
        and parts.tax <= parts.paid
        and parts.commission + parts.fee_tax <= parts.whole
    )


@given(lines(), st.lists(st.integers(1, 60), max_size=40))
@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
def test_every_portion_is_sound_and_together_they_are_the_line(
    whole: Parts, portions: list[int]
) -> None:
    gone = Parts()
    for portion in [*portions, whole.paid]:
        part = next_parts(whole, gone, min(portion, whole.paid - gone.paid))
        assert is_sound(part)
        gone += part
    assert (gone.paid, gone.subsidy, gone.tax) == (whole.paid, whole.subsidy, whole.tax)
    # A last penny can't be commission and the tax on it at once.
    assert 0 <= (whole - gone).commission + (whole - gone).fee_tax <= 1
