"""What goes on between shops and readers: a team, questions, wants, reductions, and how shops keep their word."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import F

from accounts.constants import SellerRole
from accounts.models import Closure, Seller, SellerMember, User
from accounts.services import activity
from books4all.demo.people import SHOPKEEPER
from books4all.demo.source import dice
from catalog.constants import Condition, ListingStatus, WantNotice
from catalog.models import Listing, Want, Work
from catalog.services import tallies
from orders.constants import Side
from orders.models import Message, SellerOrder, Thread
from orders.services import standing

# Copies whose price the demonstration's shop has just brought down, and by how many percent.
REDUCED, PERCENT = 24, 15
# As many of the books most looked for are waited for, by up to so many readers each.
WANTED, MOST_WAITING = 90, 16
_GRADES = (Condition.FINE, Condition.VERY_GOOD, Condition.GOOD, "")

_QUESTIONS = (
    (
        "Does the jacket have its price, or has it been clipped? I collect these.",
        "It has its price, 12s. 6d., and a short tear at the head of the spine, closed. I can send a photograph.",
        "Please do. I’ll take it if it is as you say.",
    ),
    ("Is the folding map at the end still there? My last copy came without.",),
    (
        "Would you put two of your books in one parcel if I order them a day apart?",
        "Gladly: write to us before we post the first, and we hold it for you.",
    ),
)
_ABOUT_ORDER = (
    "I have moved house since I ordered. Could it go to number 14 in the same street?",
    "It can: it has not left yet. We have written 14 on the parcel.",
)


def add_workplaces(shops: dict[str, Seller], readers: list[User], now: datetime) -> None:
    """Bring life into the shops' workplaces, above all into that of the shopkeeper who signs in."""
    shop = shops["saltmarsh"]
    keeper = User.objects.get(email=SHOPKEEPER)
    _add_team(shop, keeper, now)
    _add_conversations(shop, keeper, readers, now)
    _add_wants(readers)
    _reduce(shop)
    for seller, days in ((shops["saltmarsh"], 40), (list(shops.values())[-1], 21)):
        first = now.date() + timedelta(days=days)
        Closure.objects.create(
            seller=seller,
            first_day=first,
            last_day=first + timedelta(days=6),
            note="Away buying books. Parcels go out again when we are back.",
        )
    tallies.count_large_shops()
    standing.compute(as_of=now)


def _add_team(shop: Seller, keeper: User, now: datetime) -> None:
    helper = User.objects.create(
        email="tom@saltmarsh-books.example",
        name="Tom Fairlie",
        password=keeper.password,
        date_joined=now - timedelta(days=90),
    )
    EmailAddress.objects.create(user=helper, email=helper.email, verified=True, primary=True)
    SellerMember.objects.create(
        seller=shop, user=helper, roles=[SellerRole.INVENTORY, SellerRole.ORDERS]
    )
    activity.record(
        seller=shop,
        actor=helper,
        action="member.joined",
        roles=[SellerRole.INVENTORY.value, SellerRole.ORDERS.value],
    )
    activity.record(seller=shop, actor=keeper, action="front.changed")


def _add_conversations(shop: Seller, keeper: User, readers: list[User], now: datetime) -> None:
    copies = Listing.objects.on_sale().filter(seller=shop).select_related("edition__work")
    copies = copies.order_by("-price_minor", "pk")[: len(_QUESTIONS)]
    for number, (listing, texts) in enumerate(zip(copies, _QUESTIONS, strict=True)):
        thread = Thread(
            seller=shop, buyer=readers[number], listing=listing, subject=listing.edition.work.title
        )
        _converse(thread, keeper, texts, now - timedelta(days=2 * number, hours=3))
    waiting = SellerOrder.objects.filter(seller=shop, order__user__isnull=False)
    parcel = waiting.select_related("order").order_by("-created_at", "-pk").first()
    if parcel is not None:
        thread = Thread(
            seller=shop,
            buyer=parcel.order.user,
            seller_order=parcel,
            subject=parcel.order.number,
        )
        _converse(thread, keeper, _ABOUT_ORDER, now - timedelta(hours=5))


def _converse(thread: Thread, keeper: User, texts: tuple[str, ...], begun: datetime) -> None:
    """Write a conversation in which reader and shop answer in turn; the other has not read the last word."""
    sides = [Side.BUYER if turn % 2 == 0 else Side.SELLER for turn in range(len(texts))]
    times = [begun + timedelta(minutes=50 * turn) for turn in range(len(texts))]
    thread.begun_by, thread.last_by = sides[0], sides[-1]
    thread.created_at, thread.last_at = times[0], times[-1]
    thread.seller_unread = int(sides[-1] == Side.BUYER)
    thread.buyer_unread = int(sides[-1] == Side.SELLER)
    thread.save()
    Message.objects.bulk_create(
        Message(
            thread=thread,
            side=side,
            author=thread.buyer if side == Side.BUYER else keeper,
            text=text,
            created_at=when,
        )
        for side, text, when in zip(sides, texts, times, strict=True)
    )


def _add_wants(readers: list[User]) -> None:
    """Have readers wait for the books most looked for; nobody gets a letter.

    What is on sale already is found by the sweep, in the first minute.
    """
    choose = dice("wants")
    works = list(Work.objects.order_by("-popularity", "pk")[:WANTED])
    wants = []
    for work in works:
        for reader in choose.sample(readers, choose.randrange(1, min(MOST_WAITING, len(readers)))):
            grade = choose.choice(_GRADES)
            ceiling = choose.choice((None, 500, 800, 1200, 1500, 2000, 3500))
            wants.append(
                Want(
                    user=reader,
                    work=work,
                    least_condition=grade,
                    max_price_minor=ceiling,
                    signed=choose.random() < 0.08,
                    notice=WantNotice.PAGE,
                )
            )
    Want.objects.bulk_create(wants)


def _reduce(shop: Seller) -> None:
    """Bring some prices down, so that pages have a reduction to tell of."""
    own = Listing.objects.filter(seller=shop, status=ListingStatus.ACTIVE, price_minor__gte=800)
    chosen = list(own.order_by("pk").values_list("pk", flat=True)[:REDUCED])
    Listing.objects.filter(pk__in=chosen).update(
        price_minor=F("price_minor") * (100 - PERCENT) / 100
    )
