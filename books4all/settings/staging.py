"""Production's settings on a rehearsal server: mail is kept in files, search engines stay out."""

from books4all.settings import environment
from books4all.settings.production import *  # noqa: F403 Django settings are one namespace

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = environment.text("MAIL_DIR", "/tmp/books4all-mail")  # noqa: S108 a rehearsal's mail
SECURE_HSTS_SECONDS = 3600
SECURE_HSTS_PRELOAD = False
ROBOTS_ALLOW = False
