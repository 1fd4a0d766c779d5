"""What readers say and save."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.models import Timestamped
from catalog.constants import ReviewStatus
from catalog.models.bibliography import Work


class Review(Timestamped):
    """A rating from 1 to 5 with words, of a work or of a seller."""

    work = models.ForeignKey(
        Work, on_delete=models.CASCADE, null=True, blank=True, related_name="reviews"
    )
    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, null=True, blank=True, related_name="reviews"
    )
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    author_name = models.CharField(_("signed"), max_length=80)
    rating = models.PositiveSmallIntegerField(_("rating"))
    text = models.TextField(_("words"), blank=True, max_length=4000)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ReviewStatus.choices,
        default=ReviewStatus.PENDING,
    )
    verified = models.BooleanField(_("bought here"), default=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ("-published_at", "-pk")
        indexes = (
            models.Index(fields=["work", "-published_at"], name="review_of_work"),
            models.Index(fields=["seller", "-published_at"], name="review_of_seller"),
            # The queue of those that staff have not looked at.
            models.Index(
                fields=["created_at", "id"],
                name="review_pending",
                condition=Q(status=ReviewStatus.PENDING),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(work__isnull=True) ^ Q(seller__isnull=True),
                name="review_of_work_or_seller",
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=1) & Q(rating__lte=5),
                name="review_rating_1_to_5",
            ),
            models.UniqueConstraint(
                fields=["user", "work"],
                name="review_one_a_work",
                condition=Q(work__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "seller"],
                name="review_one_a_seller",
                condition=Q(seller__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.rating}/5 {self.work or self.seller}"


class ReadingList(Timestamped):
    """A user's list of works to read."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reading_lists")
    name = models.CharField(_("name"), max_length=80)
    works = models.ManyToManyField(Work, through="ReadingListItem", related_name="reading_lists")

    class Meta:
        verbose_name = _("reading list")
        verbose_name_plural = _("reading lists")
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(fields=["user", "name"], name="readinglist_name"),)

    def __str__(self) -> str:
        return self.name


class ReadingListItem(models.Model):
    """A work on a reading list."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="items")
    work = models.ForeignKey(Work, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("book on a reading list")
        verbose_name_plural = _("books on a reading list")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["reading_list", "work"], name="readinglist_work_once"),
        )

    def __str__(self) -> str:
        return str(self.work)
