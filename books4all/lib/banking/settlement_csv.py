"""What a payment provider paid in, movement by movement: Stripe's "itemised payout reconciliation" as CSV.

Columns are found by name, so that a report with more of them, or in another order, is read too
(https://docs.stripe.com/reports/report-types/payout-reconciliation).
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from books4all.lib.banking.lines import MOST_BYTES, MOST_LINES, StatementError, minor_units
from books4all.lib.money import Money

COLUMNS = (
    "automatic_payout_id",
    "automatic_payout_effective_at",
    "balance_transaction_id",
    "currency",
    "gross",
    "fee",
    "reporting_category",
)
# Columns that say what a movement is about, the most telling first; not every report has all.
_ABOUT = ("payment_intent_id", "source_id", "charge_id")


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment, refund or fee: ``gross`` signed as it is ours, and the ``fee`` kept for it."""

    reference: str
    category: str
    gross: Money
    fee: Money
    # The provider's names for what it is about.
    about: tuple[str, ...] = ()


@dataclass(slots=True)
class Settlement:
    """What was paid in at once, by the provider's name for it."""

    reference: str
    paid_on: date
    currency: str
    movements: list[Movement] = field(default_factory=list)


def read(data: bytes) -> list[Settlement]:
    """Return the settlements in a report, in their order; what is not paid in yet is left out.

    Raises:
        StatementError: a column is missing, or a row can't be understood.
    """
    if len(data) > MOST_BYTES:
        raise StatementError(_("The file is too large. Ask for the report of a shorter period."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StatementError(_("The file is not CSV in UTF-8.")) from error
    rows = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise StatementError(
            _("The report has no column “%(name)s”. Download the itemised payout reconciliation.")
            % {"name": missing[0]}
        )
    found: dict[str, Settlement] = {}
    try:
        for number, row in enumerate(rows, start=2):
            if number > MOST_LINES:
                raise StatementError(_("The report is too long. Ask for a shorter period."))
            _add(found, number, row)
    except csv.Error as error:
        raise StatementError(_("The file is damaged. Download it again.")) from error
    return list(found.values())


def _add(found: dict[str, Settlement], number: int, row: Mapping[str, str | None]) -> None:
    # Cells beyond the head stand under no name.
    values = {name: (row[name] or "").strip() for name in row if name}
    name, category = values["automatic_payout_id"], values["reporting_category"]
    if not name or category == "payout":
        return
    currency = values["currency"].upper()
    try:
        paid_on = date.fromisoformat(values["automatic_payout_effective_at"][:10])
        gross, fee = (minor_units(Decimal(values[key]), currency) for key in ("gross", "fee"))
        if not (len(currency) == 3 and currency.isalpha() and values["balance_transaction_id"]):
            raise ValueError(currency)  # noqa: TRY301 one place says what is wrong
    except (ValueError, InvalidOperation) as error:
        raise StatementError(
            _("Row %(row)d of the report can’t be understood. Download it again.") % {"row": number}
        ) from error
    one = found.setdefault(name[:120], Settlement(name[:120], paid_on, currency))
    if one.currency != currency:
        raise StatementError(
            _("Row %(row)d of the report is in another currency than the rest of its payout.")
            % {"row": number}
        )
    about = tuple(values[key][:120] for key in _ABOUT if values.get(key))
    one.movements.append(
        Movement(values["balance_transaction_id"][:120], category, gross, fee, about)
    )
