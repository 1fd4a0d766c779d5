"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def marketplace(request: HttpRequest) -> dict[str, Any]:
    """Give templates the marketplace's name, address and navigation."""
    return {
        "marketplace_name": settings.MARKETPLACE_NAME,
        "public_url": settings.PUBLIC_URL,
        "navigation": settings.NAVIGATION,
    }
