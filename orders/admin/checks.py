"""The nightly checks of the books: what they found, and a button to run them now."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from books4all.lib.staff.display import change_url, changelist_url, link
from books4all.lib.staff.models import ReadOnlyAdmin
from books4all.lib.staff.pages import staff_of
from books4all.lib.staff.queues import Notice, notice
from orders.models import CheckRun
from orders.services import checking

# A night and two hours: after that, last night's check has not been run.
FRESH = timedelta(hours=26)


@admin.register(CheckRun)
class CheckRunAdmin(ReadOnlyAdmin):
    """Checks of the books."""

    related = ("asked_by",)
    list_display = ("started_at", "finished_at", "ok", "found", link("asked_by", _("asked for by")))
    list_filter = ("ok",)
    search_fields = ("=id",)
    ordering = ("-pk",)
    fields = (
        "started_at",
        "finished_at",
        link("asked_by", _("asked for by")),
        "ok",
        "found",
        "differences",
    )
    change_list_template = "admin/orders/checkrun/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        view = self.admin_site.admin_view(self.run_now)
        return [path("run/", view, name="orders_checkrun_run"), *super().get_urls()]

    def run_now(self, request: HttpRequest) -> HttpResponse:
        """Have a job run all checks."""
        if not request.user.has_perm("orders.add_checkrun"):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = checking.start(actor=staff_of(request))
        self.log_addition(request, run, str(_("Asked for a check of the books")))
        self.message_user(
            request, _("The checks run now. Look again in a minute."), messages.SUCCESS
        )
        return HttpResponseRedirect(reverse("admin:orders_checkrun_changelist"))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say whether the reader may run them."""
        may = request.user.has_perm("orders.add_checkrun")
        return super().changelist_view(request, {**(extra_context or {}), "may_run": may})

    @admin.display(description=_("differences"))
    def differences(self, run: CheckRun) -> Any:
        """Return what was found, each with a way to look for it."""
        if not run.findings:
            return _("None.") if run.ok else ""
        head = format_html(
            "<tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>",
            _("check"), _("of"), _("account"), _("expected"), _("found"),
        )  # fmt: skip
        rows = (
            (one["check"], _about(one["subject"]), one["account"], one["expected"], one["found"])
            for one in run.findings
        )
        row = (
            '<tr><td>{}</td><td>{}</td><td>{}</td><td class="sum_money">{}</td>'
            '<td class="sum_money">{}</td></tr>'
        )
        body = format_html_join("", row, rows)
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, body)


def _about(subject: str) -> Any:
    """Link an order's number to where it is found."""
    before, word, rest = subject.partition("order ")
    number = rest[:9]
    if before or not word or len(number) < 9:
        return subject
    return format_html('<a href="{}?q={}">{}</a>', reverse("admin:find"), number, subject)


@notice("orders.view_checkrun")
def books() -> Notice:
    """Say how the last check of the books ended; bad when it found something, or is too old."""
    last = CheckRun.objects.exclude(finished_at=None).order_by("-pk").first()
    if last is None or last.finished_at is None:
        url = changelist_url(CheckRun)
        return Notice(text=_("The books have not been checked yet."), url=url, good=False)
    when = date_format(timezone.localtime(last.finished_at), "j F Y, H:i")
    fresh = timezone.now() - last.finished_at < FRESH
    if not last.ok:
        text = ngettext(
            "The books differ: %(n)d finding (%(when)s).",
            "The books differ: %(n)d findings (%(when)s).",
            last.found,
        )
        return Notice(text=text % {"n": last.found, "when": when}, url=change_url(last), good=False)
    words = _("The books add up (%(when)s).")
    old = _("The books were last checked on %(when)s.")
    text = str(words if fresh else old)
    return Notice(text=text % {"when": when}, url=change_url(last), good=fresh)
