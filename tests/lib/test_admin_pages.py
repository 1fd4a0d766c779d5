"""Every list and page of the admin: it opens, and takes as many queries for 12 rows as for 3."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import BooleanField, Model
from django.forms import Select
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from books4all.lib.models import CodeField
from books4all.lib.staff.paging import BoundedPaginator
from tests.factories.accounts import StaffFactory
from tests.factories.staff import World

# The session, the user, the count, the rows, and two for the years of a date hierarchy.
MOST_OF_A_LIST = 6
# The session, the user, the row, its inlines (one each), and what ``EXTRA`` names.
MOST_OF_A_PAGE = 4
EXTRA = {
    # Groups to choose from and chosen, permissions to choose from and chosen.
    "user": 4,
    # Permissions to choose from and chosen.
    "group": 2,
    # The checklist: private details, whether there are delivery rates, whether there are copies.
    "seller": 3,
    # The books of all parts; what became of the money; the journal entries that came of it.
    "order": 3,
    # What became of the money; the journal entries that came of it.
    "sellerorder": 2,
    # Its balances at the ends of months.
    "ledgeraccount": 1,
    # What providers have said and what was given back of it; the journal entries that came of it.
    "payment": 3,
    # As both sides see it: the case with its books and photographs, the lines and what went back of the
    # order before (4), the story; the photographs again; their conversation.
    "case": 10,
    # The journal entries that came of it.
    "refund": 1,
    "payout": 1,
    "shipment": 1,
    # What was merged on since, or is gone.
    "merge": 2,
    # The two rows side by side; of editions, their identifiers.
    "duplicate": 1,
    "matchdoubt": 2,
    # What its entry came from.
    "posting": 1,
}
# The session, the user, sales, what stands between the books and the bank (2), and a count and the first
# rows of each of the nineteen queues (three for payouts that wait for a file); the last check of the books.
MOST_OF_THE_START_PAGE = 54

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


# Worked out from other rows by triggers or the keeper of the search: nobody edits them.
WORKED_OUT = {
    "AuthorEntry",
    "BoughtTogether",
    "DocumentTax",
    "FrontPicture",
    "PayoutRun",
    "SearchChange",
    "SearchState",
    "SearchWord",
    "StockTally",
    "SubjectTally",
    "SubjectWork",
    "Suggestion",
    "SuggestionWord",
    "WantAnchor",
    "WantSweep",
}


@pytest.fixture
def staff_client(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


def url_of(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    response.render() if hasattr(response, "render") else None
    return len(captured)


def remember(client: Client) -> None:
    """Ask once for what is asked once a process only."""
    ContentType.objects.get_for_models(*MODELS)
    ContentType.objects.get_for_models(*MODELS, for_concrete_models=False)
    client.get(reverse("admin:index"))


def all_queries(client: Client, world: World) -> tuple[dict[str, int], dict[str, int]]:
    lists = {m._meta.model_name: queries(client, url_of(m, "changelist")) for m in MODELS}
    pages = {
        m._meta.model_name: queries(client, url_of(m, "change", world.first[m].pk)) for m in MODELS
    }
    return lists, pages


@pytest.mark.django_db
def test_lists_and_pages_take_the_same_queries_at_any_size(staff_client: Client) -> None:
    world = World()
    world.grow(3)
    remember(staff_client)
    few_lists, few_pages = all_queries(staff_client, world)
    few_start = queries(staff_client, reverse("admin:index"))
    world.grow(9)
    many_lists, many_pages = all_queries(staff_client, world)
    many_start = queries(staff_client, reverse("admin:index"))
    assert many_lists == few_lists
    assert many_pages == few_pages
    assert many_start == few_start <= MOST_OF_THE_START_PAGE
    assert {name: n for name, n in many_lists.items() if n > MOST_OF_A_LIST} == {}
    allowed = {
        m._meta.model_name: MOST_OF_A_PAGE
        + len(admin.site._registry[m].inlines)
        + EXTRA.get(str(m._meta.model_name), 0)
        for m in MODELS
    }
    assert {name: n for name, n in many_pages.items() if n > allowed[name]} == {}


def test_every_model_of_ours_is_registered() -> None:
    ours = {
        model
        for name in ("accounts", "catalog", "orders")
        for model in apps.get_app_config(name).get_models()
    }
    missing = {model.__name__ for model in ours - set(MODELS)}
    assert missing == WORKED_OUT


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lists_are_bounded_and_searchable(model: type[Model]) -> None:
    model_admin = admin.site._registry[model]
    assert model_admin.search_fields, "nothing is found in it"
    if model is Group:
        return
    assert issubclass(model_admin.paginator, BoundedPaginator)
    assert not model_admin.show_full_result_count
    fields = [model._meta.get_field(n) for n in model_admin.list_filter if isinstance(n, str)]
    read_whole = [
        f.name for f in fields if not f.choices and not isinstance(f, (BooleanField, CodeField))
    ]
    assert read_whole == [], "a filter by other fields reads the whole table for its choices"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [m for m in MODELS if m is not Group], ids=lambda model: model._meta.label
)
def test_no_form_has_a_select_of_rows(model: type[Model], rf) -> None:  # type: ignore[no-untyped-def]
    request = rf.get("/")
    request.user = StaffFactory()
    model_admin = admin.site._registry[model]
    if not model_admin.has_add_permission(request):
        return
    forms = [model_admin.get_form(request)]
    forms += [
        inline.get_formset(request).form for inline in model_admin.get_inline_instances(request)
    ]
    for form in forms:
        for name, field in form.base_fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            rows = hasattr(field, "queryset") and type(widget) is Select
            assert not rows, f"{form.__name__}.{name}"


@pytest.mark.django_db
def test_lists_can_be_searched(staff_client: Client) -> None:
    world = World()
    world.grow(1)
    for model in MODELS:
        for words in ("middlemarch", "9780141439549", "O’Brien 100%"):
            response = staff_client.get(url_of(model, "changelist"), {"q": words})
            assert response.status_code == 200, (model, words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "label",
    [
        "catalog.StockMovement", "orders.PaymentEvent", "orders.OrderEvent", "orders.Payment",
        "orders.Refund", "orders.Hold", "orders.IdempotencyKey", "orders.Order", "orders.OrderLine",
        "orders.SellerOrder", "orders.Shipment", "orders.Document", "orders.DocumentSeries", "orders.SandboxPayment", "admin.LogEntry",
        "orders.LedgerAccount", "orders.JournalEntry", "orders.Posting", "orders.RefundLine",
        "orders.CheckRun", "orders.StaffRequest",
    ],
)  # fmt: skip
def test_money_and_history_are_only_looked_at(staff_client: Client, label: str) -> None:
    model = apps.get_model(label)
    world = World()
    world.grow(1)
    row = world.first[model]
    assert staff_client.get(url_of(model, "add")).status_code == 403
    assert staff_client.post(url_of(model, "change", row.pk), {"note": "x"}).status_code == 403
    assert staff_client.post(url_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    page = staff_client.get(url_of(model, "change", row.pk)).content.decode()
    assert 'name="_save"' not in page


@pytest.mark.django_db
def test_jobs_never_show_their_arguments(staff_client: Client) -> None:
    job = World().first[ProcrastinateJob]
    for url in (url_of(ProcrastinateJob, "changelist"), url_of(ProcrastinateJob, "change", job.pk)):
        page = staff_client.get(url).content.decode()
        assert "deliver_mail" in page
        assert "a secret link" not in page


@pytest.mark.django_db
def test_a_failed_job_runs_again(staff_client: Client) -> None:
    job = World().first[ProcrastinateJob]
    url = url_of(ProcrastinateJob, "act", job.pk, "run-again")
    page = staff_client.post(url, follow=True).content.decode()
    assert ProcrastinateJob.objects.get(pk=job.pk).status == "todo"
    assert "a secret link" not in page


@pytest.mark.django_db
def test_a_list_of_very_many_says_so(staff_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.grow(3)
    monkeypatch.setattr("books4all.lib.staff.paging.MOST_ROWS", 2)
    monkeypatch.setattr(BoundedPaginator, "most", 2)
    model = apps.get_model("catalog.Work")
    page = staff_client.get(url_of(model, "changelist")).content.decode()
    assert "2 or more works" in page
