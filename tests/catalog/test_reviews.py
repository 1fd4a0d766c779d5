"""What readers say: looked at first, counted once, whoever is quick."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from books4all.lib.errors import DomainError
from catalog.constants import ReviewStatus
from catalog.models import Review, Work
from catalog.services import reviews
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ReviewFactory, SellerReviewFactory, WorkFactory


def pending(**fields: object) -> Review:
    return ReviewFactory(status=ReviewStatus.PENDING, published_at=None, **fields)


def sums(row) -> tuple[int, int]:
    row.refresh_from_db()
    return row.rating_sum, row.rating_count


@pytest.mark.django_db
def test_a_review_is_sent_looked_at_and_shown() -> None:
    work = WorkFactory()
    client = Client()
    path = f"/books/{work.slug}/review/"
    assert "/login/" in client.get(path)["Location"]
    client.force_login(UserFactory(name="Hester Vane"))
    assert b"Hester Vane" in client.get(path).content
    empty = client.post(path, {"text": "Good."})
    assert "Choose from one to five stars." in empty.content.decode()
    sent = client.post(path, {"rating": "4", "text": "Good.", "author_name": "Hester"})
    assert sent["Location"] == work.get_absolute_url()
    review = Review.objects.get()
    assert (review.status, sums(work)) == (ReviewStatus.PENDING, (0, 0))
    assert b"Good." not in client.get(work.get_absolute_url()).content
    reviews.publish(review=review)
    assert sums(work) == (4, 1)
    assert b"Good." in client.get(work.get_absolute_url()).content


@pytest.mark.django_db
def test_publishing_twice_counts_once_and_rejecting_takes_it_back() -> None:
    unseen = {"rating": 5, "status": ReviewStatus.PENDING, "published_at": None}
    for review in (ReviewFactory(**unseen), SellerReviewFactory(**unseen)):
        target = review.work or review.seller
        reviews.publish(review=review)
        reviews.publish(review=review)
        assert sums(target) == (5, 1)
        reviews.reject(review=review)
        reviews.reject(review=review)
        assert sums(target) == (0, 0)


@pytest.mark.django_db
def test_writing_again_replaces_and_waits_again() -> None:
    user, work = UserFactory(), WorkFactory()
    words = {"user": user, "work": work, "author_name": "Hester"}
    first = reviews.submit(rating=5, text="Splendid.", **words)
    reviews.publish(review=first)
    second = reviews.submit(rating=2, text="On reflection, no.", **words)
    assert second.pk == first.pk
    assert (second.status, sums(work)) == (ReviewStatus.PENDING, (0, 0))
    reviews.publish(review=second)
    assert sums(work) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"rating": 0}, {"rating": 6}, {"author_name": "  "}])
def test_wrong_input_names_its_field(wrong: dict) -> None:
    words = {"rating": 3, "text": "", "author_name": "Hester", **wrong}
    with pytest.raises(DomainError) as error:
        reviews.submit(user=UserFactory(), work=WorkFactory(), **words)
    assert list(error.value.fields) == list(wrong)


@pytest.mark.django_db
def test_a_purchase_marks_only_the_buyers_reviews() -> None:
    mine, others = pending(), pending()
    marked = reviews.record_purchase(
        user=mine.user, work_ids=[mine.work_id, others.work_id], seller_ids=[]
    )
    mine.refresh_from_db()
    others.refresh_from_db()
    assert (marked, mine.verified, others.verified) == (1, True, False)


def at_once(times: int, call) -> None:
    """Run ``call(n)`` in ``times`` threads that start together."""
    barrier = Barrier(times)

    def run(n: int) -> None:
        try:
            barrier.wait(timeout=10)
            call(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
def test_many_publish_at_once_and_every_rating_counts_once() -> None:
    work = WorkFactory()
    waiting = [pending(work=work, rating=4) for _ in range(4)]
    # Each review is published by two people at the same moment.
    at_once(8, lambda n: reviews.publish(review=waiting[n // 2]))
    assert sums(work) == (16, 4)


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_ratings_are_lost() -> None:
    """The control: read, add, write back, as it would be without lock and F()."""
    work = WorkFactory()
    read = Barrier(4)

    def careless(_n: int) -> None:
        row = Work.objects.get(pk=work.pk)
        read.wait(timeout=10)
        Work.objects.filter(pk=work.pk).update(
            rating_sum=row.rating_sum + 4, rating_count=row.rating_count + 1
        )

    at_once(4, careless)
    assert sums(work) != (16, 4)


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_five_times_makes_one_review() -> None:
    user, work = UserFactory(), WorkFactory()
    at_once(
        5,
        lambda n: reviews.submit(user=user, work=work, rating=3, text=str(n), author_name="Hester"),
    )
    assert Review.objects.count() == 1
