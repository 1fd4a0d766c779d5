"""Books beside a book: bought together, by the same hand, on the same shelf."""

import pytest

from catalog.models import BoughtTogether
from catalog.selectors import books
from orders.constants import OrderStatus
from orders.selectors import together as pairs
from orders.services import together
from tests.catalog.helpers import get
from tests.factories.catalog import (
    ContributionFactory,
    ListingFactory,
    PersonFactory,
    SubjectFactory,
    WorkFactory,
)
from tests.orders.journeys import placed

pytestmark = pytest.mark.django_db


def test_the_same_shelf_has_the_author_first_and_not_the_book_itself() -> None:
    subject = SubjectFactory()
    eliot = PersonFactory(name="George Eliot")
    work = WorkFactory(subject=subject)
    ContributionFactory(work=work, person=eliot)
    neighbour = WorkFactory(subject=subject, popularity=900)
    sister = WorkFactory(popularity=1, subject=subject)
    ContributionFactory(work=sister, person=eliot)
    page = books.book_page(slug=work.slug, country="GB")
    assert [card.work for card in page.shelf] == [sister, neighbour]
    assert page.together == []


def test_a_prolific_author_leaves_room_for_others() -> None:
    subject = SubjectFactory()
    trollope = PersonFactory()
    work = WorkFactory(subject=subject)
    ContributionFactory(work=work, person=trollope)
    for _ in range(20):
        ContributionFactory(person=trollope)
    neighbours = [WorkFactory(subject=subject) for _ in range(10)]
    shelf = books.book_page(slug=work.slug, country="GB").shelf
    assert len(shelf) == 12
    assert len([card for card in shelf if card.work in neighbours]) == 6


def buy(*works) -> None:
    placed(*(ListingFactory(edition__work=work) for work in works))


def test_books_bought_together_in_two_orders_say_so() -> None:
    first, second, third = (WorkFactory(title=title) for title in ("Emma", "Persuasion", "Dracula"))
    buy(first, second, third)
    assert together.tell_catalogue() == 0
    buy(first, second)
    assert together.tell_catalogue() == 2
    # It runs twice without harm.
    assert together.tell_catalogue() == 2
    assert set(BoughtTogether.objects.values_list("work", "other", "orders")) == {
        (first.pk, second.pk, 2), (second.pk, first.pk, 2),
    }  # fmt: skip
    page = books.book_page(slug=first.slug, country="GB")
    assert [card.work for card in page.together] == [second]
    html = get(first.get_absolute_url()).content.decode()
    assert "Bought together with it" in html
    assert "Bought together with it" not in get(third.get_absolute_url()).content.decode()


def test_orders_that_were_not_paid_and_hauls_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = WorkFactory(), WorkFactory()
    for _ in range(2):
        order = placed(ListingFactory(edition__work=first), ListingFactory(edition__work=second))
        type(order).objects.filter(pk=order.pk).update(status=OrderStatus.EXPIRED)
    assert list(pairs.bought_together()) == []
    for _ in range(2):
        buy(first, second)
    assert len(list(pairs.bought_together())) == 2
    monkeypatch.setattr(pairs, "MOST_BOOKS", 1)
    assert list(pairs.bought_together()) == []
