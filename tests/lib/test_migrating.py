"""Migrations may take longer than a visitor would wait."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate, pre_migrate


@pytest.mark.django_db
def test_statements_of_migrations_have_no_time_limit() -> None:
    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return str(cursor.fetchone()[0])

    before = limit()
    assert before != "0"
    app = apps.get_app_config("lib")
    # As the command sends them.
    said = {
        "app_config": app,
        "verbosity": 0,
        "interactive": False,
        "using": "default",
        "apps": apps,
    }
    pre_migrate.send(sender=app, plan=[], **said)
    assert limit() == "0"
    post_migrate.send(sender=app, plan=[], **said)
    assert limit() == before
