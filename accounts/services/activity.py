"""The log of what is done in a shop, and by whom."""

from accounts.models import Seller, SellerEvent, User


def record(
    *, seller: Seller, actor: User | None, action: str, subject: str = "", **details: object
) -> SellerEvent:
    """Write down that ``actor`` did ``action``, in the transaction that does it.

    ``action`` is a stable code with the noun first ("listing.created"), ``subject`` what it was done to
    as people know it (a SKU, an order's number), ``details`` whatever JSON can hold, small.
    """
    return SellerEvent.objects.create(
        seller=seller, actor=actor, action=action, subject=subject[:200], details=details
    )
