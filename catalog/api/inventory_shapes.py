"""What the API takes and gives of a shop's stock files."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import StrictSerializer
from catalog.constants import InventoryMode, InventoryStatus, RowOutcome
from catalog.importers.stock.row import StockFormat


class UploadQuery(StrictSerializer):
    """What is said of a file in the address; nothing need be."""

    name = serializers.CharField(
        required=False, default="", max_length=200, help_text="The file’s name"
    )
    mode = serializers.ChoiceField(
        InventoryMode.choices,
        required=False,
        default=InventoryMode.UPDATE,
        help_text="`replace` withdraws what the file does not have",
    )
    publish = serializers.BooleanField(
        required=False, default=False, help_text="Publish what is right as soon as it is checked"
    )
    format = serializers.ChoiceField(
        [one.value for one in StockFormat], required=False, help_text="Instead of finding out"
    )
    encoding = serializers.CharField(required=False, max_length=20, help_text="Such as `cp1252`")
    delimiter = serializers.CharField(required=False, max_length=1, trim_whitespace=False)
    decimal = serializers.ChoiceField([".", ","], required=False)
    currency = serializers.RegexField(
        r"^[A-Z]{3}$", required=False, help_text="Of prices that name none"
    )


class UploadForm(serializers.Serializer[Any]):
    """A form with the file in it."""

    file = serializers.FileField()


class PublishIn(StrictSerializer):
    """Whether the copies may go that a whole stock does not have."""

    withdraw = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Needed when more than a tenth of the stock would be withdrawn",
    )


class RowsQuery(PageQuery):
    """Which rows."""

    outcome = serializers.ChoiceField(RowOutcome.choices, required=False, default="")


class FailureOut(serializers.Serializer[Any]):
    """Why a file could not be read on."""

    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class StockFileOut(serializers.Serializer[Any]):
    """A stock file, and how far it has come."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="file_name")
    size = serializers.IntegerField(help_text="Bytes")
    format = serializers.CharField()
    encoding = serializers.CharField()
    mode = serializers.ChoiceField(InventoryMode.choices)
    status = serializers.ChoiceField(
        InventoryStatus.choices,
        help_text="`matching`: its columns must be matched on the page first",
    )
    paused = serializers.BooleanField()
    position = serializers.IntegerField(help_text="Rows dealt with")
    total = serializers.IntegerField(allow_null=True, help_text="Rows, once they are counted")
    check = serializers.DictField(
        child=serializers.IntegerField(),
        source="checked",
        help_text="Rows by what would become of them",
    )
    result = serializers.DictField(
        child=serializers.IntegerField(), source="counts", help_text="Rows by what became of them"
    )
    failure = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(FailureOut(allow_null=True))
    def get_failure(self, one: Any) -> Any:
        """Return why it stopped, if it did."""
        return FailureOut(one.failure).data if one.failure else None


class RowProblemOut(serializers.Serializer[Any]):
    """What is wrong with a field of a row, and the remedy. A warning holds nothing up."""

    code = serializers.CharField()
    field = serializers.CharField(allow_blank=True, help_text="As the file calls it")
    value = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    severity = serializers.ChoiceField(["warning", "error"])


class StockRowOut(serializers.Serializer[Any]):
    """What became of a row, or will."""

    number = serializers.IntegerField()
    line = serializers.IntegerField(help_text="Of the file; 0 where it has none")
    sku = serializers.CharField()
    title = serializers.CharField()
    author = serializers.CharField()
    outcome = serializers.ChoiceField(RowOutcome.choices)
    changes = serializers.DictField(
        child=serializers.ListField(), help_text="Field to [before, after]"
    )
    problems = RowProblemOut(many=True)
