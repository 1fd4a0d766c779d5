"""The front page, and the guide to conditions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.selectors import visitor_country
from catalog import jsonld
from catalog.constants import (
    DEFECT_MEANINGS,
    GRADE_MEANINGS,
    GRADES,
    Condition,
    Defect,
    Jacket,
)
from catalog.selectors import home as home_selectors
from catalog.views.shared import feeds, shared_page


@shared_page
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page."""
    page = home_selectors.home_page(country=visitor_country(request))
    site = {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "url": jsonld.absolute("/"),
        "potentialAction": {
            "@type": "SearchAction",
            "target": jsonld.absolute(reverse("catalog:search")) + "?q={q}",
            "query-input": "required name=q",
        },
    }
    context = {"page": page, "feeds": feeds(), "jsonld": jsonld.block(site)}
    return render(request, "catalog/home.html", context)


@shared_page
def condition_guide(request: HttpRequest) -> HttpResponse:
    """Say what the grades, jackets and defects mean."""
    labels = dict(Condition.choices)
    grades = [(labels[code], GRADES[code].gauge, GRADE_MEANINGS[code]) for code in GRADES]
    words = dict(Defect.choices)
    context = {
        "grades": grades,
        "jackets": [label for code, label in Jacket.choices if code],
        "defects": [(words[code], meaning) for code, meaning in DEFECT_MEANINGS.items()],
    }
    return render(request, "catalog/condition_guide.html", context)
