"""Wants meet stock: one rule, asked in one statement, and nobody forgotten."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.constants import SellerStatus
from accounts.models import SellerMember
from books4all.lib.money import Money
from catalog.constants import EU, GRADES, Condition, Defect, Jacket, ListingStatus, WantStatus
from catalog.models import Listing, SearchWord, Want, WantMatch
from catalog.search import index, lexicon, tsquery, wanted
from catalog.selectors.waiting import Waiter
from catalog.selectors.want_rule import still_met
from catalog.services import listings, stock, want_matching, wants
from tests.catalog.test_merging_races import at_once
from tests.factories.accounts import SellerFactory, SellerMemberFactory, UserFactory
from tests.factories.catalog import (
    DeliveryRateFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    SeriesEntryFactory,
    SeriesFactory,
    WantFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


def pairs() -> set[tuple[int, int]]:
    return set(WantMatch.objects.values_list("want_id", "listing_id"))


# --- The rule, plainly ------------------------------------------------------------------------
WORDS = ["gorse", "heather", "lantern", "quarry", "thimble"]
COUNTRIES = ["GB", "FR", "JP"]


def meets(want: Want, listing: Listing, words: dict[int, set[str]]) -> bool:
    """The rule of ``catalog.selectors.want_rule`` in plain words."""
    seller = listing.seller
    own = SellerMember.objects.filter(seller=seller).values_list("user_id", "user__email")
    landed = delivered(listing, str(want.country))
    return (
        want.status == WantStatus.ACTIVE
        and wanted_thing(want, listing, words)
        and listing.status == ListingStatus.ACTIVE
        and listing.on_hand > listing.held
        and seller.status == SellerStatus.APPROVED
        and not seller.is_closed_now
        and (
            not want.least_condition
            or GRADES[listing.condition].rank <= GRADES[want.least_condition].rank
        )
        and (not want.jacket or listing.jacket in ("fine", "very_good", "good", "worn"))
        and (not want.signed or listing.signed)
        and (not want.first_edition or listing.first_edition)
        and not (want.no_ex_library and Defect.EX_LIBRARY in listing.defects)
        and not (want.no_print_on_demand and listing.print_on_demand)
        and landed is not None
        and (want.max_price_minor is None or landed <= want.max_price_minor)
        and not any(want.user_id == pk or want.email == email for pk, email in own)
    )


def wanted_thing(want: Want, listing: Listing, words: dict[int, set[str]]) -> bool:
    if want.work_id:
        return listing.edition.work_id == want.work_id
    if want.edition_id:
        return listing.edition_id == want.edition_id
    asked = want.query.split()
    has = words[listing.edition.work_id]
    return all((word[1:] not in has) if word[0] == "-" else word in has for word in asked)


def delivered(listing: Listing, country: str) -> int | None:
    """A copy's price with the cheapest service, each by the rate that names the country most exactly."""
    names = [country, *(["EU"] if country in EU else []), "*"]
    exact: dict[str, tuple[int, int]] = {}
    for rate in listing.seller.delivery_rates.all():
        if rate.destination in names:
            found = (names.index(rate.destination), rate.first_minor)
            exact[rate.service] = min(exact.get(rate.service, (9, 0)), found)
    return listing.price_minor + min(first for _, first in exact.values()) if exact else None


copies = st.fixed_dictionaries(
    {
        "condition": st.sampled_from(Condition.values),
        "jacket": st.sampled_from(Jacket.values),
        "signed": st.booleans(),
        "first_edition": st.booleans(),
        "print_on_demand": st.booleans(),
        "defects": st.lists(st.sampled_from(["ex_library", "foxing"]), unique=True),
        "price_minor": st.integers(1, 12).map(lambda n: n * 100),
        "status": st.sampled_from(["active", "active", "active", "paused", "sold"]),
        "on_hand": st.integers(1, 2),
        "held": st.integers(0, 1),
    }
)
terms = st.fixed_dictionaries(
    {
        "least_condition": st.sampled_from(["", "", *Condition.values]),
        **dict.fromkeys(
            ["jacket", "signed", "first_edition", "no_ex_library", "no_print_on_demand"],
            st.sampled_from([False, False, False, True]),
        ),
        "max_price_minor": st.none() | st.integers(2, 16).map(lambda n: n * 100),
        "country": st.sampled_from(COUNTRIES),
        "status": st.sampled_from(["active", "active", "active", "paused", "closed"]),
    }
)
shops = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["approved", "approved", "suspended"]),
        "closed_from": st.sampled_from([None, None, date(2020, 1, 1)]),
        "closed_to": st.sampled_from([None, date(2020, 2, 1)]),
    }
)
rates = st.lists(
    st.tuples(
        st.sampled_from(["GB", "FR", "EU", "*"]),
        st.sampled_from(["standard", "express"]),
        st.integers(0, 5),
    ),
    unique_by=lambda rate: rate[:2],
    max_size=5,
)
titles = st.sets(st.sampled_from(WORDS), min_size=1, max_size=3)
queries = st.tuples(
    st.sets(st.sampled_from(WORDS), min_size=1, max_size=2), st.sampled_from(["", *WORDS])
)


@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_statement_finds_what_the_plain_rule_finds(data: st.DataObject) -> None:
    with transaction.atomic():
        _one_world(data)
        transaction.set_rollback(True)


def _one_world(data: st.DataObject) -> None:
    people = [UserFactory() for _ in range(2)]
    sellers = []
    for shop in data.draw(st.lists(shops, min_size=2, max_size=2)):
        seller = SellerFactory(**shop)
        for destination, service, pounds in data.draw(rates):
            DeliveryRateFactory(
                seller=seller, destination=destination, service=service, first_minor=pounds * 100
            )
        sellers.append(seller)
    SellerMemberFactory(seller=sellers[0], user=people[0])
    works = [
        WorkFactory(title=" ".join(sorted(t)))
        for t in data.draw(st.lists(titles, min_size=2, max_size=3))
    ]
    editions = [EditionFactory(work=work) for work in works for _ in range(2)]
    for drawn in data.draw(st.lists(copies, min_size=3, max_size=8)):
        values = {**drawn, "held": min(drawn["held"], drawn["on_hand"])}
        ListingFactory(
            seller=data.draw(st.sampled_from(sellers)),
            edition=data.draw(st.sampled_from(editions)),
            rates=False,
            **values,
        )
    for values in data.draw(st.lists(terms, min_size=3, max_size=8)):
        _a_want(data, people, works, editions, values)
    index.catch_up()
    everything = list(Listing.objects.select_related("edition__work", "seller"))
    words = {work.pk: set(work.title.split()) for work in works}
    expected = {
        (want.pk, listing.pk)
        for want in Want.objects.all()
        for listing in everything
        if meets(want, listing, words)
    }
    new = want_matching.match(listing_ids=[listing.pk for listing in everything])
    assert pairs() == expected
    assert new == len(expected)
    # Asked again, by works, or of what is known, the rule says the same.
    assert want_matching.match_works(work_ids=[work.pk for work in works]) == 0
    met = still_met(list(Want.objects.values_list("pk", flat=True)))
    assert {(one.want_id, one.listing_id) for one in met} == expected
    by_key = {listing.pk: listing for listing in everything}
    countries = dict(Want.objects.values_list("pk", "country"))
    for one in met:
        landed = delivered(by_key[one.listing_id], str(countries[one.want_id]))
        assert one.landed_minor == landed


def _a_want(data: st.DataObject, people: Any, works: Any, editions: Any, values: Any) -> None:
    kind = data.draw(st.sampled_from(["work", "edition", "words"]))
    number = Want.objects.count()
    who: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"user": UserFactory()},
                {"user": None, "email": f"guest{number}@example.net"},
                # Of the first shop's team, with an account and under its address.
                {"user": people[0]},
                {"user": None, "email": people[0].email},
            ]
        )
    )
    if values["status"] != "closed":
        # Of one thing a person has one open want.
        others = Want.objects.exclude(status="closed")
        if others.filter(user=who["user"], email=who.get("email", "")).exists():
            who = {"user": UserFactory()}
    thing: dict[str, Any] = {"work": None}
    if kind == "work":
        thing = {"work": data.draw(st.sampled_from(works))}
    elif kind == "edition":
        thing = {"work": None, "edition": data.draw(st.sampled_from(editions))}
    else:
        asked, without = data.draw(queries)
        text = " ".join(
            [*sorted(asked), *([f"-{without}"] if without and without not in asked else [])]
        )
        found = wanted.sought(text)
        assert found
        thing |= {"query": text, "sought": found.query, "anchors": list(found.anchors)}
    WantFactory(**who, **thing, **values)


# --- Words ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("gorse heather", True), ("heather gorse webb", True), ("“gorse and heather”", True),
        ('"heather and gorse"', False), ("gorse -heather", False), ("gorse -moor", True),
        ("title:gorse author:webb", True), ("author:gorse", False), ("gorses", True),
        ("gorse 1924", False), ("gorse year:1912", True), ("gorse year:1900..1910", False),
        ("gorse and heather", True), ("of gorse", True), ("gor", False), ("hether", False),
        ("borders press gorse", True), ("salop series gorse", True), ("wildflower", False),
        ("gorseandheather", True), ("gorse lantern", False), ("lccn 24-12345", True),
    ],
)  # fmt: skip
def test_words_mean_what_they_mean_to_a_strict_search(asked: str, found: bool) -> None:
    work = WorkFactory(
        title="Gorse and Heather", author="Mary Webb", description="A wildflower story."
    )
    edition = EditionFactory(work=work, publisher__name="Borders Press", published_year=1912)
    IdentifierFactory(edition=edition, type="13", value="24012345")
    SeriesEntryFactory(work=work, series=SeriesFactory(name="Salop Series"), number="2")
    index.catch_up()
    wants.add(user=UserFactory(), text=asked)
    listing = ListingFactory(edition=edition)
    assert want_matching.match(listing_ids=[listing.pk]) == int(found)


def test_an_isbn_means_the_editions_that_bear_it() -> None:
    IdentifierFactory(edition=(edition := EditionFactory()), type="02", value="0141439548")
    user = UserFactory()
    want = wants.add(user=user, text="isbn 978-0-14-143954-9")
    assert (want.sought, len(want.anchors)) == (None, 2)
    other = EditionFactory(work=edition.work)
    meeting, not_meeting = ListingFactory(edition=edition), ListingFactory(edition=other)
    assert want_matching.match(listing_ids=[meeting.pk, not_meeting.pk]) == 1
    assert pairs() == {(want.pk, meeting.pk)}


def test_a_title_typed_as_one_word_is_found_and_anchors_are_the_rarest() -> None:
    lexicon.learn(["gorse", "the", "heather"])
    SearchWord.objects.filter(word="heather").update(works=500)
    found = wanted.sought("heather gorse")
    assert found
    assert set(found.anchors) >= {"gorse", "gorses"}
    assert "heather" not in found.anchors
    assert wanted.sought("-gorse") is not None  # nothing but exclusions: not meant so
    assert wanted.sought("year:1900") is None
    assert wanted.sought("?!") is None


@settings(max_examples=100, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(
            [*WORDS, "a.", "s.", "-moor", '"gorse and heather"', "author:webb", "1984"]
        ),
        min_size=1,
        max_size=6,
    ).map(" ".join),
    title=st.lists(st.sampled_from([*WORDS, "moor", "as", "webb", "nineteen"]), max_size=6),
)
def test_what_words_ask_is_always_reached_by_an_anchor(text: str, title: list[str]) -> None:
    """Whatever document the query matches holds one of the anchors: the index leaves nothing out."""
    found = wanted.sought(text)
    if found is None:
        return
    tree = tsquery.parsed(found.query)
    assert isinstance(tree, tsquery.Word | tsquery.And | tsquery.Or)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d @@ %(query)s::tsquery, tsvector_to_array(d) && %(anchors)s::text[]"
            " FROM setweight(to_tsvector('simple', %(title)s), 'B') AS d",
            {"query": found.query, "anchors": list(found.anchors), "title": " ".join(title)},
        )
        matched, reached = cursor.fetchone()
    assert reached or not matched


@pytest.mark.parametrize("bad", ["", "'a'&", "('a'", "a", "'a':*", "'a' 'b'", "!"])
def test_what_is_no_query_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        tsquery.parsed(bad)


def test_words_of_very_many_books_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "MOST_BOOKS", 1)
    monkeypatch.setattr(wanted.books, "__kwdefaults__", {"most": 2})
    for _ in range(2):
        WorkFactory(title="Gorse")
    index.catch_up()
    with pytest.raises(wants.TooManyBooksError, match="Too many books"):
        wants.add(user=UserFactory(), text="gorse")
    assert not Want.objects.exists()


# --- When -------------------------------------------------------------------------------------
def test_a_batch_takes_one_statement_and_a_job_only_if_somebody_is_to_hear_at_once() -> None:
    editions = [EditionFactory() for _ in range(5)]
    for edition in editions:
        WantFactory(work=edition.work)
    copies_ = [ListingFactory(edition=edition) for edition in editions]
    with CaptureQueriesContext(connection) as captured:
        assert want_matching.match(listing_ids=[copy.pk for copy in copies_]) == 5
    assert len(captured) == 1  # the match
    WantFactory(work=editions[0].work, notice="at_once")
    with CaptureQueriesContext(connection) as captured:
        want_matching.match(listing_ids=[copies_[0].pk])
    assert len(captured) == 2  # the match; the job
    with CaptureQueriesContext(connection) as captured:
        assert want_matching.match(listing_ids=[]) == 0
    assert len(captured) == 0


def test_what_is_on_sale_already_is_found_as_the_want_is_written_and_no_news() -> None:
    listing = ListingFactory()
    want = wants.add(user=UserFactory(), work=listing.edition.work)
    found = WantMatch.objects.get()
    assert (found.want, found.listing, found.price_minor) == (want, listing, 880)
    assert found.told_at
    assert found.seen_at


@pytest.fixture
def waited_for() -> tuple[Want, Listing]:
    """A want, and a copy that nobody can buy yet; the sweep has seen all there was."""
    listing = ListingFactory(status=ListingStatus.PAUSED)
    want = WantFactory(work=listing.edition.work, max_price_minor=900)
    index.catch_up()
    want_matching.sweep()
    assert pairs() == set()
    return want, listing


def _approve(listing: Listing) -> None:
    listing.seller.status = SellerStatus.APPROVED
    listing.seller.save()


def _reopen(listing: Listing) -> None:
    listing.seller.closed_from = None
    listing.seller.save()


def _cheaper(listing: Listing) -> None:
    Listing.objects.filter(pk=listing.pk).update(price_minor=500)


def _restock(listing: Listing) -> None:
    stock.restock(quantities={listing.pk: 1}, reference="back", actor=None)


def _post_there(listing: Listing) -> None:
    DeliveryRateFactory(seller=listing.seller, destination="*", first_minor=100)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ({}, lambda listing: listings.put_on_sale(listing=listing)),
        ({"seller__status": "suspended"}, _approve),
        ({"seller__closed_from": timezone.now().date() - timedelta(days=3)}, _reopen),
        ({"price_minor": 5000}, _cheaper),
        ({"on_hand": 0, "status": "sold"}, _restock),
        ({"rates": False}, _post_there),
    ],
    ids=["listed", "approved", "reopened", "cheaper", "restocked", "delivered"],
)
def test_the_sweep_finds_what_came_on_sale_by_other_ways(
    before: dict[str, Any], event: Callable[[Listing], None]
) -> None:
    values = {"status": ListingStatus.ACTIVE if before else ListingStatus.PAUSED, **before}
    listing = ListingFactory(**values)
    want = WantFactory(work=listing.edition.work, max_price_minor=900)
    index.catch_up()
    want_matching.sweep()
    assert pairs() == set()
    event(listing)
    index.catch_up()
    assert want_matching.sweep() == 1
    assert pairs() == {(want.pk, listing.pk)}
    assert want_matching.sweep() == 0


def test_words_meet_a_book_that_is_new_to_the_catalogue_once_it_is_indexed() -> None:
    want = wants.add(user=UserFactory(), text="gorse heather")
    listing = ListingFactory(edition__work__title="Gorse and Heather")
    assert want_matching.match(listing_ids=[listing.pk]) == 0
    index.catch_up()
    assert want_matching.sweep() == 1
    assert pairs() == {(want.pk, listing.pk)}


def test_the_sweep_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(want_matching, "WORKS", 2)
    monkeypatch.setattr(want_matching, "RUNS", 1)
    for _ in range(5):
        WantFactory(work=ListingFactory().edition.work)
    index.catch_up()
    assert [want_matching.sweep() for _ in range(4)] == [2, 2, 1, 0]


def test_words_from_before_are_understood_by_the_sweep() -> None:
    work = WorkFactory(title="Gorse and Heather")
    index.catch_up()
    listing = ListingFactory(edition__work=work)
    WantFactory(work=None, query="gorse")
    WantFactory(work=None, query="!!")
    index.catch_up()
    assert want_matching.sweep() == 1
    assert WantMatch.objects.get().listing == listing


def test_a_price_beyond_the_ceiling_by_the_post_is_no_match() -> None:
    listing = ListingFactory(price_minor=600)
    for most, found in ((879, 0), (880, 1)):
        want = wants.add(
            user=UserFactory(), work=listing.edition.work, terms={"max_price": Money(most, "GBP")}
        )
        assert want.matches.count() == found


# --- At the same time -------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one_match() -> None:
    listing = ListingFactory()
    WantFactory(work=listing.edition.work)

    def import_it() -> int:
        with transaction.atomic():
            found = want_matching.match(listing_ids=[listing.pk])
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")
            return found

    assert sorted(at_once([import_it, import_it])) == [0, 1]
    assert WantMatch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_want_can_be_closed_while_an_import_matches_it() -> None:
    """Neither waits for the other: an import must not keep a reader's click waiting for minutes."""
    listing = ListingFactory()
    want = WantFactory(work=listing.edition.work)
    who = Waiter(user=want.user)
    with transaction.atomic():
        assert want_matching.match(listing_ids=[listing.pk]) == 1

        def close() -> Want:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            return wants.close(who=who, want_id=want.pk)

        (closed,) = at_once([close])
        assert isinstance(closed, Want), closed
    assert still_met([want.pk]) == []
