"""Shops and private people who sell, and the teams that run them."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.constants import (
    LEAST_RETURN_DAYS,
    Paint,
    ReturnPostage,
    SellerKind,
    SellerRole,
    SellerStatus,
)
from accounts.models.users import User
from accounts.querysets import SellerQuerySet
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from books4all.lib.pictures import Picture


class Seller(Timestamped):
    """A shop or a private person who sells."""

    slug = models.SlugField(_("address on the site"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=10, choices=SellerKind.choices, default=SellerKind.TRADER
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=SellerStatus.choices,
        default=SellerStatus.PENDING,
    )
    paint = models.CharField(_("paint"), max_length=10, choices=Paint.choices, default=Paint.PINE)
    keeper = models.CharField(_("who runs it"), max_length=80, blank=True)
    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    story = models.TextField(_("about the shop"), blank=True)
    hours = models.CharField(_("opening hours"), max_length=120, blank=True)
    since = models.PositiveSmallIntegerField(_("selling since"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=120)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = CountryField(_("country"))
    email = models.EmailField(_("contact address"), blank=True)
    # Who stands behind the name. A trader's is shown to buyers (EU DSA, article 30(7)), a private
    # person's is not.
    legal_name = models.CharField(
        _("name of the person or company"), max_length=150, blank=True, db_default=""
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True, db_default="")
    register_name = models.CharField(_("trade register"), max_length=120, blank=True, db_default="")
    register_number = models.CharField(_("trade register number"), max_length=60, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=30, blank=True)
    dispatch_days = models.PositiveSmallIntegerField(_("posts within (working days)"), default=2)
    return_days = models.PositiveSmallIntegerField(_("takes back within (days)"), default=14)
    return_postage = models.CharField(
        _("who pays to send a copy back"),
        max_length=6,
        choices=ReturnPostage.choices,
        default=ReturnPostage.BUYER,
        db_default=ReturnPostage.BUYER.value,
    )
    return_words = models.CharField(
        _("about returns"), max_length=1000, blank=True, default="", db_default=""
    )
    # Of the books in a parcel, without post, in the marketplace's currency.
    minimum_minor = models.PositiveIntegerField(
        _("smallest order (pence)"), default=0, db_default=0
    )
    # What catalog's pictures are made of (books4all.lib.pictures); None without one.
    front_image = models.JSONField(null=True, editable=False)
    # The closure that is on, or comes next: taken from the plan (``Closure``) by accounts.services.closures
    # alone. Everything that asks whether a shop is open reads these.
    closed_from = models.DateField(_("closed from"), null=True, blank=True)
    closed_to = models.DateField(_("closed to"), null=True, blank=True)
    closure_note = models.CharField(_("note while closed"), max_length=200, blank=True)
    # Kept by catalog.services.reviews, in the transaction that publishes a review.
    rating_sum = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    members = models.ManyToManyField(User, through="SellerMember", related_name="sellers")

    objects = SellerQuerySet.as_manager()

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_to__isnull=True) | Q(closed_to__gte=F("closed_from")),
                name="seller_closure_in_order",
                violation_error_message=_("The last day closed is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(rating_sum__lte=F("rating_count") * 5),
                name="seller_rating_possible",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Hold a trader to the law on returns.

        Raises:
            ValidationError: fewer days than a consumer has to change their mind.
        """
        super().clean()
        if not self.is_private and (self.return_days or 0) < LEAST_RETURN_DAYS:
            message = _(
                "A shop gives at least %(days)d days: the law lets consumers change their mind."
            )
            raise ValidationError({"return_days": message % {"days": LEAST_RETURN_DAYS}})

    @property
    def minimum(self) -> Money:
        """The least that the books of a parcel come to; nothing: no least."""
        return Money(self.minimum_minor, settings.MARKETPLACE_CURRENCY)

    @property
    def picture(self) -> Picture | None:
        """A picture of the shop, once there is one."""
        return Picture.of(self.front_image)

    @property
    def rating(self) -> float | None:
        """Mean of the published ratings, 1 to 5, or None before the first."""
        return self.rating_sum / self.rating_count if self.rating_count else None

    @property
    def is_approved(self) -> bool:
        """Whether staff have approved the shop, and have not suspended it since."""
        return self.status == SellerStatus.APPROVED

    @property
    def is_private(self) -> bool:
        """Whether a private person sells, to whom trade law does not apply."""
        return self.kind == SellerKind.PRIVATE

    @property
    def is_closed_now(self) -> bool:
        """Whether the shop is on a holiday today (UTC)."""
        today = timezone.now().date()
        return (
            self.closed_from is not None
            and self.closed_from <= today
            and (self.closed_to is None or self.closed_to >= today)
        )


class Closure(models.Model):
    """A holiday of a shop, first and last day included: its copies can't be bought on these (UTC)."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField(_("closed from"))
    last_day = models.DateField(
        _("to"), null=True, blank=True, help_text=_("Left empty: until further notice")
    )
    note = models.CharField(_("note for buyers"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ("first_day", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="closure_in_order",
                violation_error_message=_("The last day closed is before the first."),
            ),
            # A day apart, so that the clock has time to take up the next one.
            ExclusionConstraint(
                name="closure_apart",
                expressions=[
                    ("seller", RangeOperators.EQUAL),
                    (
                        models.Func(
                            Cast("first_day", models.DateField()),
                            models.ExpressionWrapper(
                                Cast("last_day", models.DateField()) + Value(1),
                                output_field=models.DateField(),
                            ),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "Another closure takes up some of these days, or the day beside them."
                    " Change that one instead."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day or '…'}"


class FrontPicture(models.Model):
    """A picture of a shop as it was sent, until its files are made; then it goes, or says why not.

    Kept in the database, not in the store: nothing of it is ever served.
    """

    seller = models.OneToOneField(
        Seller, on_delete=models.CASCADE, primary_key=True, related_name="new_picture"
    )
    data = models.BinaryField()
    alt = models.CharField(_("description"), max_length=300, blank=True)
    problem = models.CharField(_("why it was refused"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("picture of a shop on its way")
        verbose_name_plural = _("pictures of shops on their way")

    def __str__(self) -> str:
        return str(self.seller_id)


class SellerMember(Timestamped):
    """A user's place in a seller's team."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    roles = ArrayField(
        models.CharField(max_length=12, choices=SellerRole.choices), verbose_name=_("roles")
    )

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering = ("seller", "pk")
        constraints = (
            models.UniqueConstraint(fields=["seller", "user"], name="member_once_a_seller"),
            models.CheckConstraint(
                condition=~Q(roles=[]),
                name="member_has_a_role",
                violation_error_message=_("Choose at least one role."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} ({', '.join(self.role_labels)})"

    @property
    def role_labels(self) -> list[str]:
        """The roles in words."""
        return [str(SellerRole(role).label) for role in self.roles]

    def may(self, *roles: SellerRole) -> bool:
        """Whether the member has one of ``roles``; an owner may do everything."""
        return SellerRole.OWNER in self.roles or any(role in self.roles for role in roles)


class SellerEvent(models.Model):
    """Something that was done in a shop, and by whom. Append-only: written by services.activity."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="activity")
    # Nobody when the marketplace did it. Without a database constraint: history stays as it was when
    # an account goes.
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    # A stable code with the noun first: "listing.created", "stock.uploaded", "order.refused".
    action = models.CharField(_("what"), max_length=40)
    # What it was done to, as people know it: a SKU, an order's number, an e-mail address.
    subject = models.CharField(_("to what"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("activity of a shop")
        verbose_name_plural = _("activity of shops")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["seller", "-created_at", "-id"], name="activity_of_seller"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.subject}".strip()
