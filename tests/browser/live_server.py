"""A guarded chat whose Live page the tests look at: `live_server.py flask|asgi PORT [report|past]`.

With `past` it has served some clients for five minutes before it starts to answer: its clock is put
forward between real events over real sockets, so that nobody has to wait for the pictures.
"""

from __future__ import annotations

import itertools
import math
import sys
import threading
import time
import urllib.request
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

HARBOR = Path(__file__).parents[1] / "console" / "harbor.yml"
COOKIE = "staff=yes"
#: It has served what it was to serve first.
READY = threading.Event()
ID = "8f14e45f-ceea-4e67-9d7b-2f1c55a0b3d1"
MEMBER = {"id": "u_12", "name": "Ada", "role": "member"}
MESSAGE = {
    "id": ID,
    "room": "quayside",
    "author": MEMBER,
    "text": "The 18:40 is on time.",
    "sent_at": "2026-05-04T16:04:51Z",
}
#: What clients do, how often in five seconds, and in which steps it is broken.
TRAFFIC: tuple[tuple[str, float, Any, Any, tuple[int, ...]], ...] = (
    ("join_room", 1.1, {"room": "quayside"}, {"room": "Quayside"}, ()),
    ("post_message", 0, {"room": "quayside", "text": "Hi!"}, {"room": "quayside", "text": ""},
     (4, 11, 12, 25, 26, 41, 58)),
    ("typing", 9, ("quayside", True), ("quayside", "yes"), ()),
    ("load_thread", 1.8, {"id": ID}, {"id": ID, "depth": 9}, (18, 33)),
    ("set_status", 0.3, "here", "asleep", ()),
    ("post_msg", 0, {}, {}, (21, 47)),
)  # fmt: skip


def is_staff(cookies: str) -> bool:
    """Whether somebody can see the console."""
    cookie = SimpleCookie(cookies).get("staff")
    return cookie is not None and cookie.value == "yes"


def answers(emit: Any) -> dict[str, Any]:
    """What the server does with each event, given what emits to a room."""

    def join_room(_message: Any) -> Any:
        emit("member_joined", {"room": "quayside", "member": MEMBER})
        return {"error": "closed"}

    def post_message(_message: Any) -> Any:
        emit("message_posted", MESSAGE)
        return {"id": ID, "sent_at": MESSAGE["sent_at"]}

    def typing(_room: str, active: bool) -> None:
        emit("member_typing", {"room": "quayside", "member": MEMBER, "active": active})

    def load_thread(message: Any) -> Any:
        """With all of its levels, the ack breaks the contract: a fault of this server."""
        return {**MESSAGE, "text": ""} if message.get("depth") == 8 else MESSAGE

    def set_status(_status: str) -> None:
        return None

    return {
        each.__name__: each for each in (join_room, post_message, typing, load_thread, set_status)
    }


def flask_app(mode: str) -> Any:
    import flask
    from flask_socketio import SocketIO

    from asyncapi_guard import AsyncAPIGuard, Policy

    app = flask.Flask(__name__)
    io = SocketIO(app, async_mode="threading")

    def auth(request: Any) -> bool:
        return is_staff(request.headers.get("Cookie", ""))

    policy = Policy(mode=mode, security="off")
    guard = AsyncAPIGuard(HARBOR, docs="/asyncapi", docs_auth=auth, live=True, policy=policy)
    guard.init_app(app, io)

    def emit(event: str, value: Any) -> None:
        io.emit(event, value, namespace="/chat")

    for name, answer in answers(emit).items():
        io.on_event(name, answer, namespace="/chat")
    io.on_event("connect", lambda _auth: None, namespace="/chat")
    io.on_event("connect", lambda _auth: None, namespace="/moderation")
    io.on_event("mute_member", lambda _message: {"error": "absent"}, namespace="/moderation")

    @app.get("/ready")
    def ready() -> Any:
        return "ready", 200 if READY.is_set() else 503

    return app


def asgi_app(mode: str) -> Any:
    import fastapi
    import socketio

    from asyncapi_guard import AsyncAPIGuard, Policy

    server = socketio.AsyncServer(async_mode="asgi")

    async def auth(scope: Any) -> bool:
        return is_staff(dict(scope["headers"]).get(b"cookie", b"").decode())

    policy = Policy(mode=mode, security="off")
    guard = AsyncAPIGuard(HARBOR, docs="/asyncapi", docs_auth=auth, live=True, policy=policy)
    guard.protect(server)

    @server.on("post_message", namespace="/chat")
    async def post_message(_sid: str, _message: Any) -> Any:
        await server.emit("message_posted", MESSAGE, namespace="/chat")
        return {"id": ID, "sent_at": MESSAGE["sent_at"]}

    api = fastapi.FastAPI()
    api.get("/ready")(lambda: "ready")
    return guard.asgi(socketio.ASGIApp(server, api))


class Past:
    """Five minutes that clients of a server have spent, in some seconds."""

    def __init__(self) -> None:
        self._now = time.time
        self._left = 305.0
        time.time = lambda: self._now() - self._left

    def live(self, url: str) -> None:
        """Send what clients send in five minutes, and look at the numbers every five seconds."""
        import socketio

        def client(namespace: str) -> Any:
            made = socketio.Client()
            made.connect(
                url,
                namespaces=[namespace],
                transports=["websocket"],
                auth={"token": "t"},
                wait_timeout=60,
            )
            return made

        chat = [client("/chat") for _ in range(9)]
        moderation = [client("/moderation") for _ in range(2)]
        for step in range(61):
            wave = 1 + 0.35 * math.sin(step / 7) + 0.25 * math.sin(step / 2.3)
            for number, (event, often, value, broken, when) in enumerate(TRAFFIC):
                for at in range(round(often * wave + 0.4 * math.sin(step * 1.7 + number))):
                    chat[at % len(chat)].emit(event, value, namespace="/chat")
                if step in when:
                    chat[0].emit(event, broken, namespace="/chat")
            if step in (14, 37, 38):
                bad = {"member": "u_27", "minutes": 7}
                moderation[0].emit("mute_member", bad, namespace="/moderation")
            if step in (30, 52):
                chat[1].call("load_thread", {"id": ID, "depth": 8}, namespace="/chat", timeout=60)
            # What was sent has arrived when an event that came after it is acknowledged.
            for at in range(round(9 * wave)):
                said = {"room": "quayside", "text": "Hi!"}
                chat[at % len(chat)].call("post_message", said, namespace="/chat", timeout=60)
            request = urllib.request.Request(
                f"{url}/asyncapi/live.json", headers={"Cookie": COOKIE}
            )
            urllib.request.urlopen(request, timeout=60).close()
            self._left = max(0.0, self._left - 5)
        threading.Thread(target=self._go_on, args=(chat,), daemon=True).start()

    def _go_on(self, clients: list[Any]) -> None:
        """Talk as before, for as long as somebody looks."""
        for client in itertools.cycle(clients):
            said = {"room": "quayside", "text": "Hi!"}
            client.call("post_message", said, namespace="/chat", timeout=60)
            client.emit("typing", ("quayside", True), namespace="/chat")
            time.sleep(0.35)


def main() -> None:
    kind, port, how = sys.argv[1], int(sys.argv[2]), (*sys.argv[3:], "enforce")[0]
    mode = "report" if how == "report" else "enforce"
    past = Past() if how == "past" else None
    if kind == "asgi":
        import uvicorn

        uvicorn.run(asgi_app(mode), port=port, log_level="warning")
        return
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", port, flask_app(mode), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    if past is not None:
        past.live(f"http://127.0.0.1:{port}")
    READY.set()
    thread.join()


if __name__ == "__main__":
    main()
