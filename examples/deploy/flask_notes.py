"""Notes on Flask-SocketIO, for several workers behind nginx; docs/how-to/deployment.md says how.

gunicorn --threads 100 --bind 127.0.0.1:8001 flask_notes:app
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard import AsyncAPIGuard

app = Flask(__name__)
# Say which: without async_mode, Flask-SocketIO takes eventlet or gevent where one is installed.
socketio = SocketIO(
    app,
    async_mode=os.environ.get("ASYNC_MODE", "threading"),
    message_queue=os.environ.get("REDIS_URL"),
)
AsyncAPIGuard(Path(__file__).with_name("asyncapi.yml")).init_app(app, socketio)


@socketio.on("post")
def post(text: str) -> dict[str, int]:
    """Tell everybody, in all workers."""
    socketio.emit("posted", {"text": text, "worker": os.getpid()})
    return {"worker": os.getpid()}


@app.get("/healthy")
def healthy() -> str:
    """For whoever asks whether this worker is up."""
    return "yes"
