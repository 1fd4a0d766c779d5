"""Payment orders for a bank: ISO 20022 ``pain.001.001.09``, and ``.03`` for banks that are behind.

In euros an order is a SEPA credit transfer (EPC132-08: service level SEPA, charges shared by the level);
in another currency a plain one, as that currency's banks take it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml import etree
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from books4all.lib.banking.characters import is_plain, plain
from books4all.lib.money import Money, total

VERSIONS = ("pain.001.001.09", "pain.001.001.03")
_ID = re.compile(r"[A-Za-z0-9+?/\-:().,']{1,35}")
# EPC132-08, AT-T002: what a credit transfer may come to.
_MOST_MINOR = 999_999_999_99


@dataclass(frozen=True, slots=True)
class Party:
    """Whose account it is. ``bic`` only where a bank outside of the SEPA wants it."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment. ``reference`` goes with it to the payee's statement, and comes back on ours."""

    reference: str
    to: Party
    amount: Money
    text: str


def pain001(
    *,
    message: str,
    created_at: datetime,
    execute_on: date,
    payer: Party,
    transfers: Sequence[Transfer],
    version: str = VERSIONS[0],
) -> bytes:
    """Return the file that has the bank pay ``transfers`` from ``payer``, booked one by one.

    ``message`` names the file: a bank takes a name once. Names and texts are written in the characters
    that every bank takes.

    Raises:
        ValueError: no transfers, two currencies, a reference twice, or something no bank would take.
    """
    _check(message, payer, transfers, version)
    currency = transfers[0].amount.currency
    space = f"urn:iso:std:iso:20022:tech:xsd:{version}"
    root = etree.Element(etree.QName(space, "Document"), nsmap={None: space})
    order = _add(root, "CstmrCdtTrfInitn")
    head = _add(order, "GrpHdr")
    _add(head, "MsgId", message)
    _add(head, "CreDtTm", created_at.strftime("%Y-%m-%dT%H:%M:%S"))
    count, control = str(len(transfers)), _decimal(total((t.amount for t in transfers), currency))
    _add(head, "NbOfTxs", count)
    _add(head, "CtrlSum", control)
    _add(_add(head, "InitgPty"), "Nm", plain(payer.name, 70))
    block = _add(order, "PmtInf")
    _add(block, "PmtInfId", message)
    _add(block, "PmtMtd", "TRF")
    # One booking a payment: each comes back on the statement by its own reference.
    _add(block, "BtchBookg", "false")
    _add(block, "NbOfTxs", count)
    _add(block, "CtrlSum", control)
    sepa = currency == "EUR"
    _add(_add(_add(block, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA" if sepa else "NURG")
    day = _add(block, "ReqdExctnDt")
    if version.endswith("09"):
        _add(day, "Dt", execute_on.isoformat())
    else:
        day.text = execute_on.isoformat()
    _add(_add(block, "Dbtr"), "Nm", plain(payer.name, 70))
    _add(_add(_add(block, "DbtrAcct"), "Id"), "IBAN", payer.iban)
    _bank(_add(block, "DbtrAgt"), payer.bic, version)
    _add(block, "ChrgBr", "SLEV" if sepa else "SHAR")
    for transfer in transfers:
        _transfer(block, transfer, version)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _transfer(block: Any, transfer: Transfer, version: str) -> None:
    one = _add(block, "CdtTrfTxInf")
    _add(_add(one, "PmtId"), "EndToEndId", transfer.reference)
    amount = _add(_add(one, "Amt"), "InstdAmt", _decimal(transfer.amount))
    amount.set("Ccy", transfer.amount.currency)
    if transfer.to.bic:
        _bank(_add(one, "CdtrAgt"), transfer.to.bic, version)
    _add(_add(one, "Cdtr"), "Nm", plain(transfer.to.name, 70))
    _add(_add(_add(one, "CdtrAcct"), "Id"), "IBAN", transfer.to.iban)
    _add(_add(one, "RmtInf"), "Ustrd", plain(transfer.text, 140))


def _bank(agent: Any, bic: str, version: str) -> None:
    """The account's number says which bank it is; whoever wants a BIC is given one."""
    institution = _add(agent, "FinInstnId")
    if bic:
        _add(institution, "BICFI" if version.endswith("09") else "BIC", bic)
    else:
        _add(_add(institution, "Othr"), "Id", "NOTPROVIDED")


def _check(message: str, payer: Party, transfers: Sequence[Transfer], version: str) -> None:
    if version not in VERSIONS:
        raise ValueError(f"{version} is not one of {VERSIONS}")
    if not transfers:
        raise ValueError("there is nothing to pay")
    _check_references(message, [transfer.reference for transfer in transfers])
    for party in (payer, *(transfer.to for transfer in transfers)):
        _check_party(party)
    if len({transfer.amount.currency for transfer in transfers}) > 1:
        raise ValueError("a file is in one currency")
    if not all(0 < transfer.amount.minor <= _MOST_MINOR for transfer in transfers):
        raise ValueError("an amount is nothing, less, or more than a bank takes")


def _check_references(message: str, references: Sequence[str]) -> None:
    for reference in (message, *references):
        if not (_ID.fullmatch(reference) and is_plain(reference)):
            raise ValueError(f"{reference!r} is no reference of at most 35 plain characters")
    if len(set(references)) < len(references):
        raise ValueError("a reference is there twice")


def _check_party(party: Party) -> None:
    try:
        ibans.validate(party.iban)
        if party.bic:
            bics.validate(party.bic)
    except ValidationError as error:
        raise ValueError(f"no bank would find the account of {party.name!r}") from error
    if not plain(party.name, 70):
        raise ValueError("an account without a holder")


def _decimal(amount: Money) -> str:
    return f"{amount.amount:.{amount.exponent}f}"


def _add(parent: Any, name: str, text: str | None = None) -> Any:
    """Add an element in its parent's namespace: a bank knows none of another."""
    element = etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, name))
    if text is not None:
        element.text = text
    return element
