"""For the test suite: the real engines, with quick hashing and mail kept in memory."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-and-known-to-everyone-who-reads-them")
os.environ.setdefault("DATABASE_URL", "postgres://books4all@localhost/books4all")
os.environ.setdefault("REDIS_URL", "redis://localhost:6379/0")
os.environ.setdefault("SANDBOX_WEBHOOK_SECRETS", "whsec_test,whsec_test_old")
os.environ.setdefault("PAYOUT_FROM_NAME", "Books4All Cooperative")
os.environ.setdefault("PAYOUT_FROM_IBAN", "GB33BUKB20201555555555")

from books4all.settings.base import *  # noqa: F403 Django settings are one namespace
from books4all.settings.base import DATABASES, SIGN_IN_LIMITS, STORAGES

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Tests with their own transactions end by emptying the tables, append-only ones too.
DATABASES["default"]["OPTIONS"]["options"] += " -c books4all.allow_truncate=on"
DEV_PAGES = True
WEBHOOKS_TO_THIS_MACHINE = True

# The browser tests sign in often, from one address.
SIGN_IN_LIMITS = {**SIGN_IN_LIMITS, "address": "10000/minute", "everyone": "10000/minute"}
