"""What people wait for: a book, one edition of it, or whatever some words will find."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError, NotFoundError
from books4all.lib.http import network_of
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from books4all.lib.ratelimit import Limit, limiter
from catalog.constants import OPEN_WANTS, WantNotice, WantStatus
from catalog.errors import TooManyBooksError
from catalog.models import Edition, Want, WantMatch, Work
from catalog.search import wanted
from catalog.search.text import clean, words
from catalog.selectors.waiting import Waiter
from catalog.services import want_matching

# More than anybody looks for, and few enough for a page and a mail; of a guest, who has proven less.
MOST_WANTS, MOST_OF_A_GUEST = 300, 50
# Letters that ask a guest to confirm: whose address it is, nobody knows yet.
ASKED_FROM = Limit("want-asked-from", "20/hour")
ASKED_OF = Limit("want-asked-of", "5/hour")
# What stands for a term that is not asked for.
TERMS: Mapping[str, Any] = {
    "least_condition": "",
    "jacket": False,
    "signed": False,
    "first_edition": False,
    "no_ex_library": False,
    "no_print_on_demand": False,
    "max_price": None,
    "notice": WantNotice.DAILY,
    "country": "GB",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """What is waited for: one of the three."""

    work: Work | None = None
    edition: Edition | None = None
    text: str = ""

    @property
    def same(self) -> Q:
        """What a want of the same thing is found by."""
        if self.edition:
            return Q(edition=self.edition)
        return Q(work=self.work) if self.work else Q(query__iexact=self.text)


@transaction.atomic
def add(
    *,
    user: User,
    work: Work | None = None,
    edition: Edition | None = None,
    text: str = "",
    terms: Mapping[str, Any] | None = None,
) -> Want:
    """Wait for ``work``, for ``edition``, or for what a search for ``text`` will find.

    ``terms`` are some of ``TERMS``. Waiting for it already changes those that are given, and looks
    again if the want was paused. Words are kept as typed, on one line of at most 200 characters; those
    that differ in case alone are one want. Copies on sale already are among its matches at once.

    Raises:
        ValueError: no words in ``text``.
        TooManyBooksError: the words are those of too many books.
        ConflictError: the list is full.
    """
    thing = _thing(work, edition, text)
    # The reader's row is locked, so that two clicks make one want and the limit holds.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    who = Waiter(user=user)
    want = _standing(who, thing, MOST_WANTS) or _new(thing, user=user, language=user.language)
    want.status = WantStatus.ACTIVE
    _put(want, terms or {})
    return _settled(want)


@transaction.atomic
def add_as_guest(
    *,
    email: str,
    address: str,
    work: Work | None = None,
    edition: Edition | None = None,
    text: str = "",
    terms: Mapping[str, Any] | None = None,
) -> Want:
    """Have somebody without an account wait, once they have followed the link of a letter.

    ``address`` is where they ask from; the rest is as for ``add``. Whoever asks is told the same
    whether the address is known or not.

    Raises:
        LimitExceededError: too many letters to this address, or asked for from that one.
        ValueError, TooManyBooksError, ConflictError: as ``add``.
    """
    thing = _thing(work, edition, text)
    email = email.strip().lower()
    limiter().hit_all([(ASKED_OF, (email,)), (ASKED_FROM, (network_of(address),))])
    who = Waiter(email=email)
    want = _standing(who, thing, MOST_OF_A_GUEST)
    if want is None or want.status == WantStatus.UNCONFIRMED:
        # Terms of a confirmed want are changed only by who has its letters.
        want = want or _new(thing, email=email, status=WantStatus.UNCONFIRMED)
        want.language = get_language() or ""
        _put(want, {"notice": WantNotice.AT_ONCE, **(terms or {})})
    enqueue("catalog.send_want_confirmation", want_id=want.pk)
    return want


@transaction.atomic
def confirm(*, want_id: int, email: str) -> Want:
    """Begin to look for what a guest has confirmed; a second time changes nothing.

    Raises:
        NotFoundError: it was closed, or forgotten, before.
    """
    want = _locked(Waiter(email=email), want_id)
    if want.status == WantStatus.UNCONFIRMED:
        want.status, want.confirmed_at = WantStatus.ACTIVE, timezone.now()
        want.save(update_fields=["status", "confirmed_at", "updated_at"])
        want_matching.match_want(want=want)
    return want


@transaction.atomic
def change(*, who: Waiter, want_id: int, terms: Mapping[str, Any]) -> Want:
    """Wait on other terms: those of ``TERMS`` that are given.

    Raises:
        NotFoundError: no open want of theirs.
    """
    want = _locked(who, want_id)
    _put(want, terms)
    return _settled(want)


@transaction.atomic
def pause(*, who: Waiter, want_id: int) -> Want:
    """Stop looking for now. Raises NotFoundError."""
    return _become(who, want_id, WantStatus.PAUSED)


@transaction.atomic
def resume(*, who: Waiter, want_id: int) -> Want:
    """Look again. Raises NotFoundError."""
    return _settled(_become(who, want_id, WantStatus.ACTIVE))


@transaction.atomic
def close(*, who: Waiter, want_id: int) -> Want:
    """Stop waiting. Raises NotFoundError."""
    want = _locked(who, want_id)
    want.status = WantStatus.CLOSED
    want.save(update_fields=["status", "updated_at"])
    return want


def seen(*, who: Waiter) -> int:
    """Take note that they have looked at what was found for them; return how much was new."""
    new = WantMatch.objects.filter(want__in=who.wants.order_by(), seen_at__isnull=True)
    return new.update(seen_at=timezone.now())


@transaction.atomic
def stop_letters(*, who: Waiter) -> int:
    """Write to them no more; return how many wants that changed.

    A user's wants stay on their page. A guest has none: theirs are closed.
    """
    wants = who.wants.filter(status__in=OPEN_WANTS).order_by()
    now = timezone.now()
    if who.user:
        mailed = wants.exclude(notice=WantNotice.PAGE)
        return mailed.update(notice=WantNotice.PAGE, updated_at=now)
    return wants.update(status=WantStatus.CLOSED, updated_at=now)


@transaction.atomic
def adopt(*, user: User) -> int:
    """Give a user the wants they left as a guest; return how many. Their address must be proven."""
    left = Want.objects.filter(email=user.email, user__isnull=True, status__in=OPEN_WANTS)
    adopted = 0
    for want in (
        left.select_related("work", "edition").select_for_update(of=("self",)).order_by("pk")
    ):
        thing = Thing(want.work, want.edition, want.query)
        if Waiter(user=user).wants.filter(thing.same, status__in=OPEN_WANTS).exists():
            want.status = WantStatus.CLOSED
            want.save(update_fields=["status", "updated_at"])
            continue
        unconfirmed = want.status == WantStatus.UNCONFIRMED
        want.user, want.email = user, ""
        if unconfirmed:
            want.status, want.confirmed_at = WantStatus.ACTIVE, timezone.now()
        want.save()
        if unconfirmed:
            want_matching.match_want(want=want)
        adopted += 1
    return adopted


def _thing(work: Work | None, edition: Edition | None, text: str) -> Thing:
    if work is not None or edition is not None:
        return Thing(None if edition else work, edition)
    text = clean(text)
    if not words(text):
        raise ValueError("a want needs words")
    return Thing(text=text)


def _standing(who: Waiter, thing: Thing, most: int) -> Want | None:
    """Return the want that stands already, or make sure that there is room for another."""
    wants = who.wants.filter(status__in=OPEN_WANTS)
    want = wants.filter(thing.same).select_related("edition").order_by("pk").first()
    if want is None and wants.count() >= most:
        message = _("Your wants are full (%(n)d books). Remove one first.")
        raise ConflictError(message % {"n": most})
    return want


def _new(thing: Thing, **values: Any) -> Want:
    want = Want(work=thing.work, edition=thing.edition, query=thing.text, **values)
    if thing.text:
        found = wanted.sought(thing.text)
        if found is None:
            raise ValueError("a want needs words")
        if len(wanted.books(found)) > wanted.MOST_BOOKS:
            raise TooManyBooksError(
                _("Too many books have these words. Add an author, or more of the title.")
            )
        want.sought, want.anchors = found.query or None, list(found.anchors)
        want.year_min, want.year_max = found.years
    return want


def _put(want: Want, terms: Mapping[str, Any]) -> None:
    """Write the terms that are given."""
    for name, value in terms.items():
        if name == "max_price":
            most: Money | None = value
            want.max_price_minor = None if most is None else most.minor
        else:
            setattr(want, name, value)
    want.full_clean(
        exclude=["user", "work", "edition", "sought", "anchors"], validate_constraints=False
    )
    want.save()


def _settled(want: Want) -> Want:
    """Find at once what is on sale already."""
    if want.status == WantStatus.ACTIVE:
        want_matching.match_want(want=want)
    return want


def _locked(who: Waiter, want_id: int) -> Want:
    own = who.wants.filter(pk=want_id, status__in=OPEN_WANTS)
    want = own.select_related("edition").select_for_update(of=("self",), no_key=True).first()
    if want is None:
        raise NotFoundError(_("This is not among your wants."))
    return want


def _become(who: Waiter, want_id: int, status: WantStatus) -> Want:
    """Pause a want or look again; what was never confirmed does neither."""
    want = _locked(who, want_id)
    if want.status == WantStatus.UNCONFIRMED:
        raise NotFoundError(_("This is not among your wants."))
    want.status = status
    want.save(update_fields=["status", "updated_at"])
    return want
