"""Choices that accounts' models and pages share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SellerKind(models.TextChoices):
    """Trader or private person: shown on every offer (EU DSA, article 30; CRD, article 6a)."""

    TRADER = "trader", _("Shop")
    PRIVATE = "private", _("Private seller")


class SellerStatus(models.TextChoices):
    """States of a seller. Only an approved seller's copies are on sale."""

    PENDING = "pending", _("Application begun")
    READY_FOR_REVIEW = "ready_for_review", _("Waiting for review")
    CHANGES_REQUESTED = "changes_requested", _("Changes asked for")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class SellerRole(models.TextChoices):
    """What a member of a seller's team may do."""

    OWNER = "owner", _("Owner")
    INVENTORY = "inventory", _("Inventory")
    ORDERS = "orders", _("Orders")
    ACCOUNTING = "accounting", _("Accounting")


class ReturnPostage(models.TextChoices):
    """Who pays to send a copy back that is as it was described."""

    BUYER = "buyer", _("The buyer")
    SELLER = "seller", _("The shop")


class StandingDays(models.IntegerChoices):
    """The windows that a shop's standing is worked out for."""

    QUARTER = 90, _("90 days")
    YEAR = 365, _("12 months")


# With fewer orders than these nothing is said of a shop: one late parcel would be a verdict.
STANDING_ORDERS = 5
# Percent, below which staff look at a shop.
COMPLETION_TARGET = 90
IN_TIME_TARGET = 95


class Paint(models.TextChoices):
    """The colours a shop front can be painted in: each at least 6:1 against the lettering."""

    PINE = "pine", _("Pine")
    OXBLOOD = "oxblood", _("Oxblood")
    NAVY = "navy", _("Navy")
    PLUM = "plum", _("Plum")
    INK = "ink", _("Ink")
    BRICK = "brick", _("Brick")
    TEAL = "teal", _("Teal")
    MOSS = "moss", _("Moss")


# What a trader must give a consumer in the European Union or the United Kingdom to change their mind
# (Consumer Rights Directive 2011/83/EU, article 9; Consumer Contracts Regulations 2013, regulation 30).
LEAST_RETURN_DAYS = 14

# From → to. A transition that is not here is refused. Only staff approve, so a
# shop that was closed opens again by their word alone.
SELLER_TRANSITIONS: dict[str, frozenset[str]] = {
    SellerStatus.PENDING: frozenset({SellerStatus.READY_FOR_REVIEW, SellerStatus.CLOSED}),
    SellerStatus.READY_FOR_REVIEW: frozenset(
        {
            SellerStatus.APPROVED,
            SellerStatus.CHANGES_REQUESTED,
            SellerStatus.REJECTED,
            SellerStatus.CLOSED,
        }
    ),
    SellerStatus.CHANGES_REQUESTED: frozenset({SellerStatus.READY_FOR_REVIEW, SellerStatus.CLOSED}),
    SellerStatus.APPROVED: frozenset({SellerStatus.SUSPENDED, SellerStatus.CLOSED}),
    SellerStatus.REJECTED: frozenset({SellerStatus.READY_FOR_REVIEW, SellerStatus.CLOSED}),
    SellerStatus.SUSPENDED: frozenset({SellerStatus.APPROVED, SellerStatus.CLOSED}),
    SellerStatus.CLOSED: frozenset({SellerStatus.READY_FOR_REVIEW}),
}

# Names that no shop may take in addresses: pages of ours stand there, or a buyer would take them for us.
RESERVED_SLUGS = frozenset(
    {
        "account", "admin", "api", "auth", "basket", "checkout", "feed", "help", "invitations", "media",
        "new", "news", "open", "sell", "selling", "shop", "shops", "static", "staff", "support", "team",
    }
)  # fmt: skip

# Days that an invitation to a team can be accepted.
INVITATION_DAYS = 7
