"""What a seller gives to the marketplace and not to buyers, and who is asked to join a team."""

import hashlib
from base64 import urlsafe_b64encode
from pathlib import Path

from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.constants import SellerRole
from accounts.models.sellers import Seller
from accounts.models.users import User
from books4all.lib.business import masked
from books4all.lib.ids import secret_token, uuid7
from books4all.lib.models import Timestamped


def private_store() -> Storage:
    """Return the store that no web server serves."""
    return storages["private"]


def _place_of_document(_details: "SellerDetails", name: str) -> str:
    """Return a name that tells nothing of the person; the ending has been checked."""
    return f"identity/{secret_token()}{Path(name).suffix.lower()}"


class SellerDetails(Timestamped):
    """The facts about a seller that only the marketplace may know (EU DSA, article 30(1)).

    A table of its own, so that no page of the shop loads them, even by accident.
    """

    seller = models.OneToOneField(
        Seller, on_delete=models.CASCADE, primary_key=True, related_name="details"
    )
    account_holder = models.CharField(_("account holder"), max_length=120, blank=True)
    account_number = models.CharField(_("payment account"), max_length=40, blank=True)
    document = models.FileField(
        _("identification document"),
        storage=private_store,
        upload_to=_place_of_document,
        max_length=120,
        blank=True,
    )
    document_name = models.CharField(_("the file’s own name"), max_length=120, blank=True)
    document_at = models.DateTimeField(_("document given"), null=True, blank=True)
    # What the tax office is told of sellers with more than a few sales (Directive (EU) 2021/514, annex V).
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    # Of a private person, whose street stands nowhere else.
    home_street = models.CharField(_("street and number"), max_length=200, blank=True)
    home_postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    # "To offer only products or services that comply with the applicable rules of Union law."
    lawful_at = models.DateTimeField(_("declared to sell lawfully"), null=True, blank=True)
    lawful_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    terms_at = models.DateTimeField(_("agreed to the terms"), null=True, blank=True)
    terms_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # What staff said last: in general, and by item of the checklist. History is in SellerEvent.
    note = models.TextField(_("words of staff"), blank=True)
    remarks = models.JSONField(_("remarks by item"), default=dict, blank=True)

    class Meta:
        verbose_name = _("seller’s private details")
        verbose_name_plural = _("sellers’ private details")
        ordering = ("seller",)

    def __str__(self) -> str:
        return str(self.seller)

    @property
    def masked_account(self) -> str:
        """The payment account with all but its end hidden."""
        return masked(self.account_number)


class SellerInvitation(Timestamped):
    """Somebody who is asked by mail to join a team.

    The link's secret is worked out from the row and the site's key; the table holds its hash alone, so
    that reading the table (or the jobs) lets nobody in.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    roles = ArrayField(
        models.CharField(max_length=12, choices=SellerRole.choices), verbose_name=_("roles")
    )
    invited_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Which link of this invitation counts: sending it again makes a new one and ends the one before.
    issue = models.PositiveSmallIntegerField(default=1, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("can be accepted until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation to a team")
        verbose_name_plural = _("invitations to teams")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["seller", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_each",
            ),
            models.CheckConstraint(condition=~Q(roles=[]), name="invitation_has_a_role"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_lasts"
            ),
        )
        indexes = (
            # What waits for somebody who has just signed up.
            models.Index(
                fields=["email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_by_email",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} → {self.seller}"

    @property
    def token(self) -> str:
        """The secret in the link that counts now (256 bits, HMAC of the row's id and issue)."""
        mac = salted_hmac(
            "accounts.SellerInvitation", f"{self.pk}:{self.issue}", algorithm="sha256"
        )
        return urlsafe_b64encode(mac.digest()).decode().rstrip("=")

    @property
    def role_labels(self) -> list[str]:
        """The roles in words."""
        return [str(SellerRole(role).label) for role in self.roles]

    @property
    def has_expired(self) -> bool:
        """Whether it is too late to accept it."""
        return self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether it can be accepted now."""
        return not (self.accepted_at or self.withdrawn_at or self.has_expired)


def token_hash(token: str) -> str:
    """Return what the table keeps of a link's secret (SHA-256; the secret is long and random)."""
    return hashlib.sha256(token.encode()).hexdigest()
