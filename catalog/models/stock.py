"""Copies for sale, and how many there are."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from catalog.constants import (
    GRADES,
    HEAVIEST_G,
    Condition,
    Defect,
    Jacket,
    ListingStatus,
    MovementKind,
)
from catalog.models.bibliography import Edition
from catalog.querysets import ListingQuerySet

_DEFECTS = dict(Defect.choices)


class Listing(Timestamped):
    """One seller's copy, or pile of identical copies, of an edition.

    ``on_hand`` copies stand on the shelf; ``held`` of them are promised to unfinished checkouts.
    Both change only in catalog.services.stock, under the row's lock.
    """

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="listings")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="listings")
    sku = models.CharField(_("SKU"), max_length=60)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=ListingStatus.choices,
        default=ListingStatus.DRAFT,
    )
    condition = models.CharField(_("condition"), max_length=10, choices=Condition.choices)
    jacket = models.CharField(
        _("jacket"), max_length=16, choices=Jacket.choices, default="", blank=True
    )
    defects = ArrayField(
        models.CharField(max_length=16, choices=Defect.choices),
        verbose_name=_("defects"),
        default=list,
        blank=True,
    )
    signed = models.BooleanField(_("signed"), default=False)
    inscribed = models.BooleanField(_("inscribed by the author"), default=False)
    first_edition = models.BooleanField(_("first edition"), default=False)
    rare = models.BooleanField(_("rare or collectable"), default=False)
    print_on_demand = models.BooleanField(_("printed on demand"), default=False)
    notes = models.TextField(_("the seller’s words"), blank=True, max_length=4000)
    private_notes = models.TextField(_("private notes"), blank=True)
    shelf = models.CharField(_("where it stands"), max_length=40, blank=True)
    # The seller's words on this copy's edition and printing ("2nd edition", "3rd impression"): the
    # edition's own statement is the catalogue's.
    edition_text = models.CharField(
        _("edition, as stated"), max_length=120, blank=True, default="", db_default=""
    )
    printing = models.CharField(_("printing"), max_length=60, blank=True, default="", db_default="")
    keywords = models.CharField(
        _("keywords"), max_length=500, blank=True, default="", db_default=""
    )
    categories = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("the shop’s own categories"),
        default=list,
        db_default=[],
        blank=True,
    )
    weight_g = models.PositiveIntegerField(_("weight (g)"), null=True, blank=True)
    cost_minor = models.BigIntegerField(_("what it cost the shop (pence)"), null=True, blank=True)
    price_minor = models.BigIntegerField(_("price (pence)"))
    currency = models.CharField(_("currency"), max_length=3, default="GBP")
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    held = models.PositiveIntegerField(_("held"), default=0)
    listed_at = models.DateTimeField(_("listed"), null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ("-listed_at", "-pk")
        indexes = (
            # New arrivals, and a shop's stock newest first.
            models.Index(
                fields=["-listed_at", "-id"],
                name="listing_newest",
                condition=Q(status=ListingStatus.ACTIVE),
            ),
            models.Index(fields=["seller", "-listed_at", "-id"], name="listing_seller_newest"),
            # How many copies a shop has of each state is counted from this alone.
            models.Index(fields=["seller", "status", "-id"], name="listing_seller_status"),
            # A shop's own list of its stock, whatever its state.
            models.Index(fields=["seller", "-id"], name="listing_seller_latest"),
            # The rare room: one copy in a hundred, which the index above would look for in vain.
            models.Index(
                fields=["-listed_at", "-id"],
                name="listing_rare_newest",
                condition=Q(status=ListingStatus.ACTIVE, rare=True),
            ),
            models.Index(
                fields=["edition", "price_minor"],
                name="listing_edition_price",
                condition=Q(status=ListingStatus.ACTIVE),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["seller", "sku"], name="listing_sku_of_seller"),
            models.CheckConstraint(
                condition=Q(held__gte=0) & Q(held__lte=F("on_hand")),
                name="listing_held_on_hand",
            ),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0),
                name="listing_price_positive",
                violation_error_message=_("A copy costs at least a penny."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.sku}: {self.edition}"

    @property
    def available(self) -> int:
        """Copies that can be bought now."""
        return self.on_hand - self.held

    @property
    def price(self) -> Money:
        """Price of one copy without delivery."""
        return Money(self.price_minor, self.currency)

    @property
    def posted_g(self) -> int | None:
        """What a copy weighs in a parcel (g): as the shop says, else the catalogue; None: unknown.

        ``catalog.querysets.posted_weight`` is the same in SQL.
        """
        known = self.weight_g or self.edition.weight_g
        return min(known, HEAVIEST_G) if known else None

    @property
    def gauge(self) -> str:
        """Bars of the condition gauge, 1 to 5."""
        return GRADES[self.condition].gauge

    @property
    def defect_labels(self) -> list[str]:
        """The defects in words."""
        return [str(_DEFECTS.get(code, code)) for code in self.defects]


class StockMovement(models.Model):
    """A change of a listing's stock. Append-only: the movements' sum is the stock on hand."""

    # Without a database constraint: a draft that nobody ever saw may go, its history stays.
    listing = models.ForeignKey(
        Listing, on_delete=models.PROTECT, db_constraint=False, related_name="movements"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=MovementKind.choices)
    quantity = models.IntegerField(_("change"))
    reference = models.CharField(
        _("reference"),
        max_length=80,
        blank=True,
        help_text=_("An order’s number, a delivery note"),
    )
    # Without a database constraint: history stays as it was when an account goes.
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(quantity=0), name="movement_changes_something"),
        )

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.get_kind_display()}"
