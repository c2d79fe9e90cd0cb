"""Specification first, with typed handlers: `asyncapi.yml` is the law, and models make it handy.

    python typed_chat.py

The guard judges every event, ack and emit by the file. Handlers get instances of the models in
their hints, return and emit instances, and need not check what the file has said already. The
models are generated: `asyncapi-guard models asyncapi.yml -o typed_models.py`.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

from flask import Flask, session
from flask_socketio import join_room
from typed_models import ConnectAuth, Receipt, Room, SaidPayload, Text, emit_said

from asyncapi_guard import AsyncAPISocketIO

SPEC = Path(__file__).with_name("asyncapi.yml")

app = Flask(__name__)
app.secret_key = os.urandom(16)
socketio = AsyncAPISocketIO(app, spec=SPEC, typed=True, async_mode="threading")

numbers = itertools.count(1)
present: Counter[Room] = Counter()


@socketio.on("connect", namespace="/chat")
def connect(auth: ConnectAuth) -> None:
    session["nickname"] = auth.nickname


@socketio.on("join", namespace="/chat")
def join(room: Room) -> int:
    join_room(room)
    present[room] += 1
    return present[room]


@socketio.on("say", namespace="/chat")
def say(room: Room, text: Text) -> Receipt:
    body = text.body.upper() if text.shout else text.body
    said = SaidPayload(room=room, from_=session["nickname"], text=Text(body=body, shout=text.shout))
    emit_said(socketio, said, to=room)
    return Receipt(number=next(numbers), at=datetime.now(timezone.utc))


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "5000"))
    # Werkzeug's server is for development, which this is.
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)
