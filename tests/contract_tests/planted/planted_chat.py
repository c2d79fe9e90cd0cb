"""Chat on Flask-SocketIO: `chat.yml` is its document.

`--auth '{"name": "ann", "password": "open sesame"}'` lets in.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import flask_socketio
from flask import Flask, request
from flask_socketio import emit, join_room, leave_room
from planted_bugs import HERE, Bug, Planted, listening, run
from planted_payloads import Payloads
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Callable

BUGS = {
    "invisible_is_told": Bug("stateless", "set_status tells the others of those who are invisible"),
    "status_is_unknown": Bug("stateless", "set_status raises for busy"),
    "limit_0_is_missing": Bug("stateless", "history takes a limit of 0 for missing"),
    "before_is_read": Bug("stateless", "history reads the optional before"),
    "nobody_mentioned": Bug("stateless", "send_message raises for an empty list of mentions"),
    "unicode_text": Bug("stateless", "send_message raises for texts beyond ASCII"),
    "long_text": Bug("stateless", "send_message answers long texts with an undeclared code"),
    "empty_picture": Bug("stateless", "upload_picture answers null as the size of no bytes"),
    "size_as_text": Bug("stateless", "upload_picture answers with a text for the greatest size"),
    "webp": Bug("stateless", "upload_picture raises for webp"),
    "null_topic": Bug("stateless", "set_topic raises for a topic that is null"),
    "picture_not_found": Bug("stateless", "get_picture of an unknown one answers nothing"),
    "color_is_not_judged": Bug("stateless", "send_message accepts every color"),
    "wrong_time": Bug("stateless", "send_message answers with a time that is no date-time"),
    "password_is_told": Bug("stateless", "who_am_i answers with the password as the name"),
    "any_password": Bug("stateless", "every password lets in"),
    "deleted_message": Bug("stateful", "edit_message of a deleted message raises"),
    "third_message": Bug("stateful", "the third message of a room has the number 0"),
    "history_grows": Bug("stateful", "history answers with all messages"),
    "left_room": Bug("stateful", "leave_room of a room that was left answers nothing"),
    "topic_is_kept": Bug("stateful", "join_room answers with a topic that was set as a list"),
    "second_member": Bug("clients", "join_room names the second member as an object"),
    "others_hear_more": Bug("clients", "message_posted to others has the sender's session"),
    "foreign_message": Bug("clients", "edit_message of another's message answers null"),
    "hang": Bug("timing", "delete_message of an unknown message never answers"),
    "two_acks": Bug("timing", "leave_room is acknowledged twice"),
    "lost_visits": Bug("timing", "the second visit is welcomed without a number"),
    "early_news": Bug("timing", "member_joined without a room, some time after joining"),
}
VERSIONS = ("refusing",)
SPACE = "/chat"
PASSWORD = "open sesame"


class Refused(Exception):
    """The answer is an error; the argument is its code."""


class Chat:
    """The handlers."""

    def __init__(self, socketio: Any, planted: Planted) -> None:
        self.socketio, self.planted = socketio, planted
        self.names: dict[str, str] = {}
        self.visits: Counter[str] = Counter()
        self.rooms: dict[str, list[str]] = {}
        self.been: set[tuple[str, str]] = set()
        self.topics: dict[str, Any] = {}
        self.messages: dict[int, dict[str, Any]] = {}
        self.authors: dict[int, str] = {}
        self.deleted: set[int] = set()
        self.pictures: dict[str, tuple[bytes, str]] = {}
        self.number = 0

    def member(self, data: dict[str, Any]) -> str:
        room: str = data["room"]
        if sid() not in self.rooms.get(room, ()):
            raise Refused("not_a_member")
        return room

    def find(self, data: dict[str, Any]) -> dict[str, Any]:
        number = int(data["message_id"])
        if number in self.deleted and self.planted("deleted_message"):
            raise KeyError(number)
        if number not in self.messages:
            raise Refused("not_found")
        return self.messages[number]

    def own(self, data: dict[str, Any]) -> dict[str, Any]:
        message = self.find(data)
        if self.authors[message["message_id"]] != sid():
            raise Refused("forbidden")
        return message

    def join_room(self, data: dict[str, Any]) -> Any:
        room = data["room"]
        members = self.rooms.setdefault(room, [])
        name = self.names[sid()]
        if sid() not in members:
            if len(members) == 200:
                raise Refused("forbidden")
            members.append(sid())
            join_room(room)
            self.been.add((sid(), room))
            emit("member_joined", {"room": room, "name": name}, to=room)
        names: list[Any] = [self.names[each] for each in members]
        if self.planted("second_member") and len(names) > 1:
            names[1] = {"name": names[1]}
        if self.planted("early_news"):
            self.later("member_joined", {"name": name}, room)
        return {"room": room, "members": names, "topic": self.topics.get(room)}

    def later(self, event: str, data: Any, room: str) -> None:
        def tell() -> None:
            time.sleep(0.3)
            self.socketio.emit(event, data, to=room, namespace=SPACE)

        threading.Thread(target=tell, daemon=True).start()

    def leave_room(self, data: dict[str, Any]) -> Any:
        been = (sid(), data["room"]) in self.been
        if self.planted("left_room") and been and sid() not in self.rooms[data["room"]]:
            return None
        room = self.member(data)
        self.rooms[room].remove(sid())
        leave_room(room)
        return {"room": room}

    def set_topic(self, data: dict[str, Any]) -> Any:
        if self.planted("null_topic"):
            data["topic"].strip()
        room = self.member(data)
        topic = data["topic"]
        self.topics[room] = [topic] if self.planted("topic_is_kept") else topic
        return {"topic": topic}

    def send_message(self, data: dict[str, Any]) -> Any:
        text = data["text"]
        if self.planted("unicode_text"):
            text.encode("ascii")
        if self.planted("nobody_mentioned") and "mentions" in data:
            min(data["mentions"])
        if self.planted("long_text") and len(text) > 255:
            raise Refused("too_long")
        room = self.member(data)
        self.number += 1
        number = self.number
        message = {**data, "message_id": number, "name": self.names[sid()]}
        self.messages[number], self.authors[number] = message, sid()
        if self.planted("others_hear_more"):
            emit("message_posted", {**message, "from": sid()}, to=room, include_self=False)
            emit("message_posted", message)
        else:
            emit("message_posted", self.declared(message), to=room)
        at = datetime.now(timezone.utc)
        count = sum(each["room"] == room for each in self.messages.values())
        answered = 0 if self.planted("third_message") and count >= 3 else number
        stamp = f"{at:%d.%m.%Y}" if self.planted("wrong_time") else at.isoformat()
        return {"message_id": answered, "at": stamp}

    def declared(self, message: dict[str, Any]) -> dict[str, Any]:
        """What others may see, where colors are not judged."""
        if not self.planted("color_is_not_judged"):
            return message
        return {name: each for name, each in message.items() if name != "color"}

    def edit_message(self, data: dict[str, Any]) -> Any:
        message = self.find(data)
        if self.planted("foreign_message") and self.authors[message["message_id"]] != sid():
            return None
        self.own(data)["text"] = data["text"]
        return message

    def delete_message(self, data: dict[str, Any]) -> Any:
        if self.planted("hang") and int(data["message_id"]) not in self.messages:
            time.sleep(3600)
        number = self.own(data)["message_id"]
        self.deleted.add(number)
        room = self.messages.pop(number)["room"]
        emit("message_deleted", {"message_id": number}, to=room)
        return {"deleted": number}

    def history(self, data: dict[str, Any]) -> Any:
        if self.planted("limit_0_is_missing") and not data["limit"]:
            return {"error": "missing limit"}
        before = data["before"] if self.planted("before_is_read") else data.get("before", 2**31)
        room = self.member(data)
        found = [
            each
            for each in self.messages.values()
            if each["room"] == room and each["message_id"] < before
        ]
        most = len(found) if self.planted("history_grows") else int(data["limit"])
        return {"messages": found[::-1][:most]}

    def upload_picture(self, data: dict[str, Any]) -> Any:
        if self.planted("webp"):
            {"png": 1, "gif": 2}[data["kind"]]
        name = f"p{len(self.pictures) + 1:06}"
        self.pictures[name] = data["data"], data["kind"]
        size: Any = len(data["data"])
        if self.planted("empty_picture"):
            size = size or None
        if self.planted("size_as_text") and size == 256:
            size = "256"
        return {"picture_id": name, "size": size}

    def get_picture(self, data: dict[str, Any]) -> Any:
        if data["picture_id"] not in self.pictures:
            if self.planted("picture_not_found"):
                return None
            raise Refused("not_found")
        content, kind = self.pictures[data["picture_id"]]
        return {"data": content, "kind": kind}

    def set_status(self, status: str) -> Any:
        if self.planted("status_is_unknown"):
            {"online": 1, "away": 2, "invisible": 3}[status]
        if status != "invisible" or self.planted("invisible_is_told"):
            emit("status_changed", (self.names[sid()], status), broadcast=True)
        return status

    def who_am_i(self) -> Any:
        rooms = [room for room, members in self.rooms.items() if sid() in members]
        name = PASSWORD if self.planted("password_is_told") else self.names[sid()]
        return {"name": name, "rooms": rooms}


def sid() -> str:
    """Whose event is handled."""
    found: str = request.sid  # type: ignore[attr-defined]  # Flask-SocketIO sets it
    return found


EVENTS = (
    *("join_room", "leave_room", "set_topic", "send_message", "edit_message", "delete_message"),
    *("history", "upload_picture", "get_picture", "set_status", "who_am_i"),
)


def create(bug: str) -> Flask:
    """The application, with its handlers."""
    planted = Planted(BUGS, VERSIONS, bug)
    app = Flask(__name__)
    socketio = flask_socketio.SocketIO(app, async_mode="threading")
    if planted("two_acks"):
        _acknowledge_twice(socketio.server)
    chat, payloads = Chat(socketio, planted), Payloads(HERE / "chat.yml", ("data",))
    lock = threading.RLock()
    for event in EVENTS:
        handle = handler(event, chat, payloads, lock)
        socketio.on_event(event, handle, namespace=SPACE)
    add_doors(socketio, chat, payloads, lock)
    return app


def handler(event: str, chat: Chat, payloads: Payloads, lock: Any) -> Callable[..., Any]:
    """What handles an event: its arguments are judged first."""
    unjudged = event == "send_message" and chat.planted("color_is_not_judged")

    def handle(*args: Any) -> Any:
        judged = tuple({**each, "color": "red"} if _has_color(each) else each for each in args)
        if payloads.are_wrong("chat", event, judged if unjudged else args):
            return {"error": {"code": "invalid"}}
        try:
            if chat.planted("hang"):  # it keeps nobody else waiting
                return getattr(chat, event)(*args)
            with lock:
                return getattr(chat, event)(*args)
        except Refused as refused:
            return {"error": {"code": str(refused)}}

    return handle


def add_doors(socketio: Any, chat: Chat, payloads: Payloads, lock: Any) -> None:
    """How clients come and go."""
    planted = chat.planted

    @socketio.on("connect", namespace=SPACE)
    def connect(auth: Any = None) -> None:
        if payloads.are_wrong("chat", "connect", (auth,)):
            raise flask_socketio.ConnectionRefusedError("invalid")
        if auth["password"] != PASSWORD and not planted("any_password"):
            raise flask_socketio.ConnectionRefusedError("unauthorized")
        name = auth["name"]
        if planted("refusing") and re.fullmatch("[a-z]+", name) is None:
            raise flask_socketio.ConnectionRefusedError("name")
        with lock:
            chat.names[sid()] = name
            chat.visits[name] += 1
            told = {"name": name, "visits": chat.visits[name]}
        if planted("lost_visits") and told["visits"] > 1:
            del told["visits"]
        emit("welcome", told)

    @socketio.on("disconnect", namespace=SPACE)
    def disconnect(_reason: str) -> None:
        with lock:
            for members in chat.rooms.values():
                if sid() in members:
                    members.remove(sid())


def _has_color(value: Any) -> bool:
    """Whether there is a color that is a text."""
    return isinstance(value, dict) and isinstance(value.get("color"), str)


def _acknowledge_twice(server: Any) -> None:
    """Have what leaves a room acknowledged twice."""
    send = server._send_packet

    def twice(eio_sid: str, pkt: Any) -> None:
        send(eio_sid, pkt)
        if pkt.packet_type == 3 and pkt.data and list(pkt.data[0]) == ["room"]:
            send(eio_sid, pkt)

    server._send_packet = twice


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def serve(bug: str, port: int) -> None:
    """Serve until the process is ended."""
    server = make_server("127.0.0.1", port, create(bug), threaded=True, request_handler=_Quiet)
    listening(server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    run(serve)
