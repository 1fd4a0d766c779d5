"""Filters of staff's lists."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import FieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext as _

from books4all.lib.models import CodeField


class CodeListFilter(FieldListFilter):
    """Choose among the codes that we have words for.

    Django's own filter would read the whole table for the values that occur.
    """

    field: CodeField

    def __init__(self, field: Any, request: Any, params: Any, *rest: Any, **path: Any) -> None:
        """Read the chosen code from ``params``; ``rest`` is Django's."""
        self.lookup = f"{path['field_path']}__exact"
        # Before the base class takes its own out of them.
        self.chosen = params.get(self.lookup, [""])[-1]
        super().__init__(field, request, params, *rest, **path)

    def expected_parameters(self) -> list[str | None]:
        """Return the one parameter this filter reads."""
        return [self.lookup]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield "All", then a link for each known code."""
        yield {
            "selected": not self.chosen,
            "query_string": changelist.get_query_string(remove=[self.lookup]),
            "display": _("All"),
        }
        for code, word in self.field.words:
            yield {
                "selected": self.chosen == code,
                "query_string": changelist.get_query_string({self.lookup: code}),
                "display": f"{word} ({code})",
            }


FieldListFilter.register(
    lambda field: isinstance(field, CodeField), CodeListFilter, take_priority=True
)
