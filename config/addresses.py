"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """
    The address of the client, told by as many proxies as stand in front of us and no more.

    Without proxies `X-Forwarded-For` is the client's own invention; with them all but the last entries are.
    """
    n_proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if n_proxies and told:
        return told[-min(n_proxies, len(told))]
    return request.META.get("REMOTE_ADDR", "")
