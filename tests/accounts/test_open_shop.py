"""Opening a shop: begun with little, saved half done, sent when the checklist is done."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.constants import RESERVED_SLUGS, SellerKind, SellerRole, SellerStatus
from accounts.errors import SellerFactsError, SellerIncompleteError, TooManyShopsError
from accounts.models import Seller, SellerDetails, SellerEvent, SellerMember, User
from accounts.selectors.checklist import checklist
from accounts.services import applications, retention, sellers
from tests.factories.accounts import (
    CompleteSellerFactory,
    SellerFactory,
    SellerMemberFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.catalog import DeliveryRateFactory, ListingFactory

pytestmark = pytest.mark.django_db

IBAN = "GB82 WEST 1234 5698 7654 32"
PDF = b"%PDF-1.7 a passport"
FACTS = {
    "kind": "trader", "name": "Harbour & Quill", "legal_name": "Harbour & Quill Ltd",
    "street": "1 Quay Street", "postcode": "tr11 3hh", "place": "Falmouth", "country": "GB",
    "email": "shop@example.org", "phone": "+44 1326 555 010", "register_name": "Companies House",
    "register_number": "01234567", "vat_number": "980 7806 84",
}  # fmt: skip


@pytest.fixture(autouse=True)
def private_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep documents in a folder of the test's own."""
    field = SellerDetails._meta.get_field("document")
    monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path))


@pytest.fixture
def hester(client: Client) -> User:
    """Somebody who is signed in and has no shop."""
    user: User = UserFactory(email="hester@example.org", name="Hester Vane")
    client.force_login(user)
    return user


def begun(user: User, **fields: Any) -> Seller:
    given = {"name": "Harbour & Quill", "kind": "trader", "place": "Falmouth", "country": "GB"}
    return applications.open_shop(user=user, **{**given, **fields})


def at(name: str, seller: Seller, *args: Any) -> str:
    return reverse(f"selling:{name}", args=[seller.slug, *args])


def file(content: bytes = PDF, name: str = "passport.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_from_the_first_page_to_the_review(client: Client, hester: User) -> None:
    """The whole way in the site's own forms: seven requests that save."""
    assert reverse("selling:open") in client.get(reverse("pages:fees")).content.decode()
    first = {"kind": "trader", "name": "Harbour & Quill", "place": "Falmouth", "country": "GB"}
    response = client.post(reverse("selling:open"), first)
    seller = Seller.objects.get()
    assert response["Location"] == at("application", seller)
    assert (seller.slug, seller.status) == ("harbour-quill", SellerStatus.PENDING)
    assert SellerMember.objects.get().roles == [SellerRole.OWNER]

    client.post(at("submit", seller))
    seller.refresh_from_db()
    assert seller.status == SellerStatus.PENDING, "sent with nothing done"

    for name, data in (
        ("facts", FACTS),
        ("account", {"account_holder": "Harbour & Quill Ltd", "account_number": IBAN}),
        ("identity", {"document": file()}),
        ("declaration", {"lawful": "on", "terms": "on"}),
    ):
        answer = client.post(at(name, seller), data)
        assert answer.status_code == 302, (name, answer.content.decode()[-3000:])
    page = client.get(at("application", seller)).content.decode()
    assert "5 of 8 done" in page
    client.post(at("submit", seller))
    seller.refresh_from_db()
    assert seller.status == SellerStatus.READY_FOR_REVIEW
    assert seller.postcode == "TR11 3HH"
    assert seller.vat_number == "GB980780684"
    kept = SellerDetails.objects.get()
    assert kept.account_number == "GB82WEST12345698765432"
    assert (kept.lawful_by, kept.terms_by) == (hester, hester)
    done = list(SellerEvent.objects.order_by("pk").values_list("action", flat=True))
    assert done == [
        "shop.begun", "facts.changed", "account.changed", "identity.given", "declaration.given",
        "shop.submitted",
    ]  # fmt: skip


def test_a_private_person_is_asked_for_less(client: Client, hester: User) -> None:
    seller = begun(hester, kind="private")
    page = client.get(at("facts", seller)).content.decode()
    for name in ("street", "phone", "vat_number", "register_number"):
        assert f'name="{name}"' not in page
    codes = {item.code: item.done for item in checklist(seller).items}
    assert "identity" not in codes
    assert codes["facts"], "the name and the address of the account are known"
    applications.set_account(
        seller=seller, actor=hester, account_holder="Hester Vane", account_number=IBAN
    )
    applications.declare(seller=seller, actor=hester, lawful=True, terms=True)
    seller = Seller.objects.get()
    assert sellers.submit(seller=seller, actor=hester).status == SellerStatus.READY_FOR_REVIEW


def test_what_is_half_done_is_kept_and_named(client: Client, hester: User) -> None:
    seller = begun(hester)
    client.post(at("facts", seller), {**FACTS, "street": "", "postcode": "", "phone": ""})
    seller.refresh_from_db()
    assert seller.legal_name == "Harbour & Quill Ltd"
    page = client.get(at("application", seller)).content.decode()
    assert "Give the street and postcode" in page
    assert "Give a telephone number" in page
    with pytest.raises(SellerIncompleteError) as refused:
        sellers.submit(seller=seller)
    assert {"street", "phone", "account_number", "document", "lawful", "terms"} <= set(
        refused.value.fields
    )


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("vat_number", "GB 123", "no VAT number of United Kingdom"),
        ("postcode", "Falmouth", "should look like"),
        ("email", "shop@", "valid"),
    ],
)
def test_a_wrong_fact_is_named_and_what_was_typed_kept(
    client: Client, hester: User, field: str, value: str, says: str
) -> None:
    seller = begun(hester)
    page = client.post(at("facts", seller), {**FACTS, field: value}).content.decode()
    assert says in page
    assert 'value="Harbour &amp; Quill Ltd"' in page
    seller.refresh_from_db()
    assert seller.legal_name == "", "something of it was saved"


def test_a_wrong_iban_is_refused_and_the_kept_one_masked(client: Client, hester: User) -> None:
    seller = begun(hester)
    given = {"account_holder": "Hester", "account_number": IBAN.replace("32", "33")}
    assert "This is no IBAN" in client.post(at("account", seller), given).content.decode()
    client.post(at("account", seller), {**given, "account_number": IBAN})
    page = client.get(at("account", seller)).content.decode()
    assert "GB•••• 5432" in page
    assert "WEST" not in page
    client.post(at("account", seller), {"account_holder": "Hester Vane", "account_number": ""})
    kept = SellerDetails.objects.get()
    assert (kept.account_holder, kept.account_number[-4:]) == ("Hester Vane", "5432")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"MZ\x90\x00", "passport.pdf", "Send a PDF or a picture"),
        (b"<svg onload=alert(1)>", "passport.png", "Send a PDF or a picture"),
        (b"", "passport.pdf", "empty"),
        (b"%PDF-" + b"x" * (8 * 1024 * 1024), "passport.pdf", "too large"),
    ],
)
def test_a_document_is_what_its_bytes_say(
    client: Client, hester: User, content: bytes, name: str, says: str
) -> None:
    seller = begun(hester)
    page = client.post(at("identity", seller), {"document": file(content, name)})
    assert says in page.content.decode()
    assert not SellerDetails.objects.get().document


def test_another_document_takes_the_place_of_the_first(
    hester: User, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    seller = begun(hester)
    for content in (PDF, b"\xff\xd8\xff picture"):
        with django_capture_on_commit_callbacks(execute=True):
            applications.set_document(seller=seller, actor=hester, document=file(content))
    [kept] = (tmp_path / "identity").iterdir()
    assert kept.suffix == ".jpg"
    assert "passport" not in kept.name


def test_slugs_are_suggested_unique_and_never_ours(hester: User) -> None:
    assert begun(hester).slug == "harbour-quill"
    assert begun(UserFactory()).slug == "harbour-quill-2"
    assert begun(UserFactory(), name="Open").slug == "open-2"
    assert begun(UserFactory(), name="本").slug == "shop-2"
    for slug in (*RESERVED_SLUGS, "Harbour Quill"):
        with pytest.raises(SellerFactsError) as refused:
            begun(UserFactory(), slug=slug)
        assert "slug" in refused.value.fields
    assert begun(UserFactory(), slug="The Harbour").slug == "the-harbour"


def test_nobody_begins_shops_without_end(client: Client, hester: User) -> None:
    for _ in range(3):
        begun(hester)
    with pytest.raises(TooManyShopsError):
        begun(hester)
    data = {"kind": "trader", "name": "X", "place": "Y", "country": "GB"}
    assert "Finish or close" in client.post(reverse("selling:open"), data).content.decode()


def test_an_open_shop_keeps_what_buyers_are_shown(hester: User) -> None:
    seller = CompleteSellerFactory()
    with pytest.raises(SellerFactsError) as refused:
        applications.change_facts(seller=seller, actor=hester, phone="")
    assert "phone" in refused.value.fields
    with pytest.raises(SellerFactsError):
        applications.change_facts(seller=seller, actor=hester, kind=SellerKind.PRIVATE)
    with pytest.raises(SellerFactsError):
        applications.set_account(
            seller=seller, actor=hester, account_holder="", account_number=IBAN
        )
    changed = applications.change_facts(seller=seller, actor=hester, phone="+44 1 2")
    assert changed.phone == "+44 1 2"


def test_the_apps_above_add_to_the_checklist(hester: User) -> None:
    seller = begun(hester)
    before = {item.code: item.done for item in checklist(seller).items}
    assert (before["delivery"], before["stock"]) == (False, False)
    DeliveryRateFactory(seller=seller)
    ListingFactory(seller=seller)
    after = {item.code: item.done for item in checklist(seller).items}
    assert (after["delivery"], after["stock"]) == (True, True)


def test_others_of_the_team_look_but_do_not_touch(client: Client, hester: User) -> None:
    seller = begun(UserFactory())
    SellerMemberFactory(seller=seller, user=hester, roles=[SellerRole.INVENTORY])
    assert client.get(at("application", seller)).status_code == 200
    for name in ("facts", "account", "tax_facts", "identity", "declaration", "close", "activity"):
        assert client.get(at(name, seller)).status_code == 403, name
    assert client.post(at("submit", seller)).status_code == 403


def secrets_of(seller: Seller) -> list[str]:
    kept = seller.details
    return [kept.account_number, kept.account_holder, str(kept.document), kept.document_name]


def test_buyers_see_who_sells_and_nothing_that_is_ours(client: Client) -> None:
    seller = CompleteSellerFactory(
        register_name="Companies House", register_number="01234567", details__account_holder="Xq Zw"
    )
    listing = ListingFactory(seller=seller)
    shop = client.get(f"/shops/{seller.slug}/").content.decode()
    for shown in ("Vane Books Ltd", "1 Castle Street", "+44 1497 555 010", "Companies House"):
        assert shown in shop
    pages = [
        shop,
        client.get(f"/books/{listing.edition.work.slug}/").content.decode(),
        client.get(f"/api/v1/shops/{seller.slug}/").content.decode(),
        client.get(f"/api/v1/listings/{listing.pk}/").content.decode(),
    ]
    for page in pages:
        assert page
        for secret in (*secrets_of(seller), "passport", "5432"):
            assert secret not in page


def test_a_private_person_s_name_and_telephone_stay_with_us(client: Client) -> None:
    seller = CompleteSellerFactory(kind=SellerKind.PRIVATE, legal_name="Xq Zw", phone="0999 123")
    page = client.get(f"/shops/{seller.slug}/").content.decode()
    assert "A private person" in page
    assert "Xq Zw" not in page
    assert "0999 123" not in page


def test_staff_alone_open_the_document(client: Client, hester: User) -> None:
    seller = begun(hester)
    applications.set_document(seller=seller, actor=hester, document=file())
    url = reverse("admin:accounts_sellerdetails_document", args=[seller.pk])
    assert client.get(url).status_code == 302
    client.force_login(UserFactory(is_staff=True))
    assert client.get(url).status_code == 403
    client.force_login(StaffFactory())
    response = client.get(url)
    assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]


def test_what_closed_shops_gave_is_removed_after_six_months(
    hester: User, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    seller, other = CompleteSellerFactory(), CompleteSellerFactory()
    applications.set_document(seller=seller, actor=hester, document=file())
    sellers.close(seller=seller)
    assert retention.forget_closed() == 0
    after = timezone.now() + timedelta(days=184)
    with time_machine.travel(after), django_capture_on_commit_callbacks(execute=True):
        assert retention.forget_closed() == 1
        assert retention.forget_closed() == 0
    kept = SellerDetails.objects.get(seller=seller)
    assert (str(kept.document), kept.account_number, kept.account_holder) == ("", "", "")
    assert kept.lawful_at is not None
    assert not list((tmp_path / "identity").iterdir())
    assert SellerDetails.objects.get(seller=other).account_number


def test_the_checklist_page_takes_few_queries(
    client: Client, hester: User, django_assert_num_queries: Any
) -> None:
    seller = begun(hester)
    client.get(at("application", seller))
    # The session, the user, the membership with its shop (and whether there are others), the private
    # details, delivery rates, copies, the menu’s badges.
    with django_assert_num_queries(7):
        client.get(at("application", seller))


def test_the_footer_leads_into_the_workplace(client: Client, hester: User) -> None:
    page = client.get(reverse("pages:fees")).content.decode()
    foot = page[page.index('<footer class="foot"') :]
    ways = [
        reverse("selling:open"),
        "/selling/?to=import",
        reverse("pages:fees") + "#fees",
        reverse("selling:shops"),
    ]
    places = [foot.index(f'href="{way}"') for way in ways]
    assert places == sorted(places)
    # Without a shop: how to open one
    assert client.get("/selling/?to=import")["Location"] == reverse("pages:fees")
    shop = begun(hester)
    to_import = reverse("selling:imports", args=[shop.slug])
    assert client.get("/selling/?to=import")["Location"] == to_import
    assert client.get("/selling/?to=nowhere")["Location"] == at("application", shop)
    begun(hester, name="Second")
    assert to_import in client.get("/selling/?to=import").content.decode()


def test_one_of_several_shops_is_chosen(client: Client, hester: User) -> None:
    first = begun(hester)
    assert client.get(reverse("selling:shops"))["Location"] == at("application", first)
    assert "Other shops" not in client.get(at("application", first)).content.decode()
    second = SellerMemberFactory(user=hester, seller=SellerFactory(name="Zebra Yard")).seller
    page = client.get(reverse("selling:shops")).content.decode()
    assert first.name.replace("&", "&amp;") in page
    assert second.name in page
    assert "Other shops" in client.get(at("application", first)).content.decode()
