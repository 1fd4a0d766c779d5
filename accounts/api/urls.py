"""Accounts' part of the API."""

from django.urls import path

from accounts.api import (  # noqa: F401 the schema's extension registers itself
    front,
    schema,
    shops,
    views,
)

urlpatterns = [
    # Tokens
    path("auth/token/", views.TokenView.as_view(), name="token"),
    path("auth/token/refresh/", views.RefreshView.as_view(), name="token_refresh"),
    path("auth/token/verify/", views.VerifyView.as_view(), name="token_verify"),
    path("auth/logout/", views.LogoutView.as_view(), name="logout"),
    # The signed-in user
    path("me/", views.MeView.as_view(), name="me"),
    path("addresses/", views.AddressesView.as_view(), name="addresses"),
    path("addresses/<uuid:pk>/", views.AddressView.as_view(), name="address"),
    # A shop of theirs
    path("selling/<slug:shop>/", shops.FactsView.as_view(), name="selling_shop"),
    path("selling/<slug:shop>/team/", shops.TeamView.as_view(), name="selling_team"),
    # A shop's front
    path("selling/<slug:shop>/front/", front.FrontView.as_view(), name="selling_front"),
]
