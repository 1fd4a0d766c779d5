"""What a work's row keeps of other rows."""

import pytest

from catalog.constants import Role
from catalog.services import works
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    SubjectFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ([], ""),
        (["Homer"], "Homer"),
        (["Marx", "Engels"], "Marx and Engels"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D"], "A and others"),
    ],
)
def test_the_authors_are_named_as_on_a_title_page(names: list[str], line: str) -> None:
    work = WorkFactory(author_line="stale")
    for place, name in enumerate(names):
        ContributionFactory(work=work, person__name=name, sequence=place)
    # Neither a translator nor somebody of one edition only is an author of the work.
    ContributionFactory(work=work, role=Role.TRANSLATOR)
    ContributionFactory(work=work, edition=EditionFactory(work=work))
    assert works.refresh(work=work).author_line == line


def test_title_and_subject_are_folded() -> None:
    work = WorkFactory(title="The Épée", subject=SubjectFactory(name="Sea Stories"))
    work = works.refresh(work=work)
    assert (work.sort_title, work.cover_subject) == ("epee", "sea stories")
