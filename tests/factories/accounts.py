"""Factories of accounts: a small cast of people and shops."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.constants import SellerKind, SellerRole, SellerStatus
from accounts.models import Address, Seller, SellerMember, User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """Somebody with an account, who signs in with ``PASSWORD``."""

    class Meta:
        model = User
        django_get_or_create = ("email",)
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    name = factory.Sequence(lambda n: f"Reader {n}")

    @factory.post_generation
    def password(obj: User, create: bool, extracted: str | None, **_: Any) -> None:  # noqa: N805 factory_boy's signature
        """Set the password, hashed by whatever the settings say."""
        obj.set_password(extracted or PASSWORD)
        if create:
            obj.save(update_fields=["password"])


class StaffFactory(UserFactory):
    """Somebody who may do everything in the admin."""

    email = factory.Sequence(lambda n: f"staff{n}@example.org")
    is_staff = True
    is_superuser = True


class AddressFactory(DjangoModelFactory[Address]):
    """An address in Britain."""

    class Meta:
        model = Address

    user = factory.SubFactory(UserFactory)
    full_name = factory.SelfAttribute("user.name")
    line1 = factory.Sequence(lambda n: f"{n + 1} Mill Lane")
    city = "Ludlow"
    postcode = "SY8 1AB"
    country = "GB"


class SellerFactory(DjangoModelFactory[Seller]):
    """An approved and open shop in Britain."""

    class Meta:
        model = Seller

    slug = factory.Sequence(lambda n: f"shop-{n}")
    name = factory.Sequence(lambda n: f"Shop {n}")
    kind = SellerKind.TRADER
    status = SellerStatus.APPROVED
    place = "Hay-on-Wye"
    country = "GB"
    email = factory.LazyAttribute(lambda shop: f"{shop.slug}@example.org")


class SellerMemberFactory(DjangoModelFactory[SellerMember]):
    """The owner of a shop."""

    class Meta:
        model = SellerMember

    seller = factory.SubFactory(SellerFactory)
    user = factory.SubFactory(UserFactory)
    roles = [SellerRole.OWNER]
