"""The address book."""

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import AddressBookFullError
from accounts.models import Address, User
from accounts.selectors import address_of

MOST_ADDRESSES = 30


@transaction.atomic
def add_address(*, user: User, is_default: bool = False, **fields: Any) -> Address:
    """Add an address; the first one, and one that asks for it, is used first.

    ``fields`` are those of ``PostalAddress``.

    Raises:
        AddressBookFullError: there are ``MOST_ADDRESSES`` already.
        ValidationError: a field is missing or wrong.
    """
    _lock(user)
    count = user.addresses.count()
    if count >= MOST_ADDRESSES:
        raise AddressBookFullError(_("Your address book is full. Remove an address first."))
    address = Address(user=user, is_default=is_default or count == 0, **fields)
    address.full_clean(validate_constraints=False)
    if address.is_default:
        user.addresses.filter(is_default=True).update(is_default=False)
    address.save()
    return address


@transaction.atomic
def update_address(
    *, user: User, address_id: uuid.UUID, is_default: bool | None = None, **fields: Any
) -> Address:
    """Change the given ``fields`` of an address of ``user``.

    ``is_default=True`` makes it the one used first; the one that is can't be made not so, only
    another one instead.

    Raises:
        NotFoundError: no address of this user.
        ValidationError: a field is wrong.
    """
    _lock(user)
    address = address_of(user, address_id)
    for name, value in fields.items():
        setattr(address, name, value)
    address.full_clean(validate_constraints=False)
    if is_default and not address.is_default:
        user.addresses.filter(is_default=True).update(is_default=False)
        address.is_default = True
    address.save()
    return address


@transaction.atomic
def remove_address(*, user: User, address_id: uuid.UUID) -> None:
    """Remove an address of ``user``; the latest of the rest takes over when it was the first used.

    Orders keep their own copies. Raises NotFoundError: no address of this user.
    """
    _lock(user)
    address = address_of(user, address_id)
    address.delete()
    if address.is_default:
        heir = user.addresses.order_by("-created_at", "-pk").first()
        if heir:
            heir.is_default = True
            heir.save(update_fields=["is_default", "updated_at"])


def _lock(user: User) -> None:
    # The user's row stands for their address book: "at most so many" and "one first" are about all of it.
    User.objects.select_for_update().only("pk").get(pk=user.pk)
