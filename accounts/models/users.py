"""People who sign in, and where they live."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user. ``email`` is kept in lower case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by e-mail address in any case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account, who signs in by e-mail address."""

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("There is already an account with this address.")},
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    # Every token carries it; raising it ends all tokens at once (password change, sign out everywhere).
    token_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = (
            # One spelling an address, so that the unique index means one account a person.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
        )

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        """Return the name, or the part of the address before the @."""
        return self.name or self.email.partition("@")[0]

    get_short_name = get_full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to the password and to ``token_epoch``: raising it ends them at once."""
        salt = "accounts.models.User.get_session_auth_hash"
        value = f"{self.password}:{self.token_epoch}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()


class PostalAddress(models.Model):
    """The fields of an address, for rows that keep their own copy of one."""

    full_name = models.CharField(_("full name"), max_length=120)
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("flat, building, district"), max_length=200, blank=True)
    city = models.CharField(_("town or city"), max_length=120)
    region = models.CharField(_("county, state or province"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = CountryField(_("country"))
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    ADDRESS_FIELDS: ClassVar[tuple[str, ...]] = (
        "full_name",
        "line1",
        "line2",
        "city",
        "region",
        "postcode",
        "country",
        "phone",
    )

    class Meta:
        abstract = True

    @property
    def address_lines(self) -> list[str]:
        """The lines to print on a label, without the name's country code."""
        place = " ".join(part for part in (self.city, self.postcode) if part)
        lines = (
            self.full_name,
            self.line1,
            self.line2,
            place,
            self.region,
            self.country.name,
        )
        return [str(line) for line in lines if line]


class Address(PostalAddress, Timestamped):
    """An address in a user's address book."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    is_default = models.BooleanField(_("use this one first"), default=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ("-is_default", "-created_at")
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default=True),
                name="address_one_default",
            ),
        )

    def __str__(self) -> str:
        return f"{self.full_name}, {self.city}"
