"""The page that publishes how search ranks, and the description for browsers."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.views.search_about import EXAMPLES
from tests.catalog import search_shelf

pytestmark = pytest.mark.django_db
SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_it_names_the_criteria_in_the_order_of_their_weight(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        html = client.get("/search/how/").content.decode()
    found = re.findall(r'<li><h3 class="h3">(.*?)</h3>', html)
    assert found == [
        "The words", "Popularity", "Availability", "Completeness", "Paid placement: none",
    ]  # fmt: skip
    assert "public" in client.get("/search/how/").headers["Cache-Control"]


def test_its_examples_are_searches_that_work(client: Client) -> None:
    search_shelf.stand()
    search_shelf.catch_up()
    html = client.get("/search/how/").content.decode()
    links = [unescape(href) for href in re.findall(r'<dt><a href="([^"]*)"', html)]
    assert len(links) == len(EXAMPLES)
    for link, (text, _meaning) in zip(links, EXAMPLES, strict=True):
        assert dict(parse_qsl(urlsplit(link).query)) == {"q": text}
        assert client.get(link).status_code == 200, link


def test_the_search_page_and_the_help_lead_to_it(client: Client) -> None:
    search_shelf.stand()
    search_shelf.catch_up()
    for path in ("/search/", "/search/?q=emma", "/help/"):
        assert 'href="/search/how/"' in client.get(path).content.decode(), path


def test_browsers_are_told_how_to_search(client: Client, settings: Any) -> None:
    assert (
        'type="application/opensearchdescription+xml" href="/opensearch.xml"'
        in client.get("/help/").content.decode()
    )
    response = client.get(reverse("catalog:opensearch"))
    assert response.headers["Content-Type"] == "application/opensearchdescription+xml"
    root = ET.fromstring(response.content)
    assert root.tag == SPACE + "OpenSearchDescription"
    assert len(root.findtext(SPACE + "ShortName", "")) in range(1, 17)
    urls = {url.get("type"): url.get("template") for url in root.iter(SPACE + "Url")}
    assert urls["text/html"] == settings.PUBLIC_URL + "/search/?q={searchTerms}"
    for kind in ("application/x-suggestions+json", "application/atom+xml"):
        path = urls[kind].removeprefix(settings.PUBLIC_URL).replace("{searchTerms}", "emma")
        assert client.get(path).status_code == 200
