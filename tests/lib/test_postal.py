"""Addresses on labels, tracking numbers, and the last day for posting."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from books4all.lib.barcodes import _PATTERNS, code128
from books4all.lib.carriers import CARRIERS, carrier_named, check_number, tracking_page
from books4all.lib.postal import label_lines
from orders.selectors.deadlines import deadline, last_day, post_by


@dataclass
class To:
    country: str
    city: str = "Town"
    postcode: str = "1"
    region: str = ""
    full_name: str = "Hester Lamb"
    line1: str = "1 Mill Lane"
    line2: str = ""


@pytest.mark.parametrize(
    ("to", "place"),
    [
        (To("GB", "Ludlow", "SY8 1AB", "Shropshire"), ["Ludlow", "Shropshire", "SY8 1AB"]),
        (To("DE", "Köln", "50667"), ["50667 Köln", "GERMANY"]),
        (To("FR", "Paris", "75005"), ["75005 Paris", "FRANCE"]),
        (To("US", "New York", "10003", "NY"), ["New York NY 10003", "UNITED STATES OF AMERICA"]),
        (To("AU", "Hobart", "7000", "TAS"), ["Hobart TAS 7000", "AUSTRALIA"]),
        (To("JP", "Chiyoda-ku", "101-0051", "Tokyo"), ["Chiyoda-ku 101-0051", "Tokyo", "JAPAN"]),
        (To("IE", "Dublin 2", "D02 X285"), ["Dublin 2", "D02 X285", "IRELAND"]),
        (To("HK", "Kowloon", ""), ["Kowloon", "HONG KONG"]),
    ],
)
def test_labels_by_country(to: To, place: list[str]) -> None:
    assert label_lines(to, sender_country="GB") == ["Hester Lamb", "1 Mill Lane", *place]


def test_at_home_no_country_is_named() -> None:
    assert (
        label_lines(To("DE", "Köln", "50667", line2=" "), sender_country="DE")[-1] == "50667 Köln"
    )


def test_the_country_is_in_english_whatever_the_reader_speaks(settings: object) -> None:
    from django.utils.translation import override

    with override("de"):
        assert label_lines(To("DE"), sender_country="GB")[-1] == "GERMANY"


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.name)
def test_every_carrier_s_example_is_one_of_its_numbers(carrier: object) -> None:
    name, example = carrier.name, carrier.example  # type: ignore[attr-defined]
    assert check_number(name, example.lower()) == example
    page = tracking_page(name, example)
    assert page.startswith("https://")
    assert example in page


@pytest.mark.parametrize(
    ("name", "number"),
    [("UPS", "1Z999AA1012345678"), ("An Post", "CE12345678IE"), ("FedEx", "12345"),
     ("Royal Mail", "see page?"), ("My cousin", "<script>"), ("My cousin", "1" * 41)],
)  # fmt: skip
def test_slips_of_the_finger(name: str, number: str) -> None:
    with pytest.raises(ValueError, match=r"look like|letters, digits"):
        check_number(name, number)


def test_unknown_carriers_have_no_page_and_any_number() -> None:
    assert check_number("My cousin", " van-7 ") == "VAN-7"
    assert check_number("DHL", "") == ""
    assert tracking_page("My cousin", "VAN-7") == ""
    assert tracking_page("DHL", "") == ""
    assert carrier_named(" royal  MAIL ") is carrier_named("Royal Mail")


def test_barcodes() -> None:
    # The standard's own example has the check sum 54 in code set A; in B it is 55 (the start differs).
    widths = code128("PJJ123C")
    symbols = ["".join(map(str, widths[n : n + 6])) for n in range(0, len(widths) - 7, 6)]
    assert symbols[0] == "211214"
    assert symbols[1] == "313121"
    assert _PATTERNS.index(symbols[-1]) == 55
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2]
    assert len(set(_PATTERNS)) == 107
    # Every symbol is eleven modules wide, an even number of them in bars.
    for pattern in _PATTERNS[:-1]:
        assert sum(map(int, pattern)) == 11
        assert sum(map(int, pattern[::2])) % 2 == 0
    for wrong in ("", "é", "\n"):
        with pytest.raises(ValueError, match="no code 128"):
            code128(wrong)


FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)


@pytest.mark.parametrize(
    ("paid", "days", "last"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, date(2026, 11, 23)),
        (FRIDAY, 2, date(2026, 11, 24)),
        (SATURDAY, 0, date(2026, 11, 23)),
        (SATURDAY, 1, date(2026, 11, 23)),
        (date(2026, 11, 18), 5, date(2026, 11, 25)),
    ],
)
def test_the_last_day_for_posting(paid: date, days: int, last: date) -> None:
    assert last_day(paid, days) == last
    assert post_by(datetime(paid.year, paid.month, paid.day, 23, 59, tzinfo=UTC), days) == last


@pytest.mark.parametrize(
    ("today", "words", "kind"),
    [(23, "Tomorrow", ""), (24, "Today", "warn"), (25, "Overdue since 24 November", "bad"),
     (20, "Tuesday", ""), (10, "24 November", "")],
)  # fmt: skip
def test_deadlines_in_words(today: int, words: str, kind: str) -> None:
    paid = datetime(2026, 11, 20, 9, tzinfo=UTC)
    said = deadline(paid, 2, today=date(2026, 11, today))
    assert (said.words, said.kind) == (words, kind)
