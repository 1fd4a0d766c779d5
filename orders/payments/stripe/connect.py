"""Shops at Stripe (Connect): an account of their own, and transfers to it from the marketplace's.

Money is taken by the marketplace and transferred when it is paid out ("separate charges and
transfers"), so that one payment serves many shops. None of this may be called in a transaction.
"""

from dataclasses import dataclass
from typing import Any

from books4all.lib.money import Money
from orders.payments.stripe import api
from orders.payments.stripe.reading import to_stripe


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """How far a shop is with Stripe. ``due`` names what Stripe still wants to know."""

    account: str
    can_be_paid: bool
    details_submitted: bool
    due: tuple[str, ...] = ()


def create_account(*, key: str, email: str, country: str) -> str:
    """Open an account for a shop, once a ``key`` (ours, of the shop); returns Stripe's name for it.

    Raises:
        ProviderRefusedError, ProviderError: as ``api.call``.
    """
    params: Any = {
        "type": "express",
        "country": country,
        "email": email,
        "capabilities": {"transfers": {"requested": True}},
        "metadata": {"shop": key},
    }
    made = api.call(lambda c: c.v1.accounts.create(params, {"idempotency_key": f"account-{key}"}))
    return str(made.id)


def account_link(*, account: str, return_url: str, refresh_url: str) -> str:
    """Return the page on which a shop tells Stripe who it is. Good for minutes, and once."""
    params: Any = {
        "account": account,
        "type": "account_onboarding",
        "return_url": return_url,
        "refresh_url": refresh_url,
    }
    return str(api.call(lambda client: client.v1.account_links.create(params)).url)


def account_status(account: str) -> AccountStatus:
    """Return how far a shop is with Stripe."""
    found = api.call(lambda client: client.v1.accounts.retrieve(account)).to_dict()
    requirements = found.get("requirements") or {}
    return AccountStatus(
        account=account,
        can_be_paid=(found.get("capabilities") or {}).get("transfers") == "active",
        details_submitted=bool(found.get("details_submitted")),
        due=tuple(requirements.get("currently_due") or ()),
    )


def transfer(account: str, amount: Money, key: str) -> str:
    """Send ``amount`` to a shop's account, once a ``key`` (the payout's id); returns its reference.

    Looked for first by the transfer group that ``key`` gives it: Stripe forgets idempotency keys after a
    day, and a payout may be tried again later.

    Raises:
        ProviderRefusedError: Stripe said no (a closed account, too little in ours).
        ProviderError: it is not known what came of it: try again with the same key.
    """
    group = f"payout-{key}"
    made = api.call(
        lambda c: c.v1.transfers.list({"destination": account, "transfer_group": group}).data
    )
    if made:
        return str(made[0].id)
    params: Any = {
        "amount": to_stripe(amount),
        "currency": amount.currency.lower(),
        "destination": account,
        "transfer_group": group,
        "metadata": {"payout": key},
    }
    options: Any = {"idempotency_key": f"transfer-{key}"}
    return str(api.call(lambda c: c.v1.transfers.create(params, options)).id)
