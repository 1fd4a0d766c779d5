"""A shop's own stock for its own programs: /api/v1/selling/<shop>/listings/."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from books4all.lib import images
from books4all.lib.api.pagination import Ordering, page_of
from books4all.lib.api.parsers import StrictJSONParser
from books4all.lib.api.serializers import ProblemOut
from catalog.api import selling_serializers as shapes
from catalog.constants import ListingStatus
from catalog.models import Edition, Listing
from catalog.selectors import shop_stock
from catalog.services import copies, delta, describing, photos

NEWEST = Ordering("own-listings", ("-pk",))
CHANGED = Ordering("own-listings-changed", ("updated_at", "pk"))
_LIST = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}
_WRITE = {409: ProblemOut, **_LIST}


class StockEndpoint(TeamEndpoint):
    """What those who keep a shop's stock may do."""

    roles = (SellerRole.INVENTORY,)

    def own(self, pk: int) -> Listing:
        """Return a listing of the shop. Raises NotFoundError for anybody else's."""
        return copies.own(seller=self.member.seller, listing_id=pk)

    def shown(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """Answer with a listing as it stands."""
        return Response(shapes.StockListingOut(self.own(pk)).data, status=code)


class StockView(StockEndpoint):
    """selling/{shop}/listings/."""

    @extend_schema(
        operation_id="own_listings",
        tags=["selling"],
        parameters=[shapes.StockQuery],
        responses={200: page_of(shapes.StockListingOut, "StockListingPage"), **_LIST},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List your copies, the one listed last in front; with `updated_since` by their last change."""
        del request, shop
        query = self.query(shapes.StockQuery)
        rows = shop_stock.stock(seller=self.member.seller, filters=shop_stock.read(query))
        since = query["updated_since"]
        if since is not None:
            # Whoever keeps a copy in step wants to hear of what is gone, too.
            everything = query["status"] == "" and not query["need"]
            rows = Listing.objects.filter(seller=self.member.seller) if everything else rows
            rows = rows.filter(updated_at__gte=since)
        order = NEWEST if since is None else CHANGED
        return self.page(
            rows.with_book(), ordering=order, query=query, serializer=shapes.StockListingOut
        )

    @extend_schema(
        operation_id="own_listing_create",
        tags=["selling"],
        request=shapes.CopyIn,
        responses={201: shapes.StockListingOut, **_WRITE},
    )
    @transaction.atomic
    def post(self, request: Request, shop: str) -> Response:
        """List a copy. With a `sku` of your own, a request sent twice is refused the second time."""
        del request, shop
        given = self.body(shapes.CopyIn)
        edition = self._edition(given)
        terms = copies.Terms(**_terms(given))
        made = copies.create(
            seller=self.member.seller,
            edition=edition,
            terms=terms,
            quantity=given.get("quantity", 1),
            sku=given.get("sku", ""),
            on_sale=given.get("status") != ListingStatus.DRAFT,
            actor=self.member.user,
        )
        return self.shown(made.pk, status.HTTP_201_CREATED)

    def _edition(self, given: dict[str, Any]) -> Edition:
        if "book" not in given:
            return delta.edition_for(edition_id=given.get("edition"), isbn=given.get("isbn"))
        book = dict(given["book"])
        book["authors"] = tuple(book.get("authors", ()))
        return describing.describe(
            book=describing.Book(**book), seller=self.member.seller, actor=self.member.user
        )


def _terms(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent of a copy as fields of a listing."""
    terms = {name: given[name] for name in copies.TERMS if name in given}
    if "price" in given:
        terms["price_minor"] = given["price"]["amount_minor"]
    if "cost" in given:
        terms["cost_minor"] = given["cost"]["amount_minor"] if given["cost"] else None
    for name in ("defects", "categories"):
        if name in terms:
            terms[name] = tuple(terms[name])
    return terms


class OwnListingView(StockEndpoint):
    """selling/{shop}/listings/{id}/."""

    @extend_schema(
        operation_id="own_listing",
        tags=["selling"],
        responses={200: shapes.StockListingOut, **_LIST},
    )
    def get(self, request: Request, shop: str, pk: int) -> Response:
        """Show one of your copies."""
        del request, shop
        return self.shown(pk)

    @extend_schema(
        operation_id="own_listing_change",
        tags=["selling"],
        request=shapes.CopyPatch,
        responses={200: shapes.StockListingOut, **_WRITE},
    )
    @transaction.atomic
    def patch(self, request: Request, shop: str, pk: int) -> Response:
        """Change what you name, and nothing else: all of it, or, if something is wrong, none."""
        del request, shop
        found = self.own(pk)
        given = self.body(shapes.CopyPatch, partial=True)
        changed = copies.edit(
            seller=self.member.seller,
            listing_id=found.pk,
            changes=_terms(given),
            quantity=given.get("quantity"),
            sku=given.get("sku", ""),
            actor=self.member.user,
        )
        to = given.get("status")
        if to and to != changed.status:
            copies.move(
                seller=self.member.seller,
                listing_id=found.pk,
                to=ListingStatus(to),
                actor=self.member.user,
            )
        return self.shown(pk)

    @extend_schema(
        operation_id="own_listing_delete", tags=["selling"], responses={204: None, **_WRITE}
    )
    @transaction.atomic
    def delete(self, request: Request, shop: str, pk: int) -> Response:
        """Delete a draft; withdraw a copy that has been on sale, whose SKU stays with its book."""
        del request, shop
        found = self.own(pk)
        if copies.may_be_deleted(found):
            copies.delete_draft(seller=self.member.seller, listing_id=pk, actor=self.member.user)
        elif found.status != ListingStatus.WITHDRAWN:
            copies.move(
                seller=self.member.seller,
                listing_id=pk,
                to=ListingStatus.WITHDRAWN,
                actor=self.member.user,
            )
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeltaView(StockEndpoint):
    """selling/{shop}/listings/delta/."""

    @extend_schema(
        operation_id="own_listings_delta",
        tags=["selling"],
        request=shapes.DeltaIn,
        responses={200: shapes.DeltaOut, **_LIST},
    )
    def post(self, request: Request, shop: str) -> Response:
        """Bring up to 500 copies up to date by their SKUs; the same rows again change nothing."""
        del request, shop
        sent = self.body(shapes.DeltaIn)["rows"]
        answers: list[dict[str, Any]] = [{} for _row in sent]
        good: dict[int, delta.Row] = {}
        for place, row in enumerate(sent):
            given = shapes.DeltaRowIn(data=row)
            if given.is_valid():
                good[place] = _row(given.validated_data)
            else:
                answers[place] = _refused(place, row, given.errors)
        results = delta.upsert(
            seller=self.member.seller, rows=list(good.values()), actor=self.member.user
        )
        for (place, row_sent), result in zip(good.items(), results, strict=True):
            answers[place] = _answer(place, row_sent.sku, result)
        return Response(shapes.DeltaOut({"rows": answers}).data)


def _row(given: dict[str, Any]) -> delta.Row:
    plain = {name: value for name, value in given.items() if name != "price"}
    price = given.get("price")
    return delta.Row(**plain, price_minor=price["amount_minor"] if price else None)


def _answer(place: int, sku: str, result: delta.Result) -> dict[str, Any]:
    errors = [
        {"field": name, "code": result.code, "message": message}
        for name, messages in result.fields.items()
        for message in messages
    ]
    return {
        "row": place, "sku": sku, "outcome": result.outcome, "id": result.listing,
        "code": result.code, "detail": result.message, "errors": errors,
    }  # fmt: skip


def _refused(place: int, row: Any, errors: Any) -> dict[str, Any]:
    """Return what is said of a row that has not the shape of one."""
    found = [
        {"field": str(name), "code": getattr(one, "code", "invalid"), "message": str(one)}
        for name, ones in errors.items()
        for one in (ones if isinstance(ones, list) else [ones])
    ]
    sku = row.get("sku", "") if isinstance(row, dict) else ""
    return {
        "row": place, "sku": str(sku)[:60], "outcome": delta.REFUSED, "id": None,
        "code": "invalid", "detail": found[0]["message"] if found else "", "errors": found,
    }  # fmt: skip


class OwnPhotosView(StockEndpoint):
    """selling/{shop}/listings/{id}/photos/."""

    parser_classes = (MultiPartParser, StrictJSONParser)

    def _photos(self, listing: Listing, code: int = status.HTTP_200_OK) -> Response:
        rows = listing.photos.order_by("position", "pk")
        return Response(shapes.OwnPhotosOut({"photos": rows}).data, status=code)

    @extend_schema(
        operation_id="own_photos",
        tags=["selling"],
        responses={200: shapes.OwnPhotosOut, **_LIST},
    )
    def get(self, request: Request, shop: str, pk: int) -> Response:
        """List the photographs of one of your copies, ready or not."""
        del request, shop
        return self._photos(self.own(pk))

    @extend_schema(
        operation_id="own_photo_add",
        tags=["selling"],
        request={"multipart/form-data": shapes.PhotoIn},
        responses={201: shapes.OwnPhotosOut, **_WRITE},
    )
    def post(self, request: Request, shop: str, pk: int) -> Response:
        """Add a photograph; its files are made in a moment."""
        del request, shop
        found = self.own(pk)
        given = self.body(shapes.PhotoIn)
        photos.upload(
            seller=self.member.seller,
            listing_id=found.pk,
            data=given["file"].read(images.MOST_BYTES + 1),
            alt=given["alt"],
            actor=self.member.user,
        )
        return self._photos(found, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="own_photos_order",
        tags=["selling"],
        request=shapes.PhotoOrderIn,
        responses={200: shapes.OwnPhotosOut, **_LIST},
    )
    def put(self, request: Request, shop: str, pk: int) -> Response:
        """Put the photographs in order; those not named follow."""
        del request, shop
        found = self.own(pk)
        photos.arrange(
            seller=self.member.seller,
            listing_id=found.pk,
            order=self.body(shapes.PhotoOrderIn)["order"],
            actor=self.member.user,
        )
        return self._photos(found)


class OwnPhotoView(StockEndpoint):
    """selling/{shop}/listings/{id}/photos/{photo}/."""

    @extend_schema(
        operation_id="own_photo_remove", tags=["selling"], responses={204: None, **_LIST}
    )
    def delete(self, request: Request, shop: str, pk: int, photo: int) -> Response:
        """Remove a photograph."""
        del request, shop
        photos.remove(
            seller=self.member.seller,
            listing_id=self.own(pk).pk,
            photo_id=photo,
            actor=self.member.user,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
