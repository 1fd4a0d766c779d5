"""Columns and read-only fields: money as people write it, and links to related rows."""

from collections.abc import Iterable
from functools import reduce
from typing import Any, TypeAlias

from django.contrib import admin
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from books4all.lib.money import Money

# A function of the row. Django takes one wherever it takes a field's name; its stubs know of fewer
# places.
Column: TypeAlias = Any
# What stands for nothing: on a row's own page Django would write the word None.
NOTHING = SafeString("–")


def money(field: str, label: Any) -> Column:
    """Return a column that shows the minor units in ``field`` as ``£5.45``; nothing when empty."""

    @admin.display(description=label, ordering=field)
    def column(obj: Any) -> Money | SafeString:
        minor = getattr(obj, field)
        return NOTHING if minor is None else Money(minor, obj.currency)

    column.__name__ = field.replace("_minor", "_money")
    return column


def change_url(obj: Model) -> str:
    """Return the address of the admin page of ``obj``, or an empty string if there is none."""
    options = obj._meta  # noqa: SLF001 Django's documented interface
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[obj.pk])
    except NoReverseMatch:
        return ""


def changelist_url(model: type[Model], **filters: Any) -> str:
    """Return the address of the admin list of ``model``, narrowed by ``filters`` (lookups).

    An empty string if there is no such list.
    """
    options = model._meta  # noqa: SLF001 Django's documented interface
    try:
        url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(filters)}" if filters else url


def anchor(obj: Model | None, text: object = None) -> SafeString | None:
    """Return a link to the admin page of ``obj``, named by ``text`` or by itself."""
    if obj is None:
        return None
    return format_html('<a href="{}">{}</a>', change_url(obj), text if text is not None else obj)


def link(path: str, label: Any) -> Column:
    """Return a column that links to the row at ``path`` (``edition`` or ``edition__work``).

    Everything on the way must have been loaded with the row (``related`` of the admin).
    """
    steps = path.split("__")

    @admin.display(description=label, ordering=path)
    def column(obj: Any) -> SafeString:
        target = reduce(lambda row, step: row and getattr(row, step), steps, obj)
        return anchor(target) or NOTHING

    column.__name__ = f"{path}_link"
    return column


def lines(texts: Iterable[str]) -> SafeString:
    """Return ``texts`` one below the other, such as an address."""
    kept = [text for text in texts if text]
    return format_html("<br>".join("{}" for _text in kept), *kept) if kept else SafeString("")
