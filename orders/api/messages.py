"""Messages over the API: a reader's with shops, and a shop's with readers."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from accounts.models import User
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import ProblemOut
from orders.api import message_serializers as shapes
from orders.constants import Side
from orders.selectors import messages as reads
from orders.services import messages as writes

BY_DATE = Ordering("threads", ("-last_at", "-pk"))
MESSAGES_BY_DATE = Ordering("messages", ("-created_at", "-pk"))
_PROBLEMS = {400: ProblemOut, 401: ProblemOut, 429: ProblemOut}
_ONE = {**_PROBLEMS, 404: ProblemOut}
_WRITES = {**_ONE, 403: ProblemOut, 409: ProblemOut}


# --- The two sides ----------------------------------------------------------------------------
class ReaderEndpoint(Endpoint):
    """Conversations of the signed-in reader."""

    permission_classes = (IsAuthenticated,)
    side = Side.BUYER
    shape: type[shapes.ThreadOut] = shapes.ThreadOut

    @property
    def author(self) -> User:
        """Who writes."""
        user = self.request.user
        assert isinstance(user, User)
        return user

    def view(self, pk: UUID) -> reads.ThreadView:
        """Find a conversation of the reader. Raises NotFoundError."""
        return reads.thread_of_buyer(self.author, pk)


class ShopEndpoint(TeamEndpoint):
    """Conversations of a shop, for those of its team who keep the orders."""

    roles = (SellerRole.ORDERS,)
    side = Side.SELLER
    shape: type[shapes.ThreadOut] = shapes.SellingThreadOut

    @property
    def author(self) -> User:
        """Who writes."""
        return self.member.user

    def view(self, pk: UUID) -> reads.ThreadView:
        """Find a conversation of the shop. Raises NotFoundError."""
        return reads.thread_of_seller(self.member.seller, pk)


def _change(endpoint: ReaderEndpoint | ShopEndpoint, pk: UUID) -> reads.ThreadView:
    """Put away or get out, block or unblock, and return the conversation as it is then."""
    endpoint.view(pk)
    given = endpoint.body(shapes.ThreadIn)
    side, actor = endpoint.side, endpoint.author
    if "archived" in given:
        writes.archive(thread_id=pk, side=side, archived=given["archived"])
    if "blocked" in given:
        write = writes.block if given["blocked"] else writes.unblock
        write(thread_id=pk, side=side, actor=actor)
    return endpoint.view(pk)


class ThreadsView(ReaderEndpoint):
    """messages/."""

    @extend_schema(
        operation_id="messages",
        tags=["messages"],
        parameters=[shapes.ThreadsQuery],
        responses={200: page_of(shapes.ThreadOut, "ThreadPage"), **_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """List your conversations with shops, the latest first."""
        del request
        query = self.query(shapes.ThreadsQuery)
        rows = reads.threads_of_buyer(self.author, query["show"]).select_related("buyer", "seller")
        return self.page(rows, ordering=BY_DATE, query=query, serializer=self.shape)

    @extend_schema(
        operation_id="write_to_shop",
        tags=["messages"],
        request=shapes.AskIn,
        responses={201: shapes.MessageOut, **_WRITES},
    )
    def post(self, request: Request) -> Response:
        """Ask about a copy, or write about one of your orders; goes on in a conversation there is."""
        del request
        given = self.body(shapes.AskIn)
        if "listing" in given:
            sent = writes.ask(buyer=self.author, listing_id=given["listing"], text=given["text"])
        else:
            sent = writes.write_about_order(
                seller_order=reads.order_of_buyer(self.author, given["seller_order"]),
                side=self.side,
                author=self.author,
                text=given["text"],
            )
        return Response(shapes.MessageOut(sent).data, status=status.HTTP_201_CREATED)


class SellingThreadsView(ShopEndpoint):
    """selling/{shop}/messages/."""

    @extend_schema(
        operation_id="selling_messages",
        tags=["selling"],
        parameters=[shapes.ThreadsQuery],
        responses={200: page_of(shapes.SellingThreadOut, "SellingThreadPage"), **_WRITES},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's conversations with readers, the latest first."""
        del request, shop
        query = self.query(shapes.ThreadsQuery)
        rows = reads.threads_of_seller(self.member.seller, query["show"])
        return self.page(rows, ordering=BY_DATE, query=query, serializer=self.shape)

    @extend_schema(
        operation_id="write_to_buyer",
        tags=["selling"],
        request=shapes.WriteToBuyerIn,
        responses={201: shapes.MessageOut, **_WRITES},
    )
    def post(self, request: Request, shop: str) -> Response:
        """Write to the buyer of one of the shop's orders."""
        del request, shop
        given = self.body(shapes.WriteToBuyerIn)
        sent = writes.write_about_order(
            seller_order=reads.order_of_seller(self.member.seller, given["seller_order"]),
            side=self.side,
            author=self.author,
            text=given["text"],
        )
        return Response(shapes.MessageOut(sent).data, status=status.HTTP_201_CREATED)


class ThreadView(ReaderEndpoint):
    """messages/{id}/."""

    @extend_schema(
        operation_id="message", tags=["messages"], responses={200: shapes.ThreadOut, **_ONE}
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Show one of your conversations."""
        del request
        return Response(self.shape(self.view(pk).thread).data)

    @extend_schema(
        operation_id="change_message",
        tags=["messages"],
        request=shapes.ThreadIn,
        responses={200: shapes.ThreadOut, **_WRITES},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Put the conversation away, or block the shop."""
        del request
        return Response(self.shape(_change(self, pk).thread).data)


class SellingThreadView(ShopEndpoint):
    """selling/{shop}/messages/{id}/."""

    @extend_schema(
        operation_id="selling_message",
        tags=["selling"],
        responses={200: shapes.SellingThreadOut, **_WRITES},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show one of the shop's conversations."""
        del request, shop
        return Response(self.shape(self.view(pk).thread).data)

    @extend_schema(
        operation_id="change_selling_message",
        tags=["selling"],
        request=shapes.ThreadIn,
        responses={200: shapes.SellingThreadOut, **_WRITES},
    )
    def patch(self, request: Request, shop: str, pk: UUID) -> Response:
        """Put the conversation away, or block the reader."""
        del request, shop
        return Response(self.shape(_change(self, pk).thread).data)


class TextsView(ReaderEndpoint):
    """messages/{id}/texts/."""

    @extend_schema(
        operation_id="message_texts",
        tags=["messages"],
        parameters=[PageQuery],
        responses={200: page_of(shapes.MessageOut, "TextPage"), **_ONE},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List what was written, the latest first. Reading over the API leaves it unread."""
        del request
        rows = reads.messages_of(self.view(pk).thread)
        query = self.query(PageQuery)
        return self.page(rows, ordering=MESSAGES_BY_DATE, query=query, serializer=shapes.MessageOut)

    @extend_schema(
        operation_id="reply_to_shop",
        tags=["messages"],
        request=shapes.TextIn,
        responses={201: shapes.MessageOut, **_WRITES},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Write on in the conversation."""
        del request
        return Response(_reply(self, pk), status=status.HTTP_201_CREATED)


class SellingTextsView(ShopEndpoint):
    """selling/{shop}/messages/{id}/texts/."""

    @extend_schema(
        operation_id="selling_message_texts",
        tags=["selling"],
        parameters=[PageQuery],
        responses={200: page_of(shapes.MessageOut, "SellingTextPage"), **_WRITES},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """List what was written, the latest first. Reading over the API leaves it unread."""
        del request, shop
        rows = reads.messages_of(self.view(pk).thread)
        query = self.query(PageQuery)
        return self.page(rows, ordering=MESSAGES_BY_DATE, query=query, serializer=shapes.MessageOut)

    @extend_schema(
        operation_id="reply_to_reader",
        tags=["selling"],
        request=shapes.TextIn,
        responses={201: shapes.MessageOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Write on in the conversation."""
        del request, shop
        return Response(_reply(self, pk), status=status.HTTP_201_CREATED)


def _reply(endpoint: ReaderEndpoint | ShopEndpoint, pk: UUID) -> Any:
    endpoint.view(pk)
    given = endpoint.body(shapes.TextIn)
    sent = writes.reply(
        thread_id=pk, side=endpoint.side, author=endpoint.author, text=given["text"]
    )
    return shapes.MessageOut(sent).data


class ReportView(ReaderEndpoint):
    """messages/{id}/report/."""

    @extend_schema(
        operation_id="report_message",
        tags=["messages"],
        request=shapes.ReportIn,
        responses={204: None, **_WRITES},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask the marketplace's staff to look at the conversation."""
        del request
        self.view(pk)
        writes.report(
            thread_id=pk, side=self.side, reporter=self.author, **self.body(shapes.ReportIn)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class SellingReportView(ShopEndpoint):
    """selling/{shop}/messages/{id}/report/."""

    @extend_schema(
        operation_id="report_selling_message",
        tags=["selling"],
        request=shapes.ReportIn,
        responses={204: None, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Ask the marketplace's staff to look at the conversation."""
        del request, shop
        self.view(pk)
        writes.report(
            thread_id=pk, side=self.side, reporter=self.author, **self.body(shapes.ReportIn)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
