"""On a server. Refuses to start on a missing or unsafe value."""

import structlog
from django.core.exceptions import ImproperlyConfigured
from stdnum import iban

from books4all.settings import environment
from books4all.settings.base import *  # noqa: F403 Django settings are one namespace
from books4all.settings.base import (
    BANK_TRANSFER_IBAN,
    CORS_ALLOWED_ORIGINS,
    CSRF_TRUSTED_ORIGINS,
    PAYMENT_PROVIDERS,
    PUBLIC_URL,
    SANDBOX_WEBHOOK_SECRETS,
    SECRET_KEY,
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRETS,
)

LOG_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _require(condition: bool, remedy: str) -> None:  # noqa: FBT001 reads as an assertion
    if not condition:
        raise ImproperlyConfigured(remedy)


_require(
    len(SECRET_KEY) >= 50 and len(set(SECRET_KEY)) >= 10,
    "SECRET_KEY: at least 50 random characters",
)
_require(
    len(environment.text("JWT_SIGNING_KEY")) >= 50
    and environment.text("JWT_SIGNING_KEY") != SECRET_KEY,
    "JWT_SIGNING_KEY: at least 50 random characters, other than SECRET_KEY",
)
_require(
    "*" not in environment.names("ALLOWED_HOSTS"),
    "ALLOWED_HOSTS: name the hosts, not *",
)
_require(bool(environment.names("ALLOWED_HOSTS")), "ALLOWED_HOSTS: name at least one host")
_require(
    PUBLIC_URL.startswith("https://"),
    "PUBLIC_URL: the https:// address of the marketplace",
)
for _name, _origins in (
    ("CSRF_TRUSTED_ORIGINS", CSRF_TRUSTED_ORIGINS),
    ("CORS_ALLOWED_ORIGINS", CORS_ALLOWED_ORIGINS),
):
    _require(
        all(origin.startswith("https://") and "*" not in origin for origin in _origins),
        f"{_name}: https:// addresses, each in full",
    )
_require(
    all(len(secret) >= 24 for secret in SANDBOX_WEBHOOK_SECRETS),
    "SANDBOX_WEBHOOK_SECRETS: at least 24 characters each",
)

_require(
    "stripe" not in PAYMENT_PROVIDERS or bool(STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRETS),
    "PAYMENT_PROVIDER, PAYMENT_PROVIDERS: stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRETS",
)
_require(
    "transfer" not in PAYMENT_PROVIDERS or iban.is_valid(BANK_TRANSFER_IBAN),
    "PAYMENT_PROVIDERS: transfer needs BANK_TRANSFER_IBAN, the account that they go to",
)
_require(
    bool(environment.text("PAYMENT_PROVIDER", "")),
    "PAYMENT_PROVIDER: name it. The sandbox takes no money: whoever types a test card gets the books",
)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_PORT = environment.integer("EMAIL_PORT", default=587, least=1)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=True)

# TLS ends at nginx, which sets this header itself and overwrites what a client sends.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_job_arguments": {"()": "books4all.lib.logs.WithoutJobArguments"}},
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                # Line breaks in a value are escaped by JSON: an event is one line, always.
                structlog.processors.JSONRenderer(default=str),
            ],
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["no_job_arguments"],
        }
    },
    # They tell at every start which tasks there are, and every minute which are due.
    "loggers": {
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
}
# structlog's own loggers end in the same handler.
structlog.configure(
    processors=[*LOG_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
