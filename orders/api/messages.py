"""Messages over the API: a reader's with shops, and a shop's with readers."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from accounts.models import User
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import ProblemOut, StrictSerializer
from catalog.api.serializers import SellerRefOut
from orders.constants import ReportReason, Side
from orders.models import Message, Thread
from orders.models.messages import MESSAGE_LENGTH
from orders.selectors import messages as reads
from orders.services import messages as writes

Plain = serializers.Serializer[Any]
BY_DATE = Ordering("threads", ("-last_at", "-pk"))
MESSAGES_BY_DATE = Ordering("messages", ("-created_at", "-pk"))
_PROBLEMS = {400: ProblemOut, 401: ProblemOut, 429: ProblemOut}
_ONE = {**_PROBLEMS, 404: ProblemOut}
_WRITES = {**_ONE, 403: ProblemOut, 409: ProblemOut}


# --- Input and output -------------------------------------------------------------------------
class ThreadsQuery(PageQuery):
    """Which conversations: all that are not put away without `show`."""

    show = serializers.ChoiceField(
        choices=[only for only in reads.FILTERS if only], required=False, default=""
    )


class TextIn(StrictSerializer):
    """What to say, as plain text."""

    text = serializers.CharField(max_length=MESSAGE_LENGTH)


class AskIn(TextIn):
    """A first message: about a copy (`listing`) or about a shop's part of an order (`seller_order`)."""

    listing = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    seller_order = serializers.UUIDField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Take one of the two."""
        if ("listing" in given) == ("seller_order" in given):
            raise serializers.ValidationError(
                {"listing": ["Name the copy, or the order in `seller_order`, and not both."]}
            )
        return given


class WriteToBuyerIn(TextIn):
    """A first message about one of the shop's orders."""

    seller_order = serializers.UUIDField()


class ThreadIn(StrictSerializer):
    """What is wanted of a conversation."""

    archived = serializers.BooleanField(required=False)
    blocked = serializers.BooleanField(required=False)


class ReportIn(StrictSerializer):
    """Why staff should look."""

    reason = serializers.ChoiceField(choices=ReportReason.choices)
    details = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class MessageOut(serializers.ModelSerializer[Message]):
    """A message. `text` is null when staff have hidden it."""

    by = serializers.ChoiceField(source="side", choices=Side.choices)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ("id", "by", "text", "created_at")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_text(self, message: Message) -> str | None:
        return None if message.hidden_at else message.text


class ThreadOut(serializers.ModelSerializer[Thread]):
    """A conversation; its messages are at `messages/{id}/texts/`. Nobody's address is ever given."""

    side: str = Side.BUYER
    seller = SellerRefOut()
    reader = serializers.CharField(source="buyer_name")
    listing = serializers.IntegerField(source="listing_id", allow_null=True)
    seller_order = serializers.UUIDField(source="seller_order_id", allow_null=True)
    unread = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()
    closed = serializers.SerializerMethodField()

    class Meta:
        model = Thread
        fields = (
            "id",
            "subject",
            "seller",
            "reader",
            "listing",
            "seller_order",
            "begun_by",
            "last_by",
            "last_at",
            "unread",
            "archived",
            "closed",
            "created_at",
        )

    def get_unread(self, thread: Thread) -> int:
        return thread.unread(self.side)

    def get_archived(self, thread: Thread) -> bool:
        return thread.is_archived(self.side)

    def get_closed(self, thread: Thread) -> bool:
        return thread.closed_at is not None


class SellingThreadOut(ThreadOut):
    """A conversation as the shop sees it. Nobody's address is ever given."""

    side = Side.SELLER

    class Meta(ThreadOut.Meta):
        pass


# --- The two sides ----------------------------------------------------------------------------
class ReaderEndpoint(Endpoint):
    """Conversations of the signed-in reader."""

    permission_classes = (IsAuthenticated,)
    side = Side.BUYER
    shape: type[ThreadOut] = ThreadOut

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
    shape: type[ThreadOut] = SellingThreadOut

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
    given = endpoint.body(ThreadIn)
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
        parameters=[ThreadsQuery],
        responses={200: page_of(ThreadOut, "ThreadPage"), **_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """List your conversations with shops, the latest first."""
        del request
        query = self.query(ThreadsQuery)
        rows = reads.threads_of_buyer(self.author, query["show"]).select_related("buyer", "seller")
        return self.page(rows, ordering=BY_DATE, query=query, serializer=self.shape)

    @extend_schema(
        operation_id="write_to_shop",
        tags=["messages"],
        request=AskIn,
        responses={201: MessageOut, **_WRITES},
    )
    def post(self, request: Request) -> Response:
        """Ask about a copy, or write about one of your orders; goes on in a conversation there is."""
        del request
        given = self.body(AskIn)
        if "listing" in given:
            sent = writes.ask(buyer=self.author, listing_id=given["listing"], text=given["text"])
        else:
            sent = writes.write_about_order(
                seller_order=reads.order_of_buyer(self.author, given["seller_order"]),
                side=self.side,
                author=self.author,
                text=given["text"],
            )
        return Response(MessageOut(sent).data, status=status.HTTP_201_CREATED)


class SellingThreadsView(ShopEndpoint):
    """selling/{shop}/messages/."""

    @extend_schema(
        operation_id="selling_messages",
        tags=["selling"],
        parameters=[ThreadsQuery],
        responses={200: page_of(SellingThreadOut, "SellingThreadPage"), **_WRITES},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's conversations with readers, the latest first."""
        del request, shop
        query = self.query(ThreadsQuery)
        rows = reads.threads_of_seller(self.member.seller, query["show"])
        return self.page(rows, ordering=BY_DATE, query=query, serializer=self.shape)

    @extend_schema(
        operation_id="write_to_buyer",
        tags=["selling"],
        request=WriteToBuyerIn,
        responses={201: MessageOut, **_WRITES},
    )
    def post(self, request: Request, shop: str) -> Response:
        """Write to the buyer of one of the shop's orders."""
        del request, shop
        given = self.body(WriteToBuyerIn)
        sent = writes.write_about_order(
            seller_order=reads.order_of_seller(self.member.seller, given["seller_order"]),
            side=self.side,
            author=self.author,
            text=given["text"],
        )
        return Response(MessageOut(sent).data, status=status.HTTP_201_CREATED)


class ThreadView(ReaderEndpoint):
    """messages/{id}/."""

    @extend_schema(operation_id="message", tags=["messages"], responses={200: ThreadOut, **_ONE})
    def get(self, request: Request, pk: UUID) -> Response:
        """Show one of your conversations."""
        del request
        return Response(self.shape(self.view(pk).thread).data)

    @extend_schema(
        operation_id="change_message",
        tags=["messages"],
        request=ThreadIn,
        responses={200: ThreadOut, **_WRITES},
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
        responses={200: SellingThreadOut, **_WRITES},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show one of the shop's conversations."""
        del request, shop
        return Response(self.shape(self.view(pk).thread).data)

    @extend_schema(
        operation_id="change_selling_message",
        tags=["selling"],
        request=ThreadIn,
        responses={200: SellingThreadOut, **_WRITES},
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
        responses={200: page_of(MessageOut, "TextPage"), **_ONE},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List what was written, the latest first. Reading over the API leaves it unread."""
        del request
        rows = reads.messages_of(self.view(pk).thread)
        query = self.query(PageQuery)
        return self.page(rows, ordering=MESSAGES_BY_DATE, query=query, serializer=MessageOut)

    @extend_schema(
        operation_id="reply_to_shop",
        tags=["messages"],
        request=TextIn,
        responses={201: MessageOut, **_WRITES},
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
        responses={200: page_of(MessageOut, "SellingTextPage"), **_WRITES},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """List what was written, the latest first. Reading over the API leaves it unread."""
        del request, shop
        rows = reads.messages_of(self.view(pk).thread)
        query = self.query(PageQuery)
        return self.page(rows, ordering=MESSAGES_BY_DATE, query=query, serializer=MessageOut)

    @extend_schema(
        operation_id="reply_to_reader",
        tags=["selling"],
        request=TextIn,
        responses={201: MessageOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Write on in the conversation."""
        del request, shop
        return Response(_reply(self, pk), status=status.HTTP_201_CREATED)


def _reply(endpoint: ReaderEndpoint | ShopEndpoint, pk: UUID) -> Any:
    endpoint.view(pk)
    given = endpoint.body(TextIn)
    sent = writes.reply(
        thread_id=pk, side=endpoint.side, author=endpoint.author, text=given["text"]
    )
    return MessageOut(sent).data


class ReportView(ReaderEndpoint):
    """messages/{id}/report/."""

    @extend_schema(
        operation_id="report_message",
        tags=["messages"],
        request=ReportIn,
        responses={204: None, **_WRITES},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask the marketplace's staff to look at the conversation."""
        del request
        self.view(pk)
        writes.report(thread_id=pk, side=self.side, reporter=self.author, **self.body(ReportIn))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SellingReportView(ShopEndpoint):
    """selling/{shop}/messages/{id}/report/."""

    @extend_schema(
        operation_id="report_selling_message",
        tags=["selling"],
        request=ReportIn,
        responses={204: None, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Ask the marketplace's staff to look at the conversation."""
        del request, shop
        self.view(pk)
        writes.report(thread_id=pk, side=self.side, reporter=self.author, **self.body(ReportIn))
        return Response(status=status.HTTP_204_NO_CONTENT)
