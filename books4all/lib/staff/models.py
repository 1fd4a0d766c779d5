"""Bases of the model admins."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise, cached_property

from books4all.lib.staff import filters  # noqa: F401 - registers the filter of codes
from books4all.lib.staff.actions import Action, ActionsMixin
from books4all.lib.staff.display import Column, changelist_url, link, money
from books4all.lib.staff.fields import KnownForm, KnownSelect, MoneyField
from books4all.lib.staff.paging import BoundedPaginator


def view_permission(model: type[Model]) -> str:
    """Return the name of the permission to look at rows of ``model``."""
    options = model._meta  # noqa: SLF001 Django's documented interface
    return f"{options.app_label}.view_{options.model_name}"


def without_unit(label: str) -> str:
    """Return a label without its "(pence)": the amount is shown in pounds."""
    return label.partition(" (")[0]


class StaffBase(BaseModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """What pages and inlines share: rows loaded with what they name, and no select of thousands."""

    form: Any = KnownForm
    # Loaded with each row, for lists, pages and autocompletes alike: what columns and names show.
    related: ClassVar[Sequence[str]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load rows with what they name."""
        return super().get_queryset(request).select_related(*self.related or (None,))

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Return every relation to a registered model."""
        return [
            field.name
            for field in self.opts.get_fields()
            if isinstance(field, ForeignKey)
            and self.admin_site.is_registered(field.remote_field.model)
        ]

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Write money as 4.50."""
        if db_field.name.endswith("_minor"):
            return MoneyField(
                label=without_unit(str(db_field.verbose_name)).capitalize(),
                required=not db_field.blank,
                help_text=db_field.help_text,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Look related rows up as you type."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault(
                "widget", KnownSelect(db_field, self.admin_site, using=kwargs.get("using"))
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnlyMixin(StaffBase):
    """Rows that staff look at. They change by services only, or never (history)."""

    # Shown to nobody: tokens and the like.
    secret: ClassVar[Sequence[str]] = ()

    def has_add_permission(self, *_args: Any) -> bool:
        """Nobody writes one by hand."""
        return False

    def has_change_permission(self, *_args: Any) -> bool:
        """Nobody changes one by hand."""
        return False

    def has_delete_permission(self, *_args: Any) -> bool:
        """Nobody removes one."""
        return False

    @cached_property
    def shown(self) -> list[str | Column]:
        """Every field that is not secret, money as money and relations as links."""
        names: list[str | Column] = []
        for field in self.opts.concrete_fields:
            if field.name in self.secret or field.name == getattr(self, "fk_name", None):
                continue
            if field.name.endswith("_minor"):
                names.append(money(field.name, without_unit(str(field.verbose_name))))
            elif isinstance(field, ForeignKey):
                names.append(link(field.name, field.verbose_name))
            else:
                names.append(field.name)
        return names

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Return ``fields`` or what ``shown`` finds."""
        return self.fields or (super().get_fields(request, obj) if self.fieldsets else self.shown)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of them."""
        if self.fieldsets:
            return [name for _label, options in self.fieldsets for name in options["fields"]]
        return self.get_fields(request, obj)


class StaffAdmin(ActionsMixin, StaffBase, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """A model admin whose pages take the same number of queries at any size."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50
    view_on_site = False
    # Lists of other models that are about a row of this one: (label, model, lookup).
    related_lists: tuple[tuple[str | Promise, type[Model], str], ...] = ()

    @classmethod
    def extend(
        cls,
        *,
        inlines: "Sequence[type[admin.TabularInline[Any, Any]]]" = (),
        lists: Sequence[tuple[str | Promise, type[Model], str]] = (),
        actions: Sequence[Action] = (),
    ) -> None:
        """Let a part above add its ``inlines``, ``lists`` and buttons to the page of a row."""
        cls.inlines = (*cls.inlines, *inlines)
        cls.object_actions = (*cls.object_actions, *actions)
        cls.related_lists = (*cls.related_lists, *lists)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Write what the page lets one change, and no more: a copy may have been sold meanwhile."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        written = {
            field.name
            for field in self.opts.concrete_fields
            if field.name in form.cleaned_data or getattr(field, "auto_now", False)
        }
        obj.save(update_fields=written)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page links to the lists that are about its row."""
        obj = context.get("original")
        context["related_lists"] = [
            (label, changelist_url(model, **{lookup: obj.pk}))
            for label, model, lookup in self.related_lists
            if obj is not None and request.user.has_perm(view_permission(model))
        ]
        return super().render_change_form(request, context, *args, **kwargs)


class ReadOnlyAdmin(ReadOnlyMixin, StaffAdmin):
    """A model admin to look at."""


class StaffInline(StaffBase, admin.TabularInline):  # type: ignore[type-arg]  # not generic when it runs
    """Rows that belong to a page and are few by nature."""

    extra = 0
    show_change_link = True


class RecentFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # not generic when it runs
    """The first rows of a relation that may have any number of them."""

    limit = 20
    more = False

    def get_queryset(self) -> Any:
        """Return at most ``limit`` rows, and note whether there are more."""
        if not hasattr(self, "_recent"):
            rows = list(super().get_queryset()[: self.limit + 1])
            self.more = len(rows) > self.limit
            self._recent = rows[: self.limit]
        return self._recent

    @property
    def totals(self) -> Sequence[object]:
        """The foot of the table, a cell a column; nothing without one."""
        return ()

    @property
    def all_url(self) -> str:
        """Address of the list of all of them."""
        return changelist_url(self.fk.model, **{f"{self.fk.name}__exact": self.instance.pk})


class RecentInline(ReadOnlyMixin, StaffInline):
    """The latest rows of a relation, to look at; the rest is a link away."""

    formset = RecentFormSet
    template = "admin/edit_inline/recent.html"
    can_delete = False
    classes = ("recent",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Leave the form without fields: everything is shown, nothing sent."""
        kwargs.setdefault("fields", ())
        return super().get_formset(request, obj, **kwargs)
