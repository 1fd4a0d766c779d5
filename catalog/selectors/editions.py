"""The editions of a book, the fullest described first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from books4all.lib.isbn import hyphenate
from catalog.constants import IdentifierType, identifier_label, role_label
from catalog.models import Edition, Publisher, Work
from catalog.selectors import sql

EDITIONS_SHOWN = 40

_EDITIONS = f"""
    SELECT e.*,
        (SELECT json_build_object('name', p.name, 'slug', p.slug)
         FROM catalog_publisher p WHERE p.id = e.publisher_id) AS publisher_json,
        (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT i.type, i.value, i.as_printed AS shown, i.conflict FROM catalog_identifier i
            WHERE i.edition_id = e.id ORDER BY i.type DESC, i.id LIMIT 6
        ) AS row) AS numbers_json,
        (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT p.name, p.slug, c.role
            FROM catalog_contribution c JOIN catalog_person p ON p.id = c.person_id
            WHERE c.edition_id = e.id ORDER BY c.sequence, c.id LIMIT 5
        ) AS row) AS people_json,
        (SELECT count(*) FROM catalog_listing l JOIN accounts_seller s ON s.id = l.seller_id
         WHERE l.edition_id = e.id AND {sql.ON_SALE}) AS copies
    FROM catalog_edition e WHERE e.work_id = %(work)s
    ORDER BY e.completeness DESC, e.published_year DESC NULLS LAST, e.id LIMIT %(shown)s
"""  # noqa: S608 - pieces are ours


@dataclass(frozen=True, slots=True)
class Number:
    """An identifier as people read it. ``conflict``: another edition bears it too."""

    type: str
    label: str
    value: str
    shown: str
    conflict: bool


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition in the list, with its numbers as printed and the people of this edition only."""

    edition: Edition
    numbers: Sequence[Number]
    people: list[dict[str, str]]
    copies: int

    @property
    def isbns(self) -> list[str]:
        """The ISBNs with hyphens."""
        return [row.shown for row in self.numbers if row.type == IdentifierType.ISBN13]

    @property
    def isbn_digits(self) -> list[str]:
        """The ISBNs as programs take them."""
        return [row.value for row in self.numbers if row.type == IdentifierType.ISBN13]

    @property
    def others(self) -> list[Number]:
        """The other numbers that a reader can look up somewhere."""
        hidden = {IdentifierType.ISBN13, IdentifierType.ISBN10, IdentifierType.PROPRIETARY}
        return [row for row in self.numbers if row.type not in hidden]

    @property
    def statement(self) -> str:
        """Which edition it is: in its own words, else by its number."""
        edition = self.edition
        if edition.statement or not edition.edition_number:
            return edition.statement
        return _("Edition %(number)s") % {"number": edition.edition_number}

    @property
    def size(self) -> str:
        """Its measures: "198 × 129 × 35 mm, 420 g"."""
        edition = self.edition
        sides = (edition.height_mm, edition.width_mm, edition.thickness_mm)
        measured = " × ".join(str(side) for side in sides if side)
        parts = [
            f"{measured} mm" if measured else "",
            f"{edition.weight_g} g" if edition.weight_g else "",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def pages(self) -> str:
        """How many pages it has."""
        n = self.edition.pages
        return ngettext("%(n)d page", "%(n)d pages", n) % {"n": n} if n else ""

    @property
    def publisher_name(self) -> str:
        """Who published it: the imprint as on the title page, else the house."""
        publisher = self.edition.publisher
        return self.edition.imprint or (publisher.name if publisher else "")


def editions_of(work: Work) -> list[EditionRow]:
    """Return the editions of ``work``, at most ``EDITIONS_SHOWN``, in one query."""
    given = {**sql.terms(""), "work": work.pk, "shown": EDITIONS_SHOWN}
    return [_row(edition) for edition in Edition.objects.raw(_EDITIONS, given)]


def _row(edition: Any) -> EditionRow:
    if edition.publisher_id:
        # What a line says of the publisher came with the edition.
        edition.publisher = Publisher(pk=edition.publisher_id, **edition.publisher_json)
    return EditionRow(
        edition=edition,
        numbers=[_number(row) for row in edition.numbers_json],
        people=[{**row, "role_label": role_label(row["role"])} for row in edition.people_json],
        copies=edition.copies,
    )


def _number(row: dict[str, Any]) -> Number:
    value = str(row["value"])
    shown = hyphenate(value) if row["type"] == IdentifierType.ISBN13 else row["shown"] or value
    return Number(row["type"], identifier_label(row["type"]), value, shown, row["conflict"])
