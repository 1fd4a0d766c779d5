"""Addresses of the catalogue."""

from django.urls import path

from catalog.sitemaps import SITEMAPS
from catalog.views import books, files, lists, pages, search, shops

app_name = "catalog"
urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", search.search_results, name="search"),
    path("search/suggest/", search.suggestions, name="suggest"),
    # Books, and who wrote them
    path("books/<slug:slug>/", books.book_detail, name="book"),
    path("books/<slug:slug>/review/", books.review_write, name="review"),
    path("authors/", pages.author_list, name="authors"),
    path("authors/<slug:slug>/", pages.author_detail, name="author"),
    path("series/<slug:slug>/", pages.series_detail, name="series"),
    # Shelves
    path("subjects/", pages.subject_list, name="subjects"),
    path("subjects/<slug:slug>/", pages.subject_detail, name="subject"),
    path("conditions/", pages.condition_guide, name="conditions"),
    # Shops
    path("shops/", shops.shop_list, name="shops"),
    path("shops/<slug:slug>/", shops.shop_detail, name="shop"),
    # What a reader has saved
    path("account/wants/", lists.want_list, name="wants"),
    path("account/wants/add/", lists.want_add, name="want_add"),
    path("account/wants/<int:pk>/remove/", lists.want_remove, name="want_remove"),
    path("account/reading-list/", lists.reading_list, name="reading_list"),
    path("account/reading-list/add/", lists.reading_list_add, name="reading_list_add"),
    path("account/reading-list/remove/", lists.reading_list_remove, name="reading_list_remove"),
    # For programs that read the site
    path("robots.txt", files.robots, name="robots"),
    path("sitemap.xml", files.sitemap_index, {"sitemaps": SITEMAPS}, name="sitemap"),
    path(
        "sitemap-<str:section>.xml",
        files.sitemap_section,
        {"sitemaps": SITEMAPS},
        name="sitemap_section",
    ),
]
