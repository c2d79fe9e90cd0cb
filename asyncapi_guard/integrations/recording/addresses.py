"""Where clients are, as the environments of their connections say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["address_in"]


def address_in(environ: Any) -> str | None:
    """Return the address of a client.

    On asyncio, python-socketio writes `127.0.0.1` into `REMOTE_ADDR`, whoever the client is. What
    the web server knows stands in its own words beside it; a server that trusts a proxy's headers,
    as uvicorn does with those of its own host, has put the client's address there.
    """
    read = next((key for key in _READ if key in environ), None)
    address: str | None = _READ[read](environ[read]) if read else environ.get("REMOTE_ADDR")
    return address


def _of_scope(scope: Any) -> Any:
    client = scope.get("client")
    return client[0] if client else None


#: What the ASGI, aiohttp, Sanic and Tornado drivers of engine.io leave in an environment.
_READ: dict[str, Callable[[Any], Any]] = {
    "asgi.scope": _of_scope,
    "aiohttp.request": lambda request: request.remote,
    "sanic.request": lambda request: request.ip,
    "tornado.handler": lambda handler: handler.request.remote_ip,
}
