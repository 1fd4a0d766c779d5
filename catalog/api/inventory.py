"""A shop's stock files for programs: uploaded, followed, published."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FileUploadParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.parsers import BodyTooLongError, StrictJSONParser
from books4all.lib.api.serializers import ProblemOut
from books4all.lib.errors import DomainError
from catalog.api import inventory_shapes as shapes
from catalog.importers.record import RefusedFileError
from catalog.models import InventoryImport
from catalog.selectors import inventory as selectors
from catalog.services import inventory
from catalog.services.inventory import error_file
from catalog.services.inventory.lifecycle import MOST_BYTES

LATEST = Ordering("stock-files", ("-pk",))
BY_NUMBER = Ordering("stock-rows", ("number",))
_PROBLEMS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}


class UnreadableError(DomainError):
    """The file is of no format that is read. ``extra["remedy"]`` says what to send instead."""

    code = "file_refused"


class WholeFileParser(FileUploadParser):
    """A body that is the file itself, whatever it says its type is; its name is in the address."""

    media_type = "*/*"

    def get_filename(self, stream: Any, media_type: Any, parser_context: Any) -> str:
        """Return the name that the address gives it."""
        del stream, media_type
        name = parser_context["request"].query_params.get("name", "")
        return str(name)[-200:] or "stock.txt"


class StockEndpoint(TeamEndpoint):
    """What whoever keeps the inventory may do."""

    roles = (SellerRole.INVENTORY,)

    def found(self, pk: UUID) -> InventoryImport:
        """Return one of the shop's files."""
        return selectors.import_of(self.member.seller, pk)


class StockFilesView(StockEndpoint):
    """selling/{shop}/imports/."""

    def get_parsers(self) -> list[Any]:
        """Take a form with a file in it, or the file itself."""
        return [MultiPartParser(), WholeFileParser()]

    @extend_schema(
        operation_id="stock_files",
        tags=["selling"],
        parameters=[PageQuery],
        responses={
            200: page_of(shapes.StockFileOut, "StockFilePage"),
            400: ProblemOut,
            **_PROBLEMS,
        },
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's stock files, the latest first."""
        del request, shop
        rows = selectors.imports_of(self.member.seller)
        query = self.query(PageQuery)
        return self.page(rows, ordering=LATEST, query=query, serializer=shapes.StockFileOut)

    @extend_schema(
        operation_id="stock_file_upload",
        tags=["selling"],
        parameters=[shapes.UploadQuery],
        request={
            "application/octet-stream": OpenApiTypes.BINARY,
            "multipart/form-data": shapes.UploadForm,
        },
        responses={
            201: shapes.StockFileOut,
            400: ProblemOut,
            413: ProblemOut,
            **_PROBLEMS,
        },
    )
    def post(self, request: Request, shop: str) -> Response:
        """Upload a stock file: as the body, or as `file` of a form. It is checked at once.

        With `publish=true` it is published as soon as it is checked, unless more than a tenth of the
        stock would be withdrawn: then it waits for a `publish` that says so.
        """
        del shop
        said = self.query(shapes.UploadQuery)
        file = request.data.get("file") if hasattr(request.data, "get") else None
        if not isinstance(file, UploadedFile):
            raise ValidationError({"file": ["Send the file as the body, or as “file” of a form."]})
        if (file.size or 0) > MOST_BYTES:
            raise BodyTooLongError
        choices = {
            name: said[name]
            for name in ("format", "encoding", "delimiter", "decimal", "currency")
            if said.get(name)
        }
        try:
            made = inventory.upload(
                seller=self.member.seller,
                file=cast("BinaryIO", file),
                name=said["name"] or file.name or "stock.txt",
                mode=said["mode"],
                choices=choices,
                at_once=said["publish"],
                actor=self.member.user,
            )
        except RefusedFileError as error:
            raise UnreadableError(error.problem.message, remedy=error.problem.remedy) from error
        return Response(shapes.StockFileOut(made).data, status=status.HTTP_201_CREATED)


class StockFileView(StockEndpoint):
    """selling/{shop}/imports/{id}/."""

    @extend_schema(
        operation_id="stock_file",
        tags=["selling"],
        responses={200: shapes.StockFileOut, **_PROBLEMS},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show how far a stock file has come, and what came of it."""
        del request, shop
        return Response(shapes.StockFileOut(self.found(pk)).data)


class StockRowsView(StockEndpoint):
    """selling/{shop}/imports/{id}/rows/."""

    @extend_schema(
        operation_id="stock_file_rows",
        tags=["selling"],
        parameters=[shapes.RowsQuery],
        responses={200: page_of(shapes.StockRowOut, "StockRowPage"), 400: ProblemOut, **_PROBLEMS},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """List what became of the rows, or will: each with its changes, and its problems by field."""
        del request, shop
        found = self.found(pk)
        query = self.query(shapes.RowsQuery)
        rows = selectors.rows_of(found, outcome=query["outcome"])
        return self.page(rows, ordering=BY_NUMBER, query=query, serializer=shapes.StockRowOut)


class StockErrorsView(StockEndpoint):
    """selling/{shop}/imports/{id}/errors/."""

    @extend_schema(
        operation_id="stock_file_errors",
        tags=["selling"],
        parameters=[
            OpenApiParameter(
                "only", str, enum=["wrong"], description="Leave out rows that are right."
            )
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **_PROBLEMS},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> StreamingHttpResponse:
        """Give the file back in its own format, with what is wrong in one more column."""
        del shop
        only_wrong = request.query_params.get("only") == "wrong"
        content = error_file.content(self.found(pk), only_wrong=only_wrong)
        return StreamingHttpResponse(content, content_type="application/octet-stream")


class StockPublishView(StockEndpoint):
    """selling/{shop}/imports/{id}/publish/."""

    parser_classes = (StrictJSONParser,)

    @extend_schema(
        operation_id="stock_file_publish",
        tags=["selling"],
        request=shapes.PublishIn,
        responses={200: shapes.StockFileOut, 400: ProblemOut, 409: ProblemOut, **_PROBLEMS},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Publish a checked file. Rows that need a correction wait, the others don't."""
        del shop
        found = self.found(pk)
        given = self.body(shapes.PublishIn) if request.data else {"withdraw": False}
        made = inventory.publish(
            inventory_import=found, actor=self.member.user, confirmed=given["withdraw"]
        )
        return Response(shapes.StockFileOut(made).data)
