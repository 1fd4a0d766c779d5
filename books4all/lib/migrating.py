"""Migrations take their time: what limits the statements of pages would end them on a large catalogue.

The limit on waiting for locks stays: a migration that can't have its lock at once gives way to the shop.
"""

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


def take_time(app: object) -> None:
    """Lift the time limit of statements while ``migrate`` runs; ``app`` is the one to hear it from."""
    pre_migrate.connect(_lift, sender=app, dispatch_uid="migrating.lift")
    post_migrate.connect(_set_again, sender=app, dispatch_uid="migrating.set_again")


def _lift(*, using: str, **_rest: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def _set_again(*, using: str, **_rest: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = DEFAULT")
