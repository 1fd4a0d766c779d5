"""The front page, subjects, people, series, and the guide to conditions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

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
from catalog.selectors import people, subjects
from catalog.views.shared import page_of, shared_page, text_of


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
    return render(request, "catalog/home.html", {"page": page, "jsonld": jsonld.block(site)})


@shared_page
def subject_list(request: HttpRequest) -> HttpResponse:
    """Show the tree of subjects."""
    top = subjects.roots(subjects.subject_tree())
    return render(request, "catalog/subject_list.html", {"subjects": top})


@shared_page
def subject_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a shelf with its books."""
    page = subjects.subject_page(
        slug=slug, country=visitor_country(request), number=page_of(request)
    )
    trail = [(_("Subjects"), reverse("catalog:subjects"))]
    trail += [(node.name, reverse("catalog:subject", args=[node.slug])) for node in page.ancestors]
    here = (page.subject.name, reverse("catalog:subject", args=[slug]))
    top = page.ancestors[0].slug if page.ancestors else slug
    context = {
        "page": page,
        "crumbs": trail,
        "nav": top,
        "jsonld": jsonld.block(jsonld.crumbs([*trail, here])),
    }
    return render(request, "catalog/subject_detail.html", context)


@shared_page
def author_list(request: HttpRequest) -> HttpResponse:
    """Show authors under one letter."""
    letter = text_of(request, "letter", 1).upper()
    page = people.authors_page(letter=letter, number=page_of(request))
    return render(request, "catalog/author_list.html", {"page": page})


@shared_page
def author_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a person and their books."""
    page = people.person_page(slug=slug, country=visitor_country(request), number=page_of(request))
    trail = [(_("Authors"), reverse("catalog:authors"))]
    path = page.person.get_absolute_url()
    described = jsonld.person(page.person, path)
    context = {"page": page, "crumbs": trail, "jsonld": jsonld.block(described)}
    return render(request, "catalog/author_detail.html", context)


@shared_page
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a series in its order."""
    page = people.series_page(slug=slug, country=visitor_country(request), number=page_of(request))
    return render(request, "catalog/series_detail.html", {"page": page})


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
