"""Returns and claims over the API: a buyer's, and a shop's."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from accounts.models import User
from books4all.lib import images
from books4all.lib.api import idempotency
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import ProblemOut
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.money import Money
from orders.api import case_serializers as shapes
from orders.constants import Actor, CaseStep
from orders.models import Case, OrderLine
from orders.selectors import cases as reads
from orders.selectors.case_files import label_file, photo_file
from orders.services import case_answers as answers
from orders.services import case_photos, cases
from orders.services.case_steps import By

BY_AGE = Ordering("cases", ("-created_at", "-pk"))
_READS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}
CASES = page_of(shapes.CaseRowOut, "CasePage")
_WRITES = {**_READS, 409: ProblemOut, 422: ProblemOut}
_JPEG: dict[Any, Any] = {(200, "image/jpeg"): OpenApiTypes.BINARY, **_READS}
_PDF: dict[Any, Any] = {(200, "application/pdf"): OpenApiTypes.BINARY, **_READS}
# What makes of an Idempotency-Key the id of the case that is opened under it.
_KEYS = UUID("e0f5a3de-8fd1-5f0a-93be-2f7a1a2a4a51")


# --- The two sides ----------------------------------------------------------------------------
class BuyerEndpoint(Endpoint):
    """Cases about orders of who is signed in."""

    permission_classes = (IsAuthenticated,)
    side = Actor.BUYER

    @property
    def user(self) -> User:
        """Who asks."""
        user = self.request.user
        assert isinstance(user, User)
        return user

    @property
    def by(self) -> By:
        """Who acts."""
        return By(self.side, self.user)

    def case(self, pk: UUID) -> Case:
        """Find a case of the buyer. Raises NotFoundError."""
        return reads.case_of_buyer(self.user, pk)


class ShopEndpoint(TeamEndpoint):
    """Cases about what a shop has sold, for those of its team who keep the orders."""

    roles = (SellerRole.ORDERS,)
    side = Actor.SELLER

    @property
    def by(self) -> By:
        """Who acts."""
        return By(self.side, self.member.user)

    def case(self, pk: UUID) -> Case:
        """Find a case of the shop. Raises NotFoundError."""
        return reads.case_of_seller(self.member.seller, pk)


def _show(endpoint: BuyerEndpoint | ShopEndpoint, pk: UUID) -> Response:
    page = reads.case_page(endpoint.case(pk), endpoint.side)
    return Response(shapes.CaseOut(page).data)


def _photograph(
    endpoint: BuyerEndpoint | ShopEndpoint, pk: UUID, width: int, photo: UUID
) -> HttpResponse:
    found = reads.photo_of(endpoint.case(pk), photo)
    return HttpResponse(photo_file(found, width), content_type="image/jpeg")


def _label(endpoint: BuyerEndpoint | ShopEndpoint, pk: UUID) -> HttpResponse:
    return HttpResponse(label_file(endpoint.case(pk)), content_type="application/pdf")


def _add_photograph(endpoint: BuyerEndpoint | ShopEndpoint, pk: UUID) -> Response:
    case = endpoint.case(pk)
    given = endpoint.body(shapes.PhotographIn)
    data = given["file"].read(images.MOST_BYTES + 1)
    photo = case_photos.add(case_id=case.pk, data=data, by=endpoint.by)
    return Response(shapes.CasePhotoOut(photo).data, status=status.HTTP_201_CREATED)


# --- Of a buyer -------------------------------------------------------------------------------
class CasesView(BuyerEndpoint):
    """cases/."""

    @extend_schema(
        operation_id="cases",
        tags=["cases"],
        parameters=[PageQuery],
        responses={200: CASES, **_READS},
    )
    def get(self, request: Request) -> Response:
        """List your returns and claims, the newest first."""
        del request
        rows = reads.cases_of_buyer(self.user).select_related(
            "seller_order__order", "seller_order__seller"
        )
        return self.page(
            rows, ordering=BY_AGE, query=self.query(PageQuery), serializer=shapes.CaseRowOut
        )

    @extend_schema(
        operation_id="open_case",
        tags=["cases"],
        parameters=[idempotency.PARAMETER],
        request=shapes.CaseIn,
        responses={201: shapes.CaseOut, **_WRITES},
    )
    def post(self, request: Request) -> Response:
        """Say that something is wrong with copies of one shop, or send them back."""
        key = idempotency.key_of(request)
        given = self.body(shapes.CaseIn)
        asked = given.get("asked_minor")
        case = cases.open_case(
            seller_order_id=self._seller_order(given),
            complaint=cases.Complaint(
                reason=given["reason"],
                wants=given["wants"],
                words=given["words"],
                asked=Money(asked, settings.MARKETPLACE_CURRENCY) if asked else None,
            ),
            copies={line["line"]: line["quantity"] for line in given["lines"]},
            by=self.by,
            key=uuid5(_KEYS, f"{self.user.pk}/{key}"),
        )
        shown = _show(self, case.pk)
        shown.status_code = status.HTTP_201_CREATED
        return shown

    def _seller_order(self, given: Mapping[str, Any]) -> UUID:
        """Return the part of the order that the lines are of.

        Raises:
            NotFoundError: there is no such order of this buyer, or no such lines in it.
            DomainError: they were sold by several shops.
        """
        keys = {line["line"] for line in given["lines"]}
        lines = OrderLine.objects.filter(
            pk__in=keys,
            seller_order__order__number=given["order"].upper(),
            seller_order__order__user=self.user,
        )
        found = dict(lines.values_list("pk", "seller_order"))
        if len(found) < len(keys):
            raise NotFoundError(_("There are no such books among your orders."))
        if len(set(found.values())) > 1:
            message = _("These books came from several shops: open a case for each.")
            raise DomainError(message, fields={"lines": [message]})
        return next(iter(found.values()))


class CaseView(BuyerEndpoint):
    """cases/{id}/."""

    @extend_schema(operation_id="case", tags=["cases"], responses={200: shapes.CaseOut, **_READS})
    def get(self, request: Request, pk: UUID) -> Response:
        """Show one of your cases."""
        del request
        return _show(self, pk)


class CaseStepsView(BuyerEndpoint):
    """cases/{id}/steps/."""

    @extend_schema(
        operation_id="case_step",
        tags=["cases"],
        request=shapes.BuyerStepIn,
        responses={200: shapes.CaseOut, **_WRITES},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take a step: take an offer or refuse it, say how it is sent back, close it, ask staff."""
        del request
        case = self.case(pk)
        given = self.body(shapes.BuyerStepIn)
        steps: dict[str, Callable[[], object]] = {
            CaseStep.TAKE_OFFER: lambda: cases.take_offer(case_id=case.pk, by=self.by),
            CaseStep.REFUSE_OFFER: lambda: cases.refuse_offer(
                case_id=case.pk, words=given["words"], by=self.by
            ),
            CaseStep.POST: lambda: cases.post_back(
                case_id=case.pk, carrier=given["carrier"], tracking=given["tracking"], by=self.by
            ),
            CaseStep.CANCEL: lambda: cases.cancel(case_id=case.pk, by=self.by),
            CaseStep.ESCALATE: lambda: cases.escalate(
                case_id=case.pk, words=given["words"], by=self.by
            ),
        }
        steps[given["step"]]()
        return _show(self, pk)


class CasePhotographsView(BuyerEndpoint):
    """cases/{id}/photographs/."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="case_photographs",
        tags=["cases"],
        responses={200: shapes.CasePhotoOut(many=True), **_READS},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List the photographs of one of your cases, from both sides."""
        del request
        return Response(shapes.CasePhotoOut(self.case(pk).photos.all(), many=True).data)

    @extend_schema(
        operation_id="add_case_photograph",
        tags=["cases"],
        request={"multipart/form-data": shapes.PhotographIn},
        responses={201: shapes.CasePhotoOut, **_WRITES},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Show the shop and staff what is wrong."""
        del request
        return _add_photograph(self, pk)


class CasePhotographView(BuyerEndpoint):
    """cases/{id}/photographs/{photo}/{width}/."""

    @extend_schema(operation_id="case_photograph", tags=["cases"], responses=_JPEG)
    def get(self, request: Request, pk: UUID, photo: UUID, width: int) -> HttpResponse:
        """Return a photograph of one of your cases."""
        del request
        return _photograph(self, pk, width, photo)


class CaseLabelView(BuyerEndpoint):
    """cases/{id}/label/."""

    @extend_schema(operation_id="case_label", tags=["cases"], responses=_PDF)
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return the label for the way back."""
        del request
        return _label(self, pk)


# --- Of a shop --------------------------------------------------------------------------------
class ShopCasesView(ShopEndpoint):
    """selling/{shop}/cases/."""

    @extend_schema(
        operation_id="selling_cases",
        tags=["selling"],
        parameters=[shapes.ShopCasesQuery],
        responses={200: CASES, **_READS},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's returns and claims, the newest first: those that wait for it, or `show`."""
        del request, shop
        query = self.query(shapes.ShopCasesQuery)
        rows = reads.cases_of_seller(self.member.seller, query["show"]).select_related(
            "seller_order__order", "seller_order__seller"
        )
        return self.page(rows, ordering=BY_AGE, query=query, serializer=shapes.CaseRowOut)


class ShopCaseView(ShopEndpoint):
    """selling/{shop}/cases/{id}/."""

    @extend_schema(
        operation_id="selling_case", tags=["selling"], responses={200: shapes.CaseOut, **_READS}
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show one of the shop's cases."""
        del request, shop
        return _show(self, pk)


class ShopCaseStepsView(ShopEndpoint):
    """selling/{shop}/cases/{id}/steps/."""

    @extend_schema(
        operation_id="selling_case_step",
        tags=["selling"],
        request=shapes.ShopStepIn,
        responses={200: shapes.CaseOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Answer: give the money back, have it sent back, offer, replace, decline, receive, ask staff."""
        del request, shop
        case = self.case(pk)
        given = self.body(shapes.ShopStepIn)
        _ANSWERS[given["step"]](case, given, self.by)
        return _show(self, pk)


def _offer(case: Case, given: Mapping[str, Any], by: By) -> None:
    amount = Money(given.get("amount_minor", 0), case.currency)
    answers.offer(case_id=case.pk, amount=amount, words=given["words"], by=by)


def _approve(case: Case, given: Mapping[str, Any], by: By) -> None:
    try:
        label = base64.b64decode("".join(given["label"].split()), validate=True)
    except binascii.Error:
        message = _("This is not base64.")
        raise DomainError(message, fields={"label": [message]}) from None
    answers.approve(case_id=case.pk, label=label, words=given["words"], by=by)


def _receive(case: Case, given: Mapping[str, Any], by: By) -> None:
    arrived = {
        line["line"]: answers.Arrived(line["quantity"], line["resellable"])
        for line in given.get("arrived", [])
    }
    answers.receive(case_id=case.pk, arrived=arrived, words=given["words"], by=by)


def _replace(case: Case, given: Mapping[str, Any], by: By) -> None:
    answers.replace(
        case_id=case.pk,
        carrier=given["carrier"],
        tracking=given["tracking"],
        from_stock=given["from_stock"],
        by=by,
    )


def _in_words(write: Callable[..., object]) -> Callable[[Case, Mapping[str, Any], By], object]:
    """Return an answer that takes nothing but words."""
    return lambda case, given, by: write(case_id=case.pk, words=given["words"], by=by)


_ANSWERS: dict[str, Callable[[Case, Mapping[str, Any], By], object]] = {
    CaseStep.REFUND: _in_words(answers.refund),
    CaseStep.APPROVE: _approve,
    CaseStep.TAKE_BACK: _in_words(answers.take_back),
    CaseStep.OFFER: _offer,
    CaseStep.REPLACE: _replace,
    CaseStep.DECLINE: _in_words(answers.decline),
    CaseStep.RECEIVE: _receive,
    CaseStep.ESCALATE: _in_words(cases.escalate),
}


class ShopCasePhotographsView(ShopEndpoint):
    """selling/{shop}/cases/{id}/photographs/."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="selling_case_photographs",
        tags=["selling"],
        responses={200: shapes.CasePhotoOut(many=True), **_READS},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """List the photographs of one of the shop’s cases, from both sides."""
        del request, shop
        return Response(shapes.CasePhotoOut(self.case(pk).photos.all(), many=True).data)

    @extend_schema(
        operation_id="add_selling_case_photograph",
        tags=["selling"],
        request={"multipart/form-data": shapes.PhotographIn},
        responses={201: shapes.CasePhotoOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show the buyer and staff how the book looked."""
        del request, shop
        return _add_photograph(self, pk)


class ShopCasePhotographView(ShopEndpoint):
    """selling/{shop}/cases/{id}/photographs/{photo}/{width}/."""

    @extend_schema(operation_id="selling_case_photograph", tags=["selling"], responses=_JPEG)
    def get(self, request: Request, shop: str, pk: UUID, photo: UUID, width: int) -> HttpResponse:
        """Return a photograph of one of the shop's cases."""
        del request, shop
        return _photograph(self, pk, width, photo)
