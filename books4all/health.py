"""What load balancers and orchestrators ask.

``/healthz``: this process answers. ``/readyz``: it can do its work, so send it visitors.
"""

from functools import cache

from django.core.cache import cache as site_cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

_PROBE = "readyz"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 as long as the process serves requests, whatever the engines do."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Return 200 when the database answers and has our migrations, else 503.

    A cache that is away is told but no reason for 503: pages are slower without it, not wrong.
    """
    checks = {"database": _database(), "cache": "ok" if _cache_answers() else "away"}
    ready = checks["database"] == "ok"
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _database() -> str:
    try:
        if _Migrated.seen:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        elif not _wanted() <= set(MigrationRecorder(connection).applied_migrations()):
            return "migrations missing"
    except DatabaseError:
        return "away"
    _Migrated.seen = True
    return "ok"


class _Migrated:
    """Migrations don't become undone under a running process: one look that finds them all is enough."""

    seen = False


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """Return (app, name) of the migrations in the code, read from disk once a process."""
    loader = MigrationLoader(None)
    replaced = {key for m in loader.disk_migrations.values() for key in m.replaces}
    return frozenset(loader.disk_migrations.keys() - replaced)


def _cache_answers() -> bool:
    site_cache.set(_PROBE, 1, 5)
    return bool(site_cache.get(_PROBE) == 1)
