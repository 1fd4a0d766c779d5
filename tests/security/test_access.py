"""Who may open what: every route of the site, with a rule. A new route without one fails.

The cast: a visitor, a buyer (Ann), another buyer (Bea) whose things Ann tries to open, staff without any
permission, and staff with all.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from redis import Redis

from accounts.models import Seller, User
from accounts.services import tokens
from catalog.models import BulkEdit
from catalog.selectors import waiting as links
from catalog.selectors.merchant import COPIES_A_PART
from orders.models import BasketLine, Order, SellerOrder
from orders.models.cases import private_store
from orders.services.documents import issue_sale
from tests.catalog.stock_uploads import line as line_of_stock
from tests.catalog.stock_uploads import table, uploaded
from tests.factories.accounts import (
    AddressFactory,
    ClosureFactory,
    SellerInvitationFactory,
    SellerMemberFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.catalog import (
    ListingFactory,
    PersonFactory,
    ReadingListFactory,
    ReadingListItemFactory,
    SeriesFactory,
    SubjectFactory,
    WantFactory,
)
from tests.factories.covers import ListingPhotoFactory
from tests.factories.orders import (
    CaseFactory,
    CasePhotoFactory,
    ExtraPostageFactory,
    MessageFactory,
    OrderFactory,
    PaymentFactory,
    SandboxPaymentFactory,
    SellerOrderFactory,
    ShipmentFactory,
)
from tests.factories.payouts import paid_out
from tests.factories.promotions import BasketCodeFactory, PromotionFactory, PromotionShopFactory
from tests.factories.webhooks import WebhookDeliveryFactory
from tests.orders.journeys import at_the_provider, basket_with, placed
from tests.security.routes import Route, address, routes

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# OPEN      the same for everybody; nobody's things are on it.
# VISITOR   acts on the asker's own basket, session or cookies; names no row of anybody.
# MINE      needs a sign-in; names no row, so that it can only be about the asker.
# ROW       names a row of somebody: everybody else is told 404, visitors to sign in.
# BASKET    names a row of a basket: of nobody else's, signed in or not.
# SECRET    whoever has the secret in the address may; a wrong one is 404.
# TEAM      a shop's workplace (every address with a ``shop`` in it): everybody else is told 404.
# SIGNED    told by a provider, with its signature.
# STAFF     the administration, by permission.
# DEV       exists in development only.
RULES: dict[str, str] = {
    **dict.fromkeys(
        [
            "healthz", "readyz", "catalog:home", "catalog:search", "catalog:suggest",
            "catalog:suggest_json", "catalog:search_feed", "catalog:search_how",
            "catalog:opensearch",
            "catalog:book", "catalog:authors", "catalog:author", "catalog:series",
            "catalog:subjects", "catalog:subject", "catalog:conditions", "catalog:shops",
            "catalog:shop", "catalog:robots", "catalog:sitemap", "catalog:sitemap_section",
            "catalog:publishers", "catalog:publisher", "catalog:series_list", "catalog:new",
            "catalog:rare", "catalog:cover", "catalog:new_feed", "catalog:subject_feed",
            "catalog:shop_feed", "catalog:opds", "catalog:opds_new", "catalog:opds_rare",
            "catalog:opds_search", "catalog:opds_subject", "catalog:opds_book",
            "catalog:merchant", "catalog:merchant_part", "catalog:want_sent",
            "pages:help", "pages:about", "pages:fees", "pages:terms", "pages:privacy",
            "pages:accessibility", "api:schema", "api:docs", "api:api/v1/^(?P<path>.*)$",
            "api:works", "api:work", "api:editions", "api:editions_onix", "api:edition", "api:listings", "api:listing",
            "api:people", "api:person", "api:subjects", "api:subject", "api:shops", "api:shop",
            "api:search", "api:suggest",
        ],
        "OPEN",
    ),
    **dict.fromkeys(
        [
            "accounts:preferences", "account_login", "account_logout", "account_inactive",
            "account_signup", "account_email_verification_sent", "account_reset_password",
            "account_reset_password_done", "account_reset_password_from_key_done",
            "account_confirm_login_code", "account_request_login_code",
            "catalog:want_add", "catalog:reading_list_add", "catalog:want_new",
            "orders:basket", "orders:basket_add", "orders:basket_delivery",
            "orders:basket_reopen", "orders:header", "orders:checkout",
            "api:token", "api:token_refresh", "api:token_verify", "api:logout",
            "orders:basket_code", "api:basket_codes",
            "api:basket", "api:basket_lines", "api:basket_delivery", "api:basket_reopen",
            "api:checkout",
        ],
        "VISITOR",
    ),
    **dict.fromkeys(
        [
            "accounts:account", "accounts:sign_out_everywhere", "accounts:addresses",
            "accounts:address_add", "account_reauthenticate", "account_email",
            "account_change_password", "account_set_password", "catalog:review",
            "catalog:reading_list", "catalog:reading_list_remove",
            "orders:my_orders", "api:me", "api:wants", "api:addresses", "api:orders", "selling:shops",
            "selling:open",
            "orders:messages", "orders:ask", "api:messages", "orders:my_cases", "api:cases",
            "catalog:wants", "catalog:want_seen",
        ],
        "MINE",
    ),
    **dict.fromkeys(
        [
            "accounts:address_edit", "accounts:address_remove", "catalog:want_act", "catalog:want_edit",
            "orders:my_order", "api:address", "api:order",
            "api:part_cancel", "api:part_arrived", "api:part_postage", "api:want",
            "orders:message", "orders:message_order", "orders:message_archive",
            "orders:message_block", "orders:message_report",
            "api:message", "api:message_texts", "api:message_report",
            "orders:my_document", "api:order_documents", "api:order_document",
            "api:case", "api:case_steps", "api:case_photographs", "api:case_photograph",
            "api:case_label",
        ],
        "ROW",
    ),
    **dict.fromkeys(["orders:basket_update", "api:basket_line", "api:basket_code"], "BASKET"),
    **dict.fromkeys(
        [
            "account_confirm_email", "account_reset_password_from_key", "orders:pay_again",
            "orders:pay_return", "orders:track", "orders:track_document", "orders:sandbox_pay", "api:track", "selling:invitation",
            "orders:pay_return", "orders:transfer", "orders:track", "orders:sandbox_pay", "api:track", "selling:invitation",
            "orders:part_cancel", "orders:part_arrived", "orders:part_postage",
            "api:track_cancel", "api:track_arrived", "api:track_postage",
            "orders:pay_return", "orders:track", "orders:sandbox_pay", "api:track", "selling:invitation",
            "catalog:want_confirm", "catalog:want_guest", "catalog:want_guest_edit",
            "catalog:want_guest_act", "catalog:want_stop",
            "orders:problem", "orders:case", "orders:case_step", "orders:case_photos",
            "orders:case_photo", "orders:case_label",
        ],
        "SECRET",
    ),
    "orders:webhook": "SIGNED",
    **dict.fromkeys(["dev_mail", "dev_mail_detail", "dev_mail_html"], "DEV"),
}  # fmt: skip


def rule_of(route: Route) -> str:
    if route.is_admin:
        return "STAFF"
    if "shop" in dict(route.parameters):
        return "TEAM"
    return RULES.get(route.name, "")


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    everyday = {route.name for route in routes() if rule_of(route) not in {"STAFF", "TEAM"}}
    assert everyday == set(RULES)


@dataclass
class Cast:
    """The people, and what Bea has: by route parameters, and the words that only she may read.

    Bea keeps a shop too, the one with the order in ``rows``; Ann keeps another.
    """

    ann: User
    bea: User
    rows: dict[str, dict[str, str]]
    her_shop: str = ""
    my_shop: str = ""
    hers: list[str] = field(default_factory=list)
    keys: dict[int, tuple[str, str]] = field(default_factory=dict)

    def keys_of(self, who: User) -> tuple[str, str]:
        """Return a session and an access token of somebody."""
        if who.pk not in self.keys:
            client = Client()
            client.force_login(who)
            session = client.cookies["sessionid"].value
            self.keys[who.pk] = (session, tokens.issue(user=who).access)
        return self.keys[who.pk]


@pytest.fixture
def cast(settings: Any, tmp_path: Any) -> Cast:
    Redis.from_url(settings.REDIS_URL).flushdb()
    settings.MAIL_DIR = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    return everybody()


def payout_rows(shop: Seller) -> dict[str, dict[str, str]]:
    """Return a payout of the shop for every address that names one."""
    payout = {"pk": str(paid_out(shop).pk)}
    names = ("selling:payout", "api:selling_payout", "api:selling_payout_lines")
    return dict.fromkeys(names, payout)


def everybody() -> Cast:
    """Return the people with what they have; Bea's shop has a row for every address that names one."""
    ann = UserFactory(name="Ann", email="ann@example.org")
    bea = UserFactory(name="Beatrix Onlyhers", email="onlyhers@example.org")
    where = AddressFactory(user=bea, full_name="Onlyhers", line1="99 Onlyhers Lane")
    listing = ListingFactory(on_hand=5)
    her_place = SellerMemberFactory(seller=listing.seller, user=bea)
    asked = SellerInvitationFactory(seller=listing.seller, email="onlyhers-friend@example.org")
    mine = SellerMemberFactory(user=ann).seller
    want = WantFactory(user=bea, work=listing.edition.work)
    guest_of = {"user": None, "email": "onlyhers@example.net"}
    unconfirmed = WantFactory(**guest_of, status="unconfirmed")
    left = WantFactory(**guest_of)
    ReadingListItemFactory(
        reading_list=ReadingListFactory(user=bea, name="Onlyhers list"), work=listing.edition.work
    )
    order = placed(listing, user=bea)
    type(order).objects.filter(pk=order.pk).update(
        user=bea, full_name="Onlyhers", email="onlyhers@example.org", line1="99 Onlyhers Lane"
    )
    waiting = at_the_provider(basket_with(ListingFactory(on_hand=5)))
    line = basket_with(ListingFactory(on_hand=5), user=bea).lines.get()
    guest = basket_with(ListingFactory(on_hand=5))
    SeriesFactory()
    stock_file = {"pk": str(uploaded(listing.seller, table(line_of_stock(1)), actor=bea).pk)}
    rows = {
        "accounts:address_edit": {"pk": str(where.pk)},
        "accounts:address_remove": {"pk": str(where.pk)},
        "api:address": {"pk": str(where.pk)},
        "api:want": {"pk": str(want.pk)},
        "catalog:want_act": {"pk": str(want.pk)},
        "catalog:want_edit": {"pk": str(want.pk)},
        "catalog:want_confirm": {"token": links.confirm_token(unconfirmed)},
        "catalog:want_guest": {"token": links.guest_token("onlyhers@example.net")},
        "catalog:want_guest_edit": {
            "token": links.guest_token("onlyhers@example.net"),
            "pk": str(left.pk),
        },
        "catalog:want_guest_act": {
            "token": links.guest_token("onlyhers@example.net"),
            "pk": str(left.pk),
        },
        "catalog:want_stop": {"token": links.stop_token(links.Waiter(user=bea))},
        "orders:my_order": {"number": order.number},
        "api:order": {"number": order.number},
        "orders:basket_update": {"line": str(line.pk)},
        "api:basket_line": {"pk": str(guest.lines.get().pk)},
        "selling:invitation": {"token": asked.token},
        "selling:member": {"pk": str(her_place.pk)},
        "selling:member_remove": {"pk": str(her_place.pk)},
        "selling:invitation_resend": {"pk": str(asked.pk)},
        "selling:invitation_withdraw": {"pk": str(asked.pk)},
        **dict.fromkeys(
            [
                "selling:import",
                "selling:import_progress",
                "selling:import_columns",
                "selling:import_act",
                "selling:import_correct",
                "selling:import_errors",
                "api:stock_file",
                "api:stock_file_rows",
                "api:stock_file_errors",
                "api:stock_file_publish",
            ],
            stock_file,
        ),
        "orders:track": {"token": order.token},
        "api:track": {"token": order.token},
        "orders:pay_return": {"payment": str(waiting.payment.pk)},
        "orders:pay_again": {"payment": str(waiting.payment.pk)},
        "orders:sandbox_pay": {"reference": SandboxPaymentFactory().reference},
        "catalog:author": {"slug": PersonFactory().slug},
        "api:person": {"slug": PersonFactory().slug},
        "catalog:subject": {"slug": SubjectFactory().slug},
        "catalog:subject_feed": {"slug": SubjectFactory().slug},
        "catalog:opds_subject": {"slug": SubjectFactory().slug},
        "catalog:publisher": {"slug": listing.edition.publisher.slug},
        "api:subject": {"slug": SubjectFactory().slug},
        "catalog:series": {"slug": SeriesFactory().slug},
        "catalog:shop": {"slug": listing.seller.slug},
        "api:shop": {"slug": listing.seller.slug},
        "selling:closure_remove": {"pk": str(ClosureFactory(seller=listing.seller).pk)},
        "api:edition": {"pk": str(listing.edition_id)},
        "api:listing": {"pk": str(listing.pk)},
        "catalog:shop_feed": {"slug": listing.seller.slug},
        "catalog:sitemap_section": {"section": "pages", "number": "0"},
        "catalog:merchant_part": {"number": str(listing.pk // COPIES_A_PART)},
    }
    # She writes with another shop, and her shop with another reader.
    written = MessageFactory(thread__buyer=bea, text="Onlyhers words").thread
    asked = MessageFactory(thread__listing=listing, text="Onlyhers words").thread
    for name in ("message", "message_archive", "message_block", "message_report", "message_texts"):
        rows[f"orders:{name}"] = rows[f"api:{name}"] = {"pk": str(written.pk)}
        rows[f"selling:{name}"] = rows[f"api:selling_{name}"] = {"pk": str(asked.pk)}
    part = order.seller_orders.get()
    rows["orders:message_order"] = rows["selling:message_order"] = {"pk": str(part.pk)}
    rows["orders:ask"] = {"listing": str(listing.pk)}
    copy = {"pk": str(listing.pk)}
    shot = ListingPhotoFactory(listing=listing)
    many = BulkEdit.objects.create(seller=listing.seller, action="pause")
    for name in ("listing", "listing_status", "listing_photos", "listing_photos_order"):
        rows[f"selling:{name}"] = copy
    rows["selling:listing_photo_remove"] = copy | {"photo": str(shot.pk)}
    for name in ("bulk_edit", "bulk_make", "bulk_undo"):
        rows[f"selling:{name}"] = {"edit": str(many.pk)}
    rows["api:own_listing"] = rows["api:own_photos"] = copy
    rows["api:own_photo"] = copy | {"photo": str(shot.pk)}
    for name in ("listing_new", "listing_prices"):
        rows[f"selling:{name}"] = {"edition": str(listing.edition_id)}
    work = listing.edition.work.slug
    for name in (
        "catalog:book",
        "catalog:review",
        "catalog:cover",
        "catalog:opds_book",
        "api:work",
    ):
        rows[name] = {"slug": work}
    for name in (
        "selling:order",
        "selling:order_accept",
        "selling:order_post",
        "selling:order_refuse",
        "selling:order_goodwill",
        "selling:order_delivered",
        "selling:order_postage",
        "selling:order_postage_withdraw",
        "selling:order_cancellation",
        "api:sold_history",
        "api:sold_delivered",
        "api:sold_postage",
        "api:sold_cancellation",
        "api:sold_order",
        "api:sold_accept",
        "api:sold_refusals",
        "api:sold_shipments",
    ):
        rows[name] = {"number": order.number}
    rows |= a_case(part) | payout_rows(listing.seller)
    own_offer = PromotionFactory(seller=listing.seller, code="")
    for name in ("offer", "offer_end"):
        rows[f"selling:{name}"] = {"pk": str(own_offer.pk)}
    rows["selling:offer_join"] = {
        "campaign": str(PromotionShopFactory(seller=listing.seller).promotion_id)
    }
    code = BasketCodeFactory(basket=guest)
    rows["api:basket_code"] = {"pk": str(code.pk)}
    rows |= rows_of_webhooks(listing.seller)
    rows |= rows_of_documents(order)
    rows |= payout_rows(listing.seller)
    rows |= after_the_sale(bea, part)
    return Cast(
        ann,
        bea,
        rows,
        her_shop=listing.seller.slug,
        my_shop=mine.slug,
        hers=["Onlyhers", "onlyhers", order.number],
    )


def rows_of_webhooks(seller: Seller) -> dict[str, dict[str, str]]:
    """Return what a shop's webhooks bring: one, and a message on its way."""
    told = WebhookDeliveryFactory(endpoint__seller=seller)
    rows = {"api:webhook_deliveries": {"pk": str(told.endpoint_id)}}
    for name in ("webhook_delivery", "webhook_delivery_replay"):
        rows[f"selling:{name}"] = rows[f"api:{name}"] = {"pk": str(told.pk)}
    for name in ("", "_edit", "_rotate", "_switch", "_test", "_replay", "_remove", "_secret"):
        rows[f"selling:webhook{name}"] = {"pk": str(told.endpoint_id)}
        rows[f"api:webhook{name}"] = {"pk": str(told.endpoint_id)}
    return rows


def a_case(part: SellerOrder) -> dict[str, dict[str, str]]:
    """Return the addresses of a case about Bea's order, in her shop, with its files."""
    case = CaseFactory(seller_order=part, status="approved", words="Onlyhers words")
    case.label.save("label.pdf", ContentFile(b"%PDF-"))
    shown = CasePhotoFactory(case=case)
    private_store().save(shown.path(160), ContentFile(b"Onlyhers"))
    pk = {"pk": str(case.pk)}
    photo = pk | {"photo": str(shown.pk), "width": "160"}
    rows = dict.fromkeys(
        [
            "selling:case",
            "selling:case_label",
            "selling:case_photos",
            "api:case",
            "api:case_steps",
            "api:case_photographs",
            "api:case_label",
            "api:selling_case",
            "api:selling_case_steps",
            "api:selling_case_photographs",
        ],
        pk,
    )
    pictures = ["selling:case_photo", "api:case_photograph", "api:selling_case_photograph"]
    return {
        **rows,
        **dict.fromkeys(pictures, photo),
        "selling:case_answer": pk | {"step": "refund"},
    }


def rows_of_documents(order: Order) -> dict[str, dict[str, str]]:
    """Return an invoice of an order, as its buyer and its shop ask for it."""
    parcel = ShipmentFactory(seller_order=order.seller_orders.get())
    paper = {"pk": str(issue_sale(shipment_id=parcel.pk).pk)}
    return {
        **dict.fromkeys(["selling:document", "selling:document_csv", "api:own_document"], paper),
        **dict.fromkeys(
            ["orders:my_document", "api:order_document"], paper | {"number": order.number}
        ),
        "orders:track_document": paper | {"token": order.token},
        "api:order_documents": {"number": order.number},
    }


def after_the_sale(bea: User, placed_part: SellerOrder) -> dict[str, dict[str, str]]:
    """Return the rows of what Bea does about parts of her orders, by their number and by their token."""
    posted, asked = (
        SellerOrderFactory(status=status, order=OrderFactory(user=bea, full_name="Onlyhers"))
        for status in ("shipped", "accepted")
    )
    ExtraPostageFactory(seller_order=asked)
    for part in (posted, asked):
        PaymentFactory(order=part.order)
    parcel = {"parcel": str(ShipmentFactory(seller_order=placed_part).pk)}
    rows = dict.fromkeys(
        ["selling:order_parcel", "api:sold_parcel"], {"number": placed_part.order.number} | parcel
    )
    heavy = SellerOrderFactory(status="accepted", order__user=bea, seller=placed_part.seller)
    ExtraPostageFactory(seller_order=heavy)
    rows["api:sold_postage"] = {"number": heavy.order.number}
    for name, part in (("cancel", placed_part), ("arrived", posted), ("postage", asked)):
        named = {"part": str(part.pk)}
        rows[f"api:part_{name}"] = {"number": part.order.number} | named
        rows[f"orders:part_{name}"] = {"token": part.order.token} | named
        rows[f"api:track_{name}"] = {"token": part.order.token} | named
    return rows


NOWHERE = {
    "uuid": "01890000-0000-7000-8000-000000000000",
    "string": "nowhere",
    "slug": "nowhere",
    "int": "1",
    "key": "1",
    "path": "1",
    "regex": "nowhere",
}


def where(route: Route, cast: Cast | None, *, wrong: bool = False) -> str:
    values = {name: NOWHERE[kind] for name, kind in route.parameters}
    if wrong or cast is None:
        return address(route, values)
    hers = {"shop": cast.her_shop} | cast.rows.get(route.name, {})
    return address(route, values | hers)


def ask(who: User | None, method: str, path: str, cast: Cast) -> HttpResponse:
    """Send a request as ``who`` with everything in it that could make it succeed; it is undone."""
    client = Client()
    headers = {"HTTP_SEC_FETCH_SITE": "same-origin"}
    if who is not None:
        session, access = cast.keys_of(who)
        client.cookies["sessionid"] = session
        if path.startswith("/api/"):
            headers["HTTP_AUTHORIZATION"] = f"Bearer {access}"
    fields = {"full_name": "Ann", "line1": "1 Way", "city": "York", "postcode": "YO1 7HH",
              "country": "GB"}  # fmt: skip
    if path.startswith("/api/"):
        right = {
            "basket": {"quantity": 1},
            "report": {"reason": "spam"},
            "cases": {"step": "cancel"},
            "cancel": {"reason": "Found it"},
            "arrived": {},
            "postage": {"pay": False},
        }
        sent = next((body for word, body in right.items() if word in path), fields)
        body, kind = json.dumps(sent), "application/json"
    else:
        pairs = {**fields, "quantity": "1", "work": "1", "user": str(cast.bea.pk), "next": "/"}
        body = "&".join(f"{name}={value}" for name, value in pairs.items())
        kind = "application/x-www-form-urlencoded"
    with transaction.atomic():
        response = client.generic(method, path, "" if method == "GET" else body, kind, **headers)
        if response.streaming:
            # Read while the transaction is open, as one piece.
            headers = response.headers
            response = HttpResponse(b"".join(response.streaming_content), status=200)
            response.headers = headers
        transaction.set_rollback(True)
    return response


def sent_to_sign_in(response: HttpResponse) -> bool:
    if response.status_code == 401:
        return True
    return response.status_code == 302 and response["Location"].startswith("/auth/login/")


def possessions(user: User) -> list[Any]:
    """Return every row that is ``user``'s, as it stands."""
    found: list[Any] = [list(User.objects.filter(pk=user.pk).values("name", "email", "password"))]
    for model in apps.get_models():
        for column in model._meta.get_fields():
            if getattr(column, "related_model", None) is User and hasattr(column, "attname"):
                rows = model._base_manager.filter(**{column.attname: user.pk})
                found.append((model.__name__, sorted(map(str, rows.values_list()))))
    return found


def everyday(*rules: str) -> list[Route]:
    return [route for route in routes() if rule_of(route) in rules]


def test_visitors_are_asked_to_sign_in(cast: Cast) -> None:
    before = possessions(cast.bea)
    for route in everyday("MINE", "ROW", "TEAM"):
        for method in METHODS:
            response = ask(None, method, where(route, cast), cast)
            if response.status_code != 405:
                assert sent_to_sign_in(response), (method, route.name, response.status_code)
    assert possessions(cast.bea) == before


@pytest.mark.parametrize("who", ["ann", "staff"])
def test_other_people_s_rows_do_not_exist(cast: Cast, who: str) -> None:
    """Staff see them in the administration, never on the account's own pages."""
    actor = cast.ann if who == "ann" else StaffFactory()
    before = possessions(cast.bea)
    for route in everyday("ROW", "TEAM"):
        answers = set()
        for method in METHODS:
            response = ask(actor, method, where(route, cast), cast)
            answers.add(response.status_code)
            assert response.status_code in (404, 405), (method, route.name, response.status_code)
        assert 404 in answers, route.name
    assert possessions(cast.bea) == before


def rows_of_shops() -> list[Route]:
    """Return the routes that name a row of a shop: a copy, an import, an order.

    An edition is everybody's, and all shops may join a campaign of the marketplace.
    """
    shared = {"shop", "edition", "campaign"}
    return [route for route in everyday("TEAM") if dict(route.parameters).keys() - shared]


def test_rows_of_other_shops_do_not_exist_in_one_s_own(cast: Cast) -> None:
    """Ann asks in her own shop, where she may do everything, for what is in Bea's."""
    before = possessions(cast.bea)
    for route in rows_of_shops():
        path = address(route, cast.rows[route.name] | {"shop": cast.my_shop})
        answers = set()
        for method in METHODS:
            response = ask(cast.ann, method, path, cast)
            answers.add(response.status_code)
            assert response.status_code in (404, 405), (method, route.name, response.status_code)
        assert 404 in answers, route.name
    assert possessions(cast.bea) == before


def test_the_team_gets_its_own(cast: Cast) -> None:
    """Hold the tests above to their purpose: the same addresses open for her whose they are."""
    for route in everyday("TEAM"):
        answers = {
            ask(cast.bea, method, where(route, cast), cast).status_code for method in METHODS
        }
        assert answers <= {200, 201, 202, 204, 302, 400, 405, 409, 415}, (route.name, answers)
        assert answers - {405}, route.name


def test_the_owner_gets_them(cast: Cast) -> None:
    """Hold the test above to its purpose: the same addresses open for her whose they are."""
    for route in everyday("ROW"):
        methods = ("GET", "POST") if not route.name.endswith(("remove", "_act")) else ("POST",)
        answers = {
            ask(cast.bea, method, where(route, cast), cast).status_code for method in methods
        }
        assert answers & {200, 204, 302}, (route.name, answers)


@pytest.mark.parametrize("who", [None, "ann"])
def test_other_people_s_baskets_stay_as_they_are(cast: Cast, who: str | None) -> None:
    lines = list(BasketLine.objects.order_by("pk").values())
    actor = cast.ann if who else None
    for route in everyday("BASKET"):
        for method in METHODS:
            response = ask(actor, method, where(route, cast), cast)
            assert response.status_code in (302, 404, 405), (method, route.name)
    assert list(BasketLine.objects.order_by("pk").values()) == lines


def test_wrong_secrets_open_nothing(cast: Cast) -> None:
    for route in everyday("SECRET"):
        for method in ("GET", "POST"):
            response = ask(cast.ann, method, where(route, None, wrong=True), cast)
            if route.name.startswith("account_"):
                # allauth's pages say that the link is spent.
                assert b"Onlyhers" not in response.content
                continue
            assert response.status_code in (404, 405), (method, route.name, response.status_code)


def test_nobody_reads_what_is_hers(cast: Cast) -> None:
    """Every address but those with her secret, as a visitor, as Ann: not a word of Bea's."""
    for actor in (None, cast.ann):
        for route in everyday("OPEN", "VISITOR", "MINE", "ROW", "BASKET", "DEV"):
            for method in ("GET", "POST"):
                response = ask(actor, method, where(route, cast), cast)
                text = response.content.decode(errors="replace")
                told = [
                    word for word in cast.hers if word in text and word not in where(route, cast)
                ]
                assert not told, (method, route.name)


def test_open_pages_open(cast: Cast) -> None:
    for route in everyday("OPEN"):
        response = ask(None, "GET", where(route, cast), cast)
        usual = 404 if route.name.endswith("$") else 200
        assert response.status_code in (usual, 302), (route.name, response.status_code)


def test_open_pages_take_no_writes(cast: Cast) -> None:
    for route in everyday("OPEN"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            response = ask(cast.ann, method, where(route, cast), cast)
            assert response.status_code in (404, 405), (method, route.name, response.status_code)


FOREIGN: list[dict[str, str]] = [
    {},
    {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://testserver"},
    {"HTTP_SEC_FETCH_SITE": "same-site"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_ORIGIN": "http://testserver.evil.example"},
    {"HTTP_ORIGIN": "http://evil.example", "HTTP_REFERER": "http://testserver/"},
    {"HTTP_REFERER": "http://testserver@evil.example/"},
    {"HTTP_ORIGIN": "https://testserver"},
]


def test_forms_take_no_other_site_s_word(cast: Cast) -> None:
    """Every route that takes a POST by cookie refuses one of another site: token or same-origin check."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.bea)
    before = possessions(cast.bea)
    for route in routes():
        if route.pattern.startswith("api/") or rule_of(route) == "SIGNED":
            continue
        if route.name == "catalog:want_stop":
            # A mail program posts to it (RFC 8058); the secret in the address is all it goes by.
            continue
        if (
            route.is_admin
            and "password_change" not in route.pattern
            and (getattr(route.view, "csrf_exempt", False) is False)
        ):
            continue
        for headers in FOREIGN if getattr(route.view, "csrf_exempt", False) else FOREIGN[:1]:
            response = client.post(where(route, cast), **headers)  # type: ignore[arg-type]
            assert response.status_code in (403, 404, 405), (
                route.name,
                headers,
                response.status_code,
            )
    assert possessions(cast.bea) == before


OPEN_TO_ALL_STAFF = {"admin:index", "admin:jsi18n", "admin:logout", "admin:login"}


def admin_routes() -> list[Route]:
    return everyday("STAFF")


@pytest.mark.parametrize("who", [None, "ann"])
def test_the_administration_is_shut(cast: Cast, who: str | None) -> None:
    actor = cast.ann if who else None
    for route in admin_routes():
        for method in ("GET", "POST"):
            response = ask(actor, method, where(route, cast), cast)
            if route.name == "admin:login" or "password_change" in route.pattern:
                assert response.status_code in (200, 302, 403)
                continue
            refused = response.status_code in (403, 404, 405) or (
                response.status_code == 302
                and response["Location"].split("?")[0]
                in ("/admin/login/", "/auth/login/", "/admin/")
            )
            assert refused, (method, route.name, response.status_code)


def test_staff_without_permission_may_nothing(cast: Cast) -> None:
    """In the administration, every page and action of a model needs its permission."""
    clerk = UserFactory(is_staff=True)
    before = possessions(cast.bea)
    for route in admin_routes():
        if route.name in OPEN_TO_ALL_STAFF or "password_change" in route.pattern:
            continue
        for method in ("GET", "POST"):
            path = _of_bea(route, cast)
            response = ask(clerk, method, path, cast)
            text = response.content.decode(errors="replace")
            assert "Onlyhers" not in text, (method, path)
            refused = response.status_code in (403, 404, 405) or (
                response.status_code == 302 and response["Location"] != path
                and response.content == b""
            )  # fmt: skip
            assert refused, (method, path, response.status_code)
    assert possessions(cast.bea) == before


def _of_bea(route: Route, cast: Cast) -> str:
    """Return the address about a row that is there, of hers where the model has some."""
    values = {name: NOWHERE[kind] for name, kind in route.parameters}
    parts = route.pattern.split("/")
    if "object_id" in values and parts[1] != "r":
        model = apps.get_model(parts[1], parts[2])
        row = model._base_manager.order_by("pk").last()
        if parts[2] == "user":
            row = cast.bea
        if row is not None:
            values["object_id"] = str(row.pk)
    return address(route, values)
