"""Routes of a shop's workplace that are about what it sells, and on which terms."""

from django.urls import URLPattern, path

from catalog.seller import delivery, demand

urlpatterns: list[URLPattern] = [
    # Post
    path("<slug:shop>/delivery/", delivery.delivery, name="delivery"),
    # What readers wait for
    path("<slug:shop>/demand/", demand.wanted_by_readers, name="demand"),
]
