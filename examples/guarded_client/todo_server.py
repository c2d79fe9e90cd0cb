"""A to-do list, guarded by asyncapi.yml.

pip install asyncapi-guard
python todo_server.py
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Any

import socketio
from werkzeug.serving import run_simple

from asyncapi_guard import AsyncAPIGuard

server = socketio.Server(async_mode="threading")
ids = count(1)


def add(_sid: str, item: dict[str, str]) -> dict[str, Any]:
    """Add an item, and announce it to all clients."""
    added = {"id": next(ids), "text": item["text"]}
    server.emit("added", added)
    return added


server.on("add", add)
AsyncAPIGuard(Path(__file__).with_name("asyncapi.yml")).protect(server)

if __name__ == "__main__":
    port = int(os.environ.get("PORT", "5000"))
    run_simple("127.0.0.1", port, socketio.WSGIApp(server), threaded=True)
