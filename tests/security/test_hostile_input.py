"""No input is answered with a fault of ours: every route, hostile values, all methods.

Every request runs in a savepoint that is undone, so that one does not change what the next one meets.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from redis import Redis

from accounts.models import Seller, User
from accounts.services import tokens
from catalog.models import Person, Series, Subject, Work
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.staff import World
from tests.security.pages import Form, forms_on
from tests.security.routes import Route, address, routes
from tests.security.test_access import Cast, everybody, rule_of

pytestmark = pytest.mark.django_db

LONG = "x" * 6000
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "NONSENSE")
# As they stand in an address.
PATHS = {
    "string": [
        "a%00b",
        "%ff%fe",
        LONG,
        "..%2f..%2fetc%2fpasswd",
        "%F0%9F%92%A9",
        "%ED%A0%80",
        "'--",
    ],
    "path": ["a%00b", "%ff%fe", LONG, "_00", "9" * 40, "..%2f..", "%ED%A0%80", "_FF_ED"],
    "regex": ["a%00b", "%ff%fe", LONG, "x:y:z", "9" * 40, "%ED%A0%80", "MQ"],
    "slug": ["x", LONG, "9" * 40, "-", "a%00b"],
    "int": ["0", "9" * 18, "9" * 40],
    "key": ["0", "9" * 18],
    "uuid": ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
}
# As they stand in a query string or a form: quoted, and perhaps no UTF-8 at all.
TEXTS = [
    "a%00b",
    "%ff%fe%80",
    "%ED%A0%80",
    LONG,
    "1000000000",
    "9" * 5000,
    "-1",
    "1e999",
    "NaN",
    "%D9%A3",
    "%27%22%3C%3E%3B--",
    "%5B%5D",
    "00000000-0000-0000-0000-000000000000",
    "//evil.example",
]
NAMES = [
    "page",
    "q",
    "kind",
    "country",
    "to",
    "letter",
    "subject",
    "condition",
    "form",
    "language",
    "period",
    "price",
    "least",
    "most",
    "without",
    "first",
    "signed",
    "sort",
    "view",
    "limit",
    "cursor",
    "order",
    "person",
    "series",
    "work",
    "edition",
    "seller",
    "isbn",
    "name",
    "next",
    "address",
    "p",
    "o",
    "e",
    "all",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "id",
    "id__exact",
    "pk__in",
    "key",
    "code",
    "token",
    "theme",
    "listing",
    "quantity",
    "service",
    "total",
    "email",
    "login",
    "password",
    "password1",
    "oldpassword",
    "full_name",
    "line1",
    "line2",
    "city",
    "region",
    "postcode",
    "phone",
    "is_default",
    "least_condition",
    "max_price",
    "rating",
    "text",
    "author_name",
    "number",
    "card",
    "confirm",
    "action",
    "action_remove",
    "action_primary",
    "_selected_action",
    "index",
    "app_label",
    "model_name",
    "field_name",
    "term",
    "remember",
]
# Those that addresses are read for.
READ = ["page", "q", "kind", "country", "to", "letter", "subject", "condition", "language", "period", "price", "least", "most", "without", "first", "sort", "limit", "cursor", "order", "person", "series", "work", "edition", "seller", "isbn", "name", "address", "p"]  # fmt: skip
JSON_VALUES: list[Any] = [
    "a\0b",
    "\ud800",
    LONG,
    10**30,
    -1,
    1.5,
    True,
    None,
    [],
    {},
    [[["x"]]],
    "1e999",
    "00000000-0000-0000-0000-000000000000",
]
RAW_BODIES = [
    (b"[" * 200_000, "application/json"),
    (b'{"a":' * 100_000, "application/json"),
    (b'{"\\ud800": 1}', "application/json"),
    (b'{"a": NaN}', "application/json"),
    (b'{"a": ' + b"9" * 5000 + b"}", "application/json"),
    (b"\xff\xfe\x00{", "application/json"),
    (b"{}", "application/json; charset=no-such-charset"),
    (b"\x80", "application/json; charset=idna"),
    (b"{}", "application/json; charset=base64"),
    (b"null", "application/json"),
    (b'"text"', "application/json"),
    (b"[1, 2]", "application/json"),
    (b"", "application/json"),
    (b"<x/>", "application/xml"),
    (b"x", ""),
    (b"x", "multipart/form-data"),
    (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
    (b'--b\r\nContent-Disposition: form-data; name="q"; filename="\x00"\r\n\r\nx\r\n--b--\r\n',
     "multipart/form-data; boundary=b"),
    (b"a=1" + b"&a=1" * 2000, "application/x-www-form-urlencoded"),
    (b"q=%00", "application/x-www-form-urlencoded; charset=utf-7"),
    (b"q=1", "application/x-www-form-urlencoded; charset=no-such-charset"),
]  # fmt: skip
HEADERS = [
    {"HTTP_ACCEPT": "x" * 5000},
    {"HTTP_ACCEPT": "text/html;q=\xff", "HTTP_ACCEPT_LANGUAGE": "\xff,*;q=x," * 50},
    {"HTTP_COOKIE": "sessionid=\x00; country=\xff; theme=; messages=x; csrftoken=\x00; =; ;;"},
    {"HTTP_COOKIE": f"sessionid={LONG}; django_language={LONG}; messages={LONG}"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "\xff", "HTTP_HX_CURRENT_URL": "http://[x"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER": "a%00", "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": "true"},
    {"HTTP_SEC_FETCH_SITE": "", "HTTP_ORIGIN": "http://[::1", "HTTP_REFERER": "\xff"},
    {"HTTP_AUTHORIZATION": "Bearer \xff"},
    {"HTTP_AUTHORIZATION": "Bearer a.b.c"},
    {"HTTP_AUTHORIZATION": "Bearer bnVsbA.bnVsbA.bnVsbA"},
    {"HTTP_X_BASKET_TOKEN": "a\x00b"},
    {"HTTP_COOKIE": 'sessionid="a\\000b"; csrftoken="\\000"; messages="\\000"; theme="\\000"'},
    {"HTTP_X_BASKET_TOKEN": "\xff" * 100, "HTTP_IDEMPOTENCY_KEY": "\xff\x00"},
    {"HTTP_X_FORWARDED_FOR": "a, b, ::1%eth0, 1.2.3.4.5", "HTTP_X_REQUEST_ID": "\n" * 9},
    {"HTTP_IF_NONE_MATCH": "x" * 3000, "HTTP_IF_MODIFIED_SINCE": "Thu, 99 Foo 99999 99:99:99 GMT"},
    {"HTTP_RANGE": "bytes=9-1", "CONTENT_LENGTH": "abc"},
    {"HTTP_WEBHOOK_ID": "\x00", "HTTP_WEBHOOK_TIMESTAMP": "9" * 12, "HTTP_WEBHOOK_SIGNATURE": "v1,\xff"},
    {"HTTP_HOST": "evil.example"},
]  # fmt: skip


class Prober:
    """Sends requests as somebody, each undone, and remembers those that broke."""

    def __init__(self, who: User | None, *, with_token: bool, at_shops: bool = False) -> None:
        self.at_shops = at_shops
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {"HTTP_SEC_FETCH_SITE": "same-origin"}
        if who is not None:
            self.client.force_login(who)
            if with_token:
                self.headers["HTTP_AUTHORIZATION"] = f"Bearer {tokens.issue(user=who).access}"
        self.cookies = self.client.cookies.output(header="", sep=";")
        self.broken: list[str] = []
        self.sent = 0
        self.cast: Cast | None = None

    @property
    def routes(self) -> list[Route]:
        """The routes to try: those of shops, or all others."""
        return [route for route in everyday() if (rule_of(route) == "TEAM") is self.at_shops]

    def good(self, route: Route) -> str:
        """Return an address that leads to something where that is easy to know."""
        return address(route, self.usual(route) | _known(route))

    def usual(self, route: Route) -> dict[str, str]:
        """Return a value for each place of the address: rows of the shop that is kept."""
        return usual(route) if self.cast is None else usual(route) | _rows(self.cast, route)

    def paths(self, route: Route) -> Iterator[str]:
        """Yield the route's address with each hostile value in each of its places."""
        if not route.parameters:
            yield address(route, {})
        for name, kind in route.parameters:
            for value in PATHS[kind]:
                yield address(route, {**self.usual(route), name: value})

    def send(self, method: str, path: str, label: str, **extra: Any) -> None:
        """Send one request; ``path`` may have a query string, quoted already."""
        extra = {**self.headers, **extra}
        location, _mark, query = path.partition("?")
        for name, value in self.cookie_jar.items():
            self.client.cookies[name] = value
        self.sent += 1
        with transaction.atomic():
            response = self.client.generic(method, location, QUERY_STRING=query, **extra)
            self.judge(f"{method} {path[:100]} [{label[:60]}]", response)
            transaction.set_rollback(True)

    @property
    def cookie_jar(self) -> dict[str, str]:
        """The cookies of the beginning, whatever answers have set since."""
        pairs = (part.strip().split("=", 1) for part in self.cookies.split(";") if "=" in part)
        return {name: value for name, value in pairs if name == "sessionid"}

    def judge(self, what: str, response: HttpResponse) -> None:
        """Remember an answer that says that something broke."""
        if response.status_code >= 500:
            error = getattr(response, "exc_info", None)
            self.broken.append(f"{what}: {response.status_code} {error and error[1]!r}")


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """Let limits not hide what is behind them."""
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    settings.SIGN_IN_LIMITS = dict.fromkeys(settings.SIGN_IN_LIMITS, "1000000/minute")


@pytest.fixture
def mail_folder(settings: Any, tmp_path: Any) -> None:
    settings.MAIL_DIR = str(tmp_path)


def everyday() -> list[Route]:
    return [route for route in routes() if not route.is_admin]


def usual(route: Route) -> dict[str, str]:
    plain = {"string": "nowhere", "path": "1", "regex": "nowhere"}
    return {name: plain.get(kind, PATHS[kind][0]) for name, kind in route.parameters}


def shapes() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the properties of each operation's body: (method, path) → name → schema."""
    schema: Any = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    components = schema["components"]["schemas"]
    found = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
            if reference:
                found[method, path] = components[reference.rpartition("/")[2]]["properties"]
    return found


def flush(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushdb()


def somebody(kind: str) -> Prober:
    if kind == "owner":
        cast = everybody()
        prober = Prober(cast.bea, with_token=True, at_shops=True)
        prober.cast = cast
        return prober
    world = World()
    world.grow(1)
    who = UserFactory() if kind == "user" else None
    return Prober(who, with_token=kind == "user", at_shops=kind == "outsider")


def report(prober: Prober, least: int) -> None:
    assert prober.sent >= least
    assert not prober.broken, "\n".join([f"{len(prober.broken)} broke", *prober.broken[:40]])


# All routes but the shops' once as a stranger; with the long proofs (make proof) as a signed-in reader, and
# those of a shop as its owner and as a stranger.
LONG_KINDS = [pytest.param(who, marks=pytest.mark.proof) for who in ("user", "owner", "outsider")]
KINDS = ["visitor", *LONG_KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_addresses(kind: str, settings: Any, mail_folder: None) -> None:
    prober = somebody(kind)
    for route in prober.routes:
        flush(settings)
        for number, path in enumerate(prober.paths(route)):
            for method in METHODS if number == 0 else ("GET", "POST"):
                prober.send(method, path, "path")
    report(prober, 800)


@pytest.mark.parametrize("kind", KINDS)
def test_query_strings(kind: str, settings: Any, mail_folder: None) -> None:
    prober = somebody(kind)
    for route in prober.routes:
        flush(settings)
        path = prober.good(route)
        for text in TEXTS:
            query = "&".join(f"{name}={text}" for name in NAMES)
            prober.send("GET", f"{path}?{query}", text)
        if _reads_query(path):
            for name in READ:
                for text in TEXTS[:1] + TEXTS[5:7]:
                    prober.send("GET", f"{path}?{name}={text}", f"{name}={text}")
        prober.send("GET", f"{path}?{'q=' + 'x' * 100_000}", "very long")
        prober.send("GET", f"{path}?{'&'.join(['a=1'] * 2000)}", "very many")
    report(prober, 1000)


def _known(route: Route) -> dict[str, str]:
    """Return the values that lead to something of everybody's."""
    kinds = dict(route.parameters)
    if "shop" in kinds:
        return {}
    values = {"slug": _slug(route), "pk": "1", "number": "1", "section": "works"}
    return {name: value for name, value in values.items() if kinds.get(name, "uuid") != "uuid"}


def _rows(cast: Cast, route: Route) -> dict[str, str]:
    return {"shop": cast.her_shop} | cast.rows.get(route.name, {})


def _slug(route: Route) -> str:
    models: dict[str, Any] = {
        "authors": Person,
        "people": Person,
        "subjects": Subject,
        "shops": Seller,
        "series": Series,
    }
    for part, model in models.items():
        if part in route.pattern:
            return str(model.objects.order_by("pk").values_list("slug", flat=True)[0])
    return str(Work.objects.order_by("pk").values_list("slug", flat=True)[0])


def _reads_query(path: str) -> bool:
    return path in (
        "/search/", "/search/suggest/", "/authors/", "/shops/", "/account/orders/", "/checkout/",
        "/api/v1/search/", "/api/v1/suggest/", "/api/v1/works/", "/api/v1/editions/",
        "/api/v1/listings/", "/api/v1/people/", "/api/v1/shops/", "/api/v1/subjects/",
        "/api/v1/basket/", "/api/v1/orders/", "/api/v1/addresses/", "/sitemap-works.xml",
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_bodies(kind: str, settings: Any, mail_folder: None) -> None:
    prober = somebody(kind)
    for route in prober.routes:
        path = prober.good(route)
        flush(settings)
        for text in TEXTS:
            form = "&".join(f"{name}={text}" for name in NAMES).encode()
            prober.send("POST", path, f"form {text}", data=form,
                        content_type="application/x-www-form-urlencoded")  # fmt: skip
        flush(settings)
        for body, content_type in RAW_BODIES:
            for method in ("POST", "PUT", "PATCH") if path.startswith("/api/") else ("POST",):
                prober.send(method, path, f"{body[:20]!r} {content_type}", data=body,
                            content_type=content_type)  # fmt: skip
    report(prober, 1000)


@pytest.mark.parametrize("kind", KINDS)
def test_json_field_by_field(kind: str, settings: Any) -> None:
    prober = somebody(kind)
    for (method, path), properties in shapes().items():
        if ("{shop}" in path) is not prober.at_shops:
            continue
        where = _filled(path, prober.cast)
        good = {name: _example(schema) for name, schema in properties.items()}
        good |= {"address": ADDRESS} if "address" in properties else {}
        for name in properties:
            flush(settings)
            for value in JSON_VALUES:
                body = json.dumps({**good, name: value}).encode()
                prober.send(method.upper(), where, f"{name}={value!r}", data=body,
                            content_type="application/json", HTTP_IDEMPOTENCY_KEY="k" * 20)  # fmt: skip
    report(prober, 200)


def _filled(path: str, cast: Cast | None) -> str:
    """Return an operation's path with rows of the shop in its places, or with none's."""
    values = {"id": NOWHERE, "pk": NOWHERE}
    if cast is not None:
        for route in everyday():
            asked = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route.pattern}")
            if re.sub(r"{\w+}", "{}", asked) == re.sub(r"{\w+}", "{}", path):
                return address(route, usual(route) | _rows(cast, route))
    return re.sub(r"{(\w+)}", lambda match: values.get(match[1], "nowhere"), path)


NOWHERE = "00000000-0000-0000-0000-000000000000"
ADDRESS = {"full_name": "A", "line1": "B", "city": "C", "postcode": "SY8 1AB", "country": "GB"}


def _example(schema: Any) -> Any:
    if schema.get("type") == "integer":
        return 1
    if schema.get("type") == "boolean":
        return True
    return {"email": "a@example.org"}.get(schema.get("format", ""), "GB")


@pytest.mark.parametrize("kind", KINDS)
def test_headers(kind: str, settings: Any, mail_folder: None) -> None:
    prober = somebody(kind)
    for route in prober.routes:
        flush(settings)
        path = prober.good(route)
        for headers in HEADERS:
            prober.send("GET", path, str(headers), **headers)
            if rule_of(route) != "OPEN":
                prober.send("POST", path, str(headers), **headers)
    report(prober, 1000)


# What comes instead of a stock file, a photograph or a document: what it says it is, and what it is.
FILES = [
    ("empty.csv", b""),
    ("nul.csv", b"sku,title,price\n\0,\0,\0\n" * 50),
    ("quotes.csv", b'sku,"title,price\n' + b'"' * 5001),
    ("wide.csv", b",".join([b"x"] * 20_000) + b"\n" + b"," * 20_000),
    ("cell.tsv", b"sku\ttitle\tprice\n1\t" + b"y" * 300_000 + b"\t9.99\n"),
    ("not.xlsx", b"PK\x03\x04" + b"\0" * 300),
    ("not.png", b"\x89PNG\r\n\x1a\n" + b"\xff" * 300),
    ("not.pdf", b"%PDF-1.7\n" + b"\xff" * 300),
    ("entities.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cccc">]><a>&b;&b;</a>'),
    ("deep.xml", b"<a>" * 50_000),
    ("../../x\u202egnp.exe".encode(), b"MZ"),
]  # fmt: skip


@pytest.mark.proof
def test_the_forms_of_a_shop(settings: Any, mail_folder: None) -> None:
    """Each field of each form of the workplace in its turn, the others as the page shows them."""
    prober = somebody("owner")
    seen = set()
    for route in prober.routes:
        path = prober.good(route)
        flush(settings)
        page = prober.client.get(path, **prober.headers)
        if not page.get("Content-Type", "").startswith("text/html") or page.streaming:
            continue
        for form in forms_on(page.content.decode(), at=path):
            key = (form.action, *form.fields, *form.files)
            if key not in seen:
                seen.add(key)
                flush(settings)
                _fill_in(prober, form)
    report(prober, 1000)


def _fill_in(prober: Prober, form: Form) -> None:
    for name in form.fields:
        for text in TEXTS:
            kept = {k: v for k, v in form.fields.items() if k != name}
            body = f"{urlencode(kept)}&{quote(name)}={text}".encode()
            prober.send("POST", form.action, f"{name}={text}", data=body,
                        content_type="application/x-www-form-urlencoded")  # fmt: skip
    for name in form.files:
        for called, content in FILES:
            head = called if isinstance(called, bytes) else called.encode()
            parts = [
                b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
                % (k.encode(), v.encode())
                for k, v in form.fields.items()
            ]
            parts.append(
                b'--b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n\r\n%b\r\n--b--\r\n'
                % (name.encode(), head, content)
            )
            prober.send("POST", form.action, f"{name}: {called!r}", data=b"".join(parts),
                        content_type="multipart/form-data; boundary=b")  # fmt: skip


@pytest.mark.proof
def test_the_administration(settings: Any) -> None:
    world = World()
    world.grow(1)
    prober = Prober(StaffFactory(), with_token=False)
    query = ["q=a%00b", "q=%ff%ED%A0%80", "p=1000000000", "p=" + "9" * 5000, "o=99.-99.x", "e=1",
             "pk__in=a%00b", "id__exact=" + "9" * 40, "_to_field=password", "nonsense__x=1",
             "_changelist_filters=%00"]  # fmt: skip
    for route in routes():
        if not route.is_admin:
            continue
        flush(settings)
        for path in list(prober.paths(route))[:4]:
            prober.send("GET", path, "path")
        path = address(route, usual(route))
        for text in (
            query if route.name.endswith(("_changelist", "_add", "autocomplete")) else query[:2]
        ):
            prober.send("GET", f"{path}?{text}", text)
        form = "&".join(f"{name}=a%00b%ff" for name in NAMES).encode()
        prober.send(
            "POST", path, "form", data=form, content_type="application/x-www-form-urlencoded"
        )
    report(prober, 1000)


def test_what_breaks_would_be_seen(settings: Any) -> None:
    """Hold the prober to its purpose: a statement that PostgreSQL refuses counts as broken."""
    prober = Prober(None, with_token=False)
    with connection.execute_wrapper(_refuse):
        prober.send("GET", "/shops/nowhere/", "control")
    assert prober.broken


def _refuse(execute: Any, sql: str, *rest: Any) -> Any:
    if sql.startswith("SELECT"):
        raise ValueError(sql)
    return execute(sql, *rest)
