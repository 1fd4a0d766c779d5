from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        import catalog.receivers  # noqa: F401, PLC0415 signals are connected once the models are loaded
