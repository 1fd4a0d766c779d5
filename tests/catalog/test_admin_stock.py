"""Copies and reviews in the admin: hidden, counted anew, published; money typed as people write it."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.constants import ListingStatus, MovementKind, ReviewStatus
from catalog.models import Listing, Review, StockMovement, Work
from catalog.search import index
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import (
    DeliveryRateFactory,
    IdentifierFactory,
    ListingFactory,
    ReviewFactory,
    StockMovementFactory,
    SubjectFactory,
    WorkFactory,
)

# Of the other lists on a copy's page, which are only looked at.
NO_ROWS = {
    f"{rows}-{count}_FORMS": 0
    for rows in ("photos", "price_changes")
    for count in ("TOTAL", "INITIAL")
}


@pytest.fixture
def staff_client(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


def act(client: Client, row: Listing | Review, action: str, **data: object) -> str:
    url = reverse(f"admin:catalog_{row._meta.model_name}_act", args=[row.pk, action])
    page = client.post(url, data, follow=True).content.decode()
    row.refresh_from_db()
    return page


@pytest.mark.django_db
def test_a_copy_is_hidden_and_shown_again(staff_client: Client) -> None:
    listing = ListingFactory()
    act(staff_client, listing, "hide", reason="Not the edition it says")
    assert listing.status == ListingStatus.BLOCKED
    assert not Listing.objects.on_sale().exists()
    act(staff_client, listing, "unhide")
    assert listing.status == ListingStatus.ACTIVE


@pytest.mark.django_db
def test_a_hidden_copy_that_is_gone_comes_back_as_sold(staff_client: Client) -> None:
    listing = ListingFactory(on_hand=0, status=ListingStatus.BLOCKED)
    act(staff_client, listing, "unhide")
    assert listing.status == ListingStatus.SOLD


@pytest.mark.django_db
def test_a_hidden_copy_is_not_put_on_sale_by_the_back_door(staff_client: Client) -> None:
    listing = ListingFactory(status=ListingStatus.BLOCKED)
    page = act(staff_client, listing, "put-on-sale")
    assert "hidden by staff" in page
    assert listing.status == ListingStatus.BLOCKED


@pytest.mark.django_db
def test_counting_anew_writes_the_difference(staff_client: Client) -> None:
    listing = ListingFactory(on_hand=5)
    act(staff_client, listing, "correct-stock", counted=3, reason="Two were damp")
    movement = StockMovement.objects.get(kind=MovementKind.CORRECTED)
    assert listing.on_hand == 3
    assert (movement.quantity, movement.reference) == (-2, "Two were damp")
    assert movement.actor is not None


@pytest.mark.django_db
def test_fewer_than_are_promised_can_not_be_counted(staff_client: Client) -> None:
    listing = ListingFactory(on_hand=5, held=2)
    page = act(staff_client, listing, "correct-stock", counted=1, reason="Lost")
    assert "promised to people who are paying now" in page
    assert listing.on_hand == 5


@pytest.mark.django_db
def test_stock_and_status_are_not_form_fields(staff_client: Client) -> None:
    listing = ListingFactory()
    page = staff_client.get(
        reverse("admin:catalog_listing_change", args=[listing.pk])
    ).content.decode()
    assert 'name="on_hand"' not in page
    assert 'name="status"' not in page


@pytest.mark.django_db
def test_a_price_is_typed_in_pounds(staff_client: Client) -> None:
    listing = ListingFactory(price_minor=545)
    url = reverse("admin:catalog_listing_change", args=[listing.pk])
    page = staff_client.get(url).content.decode()
    assert 'value="5.45"' in page
    assert "£5.45" in staff_client.get(reverse("admin:catalog_listing_changelist")).content.decode()
    data = {
        "seller": listing.seller_id,
        "edition": listing.edition_id,
        "sku": listing.sku,
        "price_minor": "6.5",
        "condition": listing.condition,
        "movements-TOTAL_FORMS": 1,
        "movements-INITIAL_FORMS": 1,
        "movements-0-id": listing.movements.get().pk,
        **NO_ROWS,
    }
    response = staff_client.post(url, data)
    assert response.status_code == 302, response.content.decode()
    listing.refresh_from_db()
    assert listing.price_minor == 650
    wrong = staff_client.post(url, {**data, "price_minor": "6,505.555"}).content.decode()
    assert "Use a point, like 4.50" in wrong


@pytest.mark.django_db
def test_a_review_is_published_and_taken_back(staff_client: Client) -> None:
    review = ReviewFactory(status=ReviewStatus.PENDING, published_at=None, rating=4)
    act(staff_client, review, "publish")
    assert review.status == ReviewStatus.PUBLISHED
    assert Work.objects.get(pk=review.work_id).rating == 4
    act(staff_client, review, "reject")
    assert review.status == ReviewStatus.REJECTED
    assert Work.objects.get(pk=review.work_id).rating is None


@pytest.mark.django_db
def test_a_book_is_found_by_an_isbn_in_any_spelling(staff_client: Client) -> None:
    work = WorkFactory(title="Middlemarch")
    WorkFactory(title="Silas Marner")
    IdentifierFactory(edition__work=work, value="9780141439549")
    for model, query in (("work", "ISBN 0-14-143954-8"), ("edition", "978 0 14 143954 9")):
        page = staff_client.get(
            reverse(f"admin:catalog_{model}_changelist"), {"q": query}
        ).content.decode()
        assert "Middlemarch" in page
        assert "Silas Marner" not in page


@pytest.mark.django_db
def test_saving_a_work_writes_its_search_document(staff_client: Client) -> None:
    work = WorkFactory(title="Old name", author="George Eliot")
    SubjectFactory()
    part = work.contributions.get()
    data = {
        "title": "The Mill on the Floss",
        "slug": work.slug,
        "original_language": "eng",
        "popularity": 0,
        "contributions-TOTAL_FORMS": 1,
        "contributions-INITIAL_FORMS": 1,
        "contributions-0-id": part.pk,
        "contributions-0-work": work.pk,
        "contributions-0-person": part.person_id,
        "contributions-0-role": part.role,
        "contributions-0-sequence": 1,
        "work_subjects-TOTAL_FORMS": 0,
        "work_subjects-INITIAL_FORMS": 0,
        "series_entries-TOTAL_FORMS": 0,
        "series_entries-INITIAL_FORMS": 0,
        "editions-TOTAL_FORMS": 0,
        "editions-INITIAL_FORMS": 0,
    }
    response = staff_client.post(reverse("admin:catalog_work_change", args=[work.pk]), data)
    assert response.status_code == 302, response.content.decode()
    work.refresh_from_db()
    assert work.sort_title == "mill on the floss"
    index.catch_up()
    assert "floss" in work.search_document.names


@pytest.mark.django_db
def test_rates_are_shown_in_pounds(staff_client: Client) -> None:
    rate = DeliveryRateFactory(first_minor=280)
    page = staff_client.get(
        reverse("admin:accounts_seller_change", args=[rate.seller_id])
    ).content.decode()
    assert 'value="2.80"' in page


@pytest.mark.django_db
def test_a_long_history_is_cut_short_and_leads_to_all_of_it(staff_client: Client) -> None:
    listing = ListingFactory(on_hand=30)
    ListingFactory()
    for _ in range(24):
        StockMovementFactory(listing=listing)
    url = reverse("admin:catalog_listing_change", args=[listing.pk])
    page = staff_client.get(url).content.decode()
    assert page.count('class="field-quantity"') == 20
    everything = f"{reverse('admin:catalog_stockmovement_changelist')}?listing__exact={listing.pk}"
    assert everything in page
    assert "25 stock movements" in staff_client.get(everything).content.decode()


@pytest.mark.django_db
def test_a_copy_sold_while_its_page_is_saved_stays_sold(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = ListingFactory(on_hand=3)
    url = reverse("admin:catalog_listing_change", args=[listing.pk])
    form = staff_client.get(url).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    typed = {
        **data,
        "price_minor": "9.50",
        "movements-TOTAL_FORMS": 0,
        "movements-INITIAL_FORMS": 0,
        **NO_ROWS,
    }
    real = type(form).save

    def save_after_a_sale(self: object, *args: object, **kwargs: object) -> object:
        Listing.objects.filter(pk=listing.pk).update(on_hand=2, held=1, status="blocked")
        return real(self, *args, **kwargs)

    from books4all.lib.staff.fields import KnownForm

    monkeypatch.setattr(KnownForm, "save", save_after_a_sale)
    answer = staff_client.post(url, typed)
    assert answer.status_code == 302, answer.context["errors"]
    listing.refresh_from_db()
    assert (listing.price_minor, listing.on_hand, listing.held) == (950, 2, 1)
    assert listing.status == ListingStatus.BLOCKED
