"""A small HTTP server for an ASGI application: enough for Socket.IO over long polling.

Each request has a thread, which waits for the application in its event loop. The loop runs until
the server is closed.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 120


class ASGIServer:
    """It serves from the beginning."""

    def __init__(self, application: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._closed = False
        handler = type("Handler", (_Handler,), {"application": application, "served_by": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [
            threading.Thread(target=self.loop.run_forever, daemon=True),
            threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def run(self, coroutine: Any) -> Any:
        """What a coroutine gives, in the loop of the application."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def start(self, function: Any, *args: Any) -> Any:
        """Begin a coroutine in that loop, unless the server is being closed: `None` then."""
        with self._lock:
            if self._closed:
                return None
            return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        with self._lock:  # a request that came before begins before all are cancelled
            self._closed = True
        with suppress(asyncio.CancelledError):
            self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        for thread in self._threads:
            thread.join(PATIENCE)
        self.loop.close()

    async def _cancel_all(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class _Handler(BaseHTTPRequestHandler):
    application: Any
    served_by: ASGIServer

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answered = self.served_by.start(self._ask, body)
        if answered is None:
            return
        status, headers, content = answered.result(PATIENCE)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name.decode(), value.decode())
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_OPTIONS = handle_any

    async def _ask(self, body: bytes) -> tuple[int, Any, bytes]:
        url = urlsplit(self.path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.command,
            "scheme": "http",
            "path": url.path,
            "raw_path": url.path.encode(),
            "query_string": url.query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in self.headers.items()],
            "client": self.client_address,
            "server": self.server.server_address,
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in sent)
        return sent[0]["status"], sent[0]["headers"], content

    def log_message(self, *args: Any) -> None:
        pass
