"""Routes of a shop's workplace that are about what it has sold."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
