"""Routes of a shop's workplace that are about what it sells, and on which terms."""

from django.urls import URLPattern, path

from catalog.seller import bulk, delivery, demand, imports, listings, new_listing, photos

urlpatterns: list[URLPattern] = [
    # Stock
    path("<slug:shop>/listings/", listings.listings, name="listings"),
    path("<slug:shop>/listings/<int:pk>/", listings.listing, name="listing"),
    path("<slug:shop>/listings/<int:pk>/status/", listings.status, name="listing_status"),
    # A book is listed: found, chosen or described, and the copy
    path("<slug:shop>/listings/new/", new_listing.find, name="listing_find"),
    path("<slug:shop>/listings/new/describe/", new_listing.describe, name="listing_describe"),
    path("<slug:shop>/listings/new/like/", new_listing.like, name="listing_like"),
    path("<slug:shop>/listings/new/<int:edition>/", new_listing.copy, name="listing_new"),
    path("<slug:shop>/listings/prices/<int:edition>/", new_listing.prices, name="listing_prices"),
    # Photographs of a copy
    path("<slug:shop>/listings/<int:pk>/photos/", photos.photos, name="listing_photos"),
    path(
        "<slug:shop>/listings/<int:pk>/photos/order/", photos.arrange, name="listing_photos_order"
    ),
    path(
        "<slug:shop>/listings/<int:pk>/photos/<int:photo>/remove/",
        photos.remove,
        name="listing_photo_remove",
    ),
    # Many copies at once
    path("<slug:shop>/listings/many/", bulk.prepare, name="bulk"),
    path("<slug:shop>/listings/many/<uuid:edit>/", bulk.edit, name="bulk_edit"),
    path("<slug:shop>/listings/many/<uuid:edit>/make/", bulk.make, name="bulk_make"),
    path("<slug:shop>/listings/many/<uuid:edit>/undo/", bulk.undo, name="bulk_undo"),
    # Stock files
    path("<slug:shop>/import/", imports.imports, name="imports"),
    path("<slug:shop>/import/<uuid:pk>/", imports.import_detail, name="import"),
    path("<slug:shop>/import/<uuid:pk>/progress/", imports.import_progress, name="import_progress"),
    path("<slug:shop>/import/<uuid:pk>/columns/", imports.import_columns, name="import_columns"),
    path("<slug:shop>/import/<uuid:pk>/act/", imports.import_act, name="import_act"),
    path("<slug:shop>/import/<uuid:pk>/correct/", imports.import_correct, name="import_correct"),
    path("<slug:shop>/import/<uuid:pk>/errors/", imports.import_errors, name="import_errors"),
    path("<slug:shop>/export/", imports.stock_export, name="stock_export"),
    # Post
    path("<slug:shop>/delivery/", delivery.delivery, name="delivery"),
    # What readers wait for
    path("<slug:shop>/demand/", demand.wanted_by_readers, name="demand"),
]
