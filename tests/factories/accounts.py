"""Factories of accounts: a small cast of people and shops."""

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.constants import SellerKind, SellerRole, SellerStatus, StandingDays
from accounts.models import (
    Address,
    Closure,
    Seller,
    SellerDetails,
    SellerEvent,
    SellerInvitation,
    SellerMember,
    SellerStanding,
    User,
)
from accounts.models.applications import token_hash

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


class ClosureFactory(DjangoModelFactory[Closure]):
    """A day's holiday in the plan of a shop; its columns follow with accounts.services.closures."""

    class Meta:
        model = Closure

    seller = factory.SubFactory(SellerFactory)
    first_day = date(2030, 1, 1)
    last_day = factory.SelfAttribute("first_day")


class SellerMemberFactory(DjangoModelFactory[SellerMember]):
    """The owner of a shop."""

    class Meta:
        model = SellerMember

    seller = factory.SubFactory(SellerFactory)
    user = factory.SubFactory(UserFactory)
    roles = [SellerRole.OWNER]


class SellerDetailsFactory(DjangoModelFactory[SellerDetails]):
    """Everything that a seller gives to the marketplace alone."""

    class Meta:
        model = SellerDetails
        django_get_or_create = ("seller",)

    seller = factory.SubFactory(SellerFactory)
    account_holder = "Hester Vane"
    account_number = "GB82WEST12345698765432"
    document = "identity/kept.pdf"
    document_name = "passport.pdf"
    document_at = factory.LazyFunction(timezone.now)
    lawful_at = factory.LazyFunction(timezone.now)
    terms_at = factory.LazyFunction(timezone.now)


class CompleteSellerFactory(SellerFactory):
    """A shop that has given all that the law asks of a trader."""

    legal_name = "Vane Books Ltd"
    street = "1 Castle Street"
    postcode = "HR3 5DF"
    phone = "+44 1497 555 010"

    @factory.post_generation
    def details(obj: Seller, create: bool, extracted: Any, **fields: Any) -> None:  # noqa: N805 factory_boy's signature
        """Give the private details too."""
        if create:
            SellerDetailsFactory(seller=obj, **fields)

    class Meta:
        model = Seller
        skip_postgeneration_save = True


class SellerInvitationFactory(DjangoModelFactory[SellerInvitation]):
    """Somebody asked into a team a moment ago."""

    class Meta:
        model = SellerInvitation

    seller = factory.SubFactory(SellerFactory)
    email = factory.Sequence(lambda n: f"asked{n}@example.org")
    roles = [SellerRole.INVENTORY]
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> SellerInvitation:
        """Keep the hash of the row's own secret."""
        row = model_class(*args, **kwargs)
        row.token_hash = token_hash(row.token)
        row.save()
        invitation: SellerInvitation = row
        return invitation


class SellerEventFactory(DjangoModelFactory[SellerEvent]):
    """Something that was done in a shop."""

    class Meta:
        model = SellerEvent

    seller = factory.SubFactory(SellerFactory)
    actor = factory.SubFactory(UserFactory)
    action = "listing.created"
    subject = factory.Sequence(lambda n: f"SKU-{n}")


class SellerStandingFactory(DjangoModelFactory[SellerStanding]):
    """Figures of a shop that keeps its word, nearly always."""

    class Meta:
        model = SellerStanding

    seller = factory.SubFactory(SellerFactory)
    days = StandingDays.QUARTER
    as_of = factory.LazyFunction(timezone.now)
    orders = 50
    cancelled = 1
    due = 49
    in_time = 48
    claims = 2
    rating_sum = 45
    rating_count = 10
    questions = 4
    answered = 4
    answer_minutes = 400
