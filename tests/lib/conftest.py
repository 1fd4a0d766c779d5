"""What the tests of the ground have in common."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def production_environment() -> dict[str, str]:
    """Environment variables with which the production settings start."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "DJANGO_SETTINGS_MODULE": "books4all.settings.production",
        "SECRET_KEY": "s3cret-kEy-of-a-test-that-is-long-enough-0123456789-abcdef",
        "JWT_SIGNING_KEY": "an0ther-kEy-of-a-test-that-is-long-enough-0123456789-xyz",
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
        "ALLOWED_HOSTS": "books.example",
        "CSRF_TRUSTED_ORIGINS": "https://books.example",
        "PUBLIC_URL": "https://books.example",
        "EMAIL_HOST": "smtp.example",
        "PAYMENT_PROVIDER": "sandbox",
        "SANDBOX_WEBHOOK_SECRETS": "whsec_of_a_test_0123456789abcdef",
    }
