"""Payment orders: every rule that a bank turns a file down for."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from books4all.lib.banking.characters import is_plain, plain
from books4all.lib.banking.sepa import Party, Transfer, pain001
from books4all.lib.money import Money

US = Party("Books4All Cooperative", "DE89370400440532013000")
VANE = Party("Hester Väne & Söhne", "GB82WEST12345698765432")


def order(*transfers: Transfer, **changes: Any) -> bytes:
    given = {
        "message": "B1",
        "created_at": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        "execute_on": date(2026, 11, 24),
        "payer": US,
        "transfers": transfers or (transfer(),),
    }
    return pain001(**{**given, **changes})  # type: ignore[arg-type]


def transfer(reference: str = "P1", minor: int = 1250, currency: str = "EUR") -> Transfer:
    return Transfer(reference, VANE, Money(minor, currency), "Payout 23.11.2026")


class File:
    """A file's elements, by their path. A bank looks for them in the one namespace of its version."""

    def __init__(self, data: bytes) -> None:
        self.root = etree.fromstring(data)
        self.space = etree.QName(self.root).namespace
        assert {etree.QName(one).namespace for one in self.root.iter()} == {self.space}
        assert b":Cstmr" not in data, "no prefixes: some banks read none"

    def __getitem__(self, path: str) -> list[str]:
        steps = "/".join(f"{{{self.space}}}{step}" for step in path.split("/"))
        return [element.text or "" for element in self.root.findall(f".//{steps}")]

    def names(self, path: str) -> list[str]:
        steps = "/".join(f"{{{self.space}}}{step}" for step in path.split("/"))
        return [etree.QName(one).localname for one in self.root.find(f".//{steps}")]


def test_a_file_in_euros() -> None:
    file = File(order(transfer("P1", 1250), transfer("P2", 99)))
    assert file.space == "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
    assert file["GrpHdr/NbOfTxs"] == file["PmtInf/NbOfTxs"] == ["2"]
    assert file["GrpHdr/CtrlSum"] == file["PmtInf/CtrlSum"] == ["13.49"]
    assert file["InstdAmt"] == ["12.50", "0.99"]
    assert file["EndToEndId"] == ["P1", "P2"]
    assert file["SvcLvl/Cd"] == ["SEPA"]
    assert file["ChrgBr"] == ["SLEV"]
    assert file["ReqdExctnDt/Dt"] == ["2026-11-24"]
    assert file["CreDtTm"] == ["2026-11-23T09:30:00"]
    assert file["DbtrAgt/FinInstnId/Othr/Id"] == ["NOTPROVIDED"]
    assert file["Cdtr/Nm"] == ["Hester Vane + Sohne"] * 2
    assert file["CdtrAcct/Id/IBAN"] == [VANE.iban] * 2
    assert file["BtchBookg"] == ["false"]


def test_the_elements_stand_in_the_order_of_the_schema() -> None:
    """PaymentInstruction30 and CreditTransferTransaction34 are sequences: banks check it."""
    file = File(order())
    assert file.names("PmtInf") == [
        "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt",
        "Dbtr", "DbtrAcct", "DbtrAgt", "ChrgBr", "CdtTrfTxInf",
    ]  # fmt: skip
    assert file.names("CdtTrfTxInf") == ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"]
    assert file.names("GrpHdr") == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]


def test_the_version_before() -> None:
    payer = Party(US.name, US.iban, "COBADEFFXXX")
    file = File(order(version="pain.001.001.03", payer=payer))
    assert file["ReqdExctnDt"] == ["2026-11-24"]
    assert file["DbtrAgt/FinInstnId/BIC"] == ["COBADEFFXXX"]


def test_another_currency_is_no_sepa_transfer() -> None:
    file = File(order(transfer(currency="GBP")))
    assert (file["SvcLvl/Cd"], file["ChrgBr"]) == (["NURG"], ["SHAR"])


def test_currencies_without_digits() -> None:
    assert File(order(transfer(minor=1250, currency="JPY")))["InstdAmt"] == ["1250"]


@pytest.mark.parametrize(
    "changes",
    [
        {"transfers": ()},
        {"transfers": (transfer(), transfer())},
        {"transfers": (transfer(), transfer("P2", currency="GBP"))},
        {"transfers": (transfer(minor=0),)},
        {"transfers": (transfer(minor=-5),)},
        {"transfers": (transfer(minor=10**11),)},
        {"transfers": (transfer("P" * 36),)},
        {"transfers": (transfer("P//1"),)},
        {"transfers": (transfer("/P1"),)},
        {"transfers": (transfer("Pä"),)},
        {"transfers": (transfer(""),)},
        {"message": "B 1 ä"},
        {"payer": Party("X", "DE89370400440532013001")},
        {"payer": Party("X", US.iban, "NOBIC")},
        {"payer": Party("", US.iban)},
        {"version": "pain.001.001.02"},
    ],
)
def test_what_a_bank_would_turn_down_is_never_written(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        order(**changes)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Ängström & Çelik GmbH", "Angstrom + Celik GmbH"),
        ("Straße 5 „Zum Löwen“", "Strase 5 'Zum Lowen'"),
        ("Łódź Księgarnia", "Lodz Ksiegarnia"),
        ("Βιβλία Θάλασσα", "Vivlia THalassa"),
        ("Книжарница Жар", "Knizharnitsa ZHar"),
        ('A_b [c] {d}; "e"', "A-b (c) (d), 'e'"),
        ("//in//out//", "in/out"),
        ("100 % 本", "100 . ."),
        ("  two\n lines ", "two lines"),
        ("O’Brien – Books", "O'Brien - Books"),
    ],
)
def test_characters(written: str, sent: str) -> None:
    assert plain(written, 140) == sent


@given(st.text(max_size=200))
def test_whatever_is_written_every_bank_takes_it(text: str) -> None:
    sent = plain(text, 70)
    assert is_plain(sent)
    assert len(sent) <= 70


@given(st.lists(st.integers(1, 10**11 - 1), min_size=1, max_size=5))
def test_the_control_sum_is_the_sum(pence: list[int]) -> None:
    file = File(order(*(transfer(f"P{n}", minor) for n, minor in enumerate(pence))))
    assert file["GrpHdr/CtrlSum"] == [f"{sum(pence) // 100}.{sum(pence) % 100:02}"]
