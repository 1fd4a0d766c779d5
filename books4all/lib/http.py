"""Facts about a request that the web server's position decides."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

UNKNOWN_ADDRESS = "unknown"


def client_address(request: HttpRequest) -> str:
    """Return the client's address, as the outermost trusted proxy saw it.

    ``settings.TRUSTED_PROXIES`` proxies stand in front and each appends the address it was called
    from to X-Forwarded-For, so the client is that many entries from the right; whatever a client
    writes itself stands further left and is not believed. Without the header (nobody in front) it
    is the peer's address. Behind a unix socket without the header it is ``"unknown"``.
    """
    entries = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    if trusted and entries != [""]:
        candidate = entries[-min(trusted, len(entries))]
    else:
        candidate = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(candidate)
    except ValueError:
        return UNKNOWN_ADDRESS
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def network_of(address: str) -> str:
    """Return what limits count: an IPv4 address, or the /64 that one IPv6 customer is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return UNKNOWN_ADDRESS
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def safe_redirect_target(request: HttpRequest, url: str, default: str = "/") -> str:
    """Return ``url`` if it leads to a page of this site, else ``default``.

    A bare word is no address here: ``redirect`` would look for a route of that name.
    """
    if url.startswith(("/", "http://", "https://")) and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return url
    return default
