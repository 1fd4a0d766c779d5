"""What people wait for, and the copies that meet it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQueryField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import User
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from catalog.constants import OPEN_WANTS, Condition, WantNotice, WantStatus
from catalog.models.bibliography import Edition, Work
from catalog.models.stock import Listing


class Want(Timestamped):
    """What somebody waits for, and on which terms: a work, one edition of it, or words.

    Somebody is a user, or a guest known by an address that they have confirmed. Words are those of a
    search; what they ask of a book is kept beside them (``catalog.services.want_words``), so that one
    statement finds the wants that a thousand new copies meet.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="wants", null=True, blank=True
    )
    email = models.EmailField(_("address of a guest"), blank=True, default="", db_default="")
    language = models.CharField(_("language of letters"), max_length=10, blank=True, default="")
    work = models.ForeignKey(
        Work, on_delete=models.CASCADE, related_name="wants", null=True, blank=True
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="wants", null=True, blank=True
    )
    # The words as they were typed into the search field; empty for the want of a book.
    query = models.CharField(
        _("words searched for"), max_length=200, blank=True, default="", db_default=""
    )
    # What the words ask of a work's search document. One of ``anchors`` is in every document that
    # has them; ``WantAnchor`` leads from the words of new copies to the few wants worth a look.
    sought = SearchQueryField(null=True, blank=True, editable=False)
    anchors = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    year_min = models.SmallIntegerField(_("from year"), null=True, blank=True)
    year_max = models.SmallIntegerField(_("to year"), null=True, blank=True)
    # The terms. The price is with delivery to ``country``.
    least_condition = models.CharField(
        _("at least"), max_length=10, choices=Condition.choices, blank=True
    )
    jacket = models.BooleanField(_("with its jacket"), default=False, db_default=False)
    signed = models.BooleanField(_("signed"), default=False, db_default=False)
    first_edition = models.BooleanField(_("first edition"), default=False, db_default=False)
    no_ex_library = models.BooleanField(_("no ex-library copies"), default=False, db_default=False)
    no_print_on_demand = models.BooleanField(
        _("no print on demand"), default=False, db_default=False
    )
    max_price_minor = models.PositiveIntegerField(
        _("most you would pay, delivered (pence)"), null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, default="GBP")
    country = CountryField(_("delivered to"), default="GB", db_default="GB")
    notice = models.CharField(
        _("told"),
        max_length=10,
        choices=WantNotice.choices,
        default=WantNotice.DAILY,
        db_default=WantNotice.DAILY,
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=WantStatus.choices,
        default=WantStatus.ACTIVE,
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("want")
        verbose_name_plural = _("wants")
        ordering = ("-created_at", "-pk")
        indexes = (
            # What an import asks: the wants of a batch's books. Only active ones are of interest.
            models.Index(
                fields=["work"], name="want_of_work", condition=Q(status=WantStatus.ACTIVE)
            ),
            models.Index(
                fields=["edition"], name="want_of_edition", condition=Q(status=WantStatus.ACTIVE)
            ),
            # Whoever stops letters, and whoever signs up with the address of a guest.
            models.Index(Lower("email"), name="want_of_guest", condition=~Q(email="")),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(email=""), name="want_of_user_or_guest"
            ),
            models.CheckConstraint(
                condition=Q(work__isnull=False, edition__isnull=True, query="")
                | Q(work__isnull=True, edition__isnull=False, query="")
                | (Q(work__isnull=True, edition__isnull=True) & ~Q(query="")),
                name="want_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["user", "work"],
                condition=Q(status__in=OPEN_WANTS, user__isnull=False),
                name="want_work_once",
            ),
            models.UniqueConstraint(
                fields=["user", "edition"],
                condition=Q(status__in=OPEN_WANTS, user__isnull=False),
                name="want_edition_once",
            ),
            models.UniqueConstraint(
                "user",
                Lower("query"),
                condition=Q(status__in=OPEN_WANTS, user__isnull=False) & ~Q(query=""),
                name="want_query_once",
            ),
            models.UniqueConstraint(
                fields=["email", "work"],
                condition=Q(status__in=OPEN_WANTS, user__isnull=True),
                name="want_work_once_a_guest",
            ),
            models.UniqueConstraint(
                fields=["email", "edition"],
                condition=Q(status__in=OPEN_WANTS, user__isnull=True),
                name="want_edition_once_a_guest",
            ),
            models.UniqueConstraint(
                "email",
                Lower("query"),
                condition=Q(status__in=OPEN_WANTS, user__isnull=True) & ~Q(query=""),
                name="want_query_once_a_guest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user or self.email}: {self.book or self.query}"

    @property
    def book(self) -> Work | None:
        """The book waited for; None for words."""
        return self.edition.work if self.edition else self.work

    @property
    def most(self) -> Money | None:
        """The most that would be paid, delivered."""
        return None if self.max_price_minor is None else Money(self.max_price_minor, self.currency)


class WantAnchor(models.Model):
    """An anchor of an active want. Kept by a trigger (migration 0020), and read by its words."""

    # Without a constraint: the trigger writes and removes the rows with the want's own.
    want_id = models.BigIntegerField()
    lexeme = models.TextField()

    class Meta:
        verbose_name = _("anchor of a want")
        verbose_name_plural = _("anchors of wants")
        indexes = (
            models.Index(fields=["lexeme", "want_id"], name="wantanchor_lexeme"),
            models.Index(fields=["want_id"], name="wantanchor_want"),
        )

    def __str__(self) -> str:
        return f"{self.lexeme} → {self.want_id}"


class WantMatch(models.Model):
    """A copy that meets a want: written when it goes on sale, kept whatever becomes of the two."""

    want = models.ForeignKey(Want, on_delete=models.CASCADE, related_name="matches")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="want_matches")
    # What the copy cost with delivery then.
    price_minor = models.BigIntegerField(_("price, delivered (pence)"))
    matched_at = models.DateTimeField(_("matched"), default=timezone.now, editable=False)
    # The letter that tells of it, and when it was written; empty until then.
    letter = models.UUIDField(_("letter"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("match of a want")
        verbose_name_plural = _("matches of wants")
        ordering = ("-matched_at", "-pk")
        indexes = (
            # Who is still to be told, and what there is that is new to them.
            models.Index(fields=["want"], name="match_untold", condition=Q(told_at__isnull=True)),
            models.Index(fields=["want"], name="match_unseen", condition=Q(seen_at__isnull=True)),
            models.Index(
                fields=["letter"], name="match_of_letter", condition=Q(letter__isnull=False)
            ),
            # Who has had how many letters of late.
            models.Index(
                fields=["told_at"], name="match_told_when", condition=Q(letter__isnull=False)
            ),
        )
        constraints = (models.UniqueConstraint(fields=["want", "listing"], name="match_once"),)

    def __str__(self) -> str:
        return f"{self.want_id} ← {self.listing_id}"

    @property
    def currency(self) -> str:
        """The currency of the price: that of the want."""
        return self.want.currency


class WantSweep(models.Model):
    """Up to which document of the search copies have been matched with wants: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    swept_to = models.DateTimeField()
    # The last work of those written at just that moment.
    work_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("state of the matching of wants")
        verbose_name_plural = _("state of the matching of wants")
        constraints = (models.CheckConstraint(condition=Q(id=1), name="wantsweep_one_row"),)

    def __str__(self) -> str:
        return str(self.swept_to)
