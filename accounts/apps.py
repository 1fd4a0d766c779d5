from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Jobs and signals are connected once the models are loaded.
        import accounts.jobs  # noqa: PLC0415
        import accounts.receivers  # noqa: F401, PLC0415
