"""Servers with a console, for a real browser: a chat with two namespaces, and the tic-tac-toe.

    python console_servers.py chat flask 5000

`report` is the chat with a guard that only reports, `quiet` a server whose document has no events
and whose guard is off, `bare` one without a guard and without the chat's namespaces.

The chat keeps its contract but for one planted bug: `member_joined` has a name that is null. The
guard only reports what the server sends to members, so that it arrives.
"""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HARBOR = ROOT / "tests" / "console" / "harbor.yml"
TOKENS = {"ada-s-token": "ada", "ben-s-token": "ben"}
NOW = "2026-05-04T16:02:21Z"


def anybody(_request: Any) -> bool:
    return True


def guard_of(document: Any, mode: str = "enforce") -> Any:
    from asyncapi_guard import AsyncAPIGuard, Identity, Policy

    def verify(token: Any, _handshake: Any) -> Any:
        subject = TOKENS.get(str(token))
        return Identity(subject, frozenset({"moderate"})) if subject else None

    served: Any = {"docs": "/asyncapi", "docs_auth": anybody, "live": True}
    if document != HARBOR:
        return AsyncAPIGuard(document, policy=Policy(mode=mode), **served)  # type: ignore[arg-type]  # of the caller
    return AsyncAPIGuard(
        document,
        **served,
        server="production",
        security={"memberToken": verify, "moderatorToken": verify},
        policy=Policy(mode=mode, operations={"tellMembers": "report"}),  # type: ignore[arg-type]  # of the caller
    )


def answer_of(event: str, args: list[Any]) -> tuple[Any, list[tuple[str, Any]]]:
    """What the chat acknowledges an event with, and what all members hear of it."""
    first = args[0] if args else None
    member: dict[str, Any] = {"id": "u_31", "name": "Ada", "role": "member"}
    if event == "join_room" and first["room"] == "a-flood":
        told = {"room": "a-flood", "member": member, "active": True}
        return {"room": "a-flood", "topic": "", "members": []}, [("member_typing", told)] * 400
    if event == "join_room":
        state = {"room": first["room"], "topic": "Tides and timetables", "members": [member]}
        return state, [
            ("member_joined", {"room": first["room"], "member": {**member, "name": None}})
        ]
    if event == "post_message":
        posted = {"id": str(uuid.uuid4()), "sent_at": NOW}
        heard = {**posted, "room": first["room"], "author": member, "text": first["text"]}
        return posted, [("message_posted", heard)]
    if event == "upload_attachment":
        size = len(args[1])
        return {"id": str(uuid.uuid4()), **first, "size": size}, []
    if event == "typing":
        return None, [("member_typing", {"room": first, "member": member, "active": args[1]})]
    if event == "mute_member":
        return {"error": "Nobody has this name."}, []
    return None, []


CHAT = ("join_room", "post_message", "typing", "upload_attachment", "load_thread", "set_status")
MODERATION = ("hide_message", "mute_member")


def flask_report(port: int) -> None:
    flask_chat(port, "report")


def flask_quiet(port: int) -> None:
    from flask import Flask
    from flask_socketio import SocketIO

    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    document = {"asyncapi": "3.1.0", "info": {"title": "Quiet", "version": "1.0.0"}}
    guard_of(document, "off").init_app(app, socketio)
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)


def flask_bare(port: int) -> None:
    from flask import Flask
    from flask_socketio import SocketIO

    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading", cors_allowed_origins="*")
    app.get("/asyncapi/")(lambda: "no console")
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)


def flask_chat(port: int, mode: str = "enforce") -> None:
    from flask import Flask
    from flask_socketio import SocketIO

    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    guard_of(HARBOR, mode).init_app(app, socketio)

    def add(event: str, namespace: str) -> None:
        @socketio.on(event, namespace=namespace)
        def handle(*args: Any) -> Any:
            answer, news = answer_of(event, [*args])
            for name, told in news:
                socketio.emit(name, told, namespace=namespace)
            return answer

    for event in CHAT:
        add(event, "/chat")
    for event in MODERATION:
        add(event, "/moderation")
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)


def fastapi_chat(port: int) -> None:
    import socketio
    import uvicorn
    from fastapi import FastAPI

    server = socketio.AsyncServer(async_mode="asgi")
    guard = guard_of(HARBOR)
    guard.protect(server)

    def add(event: str, namespace: str) -> None:
        async def handle(_sid: str, *args: Any) -> Any:
            answer, news = answer_of(event, [*args])
            for name, told in news:
                await server.emit(name, told, namespace=namespace)
            return answer

        server.on(event, handle, namespace=namespace)

    for event in CHAT:
        add(event, "/chat")
    for event in MODERATION:
        add(event, "/moderation")
    app = guard.asgi(socketio.ASGIApp(server, FastAPI()))
    uvicorn.run(app, port=port, log_level="warning")


def flask_game(port: int) -> None:
    from flask import Flask
    from flask_socketio import SocketIO

    sys.path.insert(0, str(ROOT / "examples" / "tictactoe"))
    from server import add_events  # type: ignore[import-not-found]  # beside the example

    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    add_events(socketio)
    guard_of(ROOT / "specs" / "tictactoe.yml").init_app(app, socketio)
    socketio.run(app, port=port, allow_unsafe_werkzeug=True)


def fastapi_game(port: int) -> None:
    import socketio
    import uvicorn
    from fastapi import FastAPI

    sys.path.insert(0, str(ROOT / "examples" / "tictactoe"))
    from asgi_server import add_events  # type: ignore[import-not-found]  # beside the example

    server = socketio.AsyncServer(async_mode="asgi")
    add_events(server)
    guard = guard_of(ROOT / "specs" / "tictactoe.yml")
    guard.protect(server)
    uvicorn.run(guard.asgi(socketio.ASGIApp(server, FastAPI())), port=port, log_level="warning")


if __name__ == "__main__":
    what, framework, port = sys.argv[1:4]
    globals()[f"{framework}_{what}"](int(port))
