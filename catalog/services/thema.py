"""Headings of Thema, from a file that the operator has from EDItEUR."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.utils.text import slugify

from catalog.importers.thema import ThemaCode, ancestors, scheme_of
from catalog.models import Subject

BATCH = 1000


class Imported(NamedTuple):
    """How many subjects were made, and how many known ones were given another heading or place."""

    made: int
    changed: int


@transaction.atomic
def import_thema(*, codes: Iterable[ThemaCode]) -> Imported:
    """Give Thema subjects their headings and their places in the tree; make those that are missing.

    The parent a code names counts, else the nearest code above it that exists. Run again at will.
    """
    wanted = {one.code: one for one in codes}
    schemes = {scheme_of(code) for code in wanted}
    known = {
        row.code: row for row in Subject.objects.filter(scheme__in=schemes).select_for_update()
    }
    made = Subject.objects.bulk_create(
        [
            Subject(scheme=scheme_of(code), code=code, slug=_slug(one), name=one.heading[:200])
            for code, one in wanted.items()
            if code not in known
        ],
        batch_size=BATCH,
    )
    every = known | {row.code: row for row in made}
    changed = [
        row for code, row in every.items() if code in wanted and _settle(row, wanted[code], every)
    ]
    Subject.objects.bulk_update(changed, ["name", "parent"], batch_size=BATCH)
    return Imported(len(made), sum(row.code in known for row in changed))


def _slug(one: ThemaCode) -> str:
    # The code makes it unique, and comes last so that addresses read well.
    tail = f"-thema-{one.code.lower()}"
    return slugify(one.heading.replace("’", ""))[: 80 - len(tail)].strip("-") + tail


def _settle(row: Subject, one: ThemaCode, every: dict[str, Subject]) -> bool:
    """Give a row its heading and parent; return whether that changes it."""
    above = [one.parent, *ancestors(one.code)]
    parent = next((every[code] for code in above if code in every and code != one.code), None)
    before = (row.name, row.parent_id)
    row.name, row.parent = one.heading[:200], parent
    return before != (row.name, row.parent_id)
