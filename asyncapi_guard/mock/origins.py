"""The pages that can connect to a mock: its own, and the origins in its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["LOOPBACK", "allowed_origins", "check_origin"]

#: Stands for all pages of this machine, whatever port serves them.
LOOPBACK = "loopback"
_LOCAL = ("localhost", "::1")


def check_origin(text: str) -> str:
    """An origin as an option has it.

    Raises:
        ValueError: it is none.
    """
    if text in (LOOPBACK, "*"):
        return text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    written = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or not parts.hostname or text != written or port == 0:
        raise ValueError(
            f"{text!r} isn't an origin; write 'loopback', or a scheme, a host and a port, such as "
            "http://localhost:5173"
        )
    return text


def allowed_origins(named: Collection[str]) -> str | Callable[..., bool] | None:
    """What engine.io gets as `cors_allowed_origins`: `None` for the mock's own pages."""
    if not named:
        return None
    if "*" in named:
        return "*"

    def is_allowed(origin: str | None, environ: Any = None) -> bool:
        """Say whether a page of an origin may connect."""
        if origin is None:
            return False
        return (
            origin in named
            or _is_own(origin, environ or {})
            or (LOOPBACK in named and _is_local(origin))
        )

    return is_allowed


def _is_own(origin: str, environ: Any) -> bool:
    return origin == f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST')}"


def _is_local(origin: str) -> bool:
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host in _LOCAL or host.endswith(".localhost") or _is_ipv4_loopback(host)


def _is_ipv4_loopback(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(each.isdecimal() for each in parts)
