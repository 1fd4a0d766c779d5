"""Routes of a shop's workplace that are about what it sells, and on which terms."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
