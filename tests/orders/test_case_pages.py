"""Returns and claims as pages: a buyer with or without an account, the shop, and nobody else."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.constants import SellerRole
from orders.constants import CaseReason
from orders.models import Case, CasePhoto, SellerOrder
from orders.services import case_answers, cases
from tests.factories.accounts import SellerMemberFactory, UserFactory
from tests.factories.catalog import ListingFactory
from tests.factories.covers import picture
from tests.factories.orders import ExtraPostageFactory
from tests.orders.cases import READER, complain, given_back, money, posted, shop
from tests.orders.journeys import run_jobs
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db

JOBS = ("orders.send_mail", "orders.send_case_mail", "orders.make_case_photo")
LABEL = SimpleUploadedFile("x.pdf", b"%PDF-1.7 label", content_type="application/pdf")


@pytest.fixture(autouse=True)
def _private(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }


@pytest.fixture
def part() -> SellerOrder:
    """Return a guest's order of one book."""
    return posted(ListingFactory(on_hand=1, edition__title="Cider with Rosie"))


def words(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def to(name: str, case: Case, *more: Any) -> str:
    return reverse(f"orders:{name}", args=[case.seller_order.order.token, case.pk, *more])


def at(name: str, case: Case, *more: Any) -> str:
    return reverse(f"selling:{name}", args=[case.seller_order.seller.slug, case.pk, *more])


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("spine.jpg", picture(), content_type="image/jpeg")


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a form, as a browser would send them."""
    tags = re.findall(r'<input type="hidden"[^>]*>', page)
    found = {}
    for tag in tags:
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            found[name[1]] = value[1]
    return found


def test_a_guest_claims_and_is_paid(client: Client, part: SellerOrder) -> None:
    order = part.order
    tracking = words(client.get(order.get_absolute_url()))
    where = reverse("orders:problem", args=[order.token, part.pk])
    assert where in tracking

    # 1. What is wrong: not what can't be asked (yet).
    first = words(client.get(where))
    assert "Cider with Rosie" in first
    assert "It came damaged" in first
    assert "It has not arrived" not in first
    assert (
        "You get back the price of the book and its delivery. The shop pays the way back" in first
    )
    chosen = {**hidden(first), "reason": "damaged"}
    assert "Choose what is wrong." not in first
    # A browser leaves out what is not chosen.
    assert '<button class="btn" name="go" value="on">' in first
    assert "Choose what is wrong." in words(client.get(where, {**hidden(first), "go": "on"}))

    # 2. How, and what for. It is seen what comes of it.
    second = words(client.get(where, chosen))
    assert str(part.total) in second
    said = {**hidden(second), "wants": "refund", "words": ""}
    page = words(client.post(where, said))
    assert "Say why, in a few words." in page
    said |= {"words": "The spine is broken.", "photos": photo()}
    response = client.post(where, said)
    case = Case.objects.get()
    assert response.url == to("case", case)  # type: ignore[attr-defined]

    # 3. The case.
    run_jobs(only=JOBS)
    page = words(client.get(to("case", case)))
    assert "The spine is broken." in page
    assert f"{part.seller.name} has until" in page
    shown = CasePhoto.objects.get()
    answer = client.get(to("case_photo", case, shown.pk, shown.widths[0]))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert "no-store" in answer["Cache-Control"]
    assert case.get_reason_display() in words(client.get(order.get_absolute_url()))
    told = {tuple(letter.to): letter.subject for letter in mail.outbox}
    assert told[(order.email,)] == f"We have told {part.seller.name}"


def test_a_shop_that_takes_a_book_back_is_not_said_to_agree(
    client: Client, part: SellerOrder
) -> None:
    case = complain(part, CaseReason.WRONG_BOOK)
    case_answers.take_back(case_id=case.pk, words="It is the one shown.", by=shop(part.seller))
    page = words(client.get(to("case", case)))
    assert "The book is to be sent back" in page
    assert "The shop agrees" not in page


def test_a_shop_is_told_how_much_it_can_offer(part: SellerOrder) -> None:
    case = complain(part)
    keeper = Client()
    keeper.force_login(member_of(part.seller))
    page = words(keeper.get(at("case_answer", case, "offer")))
    assert f"At most {part.items}: what is left of the price." in page


def test_the_list_of_orders_says_what_is_open(client: Client) -> None:
    reader = UserFactory()
    part = posted(ListingFactory(), user=reader)
    complain(part)
    ExtraPostageFactory(seller_order=part, amount_minor=350)
    client.force_login(reader)
    page = words(client.get(reverse("orders:my_orders")))
    assert "It came damaged</a>. Waits for the shop." in page
    assert "Asks for £3.50 of extra postage" in page


def test_the_way_back_to_the_last_penny(client: Client, part: SellerOrder) -> None:
    case = complain(part)
    keeper = Client()
    keeper.force_login(member_of(part.seller, SellerRole.ORDERS))
    run_jobs(only=JOBS)
    mail.outbox.clear()
    assert case.get_reason_display() in words(keeper.get(at("case", case)[:-37]))
    today = words(keeper.get(reverse("selling:today", args=[part.seller.slug])))
    assert at("case", case) in today
    page = words(keeper.get(at("case", case)))
    assert all(f"{at('case', case)}{step}/" in page for step in ("refund", "approve", "offer"))

    url = at("case_answer", case, "approve")
    asked = words(keeper.get(url))
    assert "Label for the way back (PDF)</label>" in asked  # not optional: the shop owes it
    assert "Add the label" in words(keeper.post(url, {}))
    keeper.post(url, {"label": LABEL})
    assert "Send it to" in words(client.get(to("case", case)))
    label = client.get(to("case_label", case))
    assert label["Content-Disposition"].startswith("attachment")

    post = to("case_step", case, "post")
    assert "Name the carrier." in words(client.post(post, {}))
    client.post(post, {"carrier": "Evri", "receipt": photo()})
    case.refresh_from_db()
    assert (case.status, case.has_proof) == ("posted", True)

    line = part.lines.get()
    url = at("case_answer", case, "receive")
    assert "Came back of" in words(keeper.get(url))
    keeper.post(url, {f"came-{line.pk}": 1, f"sell-{line.pk}": 0})
    assert given_back(part) == part.total_minor
    run_jobs(only=JOBS)
    subjects = [letter.subject for letter in mail.outbox]
    number = part.order.number
    assert f"Please send the book back: order {number}" in subjects
    assert f"A book is on its way back to you: order {number}" in subjects
    assert f"Settled: order {number}" in subjects
    assert "Settled:" in words(client.get(to("case", case)))


def test_offer_refuse_escalate(client: Client, part: SellerOrder) -> None:
    case = complain(part, CaseReason.INCOMPLETE)
    case_answers.offer(case_id=case.pk, amount=money(100), by=shop(part.seller))
    page = words(client.get(to("case", case)))
    assert "offers you £1.00 if you keep the book" in page
    client.post(to("case_step", case, "refuse-offer"), {"words": ""})
    url = to("case_step", case, "escalate")
    assert "Say why" in words(client.post(url, {"words": ""}))
    client.post(url, {"words": "Half of it is missing."})
    page = words(client.get(to("case", case)))
    assert "Our staff look at what you both say" in page
    assert "Half of it is missing." in page


def test_steps_that_are_over_lead_back(client: Client, part: SellerOrder) -> None:
    case = complain(part)
    cases.cancel(case_id=case.pk, by=READER)
    response = client.post(to("case_step", case, "cancel"), follow=True)
    assert "can’t be done any more" in words(response)  # type: ignore[arg-type]
    assert client.get(to("case_step", case, "nonsense")).status_code == 404


def test_the_account_lists_them(client: Client) -> None:
    user = UserFactory()
    case = complain(posted(user=user))
    client.force_login(user)
    page = words(client.get(reverse("orders:my_cases")))
    assert to("case", case) in page
    client.force_login(UserFactory())
    assert to("case", case) not in words(client.get(reverse("orders:my_cases")))


def test_goodwill_without_a_case(client: Client, part: SellerOrder) -> None:
    client.force_login(member_of(part.seller))
    url = reverse("selling:order_goodwill", args=[part.seller.slug, part.order.number])
    page = words(client.get(url))
    given = {**hidden(page), "amount": "1.50", "words": "For the wait"}
    assert "at most" in words(client.post(url, {**given, "amount": "999"}))
    client.post(url, given)
    client.post(url, given)
    assert given_back(part) == 150


def test_nobody_else_sees_a_case_or_its_photographs(client: Client, part: SellerOrder) -> None:
    case = complain(part)
    client.post(to("case_photos", case), {"photos": photo()})
    run_jobs(only=["orders.make_case_photo"])
    shown = CasePhoto.objects.get()
    width = shown.widths[0]
    other = complain(posted())
    token, slug = other.seller_order.order.token, other.seller_order.seller.slug

    def theirs(name: str, *more: Any) -> tuple[str, str]:
        return (
            reverse(f"orders:{name}", args=[token, case.pk, *more]),
            reverse(f"selling:{name}", args=[slug, case.pk, *more]),
        )

    # Whoever has another order's link, and another shop's owner.
    owner = Client()
    owner.force_login(SellerMemberFactory(seller=other.seller_order.seller).user)
    for name, more in (("case", ()), ("case_photo", (shown.pk, width)), ("case_label", ())):
        link, page = theirs(name, *more)
        assert client.get(link).status_code == 404, name
        assert owner.get(page).status_code == 404, name
    # A photograph under the asker's own case.
    assert client.get(to("case_photo", other, shown.pk, width)).status_code == 404
    assert owner.get(at("case_photo", other, shown.pk, width)).status_code == 404
    # The two sides do.
    keeper = Client()
    keeper.force_login(member_of(part.seller))
    assert keeper.get(at("case_photo", case, shown.pk, width)).status_code == 200
    assert client.get(to("case_photo", case, shown.pk, width)).status_code == 200
    assert client.get(to("case_photo", case, shown.pk, width + 1)).status_code == 404
    # In the team, those who keep the stock do not.
    stock = Client()
    stock.force_login(member_of(part.seller, SellerRole.INVENTORY))
    assert stock.get(at("case", case)).status_code == 403


def test_a_photograph_is_made_anew_and_only_pictures_are_taken(
    client: Client, part: SellerOrder
) -> None:
    case = complain(part)
    bad = SimpleUploadedFile("x.jpg", b"<html>", content_type="image/jpeg")
    response = client.post(to("case_photos", case), {"photos": bad}, follow=True)
    assert "page" in words(response) or "no JPEG" in words(response)  # type: ignore[arg-type]
    data = picture()
    for _again in range(2):
        client.post(
            to("case_photos", case), {"photos": SimpleUploadedFile("x.jpg", BytesIO(data).read())}
        )
    shown = CasePhoto.objects.get()
    assert bytes(shown.original) == data
    run_jobs(only=["orders.make_case_photo"])
    shown.refresh_from_db()
    assert (shown.status, shown.original) == ("ready", None)


def test_query_counts(client: Client, part: SellerOrder, django_assert_num_queries: Any) -> None:
    case = complain(part)
    client.get(to("case", case))
    # the order; the case with its parts, lines with books, photographs; its story; refund matrix in
    # money: lines, what they earned, what went back, delivery and goodwill given back, disputes
    with django_assert_num_queries(11):
        client.get(to("case", case))
