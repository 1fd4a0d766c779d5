"""Statements as tables: every bank's own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from books4all.lib.banking import statement_csv
from books4all.lib.banking.lines import Statement, StatementError


def read(text: str, **kwargs: object) -> Statement:
    return statement_csv.read(text.encode(), account="X", currency="GBP", **kwargs)  # type: ignore[arg-type]


def amounts(statement: Statement) -> list[int]:
    return [line.amount.minor for line in statement.lines]


def test_a_british_table() -> None:
    statement = read(
        "Date,Description,Paid in,Paid out,Name\n"
        '23/11/2026,Order B7K2,"1,012.50",,Hester Vane\n24/11/2026,Fee,,2.50,\n'
    )
    assert amounts(statement) == [101250, -250]
    first = statement.lines[0]
    assert (first.booked_on, first.text, first.counterparty) == (
        date(2026, 11, 23),
        "Order B7K2",
        "Hester Vane",
    )


def test_a_german_table() -> None:
    statement = statement_csv.read(
        "Kontoauszug;von;bis\n\nBuchungstag;Verwendungszweck;Betrag;Währung\n"
        "23.11.26;Größe;-1.234,50;EUR\n".encode("cp1252"),
        account="X",
        currency="EUR",
    )
    assert amounts(statement) == [-123450]
    assert (statement.lines[0].booked_on, statement.lines[0].text) == (date(2026, 11, 23), "Größe")


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("12.50", 1250), ("12.5", 1250), ("12", 1200), ("-12.50", -1250), ("12.50-", -1250),
        ("(12.50)", -1250), ("£12.50", 1250), ("1'234.50", 123450), ("1 234.50", 123450),
        ("+3.00", 300), ("GBP 3.00", 300), ("3.00 GBP", 300), ("−3.00", -300), ("0.00", 0),
    ],
)  # fmt: skip
def test_amounts(written: str, minor: int) -> None:
    assert amounts(read(f"Date\tAmount\n2026-11-23\t{written}\n")) == [minor]


def test_the_decimal_sign_is_the_file_s() -> None:
    """One row says what stands between euros and cents; another alone would not."""
    assert amounts(read("date;amount\n2026-11-23;1.234\n2026-11-23;1,50\n")) == [123400, 150]
    assert amounts(read('date,amount\n2026-11-23,"1,234"\n2026-11-23,1.50\n')) == [123400, 150]


def test_columns_can_be_named() -> None:
    statement = read(
        "When,How much\n2026-11-23,1.00\n", mapping={"date": "When", "amount": "how much"}
    )
    assert amounts(statement) == [100]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No head"),
        ("a,b\n1,2\n", "No head"),
        ("Date,Name\n2026-11-23,x\n", "needs a column"),
        ("Date,Amount\n2026-13-23,1.00\n", "Row 2: “2026-13-23” is no date"),
        ("Date,Amount\n2026-11-23,\n", "Row 2: “” is no amount"),
        ("Date,Amount\n2026-11-23,1.005\n2026-11-23,1.50\n", "Row 2: “1.005” has more digits"),
        ("Date,Amount\n2026-11-23,ten\n", "is no amount"),
        ("Date,Amount,Currency\n2026-11-23,1.00,PND1\n", "is no currency"),
        ('Date,Amount\n"2026-11-23,1.00\n', "quotation mark"),
        ("Date,Amount\n2026-11-23,1.00\0\n", "no table"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    with pytest.raises(StatementError, match=said):
        read(text)


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(StatementError, match="no column “Sum”"):
        read("Date,Amount\n2026-11-23,1.00\n", mapping={"amount": "Sum"})


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8), st.booleans())
def test_whatever_is_written_is_read(pence: list[int], comma: bool) -> None:
    def written(n: int) -> str:
        text = f"{abs(n) // 100:,}.{abs(n) % 100:02}"
        text = text.translate(str.maketrans(",.", ".,")) if comma else text
        return f"-{text}" if n < 0 else text

    rows = "".join(f"2026-11-23;{written(n)}\n" for n in pence)
    statement = read(f"Date;Amount\n{rows}")
    assert amounts(statement) == pence
    assert len({line.key for line in statement.lines}) == len(pence)
