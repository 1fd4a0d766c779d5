"""What the kept row takes over from the one that goes: blanks are filled, nothing is overwritten."""

from django.db.models import Model

from catalog.constants import Form
from catalog.models import Edition, Person, Series, Work
from catalog.services.merging.rows import Row

# Columns filled together: a year without its "about" would say too much.
_GROUPS: dict[type[Model], tuple[tuple[str, ...], ...]] = {
    Work: (
        ("subtitle",),
        ("original_title",),
        ("original_language",),
        ("first_published", "first_published_circa"),
        ("description",),
        ("first_lines",),
    ),
    Edition: (
        ("subtitle",),
        ("language",),
        ("form",),
        ("form_details",),
        ("publisher_id",),
        ("imprint",),
        ("place",),
        ("published", "published_year"),
        ("pages",),
        ("weight_g",),
        ("height_mm", "width_mm", "thickness_mm"),
        ("statement",),
        ("edition_number",),
        ("publishing_status",),
        ("availability",),
        ("contributor_statement",),
    ),
    Person: (("native_name",), ("born",), ("died",), ("bio",)),
    Series: (("description",),),
}
_SAYS_NOTHING: tuple[object, ...] = (None, "", "und", Form.UNDEFINED.value, [])


def filled(model: type[Model], kept: Row, gone: Row) -> Row:
    """Return the columns of ``kept`` to write, with their values."""
    changes: Row = {}
    for group in _GROUPS.get(model, ()):
        first, *_rest = group
        if kept[first] in _SAYS_NOTHING and gone[first] not in _SAYS_NOTHING:
            changes |= {column: gone[column] for column in group}
    if model is Person:
        changes |= _names(kept, gone, changes)
    return changes


def _names(kept: Row, gone: Row, changes: Row) -> Row:
    """Keep every name the other went by, so that nobody looks for it in vain."""
    own = {kept["name"], changes.get("native_name") or kept["native_name"]}
    other = [*kept["other_names"], gone["name"], gone["native_name"], *gone["other_names"]]
    names = [name for name in dict.fromkeys(other) if name and name not in own]
    return {} if names == kept["other_names"] else {"other_names": names}


def carried(model: type[Model], gone: Row) -> dict[str, int]:
    """Return the counters of ``gone`` that are added to those of the kept row."""
    if model is not Work:
        return {}
    return {name: int(gone[name]) for name in ("popularity", "rating_sum", "rating_count")}
