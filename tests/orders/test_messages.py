"""Readers and shops write to each other: about a copy, about an order, within limits."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from redis import Redis
from rest_framework.test import APIClient

from accounts.constants import SellerRole
from accounts.models import Seller, SellerEvent, SellerMember, User
from accounts.services import tokens
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from catalog.constants import ListingStatus
from catalog.models import Listing
from orders import emails
from orders.constants import CaseStatus, SellerOrderStatus, Side
from orders.errors import MessagesBlockedError, ThreadClosedError, TooManyMessagesError
from orders.models import Message, MessageBlock, MessageReport, SellerOrder, Thread
from orders.selectors import messages as reads
from orders.services import messages as writes
from tests.factories.accounts import SellerMemberFactory, StaffFactory, UserFactory
from tests.factories.catalog import ListingFactory
from tests.factories.orders import (
    CaseFactory,
    MessageFactory,
    MessageReportFactory,
    OrderFactory,
    PaymentFactory,
    SellerOrderFactory,
    ThreadFactory,
)
from tests.orders.journeys import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def reader() -> User:
    return UserFactory(name="Hester Lamb", email="hester@example.org")


@pytest.fixture
def member() -> SellerMember:
    return SellerMemberFactory(
        seller__name="Saltmarsh Books",
        seller__email="shop@example.org",
        user__name="Ned",
        user__email="ned@example.org",
    )


@pytest.fixture
def listing(member: SellerMember) -> Listing:
    return ListingFactory(seller=member.seller)


@pytest.fixture
def part(member: SellerMember, reader: User) -> SellerOrder:
    return SellerOrderFactory(seller=member.seller, order=OrderFactory(user=reader))


@pytest.fixture
def api() -> Any:
    def client(user: User) -> APIClient:
        made = APIClient()
        made.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user).access}")
        return made

    return client


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(reader: User, listing: Listing, text: str = "Is the map still in it?") -> Thread:
    return writes.ask(buyer=reader, listing_id=listing.pk, text=text).thread


def answer(thread: Thread, member: SellerMember, text: str = "It is.") -> Message:
    return writes.reply(thread_id=thread.pk, side=Side.SELLER, author=member.user, text=text)


def test_a_question_and_its_answer_without_javascript(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    hers, his = signed_in(reader), signed_in(member.user)
    page = hers.get(reverse("orders:ask", args=[listing.pk]))
    assert listing.edition.title in page.content.decode()
    sent = hers.post(reverse("orders:ask", args=[listing.pk]), {"text": "Is the map in it?"})
    thread = Thread.objects.get()
    assert sent["Location"] == reverse("orders:message", args=[thread.pk])
    assert (thread.seller_unread, thread.begun_by) == (1, Side.BUYER)

    inbox = his.get(reverse("selling:messages", args=[member.seller.slug]), {"show": "unread"})
    assert "Is the map in it?" in inbox.content.decode()
    path = reverse("selling:message", args=[member.seller.slug, thread.pk])
    text = his.get(path).content.decode()
    assert "Hester Lamb" in text
    assert "hester@example.org" not in text
    thread.refresh_from_db()
    assert thread.seller_unread == 0
    assert his.post(path, {"text": "It is."}).status_code == 302

    text = hers.get(reverse("orders:message", args=[thread.pk])).content.decode()
    assert "It is." in text
    assert "Saltmarsh Books" in text
    assert "Ned" not in text
    assert "example.org" not in text.split("<main")[1].split("</main")[0]
    thread.refresh_from_db()
    assert (thread.buyer_unread, thread.last_by) == (0, Side.SELLER)
    assert SellerEvent.objects.get(action="message.sent").actor == member.user


def test_words_are_shown_as_they_are_and_nothing_in_them_works(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    thread = ask(reader, listing, "<b>hi</b> https://evil.example/\r\nmoc.\u202elive\x07")
    text = signed_in(member.user).get(
        reverse("selling:message", args=[member.seller.slug, thread.pk])
    )
    shown = text.content.decode()
    assert "&lt;b&gt;hi&lt;/b&gt; https://evil.example/<br>moc.live" in shown
    assert 'href="https://evil' not in shown


@pytest.mark.parametrize("text", ["", "  \n ", "\u202e\x00", "x" * 4001])
def test_words_that_say_nothing_or_too_much_are_refused(
    reader: User, listing: Listing, text: str
) -> None:
    with pytest.raises(DomainError) as refused:
        ask(reader, listing, text)
    assert "text" in refused.value.fields
    assert not Thread.objects.exists()


def test_what_was_typed_is_kept_when_it_is_refused(reader: User, listing: Listing) -> None:
    MessageBlock.objects.create(seller=listing.seller, buyer=reader, side=Side.SELLER)
    page = signed_in(reader).post(reverse("orders:ask", args=[listing.pk]), {"text": "My words"})
    shown = page.content.decode()
    assert "My words" in shown
    assert "does not want messages" in shown


def test_a_second_question_about_a_copy_goes_on_in_the_first(
    reader: User, listing: Listing
) -> None:
    assert ask(reader, listing) == ask(reader, listing)
    assert Message.objects.count() == 2


def test_nobody_asks_their_own_shop_nor_about_what_is_not_for_sale(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    with pytest.raises(DomainError):
        ask(member.user, listing)
    Listing.objects.filter(pk=listing.pk).update(status=ListingStatus.DRAFT)
    with pytest.raises(NotFoundError):
        ask(reader, listing)


def test_one_letter_until_it_is_read_and_no_address_in_it(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    thread = ask(reader, listing)
    ask(reader, listing, "And the index?")
    run_jobs(only=["orders.send_mail"])
    assert [letter.to for letter in mail.outbox] == [["shop@example.org"]]
    [letter] = mail.outbox
    path = reverse("selling:message", args=[member.seller.slug, thread.pk])
    assert path in letter.body
    assert "hester@example.org" not in letter.body + letter.subject
    assert "And the index" not in letter.body
    assert not letter.reply_to
    answer(thread, member)
    run_jobs(only=["orders.send_mail"])
    assert mail.outbox[-1].to == ["hester@example.org"]
    assert "shop@example.org" not in mail.outbox[-1].body


def test_no_letter_about_what_was_read_meanwhile(reader: User, listing: Listing) -> None:
    thread = ask(reader, listing)
    writes.mark_read(thread_id=thread.pk, side=Side.SELLER, until=timezone.now())
    assert emails.message(thread.messages.get().pk) is None


def test_reading_leaves_what_came_meanwhile_unread(reader: User, listing: Listing) -> None:
    thread = ask(reader, listing)
    seen = timezone.now()
    ask(reader, listing, "And another thing.")
    writes.mark_read(thread_id=thread.pk, side=Side.SELLER, until=seen)
    thread.refresh_from_db()
    assert thread.seller_unread == 1


def test_either_side_writes_about_an_order_in_one_conversation(
    reader: User, member: SellerMember, part: SellerOrder
) -> None:
    path = reverse("selling:message_order", args=[member.seller.slug, part.pk])
    signed_in(member.user).post(path, {"text": "The jacket is torn: still want it?"})
    thread = Thread.objects.get()
    PaymentFactory(order=part.order)
    assert (thread.seller_order, thread.buyer, thread.begun_by) == (part, reader, Side.SELLER)
    mine = signed_in(reader).get(reverse("orders:message_order", args=[part.pk]))
    assert mine["Location"] == reverse("orders:message", args=[thread.pk])
    order = signed_in(reader).get(reverse("orders:my_order", args=[part.order.number]))
    assert reverse("orders:message_order", args=[part.pk]) in order.content.decode()


def test_there_is_nobody_to_write_to_behind_an_order_without_an_account(
    member: SellerMember,
) -> None:
    part = SellerOrderFactory(seller=member.seller, order=OrderFactory(user=None))
    with pytest.raises(ThreadClosedError):
        writes.write_about_order(
            seller_order=part, side=Side.SELLER, author=member.user, text="Hello?"
        )


def test_an_order_that_nobody_paid_does_not_exist(
    reader: User, member: SellerMember, part: SellerOrder
) -> None:
    SellerOrder.objects.filter(pk=part.pk).update(status=SellerOrderStatus.EXPIRED)
    with pytest.raises(NotFoundError):
        writes.write_about_order(
            seller_order=part, side=Side.BUYER, author=reader, text="Where is it?"
        )


def test_a_reader_s_messages_are_limited_and_they_are_told_until_when(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    thread = ask(reader, listing)
    for n in range(19):
        writes.reply(thread_id=thread.pk, side=Side.BUYER, author=reader, text=f"{n}")
    page = signed_in(reader).post(reverse("orders:message", args=[thread.pk]), {"text": "One more"})
    shown = page.content.decode()
    assert "You can write again after" in shown
    assert "One more" in shown
    assert thread.messages.count() == 20
    # The shop's own count is another.
    answer(thread, member)


def test_nobody_asks_every_shop(reader: User) -> None:
    for _n in range(10):
        ask(reader, ListingFactory())
    with pytest.raises(TooManyMessagesError) as refused:
        ask(reader, ListingFactory())
    assert refused.value.status == 429
    assert refused.value.retry_after > 3600
    assert Thread.objects.count() == 10


@pytest.mark.parametrize("side", list(Side))
def test_either_side_can_shut_the_other_out_and_let_it_in(
    reader: User, member: SellerMember, listing: Listing, side: Side
) -> None:
    thread = ask(reader, listing)
    actor = reader if side == Side.BUYER else member.user
    writes.block(thread_id=thread.pk, side=side, actor=actor)
    for writer, by in ((reader, Side.BUYER), (member.user, Side.SELLER)):
        with pytest.raises(MessagesBlockedError):
            writes.reply(thread_id=thread.pk, side=by, author=writer, text="Hello?")
    with pytest.raises(MessagesBlockedError):
        ask(reader, ListingFactory(seller=member.seller))
    writes.unblock(thread_id=thread.pk, side=side, actor=actor)
    answer(thread, member)


def test_while_an_order_is_on_its_way_nobody_is_shut_out(
    reader: User, member: SellerMember, part: SellerOrder, listing: Listing
) -> None:
    writes.block(thread_id=ask(reader, listing).pk, side=Side.SELLER, actor=member.user)
    sent = writes.write_about_order(
        seller_order=part, side=Side.BUYER, author=reader, text="Where is it?"
    )
    with pytest.raises(ConflictError):
        writes.block(thread_id=sent.thread_id, side=Side.SELLER, actor=member.user)
    SellerOrder.objects.filter(pk=part.pk).update(status=SellerOrderStatus.DELIVERED)
    with pytest.raises(MessagesBlockedError):
        writes.reply(thread_id=sent.thread_id, side=Side.BUYER, author=reader, text="Thank you")


def test_nobody_is_shut_out_of_an_open_case(
    reader: User, member: SellerMember, part: SellerOrder
) -> None:
    sent = writes.write_about_order(
        seller_order=part, side=Side.BUYER, author=reader, text="It is torn."
    )
    SellerOrder.objects.filter(pk=part.pk).update(status=SellerOrderStatus.DELIVERED)
    case = CaseFactory(seller_order=part)
    MessageBlock.objects.create(seller=member.seller, buyer=reader, side=Side.BUYER)
    with pytest.raises(ConflictError):
        writes.block(thread_id=sent.thread_id, side=Side.SELLER, actor=member.user)
    answer(sent.thread, member)
    case.status, case.answer_by, case.closed_at = CaseStatus.CANCELLED, None, timezone.now()
    case.save()
    with pytest.raises(MessagesBlockedError):
        answer(sent.thread, member)


def test_staff_look_hide_and_close(reader: User, member: SellerMember, listing: Listing) -> None:
    thread = ask(reader, listing, "Buy my watches")
    his = signed_in(member.user)
    path = reverse("selling:message_report", args=[member.seller.slug, thread.pk])
    assert his.post(path, {"reason": "spam", "details": "Watches"}).status_code == 302
    his.post(path, {"reason": "spam"})
    report = MessageReport.objects.get()
    staff = signed_in(StaffFactory())
    start = staff.get(reverse("admin:index")).content.decode()
    assert thread.subject in start
    message = thread.messages.get()
    staff.post(f"/admin/orders/message/{message.pk}/do/hide/", {"reason": "Advertising"})
    staff.post(f"/admin/orders/thread/{thread.pk}/do/close/", {"reason": "Advertising"})
    staff.post(f"/admin/orders/messagereport/{report.pk}/do/settle/")
    report.refresh_from_db()
    assert report.handled_at is not None
    shown = his.get(reverse("selling:message", args=[member.seller.slug, thread.pk]))
    assert "watches" not in shown.content.decode()
    assert "staff have closed this conversation" in shown.content.decode()
    with pytest.raises(ThreadClosedError):
        answer(thread, member)


def test_a_reader_who_goes_leaves_the_conversation_to_the_shop(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    thread = ask(reader, listing)
    reader.delete()
    page = signed_in(member.user).get(
        reverse("selling:message", args=[member.seller.slug, thread.pk])
    )
    shown = page.content.decode()
    assert "A former reader" in shown
    assert "Is the map still in it?" in shown
    assert "Hester" not in shown
    with pytest.raises(ThreadClosedError):
        answer(thread, member)


def test_an_account_that_is_not_active_is_a_former_reader_too(
    reader: User, listing: Listing
) -> None:
    thread = ask(reader, listing)
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert Thread.objects.get(pk=thread.pk).buyer_name == "a former reader"


def test_a_reader_without_a_name_is_not_called_by_their_address(listing: Listing) -> None:
    thread = ask(UserFactory(name="", email="secret.name@example.org"), listing)
    assert thread.buyer_name == "a reader"


def test_put_away_until_something_new_comes(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    thread = ask(reader, listing)
    hers = signed_in(reader)
    hers.post(reverse("orders:message_archive", args=[thread.pk]))
    assert not reads.threads_of_buyer(reader).exists()
    assert reads.threads_of_buyer(reader, "archived").exists()
    assert reads.threads_of_seller(member.seller).exists()
    answer(thread, member)
    assert reads.threads_of_buyer(reader).exists()


def test_only_those_who_keep_the_orders_read_messages(
    reader: User, member: SellerMember, listing: Listing
) -> None:
    thread = ask(reader, listing)
    SellerMember.objects.filter(pk=member.pk).update(roles=[SellerRole.INVENTORY])
    his = signed_in(member.user)
    path = reverse("selling:message", args=[member.seller.slug, thread.pk])
    assert his.get(path).status_code == 403
    assert his.get(reverse("selling:messages", args=[member.seller.slug])).status_code == 403


def test_the_inbox_takes_the_same_queries_at_any_size(
    member: SellerMember, django_assert_num_queries: Any
) -> None:
    his = signed_in(member.user)
    path = reverse("selling:messages", args=[member.seller.slug])
    for size in (1, 8):
        for _n in range(size):
            thread = ThreadFactory(listing__seller=member.seller)
            MessageFactory.create_batch(2, thread=thread)
        # The session and who asks, their place in the team, how many there are, those of the page,
        # their last messages, and the menu's badges.
        with django_assert_num_queries(7):
            his.get(path)


def test_a_long_conversation_is_read_a_page_at_a_time(
    reader: User, member: SellerMember, django_assert_num_queries: Any
) -> None:
    thread = ThreadFactory(listing__seller=member.seller, buyer=reader, buyer_unread=0)
    MessageFactory.create_batch(reads.MESSAGES_SHOWN + 1, thread=thread)
    hers = signed_in(reader)
    # The session and who asks, the conversation, its blocks, how many messages, and those of the page.
    with django_assert_num_queries(6):
        page = hers.get(reverse("orders:message", args=[thread.pk]))
    shown = page.content.decode()
    assert shown.count('<li class="talk__m') == reads.MESSAGES_SHOWN
    assert "Older messages" in shown


def test_the_api_does_the_same(
    reader: User, member: SellerMember, listing: Listing, api: Any
) -> None:
    sent = api(reader).post("/api/v1/messages/", {"listing": listing.pk, "text": "Signed?"})
    assert sent.status_code == 201
    [row] = api(reader).get("/api/v1/messages/").json()["results"]
    own = f"/api/v1/selling/{member.seller.slug}/messages/"
    [theirs] = api(member.user).get(own).json()["results"]
    assert (row["unread"], theirs["unread"]) == (0, 1)
    assert theirs["reader"] == "Hester Lamb"
    assert "hester@" not in str(theirs)
    texts = f"{own}{row['id']}/texts/"
    assert api(member.user).post(texts, {"text": "By hand."}).status_code == 201
    said = api(reader).get(f"/api/v1/messages/{row['id']}/texts/").json()["results"]
    assert [one["text"] for one in said] == ["By hand.", "Signed?"]
    changed = api(reader).patch(f"/api/v1/messages/{row['id']}/", {"blocked": True})
    assert changed.status_code == 200
    refused = api(member.user).post(texts, {"text": "Hello?"})
    assert (refused.status_code, refused.json()["code"]) == (403, "messages_blocked")
    both = api(reader).post("/api/v1/messages/", {"text": "About what?"})
    assert both.status_code == 400


def test_a_shop_that_is_closed_is_not_asked(reader: User, listing: Listing) -> None:
    Seller.objects.filter(pk=listing.seller_id).update(status="suspended")
    assert signed_in(reader).get(reverse("orders:ask", args=[listing.pk])).status_code == 404


def test_a_report_handled_can_be_followed_by_another(reader: User, listing: Listing) -> None:
    thread = ask(reader, listing)
    MessageReportFactory(thread=thread, side=Side.BUYER, handled_at=timezone.now())
    writes.report(thread_id=thread.pk, side=Side.BUYER, reporter=reader, reason="rude")
    assert thread.reports.count() == 2
