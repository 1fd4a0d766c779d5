"""Walking along the shelves: subjects, names, series, publishers, new arrivals, the rare room."""

import functools
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.constants import Form, Role, SubjectScheme
from catalog.models import Listing, Person
from catalog.selectors import arrivals, indexes, paging, people, publishers, subjects
from tests.catalog.helpers import data_blocks, get, queries
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    ListingFactory,
    PersonFactory,
    PublisherFactory,
    SeriesEntryFactory,
    SeriesFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

pytestmark = pytest.mark.django_db


def stock(times: int) -> None:
    """Put ``times`` books with all that pages show into the catalogue."""
    for n in range(times):
        subject = SubjectFactory(parent=SubjectFactory())
        work = WorkFactory(subject=subject, title=f"A book {n}")
        ContributionFactory(work=work)
        SeriesEntryFactory(work=work)
        ListingFactory(edition__work=work)
        ListingFactory(edition__work=work, rare=True, signed=True)


PAGES = {
    # the two upper levels of both schemes
    "/subjects/": 1,
    # letters; beginnings; names
    "/authors/": 3,
    "/publishers/": 3,
    "/series/": 3,
    # copies; shelves to choose from
    "/new/": 2,
    # copies
    "/rare/": 1,
    "/rare/?mark=signed": 1,
    "/new.atom": 1,
    # shelves; their best-known books; cards
    "/opds/": 3,
    "/opds/new/": 1,
    "/opds/rare/": 1,
}


@pytest.mark.parametrize(("path", "expected"), PAGES.items())
def test_pages_take_the_same_queries_at_any_size(path: str, expected: int) -> None:
    stock(3)
    assert queries(path) == expected
    stock(12)
    assert queries(path) == expected


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_marketplace_has_every_page(path: str) -> None:
    assert get(path).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["letter=%00", "letter=%F0%9F%98%80", "letter=ZZZZZZ", "letter=E&after=%27%22%3Cb%3E",
     "after=" + "x" * 3000, "before=-1", "after=1-1", "after=x.y", "page=99999999999",
     "after=99999999999999999999-1", "subject=nothing%00", "letter=%D0%94&before=z%201"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/authors/", "/publishers/", "/series/", "/new/", "/rare/"])
def test_no_parameter_breaks_a_page(path: str, query: str) -> None:
    stock(1)
    assert get(f"{path}?{query}").status_code in {200, 404}


# ---- subjects ----------------------------------------------------------------------------------


def test_a_shelf_counts_each_book_once_with_all_under_it() -> None:
    fiction = SubjectFactory(name="Fiction")
    novels = SubjectFactory(name="Novels", parent=fiction)
    gothic = SubjectFactory(name="Gothic", parent=novels)
    SubjectFactory(name="Empty", parent=fiction)
    both = WorkFactory()
    WorkSubjectFactory(work=both, subject=novels)
    WorkSubjectFactory(work=both, subject=gothic, is_main=False)
    deep = WorkFactory(subject=gothic, popularity=9)
    page = subjects.subject_page(slug=fiction.slug, country="GB")
    assert page.books.total == 2
    assert [card.work for card in page.books.items] == [deep, both]
    assert [(child.name, child.works) for child in page.subject.children] == [("Novels", 2)]
    path = reverse("catalog:subject", args=[gothic.slug])
    response = get(path)
    html = response.content.decode()
    assert html.index("Fiction</a>") < html.index("Novels</a>")
    collection, crumbs = data_blocks(response)
    assert collection["@type"] == "CollectionPage"
    assert collection["mainEntity"]["itemListElement"][0]["name"] == deep.title
    assert [step["name"] for step in crumbs["itemListElement"]] == [
        "Subjects", "Fiction", "Novels", "Gothic",
    ]  # fmt: skip
    # the subject with what is above and under it; cards
    assert queries(path) == 2


def test_a_subject_in_a_loop_does_not_hang() -> None:
    first = SubjectFactory()
    second = SubjectFactory(parent=first)
    first.parent = second
    first.save()
    assert get(first.get_absolute_url()).status_code == 200


def test_thema_has_a_page_for_every_level() -> None:
    above = SubjectFactory(scheme=SubjectScheme.THEMA, code="F", slug="thema-f", name="Fiction")
    below = SubjectFactory(
        scheme=SubjectScheme.THEMA, code="FB", slug="thema-fb", name="General", parent=above
    )
    WorkFactory(subject=below)
    assert "Fiction" in get("/subjects/").content.decode()
    html = get(below.get_absolute_url()).content.decode()
    assert "Thema FB" in html
    assert above.get_absolute_url() in html
    # A scheme's subjects without a book are no use to anybody.
    SubjectFactory(scheme=SubjectScheme.THEMA, code="Z", slug="thema-z", name="Nothing here")
    assert "Nothing here" not in get("/subjects/").content.decode()


def test_a_full_shelf_says_where_its_pages_end(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = SubjectFactory()
    for n in range(5):
        WorkFactory(subject=shelf, popularity=n)
    monkeypatch.setattr(subjects, "BOOKS_A_PAGE", 2)
    monkeypatch.setattr(paging, "LAST_PAGE", 2)
    page = subjects.subject_page(slug=shelf.slug, country="GB", number=9)
    assert [card.work.popularity for card in page.books.items] == [2, 1]
    assert page.books.cut_short
    assert not page.books.has_next()
    assert (
        "These pages show the 4 best-known books" in get(shelf.get_absolute_url()).content.decode()
    )


# ---- people ------------------------------------------------------------------------------------


def test_authors_stand_under_the_letter_they_are_sorted_by() -> None:
    for name in ("Émile Zola", "Émile Écrivain", "Ōe Kenzaburō", "Anne Brontë"):
        ContributionFactory(person=PersonFactory(name=name, sort_name=name.split()[-1]))
    ContributionFactory(person=PersonFactory(name="Kongzi", sort_name="孔子"))
    ContributionFactory(person=PersonFactory(name="No Author"), role=Role.TRANSLATOR)
    page = indexes.authors_index(letter="E")
    assert [(script.name, script.letters) for script in page.scripts] == [
        ("Latin letters", ["B", "E", "K", "Z"]),
        ("Chinese and Japanese", ["漢"]),
    ]
    assert [entry.name for entry in page.entries.items] == ["Écrivain"]
    assert indexes.authors_index(letter="nonsense").letter == "B"


def test_authors_are_found_under_their_other_names() -> None:
    eliot = PersonFactory(
        name="George Eliot", sort_name="Eliot, George", other_names=["Mary Ann Evans"]
    )
    ContributionFactory.create_batch(2, person=eliot)
    lev = PersonFactory(name="Leo Tolstoy", sort_name="Tolstoy, Leo", native_name="Лев Толстой")
    ContributionFactory(person=lev)
    [entry] = indexes.authors_index(letter="E", after="ev").entries.items
    assert (entry.name, entry.see, entry.slug) == ("Evans, Mary Ann", "George Eliot", eliot.slug)
    [main] = indexes.authors_index(letter="T").entries.items
    assert (main.name, main.note, main.see, main.books) == ("Tolstoy, Leo", "Лев Толстой", "", 1)
    [own] = indexes.authors_index(letter="Т").entries.items
    assert (own.name, own.see) == ("Толстой, Лев", "Leo Tolstoy")
    html = get("/authors/?letter=E").content.decode()
    assert "see George Eliot" in html
    assert 'aria-label="First letter: Cyrillic"' in html


def walk(route: str, letter: str = "S") -> list[str]:
    """Follow an index's links from the first page to the last, then back, and return the names."""
    names, path, last = [], f"{reverse(route)}?letter={letter}", ""
    index = indexes.authors_index if route.endswith("authors") else indexes.publishers_index
    while path:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        page = index(**asked)
        names += [entry.name for entry in page.entries.items]
        last = page.entries.before
        path = f"?letter={letter}&after={page.entries.after}" if page.entries.after else ""
    backwards: list[str] = []
    while last:
        page = index(letter=letter, before=last)
        backwards = [entry.name for entry in page.entries.items] + backwards
        last = page.entries.before
    assert names[: len(backwards)] == backwards
    return names


def test_an_index_can_be_walked_forwards_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "NAMES_A_PAGE", 3)
    # Many of one name: nobody is left out where a page ends among them.
    for name in ["Smith, John"] * 7 + ["Sand, George", "Scott, Walter", "Šafařík, Pavel"]:
        ContributionFactory(person=PersonFactory(sort_name=name))
        PublisherFactory(name=name)
    expected = ["Šafařík, Pavel", "Sand, George", "Scott, Walter", *["Smith, John"] * 7]
    assert walk("catalog:authors") == expected
    assert walk("catalog:publishers") == expected
    page = indexes.authors_index(letter="S", after="sm")
    assert page.beginnings == ["sa", "sc", "sm"]
    assert [entry.name for entry in page.entries.items] == ["Smith, John"] * 3
    html = get("/authors/?letter=S").content.decode()
    assert "after=sm" in html
    assert 'rel="next"' in html


def test_publishers_and_series_have_letters_figures_and_the_rest() -> None:
    for name in ("4th Estate", "Penguin", "Наука", "Éditions"):
        PublisherFactory(name=name)
        SeriesFactory(name=name)
    for index in (indexes.publishers_index, indexes.series_index):
        [script] = index().scripts
        assert script.letters == ["#", "E", "P", "…"]
        assert [entry.name for entry in index(letter="#").entries.items] == ["4th Estate"]
        assert [entry.name for entry in index(letter="…").entries.items] == ["Наука"]
        # The first letter with names, not the figures.
        assert index().letter == "E"


def test_an_author_has_a_life_books_in_order_parts_and_translators() -> None:
    person = PersonFactory(
        name="Matsuo Bashō", native_name="松尾芭蕉", born=1644, died=1694, bio="Walked north."
    )
    late, early = WorkFactory(first_published=1702), WorkFactory(first_published=1680)
    for work in (late, early):
        ContributionFactory(work=work, person=person)
        ContributionFactory(work=work, person=person, edition=EditionFactory(work=work))
    helped = ContributionFactory(person=person, role=Role.EDITOR).work
    translator = PersonFactory(name="Lesley Downer")
    ContributionFactory(work=late, person=translator, role=Role.TRANSLATOR)
    page = people.person_page(slug=person.slug, country="GB")
    assert [card.work for card in page.works.items] == [early, late]
    [part] = page.parts
    assert (part.label, part.books, [card.work for card in part.cards]) == ("Editor", 1, [helped])
    assert [(who.name, who.books) for who in page.translators] == [("Lesley Downer", 1)]
    response = get(person.get_absolute_url())
    html = response.content.decode()
    assert "松尾芭蕉" in html
    assert "1644 – 1694" in html
    block, crumbs = data_blocks(response)
    assert (block["@type"], block["birthDate"], block["deathDate"]) == ("Person", "1644", "1694")
    assert crumbs["@type"] == "BreadcrumbList"
    # the person; roles with how many books; cards; cards of other parts; translators
    assert queries(person.get_absolute_url()) == 5
    for _ in range(8):
        ContributionFactory(person=person)
        ContributionFactory(person=person, role=Role.ILLUSTRATOR)
    assert queries(person.get_absolute_url()) == 5


def test_who_only_translated_has_a_page_of_translations() -> None:
    person = PersonFactory(name="Constance Garnett")
    ContributionFactory(person=person, role=Role.TRANSLATOR)
    html = get(person.get_absolute_url()).content.decode()
    assert "As Translator: 1 book" in html
    nobody = PersonFactory()
    assert "No book by this person yet." in get(nobody.get_absolute_url()).content.decode()
    assert Person.objects.count() == 2


# ---- series and publishers ---------------------------------------------------------------------


def test_a_series_stands_in_its_order() -> None:
    series = SeriesFactory()
    third = SeriesEntryFactory(series=series, position=3, number="2a").work
    first = SeriesEntryFactory(series=series, position=1, number="1").work
    eliot = PersonFactory(name="George Eliot")
    ContributionFactory(work=first, person=eliot)
    ContributionFactory(work=third, person=eliot)
    page = people.series_page(slug=series.slug, country="GB")
    assert [(n, card.work) for n, card in page.entries.items] == [("1", first), ("2a", third)]
    assert [who["name"] for who in page.authors] == ["George Eliot"]
    thing, _crumbs = data_blocks(get(series.get_absolute_url()))
    assert thing["@type"] == "BookSeries"
    assert [(part["name"], part["position"]) for part in thing["hasPart"]] == [
        (first.title, "1"), (third.title, "2a"),
    ]  # fmt: skip
    # the series; places; cards
    assert queries(series.get_absolute_url()) == 3


def test_a_publisher_has_its_books_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    house = PublisherFactory(name="Penguin")
    years = [1990, None, 1935, 1990, None, 2001, -5, 1990]
    rows = [
        EditionFactory(publisher=house, published_year=year, published="", imprint="Puffin")
        for year in years
    ]
    again = EditionFactory(
        publisher=house, work=rows[0].work, published_year=1990, form=Form.PAPERBACK
    )
    monkeypatch.setattr(publishers, "EDITIONS_A_PAGE", 2)
    seen, after, last = [], "", ""
    while True:
        page = publishers.publisher_page(slug=house.slug, country="GB", after=after)
        seen += [edition for book in page.books.items for edition in book.editions]
        last = page.books.before
        after = page.books.after
        if not after:
            break
    dated = sorted(
        [*rows, again], key=lambda e: (e.published_year is not None, e.published_year or 0, e.pk)
    )
    assert seen == dated[::-1]
    back: list[object] = []
    while last:
        page = publishers.publisher_page(slug=house.slug, country="GB", before=last)
        back = [edition for book in page.books.items for edition in book.editions] + back
        last = page.books.before
    assert seen[: len(back)] == back
    assert page.editions == 9
    assert page.imprints == ["Puffin"]
    thing, _crumbs = data_blocks(get(house.get_absolute_url()))
    assert (thing["@type"], thing["name"]) == ("Organization", "Penguin")
    # the publisher; how many editions; a page of them; cards
    assert queries(house.get_absolute_url()) == 4


def test_a_publishers_book_is_shown_once_with_its_editions() -> None:
    house = PublisherFactory()
    work = WorkFactory()
    for form, year in ((Form.HARDBACK, 1994), (Form.PAPERBACK, 1996)):
        EditionFactory(publisher=house, work=work, form=form, published_year=year)
    [book] = publishers.publisher_page(slug=house.slug, country="GB").books.items
    assert book.note == "Paperback, 1996; Hardback, 1994"
    assert get("/publishers/nobody/").status_code == 404


# ---- new arrivals and the rare room ------------------------------------------------------------


def listed(minutes_ago: int, **terms: object) -> Listing:
    return ListingFactory(listed_at=timezone.now() - timedelta(minutes=minutes_ago), **terms)


def test_new_arrivals_are_walked_without_losing_or_repeating_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arrivals, "_slice", functools.partial(_of_three, arrivals._slice))
    moment = timezone.now()
    copies = [ListingFactory(listed_at=moment - timedelta(minutes=n // 4)) for n in range(11)]
    listed(1, edition__work__title="Gone", on_hand=0, movement=False)
    expected = sorted(copies, key=lambda c: (c.listed_at, c.pk), reverse=True)
    seen, after, last = [], "", ""
    while True:
        part = arrivals.new_arrivals(country="GB", after=after).copies
        seen += [offer.listing for offer in part.items]
        last, after = part.before, part.after
        if not after:
            break
    assert seen == expected
    back: list[Listing] = []
    while last:
        part = arrivals.new_arrivals(country="GB", before=last).copies
        back = [offer.listing for offer in part.items] + back
        last = part.before
    assert seen[: len(back)] == back
    html = get("/new/").content.decode()
    assert 'rel="alternate" type="application/atom+xml"' in html


def _of_three(real, *args: object, **terms: object) -> object:
    return real(*args, **{**terms, "size": 3})


def test_new_arrivals_of_a_shelf_are_read_from_either_end(monkeypatch: pytest.MonkeyPatch) -> None:
    fiction = SubjectFactory(name="Fiction")
    gothic = SubjectFactory(parent=fiction)
    old = listed(50, edition__work=WorkFactory(subject=gothic))
    new = listed(5, edition__work=WorkFactory(subject=fiction))
    listed(1)
    for small in (arrivals.SMALL_SHELF, 0):
        monkeypatch.setattr(arrivals, "SMALL_SHELF", small)
        page = arrivals.new_arrivals(country="GB", subject=fiction.slug)
        assert [offer.listing for offer in page.copies.items] == [new, old]
        # the shelf; which of the newest copies stand on a full one; copies; shelves to choose from
        assert queries(f"/new/?subject={fiction.slug}") == (3 if small else 4)
    assert get("/new/?subject=nothing").status_code == 404


def test_the_rare_room_has_rare_copies_only_and_can_be_narrowed() -> None:
    signed = listed(5, rare=True, signed=True)
    first = listed(1, rare=True, first_edition=True)
    listed(0)
    assert [o.listing for o in arrivals.rare_room(country="GB").items] == [first, signed]
    assert [o.listing for o in arrivals.rare_room(country="GB", mark="signed").items] == [signed]
    response = get("/rare/")
    [thing] = data_blocks(response)
    items = thing["mainEntity"]["itemListElement"]
    assert [item["item"]["offers"]["availability"] for item in items] == [
        "https://schema.org/InStock"
    ] * 2
    assert get("/rare/?mark=<b>").status_code == 200
    shop = SellerFactory()
    assert get(reverse("catalog:shop_feed", args=[shop.slug])).status_code == 200
