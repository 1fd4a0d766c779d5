"""Serializers that take exactly what they name, and the shapes that every endpoint shares."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from rest_framework import serializers

UNKNOWN = _("There is no such field. Remove it.")


class StrictSerializer(serializers.Serializer[Any]):
    """Input in which a field that is not declared is an error, so that no typing error goes unnoticed."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown fields, named one by one, together with whatever else is wrong."""
        errors: dict[str, Any] = {}
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            errors = {
                str(name): [serializers.ErrorDetail(str(UNKNOWN), code="unknown_field")]
                for name in data
                if name not in known
            }
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                errors |= error.detail
                raise serializers.ValidationError(errors) from error
            raise
        if errors:
            raise serializers.ValidationError(errors)
        return value


class MoneyOut(serializers.Serializer[Any]):
    """An amount in minor units (pence), never a fraction."""

    amount_minor = serializers.IntegerField(source="minor")
    currency = serializers.CharField(help_text="ISO 4217")


class CountryField(serializers.CharField):
    """A country by its ISO 3166 code, in either case."""

    default_error_messages = {"country": _("Use the two letters of a country, like GB.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2, "min_length": 2, "help_text": "ISO 3166", **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """Return the code in capitals."""
        code = super().to_internal_value(data).upper()
        if code not in countries:
            self.fail("country")
        return str(code)


def default_country() -> str:
    """Return the country that prices deliveries when none is named."""
    return str(settings.DEFAULT_COUNTRY)


class CountryQuery(StrictSerializer):
    """Where the parcel would go."""

    country = CountryField(required=False, default=default_country)


class ProblemErrorOut(serializers.Serializer[Any]):
    """A field to mend."""

    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemOut(serializers.Serializer[Any]):
    """A problem document (RFC 9457). ``code`` is stable; ``detail`` is for people."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    errors = ProblemErrorOut(many=True, required=False)  # type: ignore[assignment]  # a field all the same
