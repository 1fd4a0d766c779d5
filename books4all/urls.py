"""The site's table of contents."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from books4all import health

# The admin is entered by the site's own sign-in, under the same limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # the site is an instance: it is wrapped, not subclassed

handler500 = "books4all.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    # Health
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Accounts: the account pages, and signing in
    path("", include("accounts.urls")),
    path("auth/", include("allauth.account.urls")),
    # Catalogue
    path("", include("catalog.urls")),
    # Basket, checkout, orders, payments
    path("", include("orders.urls")),
    # A shop's workplace
    path("selling/", include("books4all.selling")),
    # API
    path("api/v1/", include("books4all.api")),
    # Pages
    path("", include("books4all.pages")),
    # Administration. Staff change their password where everybody does: counted, and ending all tokens
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
]

# Development
if settings.DEV_PAGES:
    from books4all import dev_mail

    urlpatterns += [
        path("dev/mail/", dev_mail.mail_list, name="dev_mail"),
        path("dev/mail/<str:name>/<int:number>/", dev_mail.mail_detail, name="dev_mail_detail"),
        path("dev/mail/<str:name>/<int:number>/html/", dev_mail.mail_html, name="dev_mail_html"),
    ]
