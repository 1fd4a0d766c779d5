"""How complete an edition is, and what is not metadata at all."""

from dataclasses import fields
from datetime import date

import pytest
from django.core.management import call_command

from catalog.constants import Form
from catalog.models import Edition, Work
from catalog.services import hygiene
from catalog.services.completeness import WEIGHTS, Known, refresh_completeness, refresh_works, score
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    IdentifierFactory,
    SubjectFactory,
    WorkFactory,
)

TODAY = date(2026, 11, 23)


def test_all_that_can_be_known_is_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert {part.name for part in fields(Known)} == set(WEIGHTS)
    assert score(Known(**dict.fromkeys(WEIGHTS, True))) == 100
    assert score(Known()) == 0


@pytest.mark.parametrize("part", WEIGHTS)
def test_each_thing_known_counts_its_weight(part: str) -> None:
    assert score(Known(**{part: True})) == WEIGHTS[part]


@pytest.mark.django_db
def test_a_work_is_as_complete_as_its_best_edition(django_assert_num_queries) -> None:
    work = WorkFactory(author="George Eliot", subject=SubjectFactory(), description="A town. " * 20)
    thin = EditionFactory(
        work=work, publisher=None, published="", published_year=None, form=Form.UNDEFINED
    )
    full = IdentifierFactory(
        edition=EditionFactory(work=work, pages=900, published="1912-05-01", place="London",
                               height_mm=198, width_mm=129, weight_g=400, statement="New edition")
    ).edition  # fmt: skip
    # Facts, the editions, the works.
    with django_assert_num_queries(5):
        assert refresh_completeness([thin.pk, full.pk]) == 2
    thin.refresh_from_db()
    full.refresh_from_db()
    work.refresh_from_db()
    assert full.completeness == 100 == work.completeness
    assert thin.completeness == 47
    full.delete()
    refresh_works([work.pk])
    assert Work.objects.get().completeness == 47


@pytest.mark.django_db
def test_a_person_of_another_edition_does_not_count() -> None:
    work = WorkFactory()
    one, other = EditionFactory(work=work), EditionFactory(work=work)
    ContributionFactory(work=work, edition=other, role="B06")
    refresh_completeness([one.pk, other.pk])
    one.refresh_from_db()
    other.refresh_from_db()
    assert other.completeness - one.completeness == WEIGHTS["people"]


@pytest.mark.django_db
def test_all_are_weighed_by_command() -> None:
    EditionFactory()
    Edition.objects.update(completeness=99)
    call_command("refresh_completeness")
    assert Edition.objects.get().completeness not in {0, 99}


@pytest.mark.parametrize("title", ["", "????", "N/A", "- - -", "TBA", "Unknown", "…", "?"])
def test_no_title(title: str) -> None:
    finding = hygiene.check_title(title)
    assert finding is not None
    assert finding.fatal


@pytest.mark.parametrize(
    "title", ["1984", "S.", "π", "Who?", "Untitled", "V.", "$", "罪と罰", "What If???", "It", "+ −"]
)
def test_a_title(title: str) -> None:
    assert hygiene.check_title(title) is None


def test_a_title_whose_letters_were_lost() -> None:
    assert hygiene.check_title("???? ? ?????? a").fatal
    damaged = hygiene.check_title("M?? nchen")
    assert damaged is None or not damaged.fatal
    assert hygiene.check_title("Erz\ufffdhlungen").code == "title_damaged"


@pytest.mark.parametrize(
    ("published", "isbn", "code"),
    [
        ("1900-01-01", False, "date_placeholder"),
        ("0000", False, "date_placeholder"),
        ("0000-00-00", False, "date_placeholder"),
        ("1970-01-01", True, "date_placeholder"),
        ("1900", True, "date_placeholder"),
        ("1871", True, "date_before_isbn"),
        ("1999-02-30", True, "date_impossible"),
        ("1999-13", True, "date_impossible"),
        ("soon", True, "date_impossible"),
        ("2050", True, "date_far_ahead"),
        ("1900", False, None),
        ("1871", False, None),
        ("-0008", False, None),
        ("2000-02-29", True, None),
        ("2027-03", True, None),
        ("", True, None),
    ],
)
def test_dates(published: str, isbn: bool, code: str | None) -> None:
    finding = hygiene.check_date(published, today=TODAY, has_isbn=isbn)
    assert (finding and finding.code) == code
    if code == "date_before_isbn":
        assert finding.kept == published
