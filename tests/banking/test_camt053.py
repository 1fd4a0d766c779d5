"""Statements in XML: what they say, in both versions, and what is not let in."""

from datetime import date

import pytest

from books4all.lib.banking import camt053
from books4all.lib.banking.lines import StatementError
from books4all.lib.money import Money
from tests.banking.files import ACCOUNT, V02, V08, camt, entry, transfer


@pytest.mark.parametrize("version", [V02, V08])
def test_a_statement(version: str) -> None:
    details = transfer(end_to_end="ORDER1", name="Åsa  Öberg", text="Order B7K2", version=version)
    data = camt(
        entry("12.50", version=version, details=details),
        entry("2.5", side="DBIT", version=version, reference=""),
        version=version,
        closing="110.00",
    )
    [statement] = camt053.read(data)
    assert (statement.account, statement.name) == (ACCOUNT, "S-2026-324")
    assert statement.adds_up
    assert (statement.opening, statement.closing) == (Money(10000, "EUR"), Money(11000, "EUR"))
    first, second = statement.lines
    assert first.booked_on == date(2026, 11, 20)
    assert (first.amount, second.amount) == (Money(1250, "EUR"), Money(-250, "EUR"))
    assert (first.end_to_end, first.text, first.counterparty) == (
        "ORDER1",
        "Order B7K2",
        "Åsa Öberg",
    )
    assert first.counterparty_account == "GB82WEST12345698765432"
    assert first.bank_reference == "B1"


def test_what_is_not_booked_is_left_out() -> None:
    [statement] = camt053.read(camt(entry(status="PDNG"), entry(status="INFO")))
    assert statement.lines == []


def test_the_same_file_has_the_same_keys_and_lines_alike_have_two() -> None:
    data = camt(*[entry(reference="", details=transfer(text="Tea"))] * 2)
    [one], [again] = camt053.read(data), camt053.read(data)
    keys = [line.key for line in one.lines]
    assert keys == [line.key for line in again.lines]
    assert len(set(keys)) == 2


def test_what_the_bank_put_together_is_taken_apart() -> None:
    parts = transfer("10.00", end_to_end="A") + transfer("2.50", end_to_end="B")
    [statement] = camt053.read(camt(entry("12.50", details=parts)))
    assert [(line.end_to_end, line.amount.minor) for line in statement.lines] == [
        ("A", 1000),
        ("B", 250),
    ]
    assert len({line.key for line in statement.lines}) == 2


def test_parts_that_do_not_come_to_the_whole_stay_together() -> None:
    parts = transfer("10.00", end_to_end="A") + transfer("2.49", end_to_end="B")
    [statement] = camt053.read(camt(entry("12.50", details=parts)))
    assert [(line.end_to_end, line.amount.minor) for line in statement.lines] == [("", 1250)]


@pytest.mark.parametrize(
    "said", [{"more": "<RvslInd>true</RvslInd>"}, {"details": transfer(more="<RtrInf/>")}]
)
def test_what_came_back_says_so(said: dict[str, str]) -> None:
    [statement] = camt053.read(camt(entry(**said)))
    assert [line.returned for line in statement.lines] == [True]


def test_no_reference_is_none() -> None:
    details = transfer(end_to_end="NOTPROVIDED")
    [statement] = camt053.read(camt(entry(reference="NONREF", details=details)))
    assert (statement.lines[0].end_to_end, statement.lines[0].bank_reference) == ("", "")


def test_a_statement_that_does_not_add_up_says_so() -> None:
    [statement] = camt053.read(camt(entry("12.50"), closing="112.51"))
    assert not statement.adds_up


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    "<Document>&b;</Document>"
)
SPY = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><Document/>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BOMB.encode(), "DOCTYPE"),
        (SPY.encode(), "DOCTYPE"),
        # Written so that a search for the word in plain bytes would not find it.
        (BOMB.encode("utf-16"), "not XML in UTF-8"),
        (BOMB.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"), "not XML in UTF-8"),
        (BOMB.replace('"1.0"', '"1.0" encoding="UTF-7"').encode("utf-7"), "not XML in UTF-8"),
        (b"", "not XML"),
        (b"Date,Amount\n", "not XML"),
        (b"<Document/>", "CAMT.053"),
        (camt(entry(), version="camt.053.001.99"), "CAMT.053"),
        (camt(entry(), version="camt.052.001.02"), "CAMT.053"),
        (camt(entry())[:-40], "breaks off"),
        (camt(entry("1e3")), "not as a bank writes"),
        (camt(entry("12.505")), "not as a bank writes"),
        (camt(entry("-5.00")), "not as a bank writes"),
        (camt(entry(side="BOTH")), "not as a bank writes"),
        (camt(entry(day="2026-02-30")), "not as a bank writes"),
        (camt(entry(currency="eur")), "not as a bank writes"),
        (b"<a>" * 5000, "breaks off"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>', "no statement"),
    ],
)
def test_what_is_no_statement_is_refused_with_a_word(data: bytes, said: str) -> None:
    with pytest.raises(StatementError, match=said):
        camt053.read(data)


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt053, "MOST_BYTES", 100)
    with pytest.raises(StatementError, match="larger than"):
        camt053.read(camt(entry()))
