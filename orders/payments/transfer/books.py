"""The transfers that we wait for. Every write is a transaction of its own, as at any provider."""

from django.db import transaction
from stdnum.iso7064 import mod_97_10

from books4all.lib.jobs import enqueue
from orders.constants import TransferStatus
from orders.models.transfers import BankTransfer

# No letters that are taken for digits, and no digits that are taken for letters.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 12


def reference_of(key: str) -> str:
    """Return the creditor reference (ISO 11649) of a payment: the same for the same key.

    "RF", two check digits, and the last sixty bits of the payment's id, which are random.
    """
    number = int("".join(sign for sign in key if sign.isalnum()), 16)
    signs = ""
    for _n in range(_LENGTH):
        number, rest = divmod(number, len(_SIGNS))
        signs = _SIGNS[rest] + signs
    return f"RF{mod_97_10.calc_check_digits(signs + 'RF')}{signs}"


def open_transfer(
    *, key: str, amount_minor: int, currency: str, description: str
) -> tuple[BankTransfer, bool]:
    """Wait for a transfer; returns it, and whether it is for this amount (once a key)."""
    with transaction.atomic(durable=True):
        transfer, made = BankTransfer.objects.get_or_create(
            key=key,
            defaults={
                "reference": reference_of(key),
                "amount_minor": amount_minor,
                "currency": currency,
                "description": description[:200],
            },
        )
        if made:
            enqueue("orders.send_mail", kind="transfer", pk=key)
    return transfer, (transfer.amount_minor, transfer.currency) == (amount_minor, currency)


def cancel(reference: str) -> BankTransfer | None:
    """Wait no more for a transfer, unless it has come."""
    with transaction.atomic(durable=True):
        transfer = BankTransfer.objects.select_for_update().filter(reference=reference).first()
        if transfer is not None and transfer.status == TransferStatus.OPEN:
            transfer.status = TransferStatus.CANCELLED
            transfer.save(update_fields=["status", "updated_at"])
    return transfer
