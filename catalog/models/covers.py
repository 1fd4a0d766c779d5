"""Pictures of editions' covers, and what waits to be made of one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.models import Timestamped
from books4all.lib.pictures import Picture
from catalog.constants import CoverSource, CoverStatus
from catalog.models.bibliography import Edition


class Cover(Timestamped):
    """The cover of an edition: never a photograph of somebody's copy.

    Its files are made in a job (catalog.services.covers) and lie in the media store under ``name``,
    a hash of what is in them. An edition shows its newest, one by staff before one by a feed.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="covers")
    source = models.CharField(_("source"), max_length=8, choices=CoverSource.choices)
    source_url = models.CharField(_("address"), max_length=2000, blank=True)
    status = models.CharField(
        _("status"), max_length=7, choices=CoverStatus.choices, default=CoverStatus.WAITING
    )
    # Why it was refused: a stable word for programs, a sentence for people.
    problem = models.CharField(max_length=30, blank=True, editable=False)
    reason = models.CharField(_("why it was refused"), max_length=300, blank=True)
    # Of the file as it came.
    sha256 = models.CharField(_("checksum of the file (SHA-256)"), max_length=64, blank=True)
    name = models.CharField(max_length=40, blank=True, editable=False, db_index=True)
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)
    widths = ArrayField(models.PositiveSmallIntegerField(), default=list, editable=False)
    colour = models.CharField(_("most common colour"), max_length=7, blank=True)
    alt = models.CharField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("What can be seen, for those who can’t: “A whale under a small boat”"),
    )
    licence = models.CharField(
        _("licence"), max_length=120, blank=True, help_text=_("CC0, or by leave of the publisher")
    )
    credit = models.CharField(
        _("credit"), max_length=200, blank=True, help_text=_("Shown beside the cover: who made it")
    )
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("cover")
        verbose_name_plural = _("covers")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["edition", "sha256"],
                condition=Q(status__in=(CoverStatus.WAITING, CoverStatus.READY)) & ~Q(sha256=""),
                name="cover_file_once",
            ),
            # A feed names the same address each time it comes.
            models.UniqueConstraint(
                fields=["edition", "source_url"],
                condition=~Q(source_url=""),
                name="cover_address_once",
            ),
            models.CheckConstraint(
                condition=~Q(status=CoverStatus.READY)
                | (Q(width__gt=0) & Q(height__gt=0) & ~Q(name="") & Q(widths__len__gt=0)),
                name="cover_ready_has_files",
            ),
            models.CheckConstraint(
                condition=~Q(status=CoverStatus.REFUSED) | ~Q(reason=""),
                name="cover_refused_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.edition}"

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
            credit=self.credit,
            edition=self.edition_id,
        )


class CoverOriginal(models.Model):
    """A file as it came, until its pictures are made; then it goes.

    Kept in the database, not in the store: it comes and goes in one transaction with its cover, a
    worker on another machine can read it, and nothing of it is ever served.
    """

    cover = models.OneToOneField(
        Cover, on_delete=models.CASCADE, primary_key=True, related_name="original"
    )
    data = models.BinaryField()

    class Meta:
        verbose_name = _("original of a cover")
        verbose_name_plural = _("originals of covers")

    def __str__(self) -> str:
        return str(self.cover_id)
