"""The production and staging settings: clean by Django's own check, strict about what they are given."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
GIVEN = {
    "SECRET_KEY": "q7Zs2mVx9LbT4wKc8RfJ1nHd6YgP3uEaQ5tWzXvBrMkNjCyF0h",
    "JWT_SIGNING_KEY": "h0FyCjNkMrBvXzWt5QaEu3PgY6dHn1JfR8cKw4TbL9xVm2sZ7q",
    "ALLOWED_HOSTS": "books.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://books.example.org",
    "PUBLIC_URL": "https://books.example.org",
    "EMAIL_HOST": "smtp.example.org",
    "PAYMENT_PROVIDER": "sandbox",
    "SANDBOX_WEBHOOK_SECRETS": "",
}


def check(settings: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    given = {**GIVEN, **changed}
    ours = {*given, "DJANGO_ALLOW_ASYNC_UNSAFE"}  # of the browser tests
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {name: value for name, value in given.items() if value is not None}
    env["DJANGO_SETTINGS_MODULE"] = f"books4all.settings.{settings}"
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_is_clean() -> None:
    checked = check("production")
    assert checked.returncode == 0, checked.stderr


def test_staging_has_nothing_worse_than_its_shorter_hsts() -> None:
    checked = check("staging")
    identifiers = {line.split(")")[0] for line in checked.stderr.splitlines() if line[:2] == "?:"}
    assert identifiers <= {"?: (security.W021"}, checked.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "x" * 60),
        ("JWT_SIGNING_KEY", None),
        ("JWT_SIGNING_KEY", GIVEN["SECRET_KEY"]),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("PUBLIC_URL", "http://books.example.org"),
        ("EMAIL_HOST", None),
        ("PAYMENT_PROVIDER", None),
        ("PAYMENT_PROVIDER", ""),
        ("PAYMENT_PROVIDER", "barter"),
        ("PAYMENT_PROVIDER", "stripe"),
        ("PAYMENT_PROVIDERS", "transfer"),
        ("PAYMENT_CAPTURE", "later"),
        ("DB_POOL", "yes"),
    ],
)
def test_production_refuses_to_start_on_a_missing_or_unsafe_value(
    name: str, value: str | None
) -> None:
    checked = check("production", **{name: value})
    assert checked.returncode != 0
    assert name in checked.stderr.splitlines()[-1]
