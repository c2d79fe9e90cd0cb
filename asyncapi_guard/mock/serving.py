"""Serves a mock on threads: in a thread of its own, or until it is interrupted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from asyncapi_guard.mock.threads import ThreadedMock

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.mock.loading import LoadedMock

__all__ = ["ServedMock", "url_of"]


class _Quiet(WSGIRequestHandler):
    """One that does not log each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def run_wsgi(self) -> None:
        """Answer a request; what follows a WebSocket on its connection is none."""
        super().run_wsgi()
        if self.headers.get("upgrade"):
            self.close_connection = True


class ServedMock:
    """A mock that listens.

    Args:
        loaded: what it does.
        host: where it listens.
        port: as well; 0 for any that is free.
        on_event: as for `ThreadedMock`.

    Attributes:
        mock: it.
        port: where it listens.

    Raises:
        OSError: it cannot listen there.
    """

    def __init__(
        self,
        loaded: LoadedMock,
        host: str,
        port: int,
        on_event: Callable[[str, str, tuple[Any, ...]], None] | None = None,
    ) -> None:
        self.mock: ThreadedMock = ThreadedMock(loaded, on_event)
        self._server = make_server(host, port, self.mock.app, threaded=True, request_handler=_Quiet)
        self.port: int = self._server.server_port
        self.url: str = url_of(host, self.port)

    def run(self) -> None:
        """Serve until `end` is called by another thread, or this one is interrupted."""
        try:
            # How long `end` waits at most.
            self._server.serve_forever(poll_interval=0.02)
        finally:
            self.mock.end()
            self._server.server_close()

    def start(self) -> None:
        """Serve in a thread."""
        self._thread = threading.Thread(target=self.run, name="asyncapi-mock", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop what `start` began, and wait until it has stopped."""
        self._server.shutdown()
        self._thread.join()


def url_of(host: str, port: int) -> str:
    """The URL of a server that listens somewhere."""
    name = "127.0.0.1" if host in ("", "0.0.0.0") else host  # noqa: S104  # nothing is bound here
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"
