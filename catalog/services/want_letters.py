"""Telling people of copies that meet their wants: who is to be told, of what, and how often.

A letter is made of matches: it is one letter a person however many copies a file brought. Whether a copy
still meets the want is asked when the letter is put together and once more at the moment of sending.
"""
# ruff: noqa: S608 - the pieces are ours; values go in as parameters

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from books4all.lib.ids import uuid7
from books4all.lib.jobs import enqueue_many
from books4all.lib.money import Money
from catalog.constants import WantNotice, WantStatus
from catalog.models import Listing, Want, WantMatch
from catalog.selectors import want_rule
from catalog.selectors.waiting import Copy, Told, Waiter

# Letters of wants that are told at once, to one person in an hour; the rest waits for the next hour.
LETTERS_AN_HOUR = 3
# Pairs that are put into letters in one transaction.
PAIRS = 5000
# A letter names as many copies; the others are on the page.
COPIES_A_LETTER = 20
# Who has not been told by then will not be: the copy was sold, or sells again after long.
FORGOTTEN_AFTER = timedelta(days=30)
UNCONFIRMED_FOR = timedelta(days=7)

Person = tuple[int | None, str]


def prepare(*, notice: WantNotice) -> int:
    """Put what people with ``notice`` have not been told into letters; return how many letters.

    The letters are sent by jobs of the same transactions.
    """
    written = 0
    while True:
        letters, more = _prepare_some(notice)
        written += letters
        if not more:
            return written


@transaction.atomic
def _prepare_some(notice: WantNotice) -> tuple[int, bool]:
    pairs = _untold(notice, _told_enough() if notice == WantNotice.AT_ONCE else [])
    by_person: dict[Person, list[int]] = defaultdict(list)
    for user_id, email, match in pairs:
        by_person[user_id, email].append(match)
    letters, now = [], timezone.now()
    for matches in by_person.values():
        letter = uuid7()
        # Whoever writes letters at the same time leaves these alone, or has taken them.
        told = WantMatch.objects.filter(pk__in=matches, told_at__isnull=True)
        if told.update(letter=letter, told_at=now):
            letters.append({"letter": str(letter)})
    enqueue_many("catalog.send_want_letter", letters)
    return len(letters), len(pairs) == PAIRS and bool(letters)


def _untold(notice: WantNotice, but: Sequence[Person]) -> list[tuple[int | None, str, int]]:
    """Return person and match of copies on sale that nobody has been told of."""
    rule = want_rule.of_untold(notice)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{rule.sql} SELECT w.user_id, w.email, k.id FROM met m"
            " JOIN catalog_wantmatch k ON k.want_id = m.want AND k.listing_id = m.listing"
            " JOIN catalog_want w ON w.id = m.want"
            " WHERE coalesce(w.user_id, 0) <> ALL(%(users)s) AND w.email <> ALL(%(guests)s)"
            " ORDER BY w.user_id, w.email, k.id LIMIT %(most)s",
            rule.params
            | {
                "users": [user_id for user_id, _ in but if user_id],
                "guests": [email for _, email in but if email],
                "most": PAIRS,
            },
        )
        rows: list[tuple[int | None, str, int]] = cursor.fetchall()
        return rows


def _told_enough() -> list[Person]:
    """Return those who have had as many letters in the last hour as anybody gets."""
    since = timezone.now() - timedelta(hours=1)
    rows = (
        WantMatch.objects.filter(told_at__gte=since, letter__isnull=False)
        .values_list("want__user_id", "want__email")
        .annotate(letters=Count("letter", distinct=True))
        .filter(letters__gte=LETTERS_AN_HOUR)
    )
    return [(user_id, email) for user_id, email, _ in rows]


@transaction.atomic
def second_look(*, letter: UUID) -> Told | None:
    """Return what the letter says now; None when nothing of it is on sale any more.

    What is gone may come back (a checkout that was left): it counts as not told.
    """
    matches = {
        (one.want_id, one.listing_id): one for one in WantMatch.objects.filter(letter=letter)
    }
    met = [
        one
        for one in want_rule.still_met({want for want, _ in matches})
        if (one.want_id, one.listing_id) in matches
    ]
    holds = {(one.want_id, one.listing_id) for one in met}
    gone = [one.pk for pair, one in matches.items() if pair not in holds]
    WantMatch.objects.filter(pk__in=gone).update(letter=None, told_at=None)
    wants = Want.objects.select_related("user").in_bulk({one.want_id for one in met})
    reachable = {pk: want for pk, want in wants.items() if want.user is None or want.user.is_active}
    met = [one for one in met if one.want_id in reachable]
    if not met:
        return None
    shown = met[:COPIES_A_LETTER]
    listings = Listing.objects.with_book().in_bulk([one.listing_id for one in shown])
    first = reachable[met[0].want_id]
    return Told(
        who=Waiter(first.user, first.email),
        language=first.user.language if first.user else first.language,
        copies=[
            Copy(
                reachable[one.want_id],
                listings[one.listing_id],
                Money(one.landed_minor, listings[one.listing_id].currency),
            )
            for one in shown
        ],
        more=len(met) - len(shown),
    )


@transaction.atomic
def tidy() -> int:
    """Forget guests who never confirmed or have closed their wants, and what was never told."""
    now = timezone.now()
    unconfirmed = Q(status=WantStatus.UNCONFIRMED, created_at__lt=now - UNCONFIRMED_FOR)
    closed = Q(status=WantStatus.CLOSED, updated_at__lt=now - FORGOTTEN_AFTER)
    gone, _ = Want.objects.filter(unconfirmed | closed, user__isnull=True).delete()
    late = WantMatch.objects.filter(told_at__isnull=True, matched_at__lt=now - FORGOTTEN_AFTER)
    return gone + late.update(told_at=now)
