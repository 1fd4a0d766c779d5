"""A document as data for ``templates/documents/paper.typ``: from its frozen content alone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from orders.constants import DocumentKind, TaxScheme
from orders.models import Document
from orders.selectors.paperwork import words
from orders.selectors.paperwork.drafts import Content

# Of a statement with more entries than this the rest is in its CSV alone: about 50 pages.
MOST_LINES = 2_000
_Table = dict[str, Any]


def paper(document: Document) -> dict[str, Any]:
    """Return the data of ``paper.typ``, in the document's language."""
    content: Content = document.content
    kind = DocumentKind(content["kind"])
    with override(content["language"]):
        shaped = _SHAPES[kind](content)
        issued = date.fromisoformat(content["issued"])
        issuer = content["issuer"]
        heading = str(kind.label)
        return {
            "title": f"{heading} {content['number']}",
            "author": issuer["name"],
            "language": content["language"].split("-")[0],
            "day": {"year": issued.year, "month": issued.month, "day": issued.day},
            "colour": issuer["colour"],
            "market": content["market"] if content["market"] != issuer["name"] else "",
            "issuer": {"name": issuer["name"], "lines": _issuer(issuer)},
            "kind": heading,
            "to": {"label": _("To"), "lines": _recipient(content["recipient"])},
            "note": "",
            "notes": words.notes(content),
            "foot": f"{issuer['name']} · {heading} {content['number']}",
            "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
            **shaped,
        }


def _issuer(issuer: Content) -> list[str]:
    vat = _("VAT number %(number)s") % {"number": issuer["vat_number"]}
    return [
        *issuer["lines"],
        *([vat] if issuer["vat_number"] else []),
        *(line for line in (issuer["register"], issuer["email"]) if line),
    ]


def _recipient(recipient: Content) -> list[str]:
    vat = _("VAT number %(number)s") % {"number": recipient["vat_number"]}
    return [*recipient["lines"], *([vat] if recipient["vat_number"] else [])]


def _facts(content: Content, *more: tuple[str, str]) -> list[Sequence[str]]:
    first = [(_("Number"), content["number"]), (_("Date"), words.day(content["issued"]))]
    return [list(pair) for pair in [*first, *more] if pair[1]]


def _sale(content: Content) -> dict[str, Any]:
    total = amount_row(content, _("Total"), content["total"], strong=True)
    facts = _facts(
        content,
        (_("Posted"), words.day(content["supplied"])),
        (_("Paid"), words.day(content["paid"])),
        (_("Order"), content["order"]),
    )
    return {
        "facts": facts,
        "tables": [_books(content)],
        "totals": [*_tax_rows(content), total],
    }


def _credit(content: Content) -> dict[str, Any]:
    total = amount_row(content, _("Given back"), content["total"], strong=True)
    about = [
        (_("Corrects"), f"{one['number']}, {words.day(one['on'])}") for one in content["refers"]
    ]
    return {
        "facts": _facts(content, *about, (_("Order"), content["order"])),
        "note": content["reason"],
        "tables": [_books(content)],
        "totals": [*_tax_rows(content), total],
    }


def _books(content: Content) -> _Table:
    """Return the table of books; prices without tax stand in it where a tax is shown."""
    taxed = any(line["scheme"] == TaxScheme.STANDARD for line in content["lines"])
    heads = [_("Book"), _("Copies")]
    if not taxed:
        heads.append(_("Each"))
    elif content["added"]:
        heads += [_("Each, without tax"), _("Tax"), _("Without tax")]
    else:
        heads += [_("Each, without VAT"), _("VAT"), _("Without VAT")]
    return {
        "heading": "",
        "heads": [*heads, _("Amount")],
        "wide": 0,
        "left": [],
        "rows": [
            {"cells": _book(line, content["currency"], taxed=taxed), "strong": False}
            for line in content["lines"]
        ],
    }


def _book(line: Content, currency: str, *, taxed: bool) -> list[Any]:
    detail = [line["detail"]]
    if line["off"]:
        off = words.amount(line["off"], currency)
        detail.append(_("A discount of %(amount)s is taken off") % {"amount": off})
    # No copies: a part of the price is given back for one that stays.
    count, gross, net = line["quantity"], line["gross"], line["gross"] - line["tax"]
    cells: list[Any] = [
        {"main": line["title"] or _("Delivery"), "detail": " · ".join(t for t in detail if t)},
        str(count or "–"),
    ]
    if taxed and line["scheme"] == TaxScheme.STANDARD:
        cells += [
            words.share(net, count or 1, currency),
            words.rate(line["rate_bp"]),
            words.amount(net, currency),
        ]
    elif taxed:
        margin = line["scheme"] == TaxScheme.MARGIN
        cells += ["–", _("margin scheme") if margin else "–", "–"]
    else:
        cells.append(words.share(gross, count or 1, currency))
    return [*cells, words.amount(gross, currency)]


def amount_row(content: Content, label: str, minor: int, *, strong: bool = False) -> Content:
    """Return a row of the totals."""
    return {"label": label, "amount": words.amount(minor, content["currency"]), "strong": strong}


def _tax_rows(content: Content) -> list[Content]:
    """Return the taxable amount and the tax at each rate; of the margin scheme the price alone."""
    rows = []
    added = content["added"]
    for row in content["taxes"]:
        if row["scheme"] == TaxScheme.STANDARD:
            named = {"rate": words.rate(row["rate_bp"])}
            without = _("At %(rate)s, without tax") if added else _("At %(rate)s, without VAT")
            tax = _("Sales tax at %(rate)s") if added else _("VAT at %(rate)s")
            net = row["gross"] - row["tax"]
            rows.append(amount_row(content, without % named, net))
            rows.append(amount_row(content, tax % named, row["tax"]))
        elif len(content["taxes"]) > 1:
            margin = row["scheme"] == TaxScheme.MARGIN
            label = _("Under the margin scheme") if margin else _("Not taxed")
            rows.append(amount_row(content, label, row["gross"]))
    return rows


def _commission(content: Content) -> dict[str, Any]:
    currency, lines = content["currency"], content["lines"]
    table = {
        "heading": _("Commission on sales in %(month)s") % {"month": words.month(content)},
        "heads": [_("Date"), _("What"), _("Order"), _("Without VAT"), _("VAT"), _("Amount")],
        "wide": 1,
        "left": [0, 2],
        "rows": [
            {
                "cells": [
                    words.day(line["on"], "j M"),
                    words.entry(line["what"]),
                    line["order"],
                    words.amount(line["net"], currency),
                    words.amount(line["tax"], currency),
                    words.amount(line["net"] + line["tax"], currency),
                ],
                "strong": False,
            }
            for line in lines[:MOST_LINES]
        ],
    }
    net = sum(line["net"] for line in lines)
    back = content["kind"] == DocumentKind.COMMISSION_CREDIT
    taxed = any(row["tax"] for row in content["taxes"])
    label = _("VAT at %(rate)s") % {"rate": words.rate(content["taxes"][0]["rate_bp"])}
    totals = [
        amount_row(content, _("Without VAT"), net),
        amount_row(content, label if taxed else _("VAT"), content["total"] - net),
        amount_row(content, _("Given back") if back else _("Total"), content["total"], strong=True),
    ]
    paid = _("This has been given back to your balance.") if back else ""
    return {
        "facts": _facts(content, (_("For"), words.month(content))),
        "note": paid or _("This was kept from what your buyers paid: there is nothing to pay."),
        "tables": [table],
        "totals": totals,
        "notes": [*words.notes(content), *_left_out(lines)],
    }


def _statement(content: Content) -> dict[str, Any]:
    lines = content["lines"]
    return {
        "facts": _facts(
            content,
            (_("From"), words.day(content["period"])),
            (_("To the end of"), words.day(content["until"])),
        ),
        "tables": [_accounts(content), *([_entries(content)] if lines else [])],
        "totals": [
            amount_row(content, _("Balance on the last day"), content["total"], strong=True)
        ],
        "notes": [*words.notes(content), *_left_out(lines)],
    }


def _accounts(content: Content) -> _Table:
    """Return what a shop had and has, account by account."""
    currency = content["currency"]

    def row(label: str, opening: int, closing: int, *, strong: bool = False) -> Content:
        cells = [opening, closing - opening, closing]
        return {
            "cells": [label, *(words.amount(one, currency) for one in cells)],
            "strong": strong,
        }

    opening, closing = content["opening"], content["closing"]
    return {
        "heading": _("Your balance in %(month)s") % {"month": words.month(content)},
        "heads": [_("Account"), _("First day"), _("Change"), _("Last day")],
        "wide": 0,
        "left": [],
        "rows": [
            *(
                row(words.account(kind), opening[kind], closing[kind])
                for kind in closing
                if opening[kind] or closing[kind]
            ),
            row(_("All"), sum(opening.values()), sum(closing.values()), strong=True),
        ],
    }


def _entries(content: Content) -> _Table:
    currency, balance = content["currency"], sum(content["opening"].values())
    rows = []
    for line in content["lines"][:MOST_LINES]:
        own = sum(line["amounts"].values())
        balance += own
        sold = own + line["fee"] + line["tax"]
        rows.append(
            {
                "cells": [
                    words.day(line["on"], "j M"),
                    {"main": words.entry(line["what"]), "detail": _detail(line, currency)},
                    words.amount(sold, currency) if line["fee"] or line["tax"] else "",
                    words.amount(-line["fee"], currency) if line["fee"] else "",
                    words.amount(own, currency) if own else "",
                    words.amount(balance, currency),
                ],
                "strong": False,
            }
        )
    heads = [_("Date"), _("What"), _("Sold"), _("Commission"), _("Yours"), _("Balance")]
    return {
        "heading": _("Every movement"),
        "heads": heads,
        "wide": 1,
        "left": [0],
        "rows": rows,
    }


def _detail(line: Content, currency: str) -> str:
    """Say of which order it is, and of what only changes its place from where to where."""
    said = [line["order"]]
    amounts: dict[str, int] = line["amounts"]
    if len(amounts) > 1 and sum(amounts.values()) == 0:
        gone = min(amounts, key=lambda kind: amounts[kind])
        came = max(amounts, key=lambda kind: amounts[kind])
        moved = _("%(amount)s from “%(gone)s” to “%(came)s”") % {
            "amount": words.amount(amounts[came], currency),
            "gone": words.account(gone),
            "came": words.account(came),
        }
        said.append(moved)
    if line["tax"]:
        tax = words.amount(line["tax"], currency)
        said.append(_("%(tax)s of VAT paid for you") % {"tax": tax})
    return " · ".join(text for text in said if text)


def _left_out(lines: Sequence[Content]) -> list[str]:
    left = len(lines) - MOST_LINES
    if left <= 0:
        return []
    return [
        _("%(n)s more lines are in the table that comes with this document (CSV).") % {"n": left}
    ]


_SHAPES = {
    DocumentKind.INVOICE: _sale,
    DocumentKind.RECEIPT: _sale,
    DocumentKind.CREDIT_NOTE: _credit,
    DocumentKind.COMMISSION_INVOICE: _commission,
    DocumentKind.COMMISSION_CREDIT: _commission,
    DocumentKind.STATEMENT: _statement,
}
