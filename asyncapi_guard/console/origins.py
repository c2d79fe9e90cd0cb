"""Who can have traffic validated: pages of the same origin, and requests from this machine."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.console.exchange import Request

__all__ = ["is_local", "is_same_origin"]

_PORTS = {"http": 80, "https": 443}
#: What proxies add. Behind one on the same machine, every client has a loopback address.
_FORWARDED = {
    "cf-connecting-ip",
    "fastly-client-ip",
    "fly-client-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "x-original-forwarded-for",
    "x-real-ip",
}
_FORWARDED_BY_PREFIX = "x-forwarded-"
_NAMES = re.compile(r"(?:[a-z0-9-]+\.)*localhost\.?")


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a browser sends a request for a page of the same host, or no browser sends it.

    The scheme is not compared: a proxy that ends TLS hides it. Without `Origin`, the page that
    `Referer` names counts; pages of the console send none.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin", headers.get("referer"))
    return origin is None or _is_of(origin, headers.get("host", ""))


def _is_of(origin: str, host: str) -> bool:
    try:
        there = urlsplit(origin)
        here = urlsplit(f"//{host}")
        port = _PORTS.get(there.scheme)
        return (
            port is not None
            and bool(there.hostname)
            and (there.hostname, there.port or port) == (here.hostname, here.port or port)
        )
    except ValueError:  # a port that is not a number
        return False


def is_local(request: Request) -> bool:
    """Whether a request comes from this machine, and for a name of it.

    A name that is not of this machine can be another site's that leads here.
    """
    if any(n in _FORWARDED or n.startswith(_FORWARDED_BY_PREFIX) for n in request.headers):
        return False
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return _is_loopback(request.client or "") and (
        _is_loopback(host) or _NAMES.fullmatch(host) is not None
    )


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
