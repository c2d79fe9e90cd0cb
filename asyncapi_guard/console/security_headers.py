"""The headers that keep a page of the console to itself, and each response to its reader."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urlsplit

__all__ = ["allowed_origins", "security_headers"]

#: A host with its port. The header comes from the client and becomes a part of a policy.
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_SECURE = {"http": ("http", "ws"), "ws": ("http", "ws"), "https": ("https", "wss")}
_SECURE["wss"] = _SECURE["https"]


def allowed_origins(connect: str | None) -> tuple[str, ...]:
    """The sources of a policy that let pages connect to a server.

    Args:
        connect: the URL of the server; `None` for the one that serves the pages.

    Raises:
        ValueError: it is not a URL of HTTP or of WebSocket.
    """
    if connect is None:
        return ()
    schemes: tuple[str, ...] = ()
    host = ""
    with suppress(KeyError, ValueError):  # of another scheme, or not a URL at all
        parts = urlsplit(connect)
        schemes = _SECURE[parts.scheme.lower()]
        host = parts.netloc.rpartition("@")[2]
    if not _HOST.fullmatch(host):
        raise ValueError(
            f"connect takes the URL of a server, such as 'http://localhost:5000', not {connect!r}"
        )
    return tuple(f"{scheme}://{host}" for scheme in schemes)


def security_headers(host: str, connect: tuple[str, ...] = ()) -> dict[str, str]:
    """The headers of every response.

    Args:
        host: the `Host` of the request. Older browsers do not see that `'self'` includes the
            WebSocket of the same host.
        connect: more sources, of `allowed_origins`.
    """
    own = (f"ws://{host}", f"wss://{host}") if _HOST.fullmatch(host) else ()
    sources = " ".join(("'self'", *own, *connect))
    policy = (
        "default-src 'self'",
        f"connect-src {sources}",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
