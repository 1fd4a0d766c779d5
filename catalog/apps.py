from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        # Jobs and signals are connected once the models are loaded.
        import catalog.jobs  # noqa: PLC0415
        import catalog.receivers  # noqa: F401, PLC0415
