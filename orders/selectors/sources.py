"""What a journal entry comes from: its source, ``payment:0190…``, read back into a row."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from orders.models import JournalEntry

# The word before the colon is the model's name. What is not here is shown as it is written.
_MODELS: Mapping[str, str] = {
    "payment": "payment",
    "order": "order",
    "seller_order": "sellerorder",
    "shipment": "shipment",
    "refund": "refund",
    "payout": "payout",
    "dispute": "dispute",
    "settlement": "providersettlement",
    "settlement_line": "settlementline",
    "bank_line": "bankline",
    "reserve": "reservehold",
    "gift_card": "giftcard",
    "staff": "staffrequest",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A row that made a journal entry: its model, and its key as it was written."""

    model: type[Model]
    key: str


def row_of(source: str) -> Source | None:
    """Return which row ``source`` names, without looking whether it is there; None for words.

    What follows the first key is not the row's: a second attempt (``refund:0190….2``), a day, another row.
    """
    kind, _colon, rest = source.partition(":")
    name = _MODELS.get(kind)
    key = rest.partition(":")[0].partition(".")[0]
    if name == "dispute" and len(key) == 32:
        # Written without hyphens, it is one of the parts of a dispute.
        name = "disputepart"
    if not (name and key):
        return None
    try:
        return Source(apps.get_model("orders", name), key)
    except LookupError:
        return None


def entries_of(row: Model) -> QuerySet[JournalEntry]:
    """Return the entries that came from ``row``, whatever the attempt, in their order."""
    source = source_of(row)
    exactly = Q(source=source)
    later = Q(source__startswith=f"{source}.") | Q(source__startswith=f"{source}:")
    return JournalEntry.objects.filter(exactly | later if source else Q(pk=None)).order_by("pk")


def source_of(row: Model) -> str:
    """Return how entries name ``row`` as their source; an empty string for rows that make none."""
    name = row._meta.model_name  # noqa: SLF001 Django's documented interface
    return next((f"{kind}:{row.pk}" for kind, known in _MODELS.items() if known == name), "")
