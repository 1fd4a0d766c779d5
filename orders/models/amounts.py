"""What copies were sold for, divided as it was agreed: frozen when the order is written."""

from dataclasses import dataclass, fields
from typing import TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money

A = TypeVar("A", bound="Amounts")


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount with what is in it, in minor units of one currency.

    ``paid`` is what the buyer pays, tax within and discounts off; ``subsidy`` what the marketplace adds to
    it, bearing (part of) a discount; ``tax`` is the tax within ``paid``; ``commission`` and ``fee_tax``
    (the tax on it) are what the marketplace keeps of ``paid`` and ``subsidy``.
    """

    paid: int = 0
    subsidy: int = 0
    tax: int = 0
    commission: int = 0
    fee_tax: int = 0

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(*(a + b for a, b in zip(self.tuple, other.tuple, strict=True)))

    def __sub__(self, other: "Parts") -> "Parts":
        return Parts(*(a - b for a, b in zip(self.tuple, other.tuple, strict=True)))

    @property
    def tuple(self) -> tuple[int, ...]:
        """The amounts in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    @property
    def whole(self) -> int:
        """What is there for the seller and the marketplace together."""
        return self.paid + self.subsidy

    def upto(self, n: int, of: int) -> "Parts":
        """Return the parts of the first ``n`` of ``of`` equal shares, each rounded down.

        What lies between two of them adds up to the whole exactly, however it is cut.
        """
        return Parts(*(amount * n // of for amount in self.tuple))

    def between(self, first: int, last: int, *, of: int) -> "Parts":
        """Return the parts of the shares after ``first`` up to ``last``."""
        return self.upto(last, of) - self.upto(first, of)


class Amounts(models.Model):
    """The columns of ``Parts``."""

    paid_minor = models.BigIntegerField(_("paid (pence)"), default=0, db_default=0)
    subsidy_minor = models.BigIntegerField(
        _("paid by the marketplace (pence)"), default=0, db_default=0
    )
    tax_minor = models.BigIntegerField(_("tax in it (pence)"), default=0, db_default=0)
    commission_minor = models.BigIntegerField(_("commission (pence)"), default=0, db_default=0)
    fee_tax_minor = models.BigIntegerField(_("tax on commission (pence)"), default=0, db_default=0)
    currency: "models.CharField[str, str] | str"

    class Meta:
        abstract = True

    @property
    def parts(self) -> Parts:
        """All five."""
        return Parts(
            self.paid_minor,
            self.subsidy_minor,
            self.tax_minor,
            self.commission_minor,
            self.fee_tax_minor,
        )

    @property
    def paid(self) -> Money:
        """What the buyer pays."""
        return Money(self.paid_minor, str(self.currency))

    @property
    def tax(self) -> Money:
        """The tax within what is paid."""
        return Money(self.tax_minor, str(self.currency))


def columns(parts: Parts) -> dict[str, int]:
    """Return ``parts`` as the columns of ``Amounts``."""
    return {f"{field.name}_minor": getattr(parts, field.name) for field in fields(parts)}


def sound(name: str) -> models.CheckConstraint:
    """Return the constraint that no part is less than nothing, or more than what it is a part of."""
    return models.CheckConstraint(
        condition=Q(
            paid_minor__gte=0,
            subsidy_minor__gte=0,
            tax_minor__gte=0,
            tax_minor__lte=F("paid_minor"),
            commission_minor__gte=0,
            fee_tax_minor__gte=0,
            commission_minor__lte=F("paid_minor") + F("subsidy_minor") - F("fee_tax_minor"),
        ),
        name=name,
    )
