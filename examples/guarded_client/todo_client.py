"""A client of the to-do list, guarded by the same document as the server.

pip install asyncapi-guard 'python-socketio[client]'
python todo_server.py
python todo_client.py
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import socketio

from asyncapi_guard import AsyncAPIGuard, EmitValidationError

client = socketio.Client(handle_sigint=False)


def added(item: dict[str, Any]) -> None:
    """Print an added item; the guard has validated it."""
    print(f"{item['id']}: {item['text']}")


client.on("added", added)
AsyncAPIGuard(Path(__file__).with_name("asyncapi.yml")).protect(client)

if __name__ == "__main__":
    client.connect(os.environ.get("URL", "http://127.0.0.1:5000"))
    try:
        client.emit("add", {"text": ""})
    except EmitValidationError as error:
        print(error)
    print(client.call("add", {"text": "milk"}))
    client.disconnect()
