"""Routes of a shop's workplace that are about the shop itself and its team."""

from django.urls import URLPattern, path

from accounts.seller import views

urlpatterns: list[URLPattern] = [
    path("", views.shops, name="shops"),
]
