"""Un-merging: the identity over all tables, and honest about what has moved on."""

import json
import random

import pytest
from django.apps import apps
from django.db import connection

from catalog.errors import MergeError
from catalog.models import (
    BoughtTogether,
    Cover,
    CoverOriginal,
    Edition,
    Merge,
    Person,
    Publisher,
    Redirect,
    Review,
    Series,
    Want,
    Work,
)
from catalog.search import index
from catalog.services import completeness, merging, people, reviews, works
from tests.factories.accounts import UserFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    PublisherFactory,
    ReadingListFactory,
    ReadingListItemFactory,
    ReviewFactory,
    SeriesEntryFactory,
    SeriesFactory,
    SubjectFactory,
    WantFactory,
    WorkFactory,
    WorkSubjectFactory,
)
from tests.factories.orders import BasketFactory, BasketLineFactory, OrderLineFactory

pytestmark = pytest.mark.django_db

# Merging is noted there, and undoing doesn't forget it.
# What waits to be written, and words once learned, are no part of the catalogue's state.
LEFT_OUT = {
    "catalog.Merge",
    "catalog.SearchChange",
    "catalog.SearchState",
    "catalog.SearchWord",
    "catalog.SubjectTally",
}
# Made anew, with new keys.
KEYLESS = {"catalog.AuthorEntry", "catalog.PersonName"}
MODELS = {
    "work": Work, "edition": Edition, "person": Person, "publisher": Publisher, "series": Series,
}  # fmt: skip


def everything() -> dict[str, list[str]]:
    """Every row of every table of ours, without the time of the last change (undoing is one)."""
    index.catch_up()
    found = {}
    for app in ("accounts", "catalog", "orders"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            label, table = model._meta.label, model._meta.db_table
            if label in LEFT_OUT:
                continue
            without = (
                "'{updated_at,written_at,id}'" if label in KEYLESS else "'{updated_at,written_at}'"
            )
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT (to_jsonb(t) - {without}::text[])::text FROM "{table}" t')
                found[label] = sorted(text for (text,) in cursor.fetchall())
    return found


def settle() -> None:
    """Write what is derived, as the services would have."""
    people.keep_names(Person.objects.values_list("pk", flat=True))
    works.refresh_many(Work.objects.values_list("pk", flat=True))
    completeness.refresh_all()


class RandomWorld:
    """A catalogue made by chance, in which most things collide."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.readers = [UserFactory() for _n in range(3)]
        self.people = [
            PersonFactory(native_name=self.maybe("Имя"), other_names=self.some(["A", "B"]))
            for _n in range(3)
        ]
        self.publishers = [PublisherFactory() for _n in range(2)]
        self.series = [SeriesFactory(description=self.maybe("Ten.")) for _n in range(2)]
        self.subjects = [SubjectFactory() for _n in range(3)]
        self.works = [self.work() for _n in range(3)]
        self.sell()

    def maybe(self, value, otherwise=""):
        return value if self.dice.random() < 0.5 else otherwise

    def some(self, rows: list) -> list:
        return [row for row in rows if self.dice.random() < 0.6]

    def work(self) -> Work:  # noqa: C901 a bit of everything
        work = WorkFactory(subtitle=self.maybe("A tale"), description=self.maybe("Long. " * 9),
                           first_published=self.maybe(1871, None), popularity=self.dice.randint(0, 9))  # fmt: skip
        for person in self.some(self.people):
            ContributionFactory(work=work, person=person, sequence=self.dice.randint(1, 3))
        for number, subject in enumerate(self.some(self.subjects)):
            WorkSubjectFactory(work=work, subject=subject, is_main=number == 0)
        for series in self.some(self.series):
            SeriesEntryFactory(
                work=work, series=series, number=self.maybe("2a"), position=self.maybe(2, 0)
            )
        for reader in self.some(self.readers):
            review = ReviewFactory(
                work=work, user=reader, rating=self.dice.randint(1, 5), status="pending"
            )
            if self.dice.random() < 0.7:
                reviews.publish(review=review)
        for reader in self.some(self.readers):
            WantFactory(work=work, user=reader, max_price_minor=self.maybe(700, None),
                        least_condition=self.maybe("fine"), status=self.maybe("active", "closed"))  # fmt: skip
        for reader in self.some(self.readers):
            shelf = reader.reading_lists.first() or ReadingListFactory(user=reader)
            ReadingListItemFactory(work=work, reading_list=shelf)
        for _n in range(self.dice.randint(1, 3)):
            self.edition(work)
        return work

    def edition(self, work: Work) -> None:
        edition = EditionFactory(work=work, pages=self.maybe(300, None),
                                 publisher=self.maybe(self.dice.choice(self.publishers), None))  # fmt: skip
        for value in self.some(["9780141439549", "9780140437195"]):
            IdentifierFactory(edition=edition, value=value, as_printed=self.maybe("0-14-"))
        for file in self.some(["a" * 64, "b" * 64]):
            cover = Cover.objects.create(
                edition=edition, source="upload", status="waiting", sha256=file
            )
            CoverOriginal.objects.create(cover=cover, data=b"\x00\xff picture")
        for person in self.some(self.people):
            ContributionFactory(work=work, edition=edition, person=person, role="B06")

    def sell(self) -> None:
        for work in self.works:
            for other in self.some(self.works):
                if other != work:
                    BoughtTogether.objects.create(work=work, other=other, orders=2)
        for edition in Edition.objects.all():
            if self.dice.random() < 0.5:
                listing = ListingFactory(edition=edition)
                BasketLineFactory(basket=BasketFactory(), listing=listing)
                OrderLineFactory(listing=listing)

    def two_of(self, kind: str) -> tuple[int, int]:
        keys = list(MODELS[kind].objects.order_by("pk").values_list("pk", flat=True))
        kept, gone = self.dice.sample(keys, 2)
        return kept, gone


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", MODELS)
def test_merging_and_unmerging_is_the_identity(kind: str, seed: int) -> None:
    world = RandomWorld(seed)
    settle()
    before = everything()
    kept, gone = world.two_of(kind)
    (done,) = merging.merge(kind=kind, kept_id=kept, gone_ids=[gone], actor=None)
    merged = everything()
    assert merged != before
    # As it comes back from the database.
    assert json.loads(json.dumps(done.manifest)) == Merge.objects.get().manifest
    undone = merging.undo(merge_id=done.pk, actor=None)
    assert undone.undo_report == []
    after = everything()
    assert {label: rows for label, rows in after.items() if rows != before[label]} == {}
    # And once more the same way: nothing of the first time is left.
    merging.merge(kind=kind, kept_id=kept, gone_ids=[gone], actor=None)
    again = everything()
    del again["catalog.Redirect"], merged["catalog.Redirect"]
    assert again == merged


@pytest.mark.parametrize("seed", range(4))
def test_a_heap_of_merges_undone_from_the_last_is_the_identity(seed: int) -> None:
    world = RandomWorld(100 + seed)
    settle()
    before = everything()
    done = []
    for kind in ("edition", "work", "person", "edition", "work", "publisher", "series"):
        if MODELS[kind].objects.count() > 1:
            kept, gone = world.two_of(kind)
            done += merging.merge(kind=kind, kept_id=kept, gone_ids=[gone], actor=None)
    for one in reversed(done):
        assert merging.undo(merge_id=one.pk, actor=None).undo_report == []
    after = everything()
    assert {label: rows for label, rows in after.items() if rows != before[label]} == {}


def merged_works(**gone_fields) -> tuple[Work, Work, Merge]:
    kept, gone = WorkFactory(title="Emma"), WorkFactory(title="Emma.", **gone_fields)
    EditionFactory(work=gone)
    (done,) = merging.merge(kind="work", kept_id=kept.pk, gone_ids=[gone.pk], actor=None)
    return kept, gone, done


def test_what_was_written_since_stays_and_is_reported() -> None:
    kept, gone, done = merged_works()
    new = WantFactory(work=kept)
    EditionFactory(work=kept)
    report = merging.preview_undo(merge_id=done.pk)
    assert not Work.objects.filter(pk=gone.pk).exists(), "a preview changes nothing"
    undone = merging.undo(merge_id=done.pk, actor=UserFactory())
    assert undone.undo_report == report
    assert sorted(report) == [
        "1 of the editions is younger than the merge, and stays with “Emma (George Eliot)”.",
        "1 of the wants is younger than the merge, and stays with “Emma (George Eliot)”.",
    ]
    new.refresh_from_db()
    assert (new.work_id, kept.editions.count(), gone.editions.count()) == (kept.pk, 1, 1)
    assert undone.undone_at
    assert undone.undone_by


def test_what_was_changed_or_moved_since_stays_and_is_reported() -> None:
    kept, gone, done = merged_works(subtitle="A novel", description="Handsome, clever, and rich.")
    elsewhere = WorkFactory()
    Edition.objects.update(work=elsewhere)
    Work.objects.filter(pk=kept.pk).update(subtitle="Another")
    undone = merging.undo(merge_id=done.pk, actor=None)
    assert len(undone.undo_report) == 2
    kept.refresh_from_db()
    assert (kept.subtitle, kept.description) == ("Another", "")
    gone.refresh_from_db()
    assert (gone.subtitle, gone.editions.count(), elsewhere.editions.count()) == ("A novel", 0, 1)


def test_a_review_published_since_counts_where_it_goes() -> None:
    kept, gone = WorkFactory(), WorkFactory()
    review = ReviewFactory(work=gone, rating=5, status="pending")
    shown = ReviewFactory(work=gone, rating=1, status="pending")
    reviews.publish(review=shown)
    (done,) = merging.merge(kind="work", kept_id=kept.pk, gone_ids=[gone.pk], actor=None)
    reviews.publish(review=review)
    reviews.reject(review=shown)
    reviews.publish(review=ReviewFactory(work=kept, rating=3, status="pending"))
    merging.undo(merge_id=done.pk, actor=None)
    sums = dict(Work.objects.values_list("pk", "rating_sum"))
    assert sums == {kept.pk: 3, gone.pk: 5}


def test_a_reader_who_left_takes_the_second_review_along() -> None:
    reader = UserFactory()
    kept, gone = WorkFactory(), WorkFactory()
    for work in (kept, gone):
        WantFactory(work=work, user=reader)
    (done,) = merging.merge(kind="work", kept_id=kept.pk, gone_ids=[gone.pk], actor=None)
    reader.delete()
    undone = merging.undo(merge_id=done.pk, actor=None)
    assert Want.objects.count() == 0
    assert any("stays away" in words for words in undone.undo_report)


def test_a_newer_review_keeps_its_place() -> None:
    reader = UserFactory()
    kept, gone = WorkFactory(), WorkFactory()
    ReviewFactory(work=kept, user=reader)
    newer = ReviewFactory(work=gone, user=reader)
    (done,) = merging.merge(kind="work", kept_id=kept.pk, gone_ids=[gone.pk], actor=None)
    newer.delete()
    again = ReviewFactory(work=kept, user=reader, text="Third time")
    undone = merging.undo(merge_id=done.pk, actor=None)
    assert list(Review.objects.all()) == [again]
    assert any("a newer one in its place" in words for words in undone.undo_report)


def test_undoing_is_refused_with_reasons() -> None:
    kept, gone, done = merged_works()
    third = WorkFactory(title="Third")
    (onward,) = merging.merge(kind="work", kept_id=third.pk, gone_ids=[kept.pk], actor=None)
    with pytest.raises(MergeError, match="take that back first"):
        merging.undo(merge_id=done.pk, actor=None)
    merging.undo(merge_id=onward.pk, actor=None)
    WorkFactory(slug=gone.slug)
    with pytest.raises(MergeError, match="address or key"):
        merging.undo(merge_id=done.pk, actor=None)
    Work.objects.filter(slug=gone.slug).delete()
    merging.undo(merge_id=done.pk, actor=None)
    with pytest.raises(MergeError, match="taken back already"):
        merging.undo(merge_id=done.pk, actor=None)
    with pytest.raises(MergeError, match="no such merge"):
        merging.undo(merge_id=0, actor=None)
    assert not Redirect.objects.exists()


def test_a_publisher_merged_since_is_followed() -> None:
    kept, gone = EditionFactory(), EditionFactory()
    house, heir = gone.publisher, PublisherFactory()
    gone.work = kept.work
    gone.save()
    (done,) = merging.merge(kind="edition", kept_id=kept.pk, gone_ids=[gone.pk], actor=None)
    merging.merge(kind="publisher", kept_id=heir.pk, gone_ids=[house.pk], actor=None)
    merging.undo(merge_id=done.pk, actor=None)
    gone.refresh_from_db()
    assert gone.publisher == heir
