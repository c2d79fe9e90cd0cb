"""An application that gunicorn loads before it forks its workers.

Its guard keeps a log, and is measured by Prometheus where there is a folder for that.
"""

from __future__ import annotations

import os
from typing import Any

import socketio

from asyncapi_guard import AsyncAPIGuard, Policy, metrics

DOCUMENT = {
    "asyncapi": "3.1.0",
    "info": {"title": "Chat", "version": "1"},
    "channels": {
        "chat": {
            "address": "/",
            "messages": {
                "say": {"payload": {"type": "string"}, "x-ack": {"type": "integer"}},
                "bye": {"payload": {"type": "string"}},
            },
        }
    },
    "operations": {
        f"on_{name}": {
            "action": "receive",
            "channel": {"$ref": "#/channels/chat"},
            "messages": [{"$ref": f"#/channels/chat/messages/{name}"}],
        }
        for name in ("say", "bye")
    },
}

io = socketio.Server(async_mode="threading")
guard = AsyncAPIGuard(DOCUMENT, policy=Policy(mode="report"), violations="guard-{pid}.ndjson")
guard.protect(io)


@io.on("say")
def say(sid: str, text: str) -> int:
    """Which worker it is."""
    return os.getpid()


@io.on("bye")
def bye(sid: str, text: str) -> None:
    """Nothing."""


def scraped(environ: Any, start_response: Any) -> Any:
    """What all workers have counted."""
    from prometheus_client import CollectorRegistry, make_wsgi_app
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return make_wsgi_app(registry)(environ, start_response)


if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    metrics.prometheus(guard, histograms=True)
app = socketio.WSGIApp(io, scraped if "PROMETHEUS_MULTIPROC_DIR" in os.environ else None)
