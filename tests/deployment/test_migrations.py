"""Migrations: complete, and safe while the old code still runs."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django_migration_linter import MigrationLinter

PROJECT = Path(__file__).resolve().parents[2]
APPS = ["accounts", "catalog", "orders"]


@pytest.mark.django_db
def test_the_models_have_all_their_migrations() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", "--no-color", stdout=said)
    except SystemExit:
        pytest.fail(f"Run manage.py makemigrations:\n{said.getvalue()}")


@pytest.mark.django_db
def test_migrations_keep_the_running_code_working() -> None:
    """New columns have defaults, nothing in use is dropped or renamed (expand, migrate, contract)."""
    linter = MigrationLinter(
        str(PROJECT),
        include_apps=APPS,
        no_cache=True,
        no_output=True,
        # The first ones make empty tables, and no code runs before them.
        ignore_initial_migrations=True,
        # A longer text column, and unique constraints for narrower ones of the same columns: what the
        # old code writes still fits, and a want is written by nobody but its owner.
        ignore_name=("0017_wants",),
    )
    linter.lint_all_migrations()
    assert not linter.has_errors
