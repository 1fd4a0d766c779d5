"""Which rows refer to a row, of whatever app: read from the models, so that none is forgotten.

``catalog`` must not import the apps above, and needn't: Django knows their foreign keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model, Q, UniqueConstraint

# Derived from other rows, and written anew after a merge rather than moved.
DERIVED = frozenset(("catalog.SearchDocument", "catalog.PersonName"))
# Counted anew each night: taken away at a merge, and put back when it is undone.
PUT_ASIDE = frozenset(("catalog.BoughtTogether",))
# Locked by sales and reviews before the rows they belong to, so they are locked first here too.
_FIRST = ("catalog.Listing", "catalog.Review")


@dataclass(frozen=True, slots=True)
class Relation:
    """A foreign key: rows of ``model`` refer to others by ``column``."""

    model: type[Model]
    # A ForeignKey; its stubs know nothing of db_constraint.
    field: Any

    @property
    def label(self) -> str:
        """The model's label."""
        return self.model._meta.label  # noqa: SLF001 Django's documented interface

    @property
    def column(self) -> str:
        """The foreign key's column."""
        return str(self.field.column)

    @property
    def derived(self) -> bool:
        """Whether the rows are made from others."""
        return self.label in DERIVED or self.model.__module__ == "catalog.models.search"


@dataclass(frozen=True, slots=True)
class Rule:
    """Of the rows that meet ``condition``, no two have the same values in ``columns``."""

    columns: tuple[str, ...]
    condition: Q
    nulls_distinct: bool


def relations_to(model: type[Model]) -> list[Relation]:
    """Return the foreign keys to ``model`` that the database enforces, in the order of locking.

    A foreign key without a constraint is history (who did it, what a file's record became): it stays
    as it was written, and redirects lead on from it.
    """
    found = {
        (relation.label, relation.column): relation
        for relation in _relations(model)
        if relation.field.db_constraint
    }
    return sorted(found.values(), key=lambda r: (_rank(r), r.label, r.column))


def _rank(relation: Relation) -> int:
    return _FIRST.index(relation.label) if relation.label in _FIRST else len(_FIRST)


def _relations(model: type[Model]) -> Iterator[Relation]:
    for related in model._meta.get_fields(include_hidden=True):  # noqa: SLF001
        if not (related.auto_created and not related.concrete):
            continue
        field = getattr(related, "field", None)
        child = related.related_model
        if not isinstance(field, ForeignKey) or not isinstance(child, type):
            continue
        options = child._meta  # noqa: SLF001
        if options.proxy or not options.managed or field.model is not child:
            continue
        yield Relation(child, field)


def rules_of(relation: Relation) -> list[Rule]:
    """Return the unique rules of the model that the foreign key has a part in.

    The condition is of other columns than the foreign key's: it holds before a move as after.
    """
    options = relation.model._meta  # noqa: SLF001
    name = relation.field.name
    rules = [
        Rule(
            _columns(relation.model, one.fields, name),
            one.condition or Q(),
            one.nulls_distinct is not False,
        )
        for one in options.constraints
        if isinstance(one, UniqueConstraint) and name in one.fields
    ]
    rules += [
        Rule(_columns(relation.model, names, name), Q(), nulls_distinct=True)
        for names in options.unique_together
        if name in names
    ]
    if relation.field.unique:
        rules.append(Rule((), Q(), nulls_distinct=True))
    return rules


def _columns(model: type[Model], names: Any, without: str) -> tuple[str, ...]:
    options = model._meta  # noqa: SLF001
    return tuple(str(options.get_field(name).name) for name in names if name != without)
