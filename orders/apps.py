from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        import orders.jobs  # noqa: PLC0415 jobs are registered once the models are loaded
        import orders.receivers  # noqa: F401, PLC0415 signals are connected once the models are loaded
