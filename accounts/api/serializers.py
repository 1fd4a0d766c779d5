"""What accounts' endpoints take and give."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Address, PostalAddress, User
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


class MeOut(serializers.ModelSerializer[User]):
    """The signed-in user."""

    class Meta:
        model = User
        fields = ("email", "name", "language", "date_joined")


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
