"""Bank statements in XML: ISO 20022 ``camt.053.001.02`` and ``camt.053.001.08``.

Only what is booked counts. An entry that the bank has put together from several transfers (NtryDtls) is
taken apart where their amounts come to it.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from books4all.lib.banking.lines import (
    MOST_BYTES,
    MOST_LINES,
    Statement,
    StatementError,
    StatementLine,
    minor_units,
    with_keys,
)
from books4all.lib.money import Money

VERSIONS = ("02", "08")
_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)\}Document")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# A parser that is told of others could be led past what is looked at here.
_ENCODINGS = frozenset(["utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"])
_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,17})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# What banks write where nobody has given a reference.
_NO_REFERENCE = frozenset(["NOTPROVIDED", "NONREF", "NOT PROVIDED"])


def looks_like_one(data: bytes) -> bool:
    """Return whether ``data`` is XML rather than a table."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def read(data: bytes) -> list[Statement]:
    """Return the statements of a file, one an account and period.

    Raises:
        StatementError: too large, no CAMT.053 of a version we know, with a DOCTYPE, or broken.
    """
    root = _root(data)
    found = _NAMESPACE.fullmatch(root.tag)
    if found is None or found[1] not in VERSIONS:
        raise StatementError(
            _(
                "This is no bank statement of the kind CAMT.053 (version 02 or 08). Ask your bank"
                " for one, or send the statement as CSV."
            )
        )
    statements = [_statement(element) for element in root.iterfind("{*}BkToCstmrStmt/{*}Stmt")]
    if not statements:
        raise StatementError(_("The file has no statement in it."))
    return statements


def _root(data: bytes) -> Any:
    """Parse without entities, DTDs or the network; a DOCTYPE is refused before the parser sees it."""
    if len(data) > MOST_BYTES:
        raise StatementError(
            _("The file is larger than %(mb)d MB. Ask your bank for shorter periods.")
            % {"mb": MOST_BYTES // 1024 // 1024}
        )
    declared = _ENCODING.match(data.lstrip(b"\xef\xbb\xbf \t\r\n"))
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if b"\0" in data or encoding not in _ENCODINGS or not looks_like_one(data):
        raise StatementError(
            _("The file is not XML in UTF-8. Send it as your bank gave it to you.")
        )
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise StatementError(_("The file has a DOCTYPE, which no bank writes. It was not read."))
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data.lstrip(b" \t\r\n"), parser)
    except etree.XMLSyntaxError as error:
        raise StatementError(
            _("The file breaks off or is damaged at line %(line)s. Fetch it from your bank again.")
            % {"line": error.lineno or 1}
        ) from error


def _statement(element: Any) -> Statement:
    account = _text(element, "Acct/Id/IBAN") or _text(element, "Acct/Id/Othr/Id")
    balances = {_text(one, "Tp/CdOrPrtry/Cd"): _signed(one) for one in element.iterfind("{*}Bal")}
    lines: list[StatementLine] = []
    for entry in element.iterfind("{*}Ntry"):
        if _status(entry) == "BOOK":
            lines += _lines(entry)
        if len(lines) > MOST_LINES:
            raise StatementError(
                _("The statement has more than %(n)d lines. Ask your bank for shorter periods.")
                % {"n": MOST_LINES}
            )
    return Statement(
        account=account.replace(" ", "").upper()[:34],
        lines=with_keys(lines),
        name=_text(element, "Id")[:60],
        opening=balances.get("OPBD") or balances.get("PRCD"),
        closing=balances.get("CLBD"),
    )


def _status(entry: Any) -> str:
    """Version 02 writes the code itself, 08 has a choice of codes around it."""
    return _text(entry, "Sts/Cd") or _text(entry, "Sts")


def _lines(entry: Any) -> Iterator[StatementLine]:
    whole = _signed(entry)
    details = list(entry.iterfind("{*}NtryDtls/{*}TxDtls"))
    parts = [_part(one, whole) for one in details]
    sums = sum(part.minor for part in parts if part is not None)
    if len(details) > 1 and all(parts) and sums == whole.minor:
        for number, (one, part) in enumerate(zip(details, parts, strict=True), start=1):
            assert part is not None  # all(parts)
            yield _line(entry, one, part, number)
    else:
        # Several that don't come to the whole are told by nobody but the bank: the entry it is.
        yield _line(entry, details[0] if len(details) == 1 else None, whole, 0)


def _part(details: Any, whole: Money) -> Money | None:
    """Return what one of an entry's transfers comes to, in the account's currency."""
    amount = details.find("{*}Amt")
    if amount is None:
        amount = details.find("{*}AmtDtls/{*}TxAmt/{*}Amt")
    if amount is None or amount.get("Ccy") != whole.currency:
        return None
    indicator = _text(details, "CdtDbtInd")
    part = _amount(amount)
    negative = indicator == "DBIT" if indicator else whole.minor < 0
    return part * -1 if negative else part


def _line(entry: Any, details: Any, amount: Money, number: int) -> StatementLine:
    def said(path: str) -> str:
        return _text(details, path) if details is not None else ""

    other = "Dbtr" if amount.minor > 0 else "Cdtr"
    own = said("Refs/AcctSvcrRef") or _reference(entry, number)
    texts = [
        one.text or ""
        for one in (() if details is None else details.iterfind(_path("RmtInf/Ustrd")))
    ]
    remittance = " ".join(texts) or said("RmtInf/Strd/CdtrRefInf/Ref")
    return StatementLine(
        booked_on=_day(entry),
        amount=amount,
        end_to_end=_real(said("Refs/EndToEndId"))[:35],
        text=_clean(remittance or _text(entry, "AddtlNtryInf"))[:500],
        counterparty=_clean(
            # Version 08 says whether a party is a person or an agent, one step deeper.
            said(f"RltdPties/{other}/Nm") or said(f"RltdPties/{other}/Pty/Nm")
        )[:140],
        counterparty_account=said(f"RltdPties/{other}Acct/Id/IBAN").replace(" ", "")[:34],
        bank_reference=_real(own)[:60],
        returned=_text(entry, "RvslInd") == "true"
        or (details is not None and details.find("{*}RtrInf") is not None),
    )


def _reference(entry: Any, number: int) -> str:
    own = _text(entry, "AcctSvcrRef")
    return f"{own}/{number}" if own and number else own


def _real(reference: str) -> str:
    return "" if reference.upper() in _NO_REFERENCE else reference


def _day(entry: Any) -> date:
    text = (
        _text(entry, "BookgDt/Dt")
        or _text(entry, "BookgDt/DtTm")
        or _text(entry, "ValDt/Dt")
        or _text(entry, "ValDt/DtTm")
    )
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _broken(entry) from error


def _signed(element: Any) -> Money:
    amount = element.find("{*}Amt")
    indicator = _text(element, "CdtDbtInd")
    if amount is None or indicator not in ("CRDT", "DBIT"):
        raise _broken(element)
    return _amount(amount) * (1 if indicator == "CRDT" else -1)


def _amount(element: Any) -> Money:
    text, currency = (element.text or "").strip(), element.get("Ccy", "")
    if not (_AMOUNT.fullmatch(text) and _CURRENCY.fullmatch(currency)):
        raise _broken(element)
    try:
        return minor_units(Decimal(text), currency)
    except (InvalidOperation, ValueError) as error:
        raise _broken(element) from error


def _broken(element: Any) -> StatementError:
    return StatementError(
        _("Line %(line)s of the file is not as a bank writes it. Fetch it from your bank again.")
        % {"line": element.sourceline}
    )


def _path(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def _text(element: Any, path: str) -> str:
    found = element.find(_path(path))
    return (found.text or "").strip() if found is not None else ""


def _clean(text: str) -> str:
    return " ".join(text.split())
