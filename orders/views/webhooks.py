"""What payment providers call."""

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from books4all.lib.errors import DomainError
from orders.errors import (
    ProviderError,
    WebhookRefusedError,
)
from orders.payments import provider_named
from orders.services import (
    payment_news,
)

log = structlog.get_logger(__name__)

# Webhooks are small; a longer body is not one.
MOST_WEBHOOK_BYTES = 64 * 1024


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in a payment provider's message: 2xx is taken in, anything else is sent again."""
    sender = provider_named(provider)
    if sender is None:
        raise Http404
    # What it says of its length saves reading a giant; what it has counts.
    said = request.META.get("CONTENT_LENGTH") or "0"
    if said.isdecimal() and len(said.lstrip("0")) > len(str(MOST_WEBHOOK_BYTES)):
        return HttpResponse(status=413)
    body = request.read(MOST_WEBHOOK_BYTES + 1)
    if len(body) > MOST_WEBHOOK_BYTES:
        return HttpResponse(status=413)
    try:
        payment_news.receive_webhook(provider=sender, headers=request.headers, body=body)
    except WebhookRefusedError as error:
        log.warning("webhook_refused", provider=provider, reason=str(error))
        return HttpResponse(status=400)
    except ProviderError as error:
        log.warning("provider_silent", provider=provider, error=str(error))
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    except DomainError as error:
        return HttpResponse(status=error.status, headers={"Retry-After": "5"})
    return HttpResponse(status=204)
