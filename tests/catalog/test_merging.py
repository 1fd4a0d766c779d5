"""Merging: everything moves, what can't stand twice is solved, and nothing is lost in a race."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.constants import DoubtState
from catalog.errors import MergeError
from catalog.models import (
    Contribution,
    Duplicate,
    Edition,
    Identifier,
    MatchDoubt,
    Merge,
    Person,
    Redirect,
    Review,
    SeriesEntry,
    Want,
    Work,
    WorkSubject,
)
from catalog.services import merging, works
from catalog.services.merging.relations import relations_to
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
from tests.orders.journeys import basket_with, placed

pytestmark = pytest.mark.django_db


def merge(kind: str, kept, gone, **kwargs) -> Merge:
    (done,) = merging.merge(
        kind=kind, kept_id=kept.pk, gone_ids=[gone.pk], actor=kwargs.get("actor")
    )
    return done


def test_everything_of_a_work_moves() -> None:
    kept = WorkFactory(title="Middlemarch", author="George Eliot")
    gone = WorkFactory(
        title="Middlemarch: a study",
        slug="old",
        description="A town.",
        rating_sum=4,
        rating_count=1,
    )
    edition = EditionFactory(work=gone)
    listing = ListingFactory(edition=edition)
    want, item = WantFactory(work=gone), ReadingListItemFactory(work=gone)
    review, entry = ReviewFactory(work=gone, rating=4), SeriesEntryFactory(work=gone)
    place = WorkSubjectFactory(work=gone)
    by = UserFactory()
    done = merge("work", kept, gone, actor=by)
    for row in (edition, want, item, review, entry, place):
        row.refresh_from_db()
        assert row.work_id == kept.pk, row
    listing.refresh_from_db()
    assert listing.edition_id == edition.pk
    kept.refresh_from_db()
    assert (kept.description, kept.rating_sum, kept.rating_count) == ("A town.", 4, 1)
    assert kept.author_line == "George Eliot"
    assert not Work.objects.filter(pk=gone.pk).exists()
    redirect = Redirect.objects.get()
    assert (redirect.kind, redirect.old_slug, redirect.old_id) == ("work", "old", gone.pk)
    assert redirect.target_id == kept.pk
    assert (done.actor, done.kept_id, done.gone_id) == (by, kept.pk, gone.pk)


def test_two_reviews_of_one_reader_become_the_one_written_last() -> None:
    reader = UserFactory()
    kept = WorkFactory(rating_sum=2, rating_count=1)
    gone = WorkFactory(rating_sum=9, rating_count=2)
    old = ReviewFactory(work=kept, user=reader, rating=2, verified=True)
    new = ReviewFactory(work=gone, user=reader, rating=5)
    other = ReviewFactory(work=gone, rating=4)
    Review.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=9))
    (shown,) = merging.preview(kind="work", kept_id=kept.pk, gone_ids=[gone.pk])
    assert [s.words for s in shown.solved] == [
        "One reader, two reviews: what was written last stays."
    ]
    assert Review.objects.count() == 3, "a preview changes nothing"
    merge("work", kept, gone)
    assert set(Review.objects.values_list("pk", "work")) == {(new.pk, kept.pk), (other.pk, kept.pk)}
    assert Review.objects.get(pk=new.pk).verified
    kept.refresh_from_db()
    assert (kept.rating_sum, kept.rating_count) == (9, 2)


def test_two_wants_become_one_on_the_wider_terms() -> None:
    reader = UserFactory()
    kept, gone = WorkFactory(), WorkFactory()
    mine = WantFactory(work=gone, user=reader, max_price_minor=900, least_condition="fine",
                       created_at=timezone.now() - timedelta(days=3))  # fmt: skip
    WantFactory(work=kept, user=reader, max_price_minor=700, least_condition="good")
    closed = WantFactory(work=gone, user=reader, status="closed")
    merge("work", kept, gone)
    want = Want.objects.get(status="active")
    assert (want.pk, want.work_id) == (mine.pk, kept.pk)
    assert (want.max_price_minor, want.least_condition) == (900, "good")
    closed.refresh_from_db()
    assert closed.work_id == kept.pk


def test_what_stands_on_both_sides_stands_once() -> None:
    person, subject, series = PersonFactory(), SubjectFactory(), SeriesFactory()
    reading = ReadingListFactory()
    kept, gone = WorkFactory(), WorkFactory()
    other = SubjectFactory()
    for work in (kept, gone):
        ContributionFactory(work=work, person=person)
        SeriesEntryFactory(
            work=work, series=series, number="" if work is kept else "2a", position=0
        )
        ReadingListItemFactory(work=work, reading_list=reading)
        WorkSubjectFactory(work=work, subject=subject, is_main=work is kept)
    WorkSubjectFactory(work=gone, subject=other, is_main=True)
    merge("work", kept, gone)
    assert Contribution.objects.count() == reading.items.count() == 1
    assert SeriesEntry.objects.get().number == "2a"
    assert set(WorkSubject.objects.values_list("subject", "is_main")) == {
        (subject.pk, True),
        (other.pk, False),
    }


def test_editions_merge_with_their_copies_and_numbers_and_orders_keep_their_words() -> None:
    kept = EditionFactory(title="Emma", pages=None, publisher=None, place="")
    gone = EditionFactory(title="Emma.", work=kept.work, pages=474, place="London")
    for edition in (kept, gone):
        IdentifierFactory(edition=edition, as_printed="" if edition is kept else "0-14-143954-8")
    IdentifierFactory(edition=gone, type="13", value="12345")
    translator = ContributionFactory(work=kept.work, edition=gone, role="B06")
    bought = ListingFactory(edition=gone)
    waiting = ListingFactory(edition=gone)
    line = placed(bought).seller_orders.get().lines.get()
    basket = basket_with(waiting)
    said = (line.title, line.author_line, line.description, line.listing_id)
    merge("edition", kept, gone)
    line.refresh_from_db()
    assert (line.title, line.author_line, line.description, line.listing_id) == said
    assert basket.lines.get().listing.edition_id == kept.pk == line.listing.edition_id
    kept.refresh_from_db()
    translator.refresh_from_db()
    assert (kept.pages, kept.place, kept.publisher_id) == (474, "London", gone.publisher_id)
    assert translator.edition_id == kept.pk
    assert set(kept.identifiers.values_list("type", "as_printed")) == {
        ("15", "0-14-143954-8"),
        ("13", ""),
    }
    assert Redirect.objects.get().old_id == gone.pk


def test_editions_of_two_works_take_their_people_along() -> None:
    kept, gone = EditionFactory(), EditionFactory()
    part = ContributionFactory(work=gone.work, edition=gone, role="B06")
    (shown,) = merging.preview(kind="edition", kept_id=kept.pk, gone_ids=[gone.pk])
    assert len(shown.notes) == 2
    merge("edition", kept, gone)
    part.refresh_from_db()
    assert (part.work_id, part.edition_id) == (kept.work_id, kept.pk)


def test_people_merge_and_keep_every_name() -> None:
    kept = PersonFactory(
        name="Fyodor Dostoevsky", sort_name="Dostoevsky, Fyodor", other_names=["Dosto"]
    )
    gone = PersonFactory(name="F. Dostojewski", sort_name="Dostojewski, F.",
                         native_name="Фёдор Достоевский", born=1821)  # fmt: skip
    both = WorkFactory(title="Demons", author_line="F. Dostojewski and Fyodor Dostoevsky")
    alone = WorkFactory(title="The Idiot", author_line="F. Dostojewski")
    for person in (gone, kept):
        ContributionFactory(work=both, person=person)
    ContributionFactory(work=alone, person=gone)
    merge("person", kept, gone)
    kept.refresh_from_db()
    assert (kept.native_name, kept.born) == ("Фёдор Достоевский", 1821)
    assert kept.other_names == ["Dosto", "F. Dostojewski"]
    assert {w.author_line for w in Work.objects.all()} == {"Fyodor Dostoevsky"}
    assert set(kept.names.values_list("name", flat=True)) >= {"Фёдор Достоевский", "F. Dostojewski"}
    assert both.contributions.count() == 1


def test_publishers_and_series_merge() -> None:
    kept, gone = PublisherFactory(), PublisherFactory()
    edition = EditionFactory(publisher=gone)
    merge("publisher", kept, gone)
    edition.refresh_from_db()
    assert edition.publisher == kept
    one, two = SeriesFactory(), SeriesFactory(description="Ten novels.")
    entry = SeriesEntryFactory(series=two)
    merge("series", one, two)
    entry.refresh_from_db()
    one.refresh_from_db()
    assert (entry.series, one.description) == (one, "Ten novels.")


def test_several_at_once_are_merges_of_their_own() -> None:
    kept, *gone = [PublisherFactory() for _n in range(4)]
    done = merging.merge(
        kind="publisher", kept_id=kept.pk, gone_ids=[p.pk for p in gone], actor=None, reason="Same"
    )
    assert [m.gone_id for m in done] == [p.pk for p in gone]
    assert {m.reason for m in done} == {"Same"}


def test_questions_about_the_two_are_answered_and_others_follow() -> None:
    a, b, c = (WorkFactory() for _n in range(3))
    same = Duplicate.objects.create(kind="work", first_id=a.pk, second_id=b.pk, reason="same_title")
    other = Duplicate.objects.create(
        kind="work", first_id=b.pk, second_id=c.pk, reason="same_title"
    )
    doubt = MatchDoubt.objects.create(kind="work", reason="x", work=b, candidate_work=a)
    merge("work", a, b)
    for row in (same, other, doubt):
        row.refresh_from_db()
    assert same.state == doubt.state == DoubtState.SAME
    assert (other.first_id, other.second_id, other.state) == (a.pk, c.pk, DoubtState.OPEN)


@pytest.mark.parametrize("ids", [[], [1], [99999]])
def test_nonsense_is_refused(ids: list[int]) -> None:
    kept = PublisherFactory()
    asked = [kept.pk if n == 1 else n for n in ids]
    with pytest.raises(MergeError):
        merging.merge(kind="publisher", kept_id=kept.pk, gone_ids=asked, actor=None)
    assert not Merge.objects.exists()


def test_a_preview_is_what_happens() -> None:
    kept, gone = WorkFactory(), WorkFactory(subtitle="A novel")
    EditionFactory(work=gone)
    WantFactory(work=gone)
    (shown,) = merging.preview(kind="work", kept_id=kept.pk, gone_ids=[gone.pk])
    assert Work.objects.count() == 2
    assert not Merge.objects.exists()
    done = merge("work", kept, gone)
    assert done.summary == shown.as_json()
    assert {(m.label, m.rows) for m in shown.moved} == {("Editions", 1), ("Wants", 1)}
    assert ("Subtitle", "A novel") in shown.filled


def test_chosen_editions_leave_to_a_new_work() -> None:
    work = works.refresh(work=WorkFactory(title="Poems and Letters", author="Emily Dickinson"))
    WorkSubjectFactory(work=work)
    poems, letters = EditionFactory(work=work), EditionFactory(work=work, title="Letters")
    helper = ContributionFactory(work=work, edition=letters, role="B01")
    want = WantFactory(work=work)
    done = merging.split(
        work_id=work.pk, edition_ids=[letters.pk], title="Letters", actor=None, reason="Two books"
    )
    new = Work.objects.get(pk=done.gone_id)
    for row in (poems, letters, helper, want):
        row.refresh_from_db()
    assert (new.title, new.slug, new.author_line) == ("Letters", "letters", "Emily Dickinson")
    assert letters.work == new == helper.work
    assert poems.work == work == want.work
    assert new.work_subjects.filter(is_main=True).count() == 1
    merging.undo(merge_id=done.pk, actor=None)
    assert Work.objects.get() == work
    assert work.editions.count() == 2
    assert work.contributions.count() == 2


def test_a_split_leaves_something_on_both_sides() -> None:
    edition = EditionFactory()
    for chosen in ([], [edition.pk], [EditionFactory().pk]):
        with pytest.raises(MergeError):
            merging.split(work_id=edition.work_id, edition_ids=chosen, title="X", actor=None)


def test_an_identifier_on_editions_of_two_works_is_in_conflict_until_they_are_one() -> None:
    one, two = EditionFactory(), EditionFactory()
    first, second = (IdentifierFactory(edition=e) for e in (one, two))
    IdentifierFactory(edition=one, type="13", value="9")

    def flags() -> list[bool]:
        return list(Identifier.objects.order_by("pk").values_list("conflict", flat=True))

    assert flags() == [True, True, False]
    done = merge("work", one.work, two.work)
    assert flags() == [False, False, False]
    merging.undo(merge_id=done.pk, actor=None)
    assert flags() == [True, True, False]
    Identifier.objects.filter(pk=second.pk).update(value="9780000000002")
    assert flags() == [False, False, False]
    Identifier.objects.filter(pk=second.pk).update(value=first.value)
    assert flags() == [True, True, False]
    second.delete()
    assert flags() == [False, False]
    Identifier.objects.update(conflict=True)
    assert flags() == [False, False], "nobody sets it by hand"
    Edition.objects.all()
    Identifier.objects.bulk_create([Identifier(edition=two, value=first.value)])
    assert flags() == [True, False, True]


def test_no_foreign_key_to_the_catalogue_is_forgotten() -> None:
    """What refers to a row that can be merged, in all apps; a new one must be thought of."""
    known = {
        Work: {"catalog.Contribution", "catalog.Edition", "catalog.MatchDoubt", "catalog.Review",
               "catalog.ReadingListItem", "catalog.SeriesEntry",
               "catalog.Want", "catalog.WorkSubject"},
        Edition: {"catalog.Contribution", "catalog.EditionSource", "catalog.Identifier",
                  "catalog.Listing", "catalog.MatchDoubt"},
        Person: {"catalog.Contribution", "catalog.PersonName"},
    }  # fmt: skip
    for model, labels in known.items():
        assert {r.label for r in relations_to(model)} >= labels
