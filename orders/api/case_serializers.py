"""What the endpoints of returns and claims take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import MoneyOut, StrictSerializer
from books4all.lib.forms import MOST_MINOR
from catalog.api.serializers import SellerRefOut
from catalog.constants import CoverStatus
from orders.constants import (
    Actor,
    CaseOutcome,
    CaseReason,
    CaseStatus,
    CaseStep,
    CaseWant,
    RefundStatus,
)
from orders.models import Case, CasePhoto
from orders.models.cases import WORDS_LENGTH
from orders.selectors.cases import CasePage
from orders.services.case_answers import MOST_LABEL_BYTES

# Of a file in base64, with room for line ends.
MOST_LABEL_TEXT = MOST_LABEL_BYTES * 3 // 2
BUYERS_STEPS = (
    CaseStep.TAKE_OFFER,
    CaseStep.REFUSE_OFFER,
    CaseStep.POST,
    CaseStep.CANCEL,
    CaseStep.ESCALATE,
)
SHOPS_STEPS = (
    CaseStep.REFUND,
    CaseStep.APPROVE,
    CaseStep.TAKE_BACK,
    CaseStep.OFFER,
    CaseStep.REPLACE,
    CaseStep.DECLINE,
    CaseStep.RECEIVE,
    CaseStep.ESCALATE,
)

BUYERS_CHOICES = [(step.value, step.label) for step in BUYERS_STEPS]
SHOPS_CHOICES = [(step.value, step.label) for step in SHOPS_STEPS]


class CaseLineIn(StrictSerializer):
    """Copies of a line of the order."""

    line = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=999)


class CaseIn(StrictSerializer):
    """What is wrong with copies that one shop has posted."""

    order = serializers.CharField(max_length=12, help_text="The order’s number")
    lines = CaseLineIn(many=True, min_length=1, max_length=200)  # type: ignore[call-arg]  # many's own
    reason = serializers.ChoiceField(choices=CaseReason.choices)
    wants = serializers.ChoiceField(choices=CaseWant.choices, default=CaseWant.REFUND)
    words = serializers.CharField(
        max_length=WORDS_LENGTH, required=False, default="", allow_blank=True
    )
    asked_minor = serializers.IntegerField(
        min_value=1, max_value=MOST_MINOR, required=False, help_text="With `partial`, if you like"
    )


class BuyerStepIn(StrictSerializer):
    """A step of the buyer: see `steps` of the case for those that can be taken now."""

    step = serializers.ChoiceField(choices=BUYERS_CHOICES)
    words = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)
    carrier = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    tracking = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class ArrivedIn(StrictSerializer):
    """Copies of a line that came back, and how many can be sold again."""

    line = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=0, max_value=999)
    resellable = serializers.IntegerField(min_value=0, max_value=999, default=0)


class ShopStepIn(StrictSerializer):
    """An answer of the shop: see `steps` of the case for those that can be given now."""

    step = serializers.ChoiceField(choices=SHOPS_CHOICES)
    words = serializers.CharField(max_length=250, required=False, default="", allow_blank=True)
    carrier = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    tracking = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    amount_minor = serializers.IntegerField(
        min_value=1, max_value=MOST_MINOR, required=False, help_text="With `offer`"
    )
    from_stock = serializers.BooleanField(default=False, help_text="With `replace`")
    label = serializers.CharField(  # type: ignore[assignment]  # a field of that name, not its label
        max_length=MOST_LABEL_TEXT,
        required=False,
        default="",
        allow_blank=True,
        help_text="With `approve`: a PDF in base64",
    )
    arrived = ArrivedIn(  # type: ignore[call-arg]  # many's own
        many=True, required=False, max_length=200, help_text="With `receive`"
    )


class ShopCasesQuery(PageQuery):
    """Which of a shop's cases: those that wait for it without `show`."""

    show = serializers.ChoiceField(choices=["open", "all"], required=False, default="")


class CaseLineOut(serializers.Serializer[Any]):
    """Copies of a line in a case; what came back of them, once the shop has said so."""

    line = serializers.UUIDField(source="order_line_id")
    title = serializers.CharField(source="order_line.title")
    quantity = serializers.IntegerField()
    received = serializers.IntegerField(allow_null=True)
    resellable = serializers.IntegerField(allow_null=True)


class CasePhotoOut(serializers.ModelSerializer[CasePhoto]):
    """A photograph: a file of each width is at `photographs/{id}/{width}/` once it is ready."""

    side = serializers.ChoiceField(choices=Actor.choices)
    status = serializers.ChoiceField(choices=CoverStatus.choices)
    widths = serializers.ListField(child=serializers.IntegerField())

    class Meta:
        model = CasePhoto
        fields = ("id", "side", "status", "problem", "widths", "created_at")


class CaseRowOut(serializers.ModelSerializer[Case]):
    """A case in a list."""

    order = serializers.CharField(source="seller_order.order.number")
    seller = SellerRefOut(source="seller_order.seller")
    status = serializers.ChoiceField(choices=CaseStatus.choices)
    reason = serializers.ChoiceField(choices=CaseReason.choices)
    wants = serializers.ChoiceField(choices=CaseWant.choices)
    outcome = serializers.ChoiceField(choices=CaseOutcome.choices, allow_blank=True)

    class Meta:
        model = Case
        fields = (
            "id",
            "order",
            "seller",
            "status",
            "reason",
            "wants",
            "outcome",
            "answer_by",
            "created_at",
            "updated_at",
            "closed_at",
        )


class ToldOut(serializers.Serializer[Any]):
    """A step that was taken."""

    what = serializers.CharField(source="event.type")
    by = serializers.ChoiceField(choices=Actor.choices, source="event.side")
    note = serializers.CharField()
    at = serializers.DateTimeField(source="event.created_at")


class CaseOut(serializers.Serializer[Any]):
    """A case as one side sees it: `steps` are what it can do now, `due` what all of it comes to."""

    case = CaseRowOut()
    words = serializers.CharField(source="case.words")
    asked = MoneyOut(source="case.asked", allow_null=True)
    offered = MoneyOut(source="case.offered", allow_null=True)
    agreed = serializers.BooleanField(source="case.agreed", allow_null=True)
    needs_return = serializers.BooleanField(source="terms.needs_return")
    shop_pays_return = serializers.BooleanField()
    due = MoneyOut(source="due.total", allow_null=True, default=None)
    send_to = serializers.ListField(child=serializers.CharField())
    has_label = serializers.SerializerMethodField()
    back = serializers.CharField(source="case.back")
    replacement = serializers.CharField(source="case.replacement")
    given_back = MoneyOut(source="case.given")
    refund_status = serializers.ChoiceField(
        choices=RefundStatus.choices, source="case.refund.status", allow_null=True, default=None
    )
    steps = serializers.ListField(child=serializers.CharField())
    lines = CaseLineOut(many=True)
    photographs = CasePhotoOut(many=True, source="photos")
    story = ToldOut(many=True)

    @extend_schema_field(serializers.BooleanField())
    def get_has_label(self, page: CasePage) -> bool:
        """Say whether there is a label for the way back."""
        return bool(page.case.label)


class PhotographIn(StrictSerializer):
    """A picture file, as a form sends it."""

    file = serializers.FileField()
