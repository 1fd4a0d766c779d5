"""The catalogue's part of the API."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from catalog.api import delivery, inventory, selling, views, wants


class KeyConverter(IntConverter):
    """A primary key: at most 18 digits, so that every one fits the column."""

    regex = "[0-9]{1,18}"


register_converter(KeyConverter, "key")

urlpatterns = [
    # Books
    path("works/", views.WorksView.as_view(), name="works"),
    path("works/<slug:slug>/", views.WorkView.as_view(), name="work"),
    path("editions/", views.EditionsView.as_view(), name="editions"),
    path("editions/onix/", views.EditionsOnixView.as_view(), name="editions_onix"),
    path("editions/<key:pk>/", views.EditionView.as_view(), name="edition"),
    path("listings/", views.ListingsView.as_view(), name="listings"),
    path("listings/<key:pk>/", views.ListingView.as_view(), name="listing"),
    # Around them
    path("people/", views.PeopleView.as_view(), name="people"),
    path("people/<slug:slug>/", views.PersonView.as_view(), name="person"),
    path("subjects/", views.SubjectsView.as_view(), name="subjects"),
    path("subjects/<slug:slug>/", views.SubjectView.as_view(), name="subject"),
    path("shops/", views.ShopsView.as_view(), name="shops"),
    path("shops/<slug:slug>/", views.ShopView.as_view(), name="shop"),
    # A shop's own stock
    path("selling/<slug:shop>/listings/", selling.StockView.as_view(), name="own_listings"),
    path(
        "selling/<slug:shop>/listings/delta/",
        selling.DeltaView.as_view(),
        name="own_listings_delta",
    ),
    path(
        "selling/<slug:shop>/listings/<key:pk>/",
        selling.OwnListingView.as_view(),
        name="own_listing",
    ),
    path(
        "selling/<slug:shop>/listings/<key:pk>/photos/",
        selling.OwnPhotosView.as_view(),
        name="own_photos",
    ),
    path(
        "selling/<slug:shop>/listings/<key:pk>/photos/<key:photo>/",
        selling.OwnPhotoView.as_view(),
        name="own_photo",
    ),
    # Search
    path("search/", views.SearchView.as_view(), name="search"),
    path("suggest/", views.SuggestView.as_view(), name="suggest"),
    # A shop's post
    path(
        "selling/<slug:shop>/delivery/",
        delivery.DeliveryTableView.as_view(),
        name="selling_delivery",
    ),
    # Wants, and what shops see of them
    path("wants/", wants.WantsView.as_view(), name="wants"),
    path("wants/<key:pk>/", wants.WantView.as_view(), name="want"),
    path("selling/<slug:shop>/demand/", wants.DemandView.as_view(), name="demand"),
    # A shop's stock files
    path("selling/<slug:shop>/imports/", inventory.StockFilesView.as_view(), name="stock_files"),
    path(
        "selling/<slug:shop>/imports/<uuid:pk>/",
        inventory.StockFileView.as_view(),
        name="stock_file",
    ),
    path(
        "selling/<slug:shop>/imports/<uuid:pk>/rows/",
        inventory.StockRowsView.as_view(),
        name="stock_file_rows",
    ),
    path(
        "selling/<slug:shop>/imports/<uuid:pk>/errors/",
        inventory.StockErrorsView.as_view(),
        name="stock_file_errors",
    ),
    path(
        "selling/<slug:shop>/imports/<uuid:pk>/publish/",
        inventory.StockPublishView.as_view(),
        name="stock_file_publish",
    ),
]
