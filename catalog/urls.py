"""Addresses of the catalogue."""

from django.urls import path

from catalog.views import (
    atom,
    books,
    browse,
    files,
    lists,
    merchant,
    opds,
    pages,
    search,
    search_about,
    search_feed,
    shops,
    want_links,
    wants,
)

app_name = "catalog"
urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", search.search_results, name="search"),
    path("search/suggest/", search.suggestions, name="suggest"),
    path("search/suggest.json", search.suggestions_json, name="suggest_json"),
    path("search/feed/", search_feed.search_feed, name="search_feed"),
    path("search/how/", search_about.search_how, name="search_how"),
    path("opensearch.xml", search_about.opensearch, name="opensearch"),
    # Books, and who wrote them
    path("books/<slug:slug>/", books.book_detail, name="book"),
    path("books/<slug:slug>/review/", books.review_write, name="review"),
    path("books/<slug:slug>/cover.png", books.cover, name="cover"),
    path("authors/", browse.author_list, name="authors"),
    path("authors/<slug:slug>/", browse.author_detail, name="author"),
    path("series/", browse.series_list, name="series_list"),
    path("series/<slug:slug>/", browse.series_detail, name="series"),
    path("publishers/", browse.publisher_list, name="publishers"),
    path("publishers/<slug:slug>/", browse.publisher_detail, name="publisher"),
    # Shelves
    path("subjects/", browse.subject_list, name="subjects"),
    path("subjects/<slug:slug>/", browse.subject_detail, name="subject"),
    path("conditions/", pages.condition_guide, name="conditions"),
    # Copies, the newest first
    path("new/", browse.new_arrivals, name="new"),
    path("rare/", browse.rare_room, name="rare"),
    # Shops
    path("shops/", shops.shop_list, name="shops"),
    path("shops/<slug:slug>/", shops.shop_detail, name="shop"),
    # What a reader has saved
    path("account/wants/", wants.want_list, name="wants"),
    path("account/wants/add/", wants.want_add, name="want_add"),
    path("account/wants/seen/", wants.want_seen, name="want_seen"),
    path("account/wants/<int:pk>/", wants.want_edit, name="want_edit"),
    path("account/wants/<int:pk>/act/", wants.want_act, name="want_act"),
    path("account/reading-list/", lists.reading_list, name="reading_list"),
    path("account/reading-list/add/", lists.reading_list_add, name="reading_list_add"),
    path("account/reading-list/remove/", lists.reading_list_remove, name="reading_list_remove"),
    # Wants of anybody, and the links of letters about them
    path("wants/new/", wants.want_new, name="want_new"),
    path("wants/sent/", want_links.want_sent, name="want_sent"),
    path("wants/confirm/<str:token>/", want_links.want_confirm, name="want_confirm"),
    path("wants/mine/<str:token>/", want_links.want_guest, name="want_guest"),
    path("wants/mine/<str:token>/<int:pk>/", want_links.want_guest_edit, name="want_guest_edit"),
    path(
        "wants/mine/<str:token>/<int:pk>/act/",
        want_links.want_guest_act,
        name="want_guest_act",
    ),
    path("wants/stop/<str:token>/", want_links.want_stop, name="want_stop"),
    # For programs that read the site
    path("robots.txt", files.robots, name="robots"),
    path("sitemap.xml", files.sitemap_index, name="sitemap"),
    path("sitemap-<str:section>-<int:number>.xml", files.sitemap_section, name="sitemap_section"),
    # New arrivals as feeds
    path("new.atom", atom.new_feed, name="new_feed"),
    path("subjects/<slug:slug>/new.atom", atom.subject_feed, name="subject_feed"),
    path("shops/<slug:slug>/new.atom", atom.shop_feed, name="shop_feed"),
    # The catalogue for reading programs
    path("opds/", opds.start, name="opds"),
    path("opds/new/", opds.new, name="opds_new"),
    path("opds/rare/", opds.rare, name="opds_rare"),
    path("opds/search/", opds.results, name="opds_search"),
    path("opds/subjects/<slug:slug>/", opds.subject, name="opds_subject"),
    path("opds/books/<slug:slug>/", opds.book, name="opds_book"),
    # Copies on sale for merchant programs
    path("merchant.txt", merchant.parts, name="merchant"),
    path("merchant-<int:number>.xml", merchant.part, name="merchant_part"),
]
