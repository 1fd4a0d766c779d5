from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class LibConfig(AppConfig):
    """The ground library: template tags and helpers that know no app."""

    name = "books4all.lib"
    label = "lib"
    # Two configurations stand in this module: this one is the folder's.
    default = True

    def ready(self) -> None:
        """Make texts quick to look up, and let migrations take their time."""
        # Settings are read by then.
        from books4all.lib.migrating import take_time  # noqa: PLC0415
        from books4all.lib.translations import drop_empty_fallbacks  # noqa: PLC0415

        drop_empty_fallbacks()
        take_time(self)


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our start page. Stands in INSTALLED_APPS in the place of the stock one."""

    default = False
    default_site = "books4all.lib.staff.site.StaffSite"
