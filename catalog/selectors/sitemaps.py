"""What search engines are told there is: an index of files, each of a range of keys.

A file holds the addresses of at most ``URLS_A_FILE`` rows whose keys lie next to each other, so it is
read by a range of the primary key, whatever stands before it, and an address stays in its file. Rows
that have gone leave gaps; a file of nothing but gaps is not listed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, F, IntegerField, Max, Model, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.models import Seller
from catalog.constants import Role, SubjectScheme
from catalog.models import Contribution, Person, Publisher, Series, Subject, SubjectWork, Work

# The protocol allows 50,000 addresses; fewer are made in a moment and fetched in one.
URLS_A_FILE = 10_000
# How long the index and a file may be behind (seconds).
AGE = 3600
_FILE_NUMBER = Cast(F("pk") / URLS_A_FILE, IntegerField())
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
STANDING = (
    "home", "subjects", "authors", "publishers", "series_list", "shops", "new", "rare", "conditions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind: the queryset of those with a page, and the route of a page by its slug."""

    rows: "Callable[[], QuerySet[Any]]"
    route: str


def _authors() -> "QuerySet[Person]":
    wrote = Contribution.objects.filter(person=OuterRef("pk"), role=Role.AUTHOR)
    return Person.objects.filter(Exists(wrote))


def _subjects() -> "QuerySet[Subject]":
    # Keywords have pages too, but a page of one book says nothing that the book's does not.
    shown = (SubjectScheme.SHELF, SubjectScheme.THEMA)
    on_it = SubjectWork.objects.filter(subject=OuterRef("pk"))
    return Subject.objects.filter(Exists(on_it), scheme__in=shown)


SECTIONS: dict[str, Section] = {
    "works": Section(Work.objects.all, "book"),
    "authors": Section(_authors, "author"),
    "subjects": Section(_subjects, "subject"),
    "series": Section(Series.objects.all, "series"),
    "publishers": Section(Publisher.objects.all, "publisher"),
    "shops": Section(Seller.objects.approved, "shop"),
}


def index(*, anew: bool = False) -> str:
    """Return the index: every file that has an address, with its newest change.

    The newest changes are read in one pass over each table, so the index is kept: a job writes it
    ``anew`` each hour, and nobody who asks for it has to wait.
    """
    kept: str | None = None if anew else cache.get("sitemap:index")
    if kept is None:
        kept = _document("sitemapindex", "sitemap", _files())
        cache.set("sitemap:index", kept, 2 * AGE)
    return kept


def file(section: str, number: int) -> str | None:
    """Return file ``number`` (from 0) of ``section``, or None when there is no address in it."""
    if section == "pages":
        return _document("urlset", "url", _standing()) if number == 0 else None
    if section not in SECTIONS:
        return None
    name = f"sitemap:{section}:{number}"
    kept: str | None = cache.get(name)
    if kept is None:
        rows = (
            SECTIONS[section]
            .rows()
            .filter(pk__gte=number * URLS_A_FILE, pk__lt=(number + 1) * URLS_A_FILE)
        )
        places = _places(SECTIONS[section].route, rows)
        kept = _document("urlset", "url", places)
        cache.set(name, kept, AGE)
    return kept if "<url>" in kept else None


def _places(route: str, rows: "QuerySet[Model]") -> Iterator[tuple[str, datetime | None]]:
    # One pattern for all: reversing ten thousand addresses takes longer than reading them.
    pattern = reverse(f"catalog:{route}", args=["SLUG"])
    for slug, changed in rows.order_by("pk").values_list("slug", "updated_at").iterator(2000):
        yield pattern.replace("SLUG", slug), changed


def _standing() -> Iterator[tuple[str, datetime | None]]:
    return ((reverse(f"catalog:{name}"), None) for name in STANDING)


def _files() -> Iterator[tuple[str, datetime | None]]:
    yield _path("pages", 0), None
    for name, section in SECTIONS.items():
        numbers = section.rows().order_by().annotate(file=_FILE_NUMBER).values("file")
        changed = numbers.annotate(changed=Max("updated_at")).order_by("file")
        for row in changed.values_list("file", "changed"):
            yield _path(name, row[0]), row[1]


def _path(section: str, number: int) -> str:
    return reverse("catalog:sitemap_section", args=[section, number])


def _document(root: str, item: str, places: Iterator[tuple[str, datetime | None]]) -> str:
    """Write the document of the sitemap protocol 0.9: addresses are absolute, times in UTC."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{NAMESPACE}">']
    for path, changed in places:
        loc = escape(f"{settings.PUBLIC_URL}{path}")
        lastmod = f"<lastmod>{changed:%Y-%m-%dT%H:%M:%S}Z</lastmod>" if changed else ""
        lines.append(f"<{item}><loc>{loc}</loc>{lastmod}</{item}>")
    lines.append(f"</{root}>\n")
    return "\n".join(lines)
