"""Loading the demo: all of it or nothing."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from books4all.demo import catalogue, editions, history, matters, money, people, shops, workplace
from books4all.demo.source import read
from catalog import search
from catalog.models import Work
from orders.services import together

Progress = Callable[[str, float], None]


def is_loaded() -> bool:
    """Whether the demo stands in this database."""
    return User.objects.filter(email=people.STAFF).exists()


@transaction.atomic
def load(progress: Progress, *, works: int | None = None, now: datetime | None = None) -> None:
    """Write the demo, the same on every machine but for its dates, which count back from ``now``.

    ``works`` loads a sample of that many books. ``progress`` is told each step and the share done.

    Raises:
        CommandError: the database already has a catalogue that is not the demo's.
    """
    if Work.objects.exists():
        msg = "This database has a catalogue already: the demo only goes into an empty one."
        raise CommandError(msg)
    now = now or timezone.now()
    progress("Reading", 0.02)
    source = read(works)
    progress("People and works", 0.05)
    persons = catalogue.add_people(source)
    written = catalogue.add_works(source, persons, catalogue.add_subjects())
    progress("Editions", 0.15)
    books = editions.add_editions(source, persons, written)
    progress("Shops", 0.25)
    sellers = shops.add_shops(source, now)
    readers = people.add_people(source, sellers, now)
    progress("Copies on the shelves", 0.3)
    _on_sale, sold = shops.add_listings(source, sellers, books, now)
    progress("A year of orders", 0.55)
    money.add_rules()
    past = history.add_orders(readers, sold, now)
    progress("Where the money went", 0.7)
    money.bring_forward(past, now)
    together.tell_catalogue()
    progress("What readers say", 0.75)
    history.add_reviews(source, books, sellers, now)
    progress("What goes on in the shops", 0.8)
    workplace.add_workplaces(sellers, readers, now)
    matters.add_matters(sellers, readers[0], now)
    progress("Search", 0.85)
    search.rebuild()
    # The planner's figures are those of empty tables: jobs that start at once would wait for minutes.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    progress("Done", 1.0)


def may_load() -> bool:
    """Whether this is a place for a demo: its passwords are known to everyone."""
    return settings.DEV_PAGES
