"""What accounts' endpoints take and give."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.constants import SellerKind, SellerRole, SellerStatus
from accounts.models import Address, PostalAddress, Seller, User
from accounts.selectors import memberships
from books4all.lib.api.serializers import CountryField, StrictSerializer
from books4all.lib.postcodes import check_postcode


class SignIn(StrictSerializer):
    """E-mail address and password."""

    email = serializers.EmailField(max_length=254)
    # Longer ones are refused before anything is hashed.
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class TokenPairOut(serializers.Serializer[Any]):
    """A pair of tokens. `expires_in` is the access token's life in seconds."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField()


class RefreshIn(StrictSerializer):
    """A refresh token."""

    refresh = serializers.CharField(max_length=2000)


class TokenIn(StrictSerializer):
    """A token of either kind."""

    token = serializers.CharField(max_length=2000)


class ShopOfMineOut(serializers.Serializer[Any]):
    """A shop that the signed-in user works for, and what they may do in it."""

    shop = serializers.SlugField(source="seller.slug", help_text="Its word in addresses")
    name = serializers.CharField(source="seller.name")
    status = serializers.ChoiceField(choices=SellerStatus.choices, source="seller.status")
    roles = serializers.ListField(child=serializers.ChoiceField(choices=SellerRole.choices))


class MeOut(serializers.ModelSerializer[User]):
    """The signed-in user."""

    shops = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("email", "name", "language", "date_joined", "shops")

    @extend_schema_field(ShopOfMineOut(many=True))
    def get_shops(self, user: User) -> list[dict[str, Any]]:
        """Return the shops of the user, 50 at most."""
        return list(ShopOfMineOut(memberships(user)[:50], many=True).data)


class MeIn(StrictSerializer):
    """What users may change about themselves. The address is changed on the site, by a confirmed mail."""

    name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class PostalAddressIn(StrictSerializer):
    """An address to send parcels to."""

    full_name = serializers.CharField(max_length=120)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")
    city = serializers.CharField(max_length=120)
    region = serializers.CharField(max_length=120, allow_blank=True, required=False, default="")
    postcode = serializers.CharField(max_length=20, allow_blank=True, required=False, default="")
    country = CountryField()
    phone = serializers.CharField(max_length=30, allow_blank=True, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the postcode by the country's shape; a change of one of the two needs both."""
        if ("country" in attrs) != ("postcode" in attrs):
            missing = "postcode" if "country" in attrs else "country"
            raise serializers.ValidationError({missing: [_("Send country and postcode together.")]})
        if "country" in attrs:
            try:
                attrs["postcode"] = check_postcode(attrs["country"], attrs["postcode"])
            except ValueError as error:
                raise serializers.ValidationError({"postcode": [str(error)]}) from error
        return attrs


class AddressIn(PostalAddressIn):
    """An address for the address book."""

    is_default = serializers.BooleanField(required=False)


class AddressOut(serializers.ModelSerializer[Address]):
    """An address in the user's address book."""

    country = serializers.CharField(source="country.code")

    class Meta:
        model = Address
        fields = ("id", *PostalAddress.ADDRESS_FIELDS, "is_default", "created_at")


class ChecklistItemOut(serializers.Serializer[Any]):
    """An item of the checklist. ``lacking`` says what is missing, by field."""

    code = serializers.CharField()
    title = serializers.CharField()
    done = serializers.BooleanField()
    required = serializers.BooleanField(  # type: ignore[assignment]  # a field all the same
        help_text="Whether it must be done before review"
    )
    lacking = serializers.DictField(child=serializers.CharField())


class SellerFactsOut(serializers.ModelSerializer[Seller]):
    """Who stands behind a shop. The payment account is masked, and told to owners alone."""

    shop = serializers.SlugField(source="slug", help_text="Its word in addresses")
    country = serializers.CharField(source="country.code")
    account = serializers.CharField(help_text="Masked; empty for members who are not owners")
    checklist = ChecklistItemOut(many=True)

    class Meta:
        model = Seller
        fields = (
            "shop",
            "status",
            "name",
            "kind",
            "legal_name",
            "street",
            "postcode",
            "place",
            "country",
            "email",
            "phone",
            "register_name",
            "register_number",
            "vat_number",
            "account",
            "checklist",
        )


class SellerFactsIn(StrictSerializer):
    """Facts about who stands behind a shop. What is left out stays as it is."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=SellerKind.choices)
    legal_name = serializers.CharField(max_length=150, allow_blank=True)
    street = serializers.CharField(max_length=200, allow_blank=True)
    postcode = serializers.CharField(max_length=20, allow_blank=True)
    place = serializers.CharField(max_length=120)
    country = CountryField()
    email = serializers.EmailField(max_length=254, allow_blank=True)
    phone = serializers.CharField(max_length=30, allow_blank=True)
    register_name = serializers.CharField(max_length=120, allow_blank=True)
    register_number = serializers.CharField(max_length=60, allow_blank=True)
    vat_number = serializers.CharField(max_length=30, allow_blank=True)


class TeamMemberOut(serializers.Serializer[Any]):
    """Somebody of a shop's team. The address is told to owners alone."""

    name = serializers.CharField()
    email = serializers.CharField(help_text="Empty for members who are not owners")
    roles = serializers.ListField(child=serializers.ChoiceField(choices=SellerRole.choices))
    since = serializers.DateTimeField()
