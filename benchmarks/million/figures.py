"""python -m benchmarks.million.figures: what pages cost at this size, beside what they should.

Server time is measured inside one process, through the whole of Django but without a socket; every
figure stands beside a reference measured in the same run (PK: one primary-key lookup; T: one such
lookup and a template of the size of a book's page), because machines differ and are busy.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
# Production's way of rendering, whatever the environment of a running stack says.
os.environ["DJANGO_SETTINGS_MODULE"] = "books4all.settings.test"
django.setup()

from django.conf import settings  # noqa: E402 - after the setup
from django.db import connection  # noqa: E402 - after the setup
from django.template import engines  # noqa: E402 - after the setup
from django.test import Client  # noqa: E402 - after the setup

from benchmarks.million.rows import Maker, Size  # noqa: E402 - after the setup
from catalog.models import Edition, Listing, Person, Subject, Work  # noqa: E402 - after the setup

ROUNDS = 60
CHANCE = Random(5)
FILTERS = {"condition": "very_good", "form": "hardback", "price": "5-10"}
# Rows of a card with a loop, a condition and escaped values: what a real page does, without its queries.
ROWS = """{% for row in rows %}<li class="card"><article aria-labelledby="t{{ row.n }}">
<a href="{{ row.url }}" class="card-link card-link--primary"><img src="/media/cover/{{ row.n }}-240.avif"
width="240" height="360" loading="lazy" decoding="async" alt="Cover of {{ row.title }}"></a>
<h3 id="t{{ row.n }}"><a href="{{ row.url }}">{{ row.title }}</a></h3><p class="by">by {{ row.author }}</p>
<p class="price"><span class="cur">EUR</span> {{ row.price }}</p>{% if row.n < 40 %}<form method="post"
action="/basket/add/{{ row.n }}/"><button type="submit" class="button button--small">Add to basket</button>
</form>{% endif %}</article></li>{% endfor %}"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of the server, and what of them the database took; statements at most."""

    p50: float
    p95: float
    sql: float
    queries: int


@dataclass(frozen=True)
class Figure:
    """Pages to ask for, and the milliseconds and statements they may take at most."""

    name: str
    addresses: Sequence[str]
    p50: float
    p95: float
    queries: int


class Watch:
    """Adds up the time and number of the statements of one request."""

    def __init__(self) -> None:
        self.seconds, self.count = 0.0, 0

    def __call__(self, execute: Callable[..., object], *arguments: object) -> object:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.seconds += time.perf_counter() - begun
            self.count += 1


def measure(addresses: Sequence[str], client: Client) -> Cost:
    """Ask for the addresses in turn; the first round warms the database up."""
    whole, inside, most = [], [], 0
    for turn in range(len(addresses) + ROUNDS):
        watch = Watch()
        with connection.execute_wrapper(watch):
            begun = time.perf_counter()
            response = client.get(addresses[turn % len(addresses)])
            taken = (time.perf_counter() - begun) * 1000
        assert response.status_code == 200, (addresses[turn % len(addresses)], response.status_code)
        if turn >= len(addresses):
            whole.append(taken)
            inside.append(watch.seconds * 1000)
            most = max(most, watch.count)
    cuts = statistics.quantiles(whole, n=20)
    return Cost(statistics.median(whole), cuts[18], statistics.median(inside), most)


def reference(run: Callable[[], object]) -> float:
    """Return the median milliseconds of ``run``."""
    times = []
    for _ in range(300):
        begun = time.perf_counter()
        run()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def lookup() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT title FROM catalog_work WHERE id = %s", [CHANCE.randrange(1, 10_000)]
        )
        cursor.fetchone()


def template_of(size: int) -> Callable[[], str]:
    """Return a page that makes one lookup and renders about ``size`` bytes."""
    template = engines["django"].from_string(ROWS)
    row = {"n": 7, "url": "/books/a-book/", "title": "A book of some length", "author": "Ann Other",
           "price": "12.50"}  # fmt: skip
    one = len(template.render({"rows": [row]}))
    rows = [row] * max(1, size // one)

    def page() -> str:
        lookup()
        return template.render({"rows": rows})

    return page


def searches(**parameters: str) -> str:
    return f"/search/?{urlencode(parameters)}"


def misspelt(word: str) -> str:
    """Return the word with two letters in the wrong order."""
    at = len(word) // 2
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def figures() -> Iterator[Figure]:
    maker = Maker(Size(1000, 3000))
    content = maker.words[100:]
    common = [word for word in maker.words[6:60] if len(word) > 3][:20]
    rare = [word for word in content[20_000:20_060] if len(word) > 4]
    people = list(Person.objects.filter(pk__lte=200).values_list("name", flat=True)[:40])
    subjects = list(Subject.objects.order_by("pk").values_list("slug", flat=True)[:84:4])
    two = [f"{CHANCE.choice(common)} {CHANCE.choice(content[200:2000])}" for _ in range(40)]
    wrong = [misspelt(word) for word in content[2000:2040] if len(word) > 6]
    yield Figure("search: common word", [searches(q=w) for w in common], 35, 80, 6)
    yield Figure("search: two words", [searches(q=w) for w in two], 20, 40, 6)
    yield Figure("search: rare word", [searches(q=w) for w in rare], 20, 40, 6)
    yield Figure("search: author", [searches(q=w) for w in people], 20, 40, 6)
    yield Figure("search: three filters", [searches(q=w, **FILTERS) for w in common], 60, 120, 6)
    yield Figure("search: misspelt", [searches(q=w) for w in wrong], 50, 100, 6)
    yield Figure(
        "search: everything", [searches(), searches(kind="rare"), searches(kind="used")], 35, 80, 6
    )
    yield Figure("search: subject", [searches(subject=s) for s in subjects], 35, 80, 6)
    yield Figure("search: by price", [searches(q=w, sort="price") for w in common], 60, 120, 6)
    typed = [w[:n] for w in (*common, *people) for n in (1, 3, 5, 8) if len(w) >= n]
    yield Figure(
        "suggestions", [f"/search/suggest/?{urlencode({'q': w})}" for w in typed], 8, 20, 2
    )
    slugs = Work.objects.filter(pk__lte=40).values_list("slug", flat=True)
    yield Figure("book page", [f"/books/{slug}/" for slug in slugs], 0, 0, 6)
    fifty = Edition.objects.get(pk=1).work.slug
    yield Figure("book page, 50 copies", [f"/books/{fifty}/"], 0, 0, 6)
    yield Figure("API: works", ["/api/v1/works/?limit=50"], 15, 40, 4)
    yield Figure(
        "API: search", [f"/api/v1/search/?{urlencode({'q': w})}" for w in common], 35, 80, 6
    )


def main() -> int:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    key = reference(lookup)
    book = client.get(f"/books/{Edition.objects.get(pk=1).work.slug}/")
    page = reference(template_of(len(book.content)))
    sizes = {"works": Work, "editions": Edition, "copies": Listing}
    print(", ".join(f"{model._default_manager.count():,} {name}" for name, model in sizes.items()))
    print(f"PK = {key:.2f} ms, T = {page:.2f} ms ({len(book.content):,} bytes)\n")
    print(f"{'':26}{'p50 ms':>8}{'p95 ms':>8}{'SQL ms':>8}{'SQL n':>7}{'/PK':>7}{'/T':>7}  target")
    missed = 0
    for figure in figures():
        cost = measure(figure.addresses, client)
        p50, p95 = figure.p50 or 1.5 * page, figure.p95 or 3 * page
        kept = cost.p50 <= p50 and cost.p95 <= p95 and cost.queries <= figure.queries
        missed += not kept
        print(
            f"{figure.name:26}{cost.p50:8.1f}{cost.p95:8.1f}{cost.sql:8.1f}{cost.queries:7d}"
            f"{cost.p50 / key:7.0f}{cost.p50 / page:7.1f}"
            f"  {p50:.0f}/{p95:.0f} ms, {figure.queries} SQL: {'kept' if kept else 'MISSED'}",
            flush=True,
        )
    print(f"\n{missed} missed" if missed else "\nall kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
