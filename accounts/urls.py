"""Routes of the account pages; signing in and passwords are allauth's, under /auth/."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    # Anyone
    path("preferences/", views.preferences, name="preferences"),
    # The signed-in account
    path("account/", views.account, name="account"),
    path("account/sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
    # Address book
    path("account/addresses/", views.addresses, name="addresses"),
    path("account/addresses/add/", views.address_add, name="address_add"),
    path("account/addresses/<uuid:pk>/", views.address_edit, name="address_edit"),
    path("account/addresses/<uuid:pk>/remove/", views.address_remove, name="address_remove"),
]
