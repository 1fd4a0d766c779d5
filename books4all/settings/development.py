"""On a developer's machine, and what `make run` starts."""

import os

# Known to everyone, and therefore refused by the production settings.
os.environ.setdefault("SECRET_KEY", "development-only-and-known-to-everyone")
os.environ.setdefault("DATABASE_URL", "postgres://books4all@localhost/books4all")
os.environ.setdefault("REDIS_URL", "redis://localhost:6379/0")
os.environ.setdefault("SANDBOX_WEBHOOK_SECRETS", "whsec_development")
os.environ.setdefault("OPERATOR_NAME", "Books4All Cooperative")
os.environ.setdefault("OPERATOR_ADDRESS", "1 Castle Street; Hay-on-Wye HR3 5DF")
# The number that HMRC keeps for examples.
os.environ.setdefault("MARKETPLACE_VAT_NUMBER", "GB999999973")
os.environ.setdefault("PAYOUT_FROM_NAME", "Books4All Cooperative")
os.environ.setdefault("PAYOUT_FROM_IBAN", "GB33BUKB20201555555555")

from books4all.settings import environment
from books4all.settings.base import *  # noqa: F403 Django settings are one namespace
from books4all.settings.base import BASE_DIR

DEBUG = environment.flag("DEBUG", default=False)
ALLOWED_HOSTS = ["*"]
MAIL_DIR = environment.text("MAIL_DIR", str(BASE_DIR / ".local" / "mail"))
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = MAIL_DIR
DEV_PAGES = True
WEBHOOKS_TO_THIS_MACHINE = True
