"""Where a request comes from."""

import pytest
from django.test import RequestFactory, override_settings

from books4all.lib.http import client_address, network_of, safe_redirect_target


def _address(forwarded: str | None = None, peer: str = "127.0.0.1") -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory(headers=headers).get("/", REMOTE_ADDR=peer))


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("203.0.113.9,192.0.2.1 ", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("not an address", "unknown"),
        ("192.0.2.1, <script>", "unknown"),
        (None, "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_behind_one_proxy(forwarded: str | None, expected: str) -> None:
    assert _address(forwarded) == expected


@override_settings(TRUSTED_PROXIES=2)
def test_behind_two_proxies() -> None:
    assert _address("203.0.113.9, 192.0.2.1, 10.0.0.1") == "192.0.2.1"
    assert _address("192.0.2.1") == "192.0.2.1"


@override_settings(TRUSTED_PROXIES=0)
def test_without_a_proxy_the_header_is_not_believed() -> None:
    assert _address("203.0.113.9", peer="192.0.2.1") == "192.0.2.1"


def test_unix_socket_without_header() -> None:
    assert _address(None, peer="") == "unknown"


def test_one_customer_is_one_network() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("x") == "unknown"


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("/basket/?x=1#y", "/basket/?x=1#y"),
        ("http://testserver/basket/", "http://testserver/basket/"),
        *((url, "/") for url in ("", "x", "account_logout", "catalog:home", "./x", "?x", "#x")),
        *((url, "/") for url in ("//evil.example", "/\\evil.example", "https://evil.example/")),
        *((url, "/") for url in ("javascript:alert(1)", "http:evil.example", "http://[::1", "\0/")),
    ],
)
def test_only_addresses_of_this_site_are_gone_back_to(url: str, leads_to: str) -> None:
    assert safe_redirect_target(RequestFactory().get("/"), url) == leads_to
