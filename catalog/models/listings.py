"""What belongs to a listing: photographs of the copy, what it cost when, and changes made to many."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from books4all.lib.pictures import COPIES, Picture
from catalog.constants import BulkAction, BulkStatus, CoverStatus
from catalog.models.stock import Listing


class ListingPhoto(Timestamped):
    """A photograph of one seller's copy: never shown as the cover of an edition.

    Its files are made in a job (catalog.services.photos) and lie in the media store under ``name``, a
    hash of what is in them. ``position`` orders a copy's photographs; the first stands for it.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="photos")
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    status = models.CharField(
        _("status"), max_length=7, choices=CoverStatus.choices, default=CoverStatus.WAITING
    )
    # Why it was refused: a stable word for programs, a sentence for people.
    problem = models.CharField(max_length=30, blank=True, editable=False)
    reason = models.CharField(_("why it was refused"), max_length=300, blank=True)
    # Of the file as it came.
    sha256 = models.CharField(_("checksum of the file (SHA-256)"), max_length=64)
    name = models.CharField(max_length=40, blank=True, editable=False, db_index=True)
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)
    widths = ArrayField(models.PositiveSmallIntegerField(), default=list, editable=False)
    colour = models.CharField(_("most common colour"), max_length=7, blank=True)
    alt = models.CharField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("What can be seen, for those who can’t: “The title page, with a stain”"),
    )
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("photograph of a copy")
        verbose_name_plural = _("photographs of copies")
        ordering = ("listing", "position", "pk")
        indexes = (models.Index(fields=["listing", "position", "id"], name="photo_of_listing"),)
        constraints = (
            models.UniqueConstraint(fields=["listing", "sha256"], name="photo_file_once"),
            models.CheckConstraint(
                condition=~Q(status=CoverStatus.READY)
                | (Q(width__gt=0) & Q(height__gt=0) & ~Q(name="") & Q(widths__len__gt=0)),
                name="photo_ready_has_files",
            ),
            models.CheckConstraint(
                condition=~Q(status=CoverStatus.REFUSED) | ~Q(reason=""),
                name="photo_refused_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.listing_id}"

    @property
    def picture(self) -> Picture | None:
        """The picture, once there is one."""
        if self.status != CoverStatus.READY:
            return None
        return Picture(
            name=self.name,
            width=self.width,
            height=self.height,
            widths=tuple(self.widths),
            colour=self.colour,
            alt=self.alt,
            folder=COPIES,
        )


class PhotoOriginal(models.Model):
    """A file as it came, until its pictures are made; then it goes. Nothing of it is ever served."""

    photo = models.OneToOneField(
        ListingPhoto, on_delete=models.CASCADE, primary_key=True, related_name="original"
    )
    data = models.BinaryField()

    class Meta:
        verbose_name = _("original of a photograph")
        verbose_name_plural = _("originals of photographs")

    def __str__(self) -> str:
        return str(self.photo_id)


class PriceChange(models.Model):
    """From when on a listing had a price, and whether it was offered at it. Append-only.

    Written by a trigger on catalog_listing, whoever writes the price: nobody else adds rows.
    """

    # Without a database constraint: a draft that nobody ever saw may go, its history stays.
    listing = models.ForeignKey(
        Listing, on_delete=models.DO_NOTHING, db_constraint=False, related_name="price_changes"
    )
    price_minor = models.BigIntegerField(_("price (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    # Only what was on sale counts as a price that somebody could pay.
    offered = models.BooleanField(_("on sale"))
    at = models.DateTimeField(_("from"), default=timezone.now)

    class Meta:
        verbose_name = _("change of price")
        verbose_name_plural = _("changes of prices")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["listing", "-at", "-id"], name="price_of_listing"),)

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.price}"

    @property
    def price(self) -> Money:
        """Price of one copy without delivery."""
        return Money(self.price_minor, self.currency)


class BulkEdit(Timestamped):
    """One change to many of a shop's listings: prepared, looked at, made, and perhaps taken back."""

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(
        primary_key=True, default=uuid7, editable=False
    )
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="bulk_edits")
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    action = models.CharField(_("what"), max_length=12, choices=BulkAction.choices)
    # How: {"percent": "-10", "ending": "99"}, {"shelf": "B2"}; nothing for most.
    terms = models.JSONField(_("how"), default=dict, blank=True)
    # Which: {"ids": [..]} for ticked rows, {"filters": {..}} for all that a list shows.
    chosen = models.JSONField(_("which"), default=dict, blank=True)
    # Listings made after it was prepared are none of its business.
    up_to = models.BigIntegerField(default=0, editable=False)
    status = models.CharField(
        _("status"), max_length=9, choices=BulkStatus.choices, default=BulkStatus.PREPARED
    )
    # The key of the last listing, or of the last change taken back, that is done with.
    position = models.BigIntegerField(default=0, editable=False)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    undone = models.PositiveIntegerField(_("taken back"), default=0)
    kept = models.PositiveIntegerField(_("not taken back"), default=0)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("change to many listings")
        verbose_name_plural = _("changes to many listings")
        ordering = ("-pk",)
        indexes = (models.Index(fields=["seller", "-id"], name="bulkedit_of_seller"),)

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.get_status_display()})"


class BulkChange(models.Model):
    """What a change to many did to one listing, so that it can be taken back."""

    edit = models.ForeignKey(BulkEdit, on_delete=models.CASCADE, related_name="changes")
    # The listing may be gone: the journal still says what was done.
    listing = models.ForeignKey(
        Listing, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    sku = models.CharField(_("SKU"), max_length=60)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    # Why it was left out, or could not be taken back: a stable word.
    problem = models.CharField(_("why not"), max_length=30, blank=True)
    undone = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("change to one of many listings")
        verbose_name_plural = _("changes to one of many listings")
        ordering = ("edit", "pk")
        constraints = (models.UniqueConstraint(fields=["edit", "listing"], name="bulkchange_once"),)

    def __str__(self) -> str:
        return self.sku
