"""The marks that pages are made of, and the partials built from them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.template import Context, Template, engines
from django.template.loader import get_template, render_to_string

from books4all.lib.charts import bar_chart, scale_of
from books4all.lib.money import Money
from books4all.lib.pictures import Picture

TEMPLATES = Path(settings.BASE_DIR) / "templates"
SOURCES = {str(p.relative_to(TEMPLATES)): p.read_text() for p in TEMPLATES.rglob("*.html")}
# Letters are read by mail programmes, which keep no styles but inline ones and know no policy.
PAGES = [
    name for name in SOURCES if "email" not in Path(name).parts and not name.startswith("emails/")
]


PICTURE = Picture(name="abcd", width=640, height=960, widths=(160, 320, 640))


def render(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def book(title: str = "Middlemarch", **more: Any) -> SimpleNamespace:
    fields = {"author_line": "George Eliot", "cover_subject": "Fiction", **more}
    return SimpleNamespace(title=title, get_absolute_url="/books/x/", **fields)


# ---- icons -------------------------------------------------------------------------------------


def icons_used() -> Iterator[tuple[str, str]]:
    for name, source in SOURCES.items():
        for found in re.finditer(r'\{% icon "([\w-]+)"|icon_name\|default:"([\w-]+)"', source):
            yield name, found[1] or found[2]


def test_an_icon_refers_to_the_cached_file() -> None:
    assert render('{% icon "heart" %}') == (
        '<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-heart"/></svg>'
    )


def test_every_icon_used_is_in_the_file() -> None:
    drawn = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text()
    missing = [use for use in icons_used() if f'id="i-{use[1]}"' not in drawn]
    assert list(icons_used())
    assert missing == []


# ---- covers ------------------------------------------------------------------------------------


def test_a_cover_is_drawn_for_a_book_without_photograph() -> None:
    html = render("{% cover book %}", book=book())
    assert html.startswith('<span class="cover"><svg class="cv"')
    assert "Middlemarch" in html


def test_a_photograph_wins_over_the_drawing() -> None:
    html = render("{% cover book %}", book=book(picture=PICTURE))
    assert '<img src="/media/covers/ab/abcd-640.jpg" srcset="' in html
    assert ' alt="" width="640" height="960" loading="lazy"' in html
    assert html.index("image/avif") < html.index("image/webp") < html.index("<img")
    assert "<svg" not in html


def test_a_copy_shows_the_picture_of_its_own_edition_or_none() -> None:
    work = book(picture=PICTURE)
    assert "<svg" in render("{% cover b copy=c %}", b=work, c=SimpleNamespace(picture=None))
    assert "<svg" not in render("{% cover b copy=c %}", b=work, c=SimpleNamespace(picture=PICTURE))


def test_the_picture_of_a_page_is_described_and_does_not_wait() -> None:
    html = render('{% cover b size="page" %}', b=book(picture=replace(PICTURE, alt='A "whale"')))
    assert 'alt="A &quot;whale&quot;"' in html
    assert 'fetchpriority="high"' in html
    assert "lazy" not in html


def test_a_picture_of_another_shape_is_shown_whole() -> None:
    square = replace(PICTURE, height=640)
    assert 'class="cover cover--whole"' in render("{% cover b %}", b=book(picture=square))
    assert 'class="cover"' in render("{% cover b %}", b=book(picture=PICTURE))


def test_a_cover_takes_words_instead_of_a_book() -> None:
    drawn = render('{% cover title="Middlemarch" author="George Eliot" subject="Fiction" %}')
    assert drawn == render("{% cover book %}", book=book())


def test_a_book_shown_twice_keeps_ids_unique_across_includes() -> None:
    # Adam Bede is drawn with a patterned paper, which needs an id.
    twice = book("Adam Bede")
    source = (
        "{% cover b %}{% include part with b=b only %}{% for x in 'ab' %}{% cover b %}{% endfor %}"
    )
    html = render(source, b=twice, part=Template("{% cover b %}"))
    ids = re.findall(r' id="(\w+)"', html)
    assert len(ids) == len(set(ids)) == 4
    assert all(f"url(#{one})" in html for one in ids)


def test_a_shelf_takes_any_books() -> None:
    html = render("{% spines books %}", books=[book(f"Book {n}") for n in range(70)])
    assert html.startswith('<div class="shelf"><svg class="cv"')


# ---- money, ratings, condition, years ----------------------------------------------------------


def test_prices_are_written_for_people() -> None:
    assert render("{% price m %}", m=Money(545, "GBP")) == '<span class="price">£5.45</span>'
    assert 'class="price price--l"' in render('{% price m cls="price--l" %}', m=Money(1, "GBP"))
    assert render("{{ m|money }}", m=Money(1205, "GBP")) == "£12.05"


def test_a_missing_price_prints_nothing() -> None:
    assert render("{% price m %}{{ m|money }}", m=None) == ""


def test_no_postage_can_be_said_in_words() -> None:
    html = render('{% price m zero="Free" %}', m=Money(0, "GBP"))
    assert html == '<span class="price">Free</span>'


def test_a_rating_names_itself_to_screen_readers() -> None:
    html = render("{% rating 4.86 2114 %}")
    assert 'Rated </span>4.9 <span class="meta">(2,114<span class="vh"> ratings</span>)' in html
    assert render("{% rating None %}") == ""
    assert "(" not in render("{% rating 4.0 %}")


@pytest.mark.parametrize(
    ("value", "gauge", "words"), [(4.6, "4.5", "4.6"), (4.8, "5", "4.8"), (3, "3", "3")]
)
def test_stars_fill_by_halves(value: float, gauge: str, words: str) -> None:
    html = render("{% stars value %}", value=value)
    assert f'data-g="{gauge}"' in html
    assert f'aria-label="{words} out of 5"' in html


def test_a_condition_is_a_word_and_a_gauge() -> None:
    html = render("{% condition label gauge %}", label="Near <fine>", gauge="4.5")
    assert html == '<span class="cond" data-g="4.5">Near &lt;fine&gt;</span>'


@pytest.mark.parametrize(
    ("year", "words"), [(-700, "700 BC"), (180, "AD 180"), (1871, "1871"), (None, "")]
)
def test_years_as_readers_know_them(year: int | None, words: str) -> None:
    assert render("{{ year|year }}", year=year) == words


# ---- pager -------------------------------------------------------------------------------------


def pages(number: int, query: str = "", rows: int = 400) -> str:
    request = HttpRequest()
    request.GET = QueryDict(query)
    page = Paginator(range(rows), 20).page(number)
    return render("{% pager page %}", page=page, request=request)


def test_the_pager_keeps_the_search_and_leaves_out_page_one() -> None:
    html = pages(2, "q=a+b&page=2&format=BB&format=BC")
    assert 'href="?q=a+b&amp;format=BB&amp;format=BC" rel="prev"' in html
    assert 'href="?q=a+b&amp;format=BB&amp;format=BC&amp;page=3" rel="next"' in html
    assert '<span aria-current="page">2</span>' in html


def test_the_pager_shows_gaps_and_both_ends() -> None:
    html = pages(7)
    assert re.findall(r">(\d+|…)<", html) == ["1", "…", "6", "7", "8", "…", "20"]


def test_one_page_needs_no_pager() -> None:
    assert pages(1, rows=3).strip() == ""


def test_the_pager_takes_a_page_that_does_not_count() -> None:
    page = SimpleNamespace(number=3, has_next=lambda: True)
    html = render("{% pager page param='p' anchor='#copies' %}", page=page)
    assert 'href="?p=4#copies"' in html
    assert 'href="#copies"' in html


# ---- form fields -------------------------------------------------------------------------------


class CopyForm(forms.Form):
    price = forms.CharField(help_text="In pounds", error_messages={"required": "Enter a price"})
    note = forms.CharField(required=False, label="Your words")
    grade = forms.ChoiceField(choices=[("f", "Fine"), ("g", "Good")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I agree")


def field_html(name: str, data: dict[str, str] | None = None) -> str:
    form = CopyForm(data)
    return render('{% include "components/field.html" with field=field only %}', field=form[name])


def test_a_field_ties_label_hint_error_and_input_together() -> None:
    html = field_html("price", {"price": ""})
    order = [html.index(mark) for mark in ("<label", 'class="hint"', 'class="err"', "<input")]
    assert order == sorted(order)
    described = re.search(r'aria-describedby="([^"]*)"', html)
    assert described is not None
    assert all(f'id="{one}"' in html for one in described[1].split())
    assert len(described[1].split()) == 2
    assert 'aria-invalid="true"' in html
    assert 'class="in"' in html


def test_a_field_says_when_it_is_optional() -> None:
    assert "Your words (optional)" in field_html("note")
    assert "optional" not in field_html("price")


def test_choices_are_a_fieldset_of_rows() -> None:
    html = field_html("grade", {})
    assert html.count('<label class="choice"') == 2
    assert '<legend class="lg">Grade</legend>' in html
    assert 'id="id_grade_error"' in html


def test_a_single_checkbox_is_a_tick() -> None:
    assert '<label class="tick" for="id_agreed"><input type="checkbox"' in field_html("agreed")


def test_the_error_summary_links_to_what_is_wrong() -> None:
    include = '{% include "components/form_errors.html" with form=form only %}'
    html = render(include, form=CopyForm({"grade": "f", "agreed": "on"}))
    assert 'role="alert"' in html
    assert html.count("<li>") == 1
    assert '<a href="#id_price">Enter a price</a>' in html
    assert render(include, form=CopyForm()).strip() == ""


def test_a_deadline_at_midnight_is_the_end_of_a_day() -> None:
    ends = datetime(2026, 11, 26, tzinfo=UTC)
    assert render("{{ at|until }}", at=ends) == "the end of Wednesday 25 November"
    assert render("{{ at|until }}", at=ends.replace(hour=9)) == "Thursday 26 November, 09:00"


# ---- charts ------------------------------------------------------------------------------------


def test_a_chart_has_its_figures_as_a_table() -> None:
    html = render(
        "{% barchart v l t currency='GBP' %}", v=[100, 250], l=["1 May", "2 May"], t="A<b"
    )
    assert 'role="img" aria-label="A&lt;b"' in html
    assert '<td>2 May</td><td class="num">£2.50</td>' in html
    assert html.count('class="b"') == 2


@pytest.mark.parametrize(
    ("top", "rules"),
    [
        (0, [0, 1, 2, 3, 4]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6, 8]),
        (13_540, [0, 4_000, 8_000, 12_000, 16_000]),
        (40_001, [0, 20_000, 40_000, 60_000, 80_000]),
    ],
)
def test_the_rules_of_a_chart_are_round_and_reach_its_highest_bar(
    top: int, rules: list[int]
) -> None:
    assert scale_of(top) == rules


def test_no_word_of_a_chart_is_cut_at_its_edges() -> None:
    labels = [f"{day} September 2026" for day in range(1, 9)]
    drawn = bar_chart(
        [1, *[0] * 6, 1_234_567],
        labels,
        title="Sales",
        said=lambda pence: f"£{pence / 100:,.2f}",
    )
    for x, anchor, word in re.findall(r'<text x="([\d.]+)"[^>]*anchor="(\w+)">([^<]*)<', drawn):
        wide = len(word) * 6  # the letters of the page's font are 6 wide at this size
        assert not word.endswith(".00")  # whole pounds on a scale of whole pounds
        left = float(x) - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        assert left >= 0
        assert left + wide <= 760


def test_a_sparkline_survives_flat_and_short_series() -> None:
    assert "nan" not in render("{% sparkline v %}", v=[5, 5, 5])
    assert render("{% sparkline v %}", v=[5]) == ""


# ---- templates as a whole ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_templates_respect_the_content_security_policy(name: str) -> None:
    source = SOURCES[name]
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son\w+=", source)
    assert "<style" not in source
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", source)
    assert all("application/ld+json" in attributes for attributes in scripts)


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_pages_for_a_broken_server_need_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # No request, hence no context processors, and a URLconf without a single route.
    monkeypatch.setattr(settings, "ROOT_URLCONF", "tests.lib.no_routes")
    html = render_to_string(name)
    assert "<h1>" in html
    assert "/static/css/books4all.css" in html


def test_partials_say_what_they_take() -> None:
    parts = {n: s for n, s in SOURCES.items() if n.startswith("components/")}
    silent = [
        n for n, s in parts.items() if not re.search(r"Inputs?:|Inputs? |Context used", s[:900])
    ]
    assert silent == []


def test_the_style_sheet_of_every_page_stays_small() -> None:
    css = Path(settings.BASE_DIR) / "static" / "css" / "books4all.css"
    assert css.stat().st_size <= 30_000


def test_template_tags_are_built_in() -> None:
    assert "books4all.lib.templatetags.b4a" in engines["django"].engine.builtins
