"""Drawn covers beside each other: no two different books look alike, however wide the page."""

import random
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template

from books4all.demo import source
from books4all.lib.covers import CLOTHS, cover
from books4all.lib.covers.neighbours import NEAR, REACH, Design, Row, alike, near, own
from books4all.lib.covers.palette import SUBJECTS, distance

Book = tuple[str, str, str]
GRID = 24
WORDS = [
    "night",
    "river",
    "glass",
    "house",
    "salt",
    "winter",
    "garden",
    "king",
    "letter",
    "stone",
    "bird",
    "sea",
    "road",
    "fire",
    "book",
]


def random_books(seed: int, count: int, subject: str = "") -> list[Book]:
    dice = random.Random(seed)
    return [
        (
            f"The {dice.choice(WORDS)} and the {dice.choice(WORDS)} {n}",
            f"{dice.choice(WORDS)} {dice.choice(WORDS)}",
            subject,
        )
        for n in range(count)
    ]


def demo_books() -> list[Book]:
    return [
        (work["title"], " ".join(work["authors"]), work["subjects"][0].replace("-", " "))
        for work in source.read().works.values()
    ]


def worn(books: list[Book]) -> list[Design]:
    row = Row()
    return [row.next(*book) for book in books]


def pairs(designs: list[Design]) -> list[tuple[int, int]]:
    """Return the places of covers that look alike and may stand side by side or above each other."""
    return [
        (at, at - back)
        for at in range(len(designs))
        for back in range(1, min(REACH, at) + 1)
        if alike(designs[at], designs[at - back])
    ]


@pytest.mark.parametrize("subject", ["", *SUBJECTS])
def test_neighbours_in_a_grid_are_never_alike(subject: str) -> None:
    alone = 0
    for seed in range(40):
        books = random_books(seed, GRID, subject)
        assert pairs(worn(books)) == []
        alone += len(pairs([own(*book)[1] for book in books]))
    # The control: by the books alone there would be some.
    assert alone > 0


def test_nor_in_grids_of_the_demo() -> None:
    books = demo_books()
    assert len(books) > 200
    for order in range(5):
        random.Random(order).shuffle(books)
        for at in range(0, len(books) - GRID, GRID):
            grid = books[at : at + GRID]
            assert pairs(worn(grid)) == [], grid


def test_most_books_keep_the_design_they_have_alone() -> None:
    books = random_books(7, 960)
    kept = sum(
        one == own(*book)[1]
        for at in range(0, len(books), GRID)
        for book, one in zip(books[at : at + GRID], worn(books[at : at + GRID]), strict=True)
    )
    assert kept / len(books) > 0.9


def test_the_same_company_gives_the_same_covers() -> None:
    books = random_books(1, GRID, "nature")
    assert worn(books) == worn(books)


def test_the_same_book_twice_is_the_same_book() -> None:
    one, *others = random_books(3, 4, "nature")
    first, _, again = worn([one, others[0], one])
    assert first == again


def test_a_real_cover_takes_a_place() -> None:
    one = ("Middlemarch", "George Eliot", "")
    row = Row()
    row.next(*one)
    for _ in range(REACH):
        row.skip()
    twin = next(book for book in random_books(9, 5000) if alike(own(*book)[1], own(*one)[1]))
    assert row.next(*twin) == own(*twin)[1]


def test_cloths_that_look_the_same_count_as_one() -> None:
    assert near("chalk", "bone")
    assert not near("navy", "saffron")
    assert all(near(cloth, cloth) for cloth in CLOTHS)
    assert distance("#000000", "#ffffff") == pytest.approx(100, abs=0.1)
    assert alike(Design("chalk", "frame"), Design("bone", "frame"))
    assert not alike(Design("chalk", "frame"), Design("bone", "arch"))
    # Enough are left for the widest page, whatever the subject.
    apart = [
        name for name in CLOTHS if distance(CLOTHS[name].ground, CLOTHS["chalk"].ground) > NEAR
    ]
    assert len(apart) >= REACH


def test_a_page_wider_than_the_rule_does_not_exist() -> None:
    """As many columns as fit into the frame of the page, by its stylesheet."""
    sheet = (Path(settings.BASE_DIR) / "static" / "css" / "books4all.css").read_text()
    frame = float(re.search(r"\.wrap\{width:100%;max-width:([\d.]+)rem", sheet)[1])
    narrowest = float(
        re.search(r"^\.covers\{.*minmax\(clamp\([\d.]+rem,40vw,([\d.]+)rem\)", sheet, re.MULTILINE)[
            1
        ]
    )
    assert frame // narrowest <= REACH


def test_cards_keep_the_rule_on_every_page() -> None:
    """Whatever a template loops over: neither selector nor template has to think of it."""
    books = random_books(11, GRID, "nature")
    rows = [
        SimpleNamespace(
            title=t, author_line=a, cover_subject=s, get_absolute_url=lambda: "/books/x/"
        )
        for t, a, s in books
    ]
    card = '{% for b in books %}{% include "components/card.html" with work=b only %}{% endfor %}'
    html = Template(card).render(Context({"books": rows}))
    drawn = re.findall(r'<svg class="cv".*?</svg>', html, re.DOTALL)
    designs = worn(books)
    assert designs != [own(*book)[1] for book in books]
    assert drawn == [
        cover(*book, layout=design.layout, cloth=design.cloth)
        for book, design in zip(books, designs, strict=True)
    ]
