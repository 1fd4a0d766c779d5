"""A shop's stock files: uploaded, their columns matched, checked, corrected, published."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError, NotFoundError
from catalog.constants import Condition, InventoryStatus, RowOutcome
from catalog.importers.record import RefusedFileError
from catalog.importers.stock.columns import FIELDS
from catalog.models import InventoryImport
from catalog.selectors import inventory as selectors
from catalog.seller.import_forms import ColumnsForm, ExportForm, ModeForm, UploadForm
from catalog.seller.import_rows import shown
from catalog.services import inventory
from catalog.services.inventory import correcting, error_file, exporting, withdrawing

_ANSWER = re.compile(r"row-(\d{1,9})-([a-z]+)")
MOST_ANSWERS = 200
FORMATS = {
    "uiee": "UIEE", "homebase": "HomeBase 2", "homebase3": "HomeBase 3", "abebooks": "AbeBooks",
    "amazon": "Amazon", "bookrouter": "BookRouter", "chrislands": "ChrisLands", "biblio": "Biblio",
    "table": gettext_lazy("table"),
}  # fmt: skip


@team_page(SellerRole.INVENTORY)
def imports(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Take a stock file, and list those that came before."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (made := _upload(member, form)):
        return redirect("selling:import", member.seller.slug, made.pk)
    number = _page(request)
    context: dict[str, Any] = {
        "form": form,
        "page": selectors.imports_page(member.seller, number=number),
    }
    return shop_page(request, member, "selling/imports.html", tab="imports", **context)


def _upload(member: SellerMember, form: UploadForm) -> InventoryImport | None:
    given = form.cleaned_data
    try:
        return inventory.upload(
            seller=member.seller,
            file=given["file"],
            name=given["file"].name,
            mode=given["mode"],
            actor=member.user,
        )
    except RefusedFileError as error:
        form.add_error("file", f"{error.problem.message} {error.problem.remedy}".strip())
        return None


@require_safe
@team_page(SellerRole.INVENTORY)
def import_detail(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show a file where it stands: its columns, its check, its rows, its results."""
    found = _found(member, pk)
    if found.status == InventoryStatus.MATCHING:
        return redirect("selling:import_columns", member.seller.slug, found.pk)
    return _detail(request, member, found)


def _detail(
    request: HttpRequest,
    member: SellerMember,
    found: InventoryImport,
    *,
    errors: Mapping[tuple[int, str], str] | None = None,
) -> HttpResponse:
    figures = selectors.figures_of(found)
    outcome = request.GET.get("rows", "")
    if outcome not in RowOutcome.values:
        outcome = figures[0][0] if figures else ""
    number = _page(request)
    page = selectors.rows_page(found, outcome=outcome, number=number) if outcome else None
    currency = str(found.choices.get("currency", settings.MARKETPLACE_CURRENCY))
    typed = request.POST.dict() if request.method == "POST" else {}
    rows = [shown(row, currency=currency, errors=errors or {}, typed=typed) for row in page.items] if page else []  # fmt: skip
    gone = found.count(RowOutcome.WITHDRAWN)
    context = {
        **_progress(found),
        "figures": figures,
        "outcome": outcome,
        "page": page,
        "rows": rows,
        "mode_form": ModeForm(initial={"mode": found.mode}),
        "conditions": Condition.choices,
        "ready": sum(found.count(one) for one in _WRITES),
        "bold": gone if _waits(found) and withdrawing.is_bold(found, gone) else 0,
        "twin": selectors.twin_of(found) if _waits(found) else None,
        "refused": found.count(RowOutcome.REFUSED),
        "error_title": bool(errors),
    }
    return shop_page(request, member, "selling/import.html", tab="imports", **context)


_WRITES = (RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.GONE, RowOutcome.WITHDRAWN)


def _waits(found: InventoryImport) -> bool:
    return bool(found.status == InventoryStatus.CHECKED)


def _progress(found: InventoryImport) -> dict[str, Any]:
    return {
        "found": found,
        "format_label": FORMATS.get(found.format, found.format),
        "waits_for": selectors.waits_for(found),
        "step": _step(found),
        "checking": found.status == InventoryStatus.CHECKING,
    }


def _step(found: InventoryImport) -> int:
    if found.status == InventoryStatus.MATCHING:
        return 2
    return 4 if found.is_publishing else 3


@require_safe
@team_page(SellerRole.INVENTORY)
def import_progress(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show how far a file has come; at the end the page comes anew."""
    found = _found(member, pk)
    context = {**_progress(found), "shop": member.seller}
    response = render(request, "selling/import_progress.html", context)
    if not found.is_moving:
        response.headers["HX-Refresh"] = "true"
    return response


@team_page(SellerRole.INVENTORY)
def import_columns(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Ask what the columns of a table mean, and remember it."""
    found = _found(member, pk)
    if found.is_publishing:
        return redirect("selling:import", member.seller.slug, found.pk)
    try:
        looked = inventory.look_at(found)
    except RefusedFileError as error:
        messages.error(request, f"{error.problem.message} {error.problem.remedy}".strip())
        return redirect("selling:imports", member.seller.slug)
    form = ColumnsForm(request.POST or None, columns=looked.columns, said=found.choices)
    if request.method == "POST" and form.is_valid():
        try:
            found = inventory.match_columns(
                inventory_import=found, mapping=form.mapping, choices=form.choices
            )
        except RefusedFileError as error:
            form.add_error(None, f"{error.problem.message} {error.problem.remedy}".strip())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            if found.status != InventoryStatus.MATCHING:
                return redirect("selling:import", member.seller.slug, found.pk)
            looked = inventory.look_at(found)
    missing = [str(FIELDS.get(name, name)) for name in looked.missing]
    context: dict[str, Any] = {
        "found": found,
        "form": form,
        "looked": looked,
        "missing": missing,
        "step": 2,
    }
    return shop_page(request, member, "selling/import_columns.html", tab="imports", **context)


@require_POST
@team_page(SellerRole.INVENTORY)
def import_act(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Publish, pause, go on with or cancel a file, or take it for something else."""
    found = _found(member, pk)
    try:
        _act(request, member, found)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("selling:import", member.seller.slug, found.pk)


def _act(request: HttpRequest, member: SellerMember, found: InventoryImport) -> None:
    match request.POST.get("do"):
        case "publish":
            confirmed = bool(request.POST.get("confirmed"))
            inventory.publish(inventory_import=found, actor=member.user, confirmed=confirmed)
        case "pause":
            inventory.pause(inventory_import=found)
        case "resume":
            inventory.resume(inventory_import=found)
        case "cancel":
            inventory.cancel(inventory_import=found, actor=member.user)
        case "mode":
            form = ModeForm(request.POST)
            if form.is_valid():
                inventory.change_mode(inventory_import=found, mode=form.cleaned_data["mode"])
        case _:
            messages.error(request, _("Choose what to do with the file."))


@require_POST
@team_page(SellerRole.INVENTORY)
def import_correct(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Take corrections of rows; what can't be taken is asked again."""
    found = _found(member, pk)
    answers: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, value in list(request.POST.items())[:MOST_ANSWERS]:
        # An input that was left as empty as it was is no answer.
        if (match := _ANSWER.fullmatch(name)) and isinstance(value, str) and value.strip():
            answers[int(match[1])][match[2]] = value
    try:
        made = correcting.correct(
            inventory_import=found, corrections=dict(answers), actor=member.user
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("selling:import", member.seller.slug, found.pk)
    mended = sum(n for name, n in made.outcomes.items() if name != RowOutcome.REFUSED)
    if mended:
        said = ngettext("%(n)d row is right now.", "%(n)d rows are right now.", mended)
        messages.success(request, said % {"n": mended})
    if made.errors:
        return _detail(request, member, _found(member, pk), errors=made.errors)
    return redirect("selling:import", member.seller.slug, found.pk)


@require_safe
@team_page(SellerRole.INVENTORY)
def import_errors(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Give the file back with what is wrong in it, whole or only the rows that need a correction."""
    found = _found(member, pk)
    rows = error_file.content(found, only_wrong=request.GET.get("only") == "wrong")
    return _download(rows, error_file.name_of(found))


@require_safe
@team_page(SellerRole.INVENTORY)
def stock_export(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Ask in which format the shop wants its stock, and give it."""
    form = ExportForm(request.GET if "format" in request.GET else None)
    if not form.is_valid():
        return shop_page(request, member, "selling/stock_export.html", tab="imports", form=form)
    kind = form.cleaned_data["format"]
    rows = exporting.content(seller=member.seller, format=kind)
    suffix = {"table": "csv", exporting.XLSX: "xlsx"}.get(kind, "txt")
    return _download(rows, f"{member.seller.slug}-{kind}-{timezone.now():%Y-%m-%d}.{suffix}")


def _download(content: Iterator[bytes], name: str) -> HttpResponse:
    response = StreamingHttpResponse(content, content_type="application/octet-stream")
    name = get_valid_filename(name)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # A response all the same, though the stubs know no common base.
    return cast("HttpResponse", response)


def _found(member: SellerMember, pk: UUID) -> InventoryImport:
    try:
        return selectors.import_of(member.seller, pk)
    except NotFoundError as error:
        raise Http404(error.message) from error


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
