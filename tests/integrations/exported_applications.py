"""Ten applications of the shapes that real ones have, and what clients say to them.

None of them has a document of its own. What they send changes while they run: what is `None` when
they are imported becomes an object, counters become fractions, lists get other elements.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["APPLICATIONS", "Application", "Say"]


@dataclass(frozen=True)
class Say:
    """An event of a client: what it says, and whether it waits for an ack."""

    event: str
    args: tuple[Any, ...] = ()
    namespace: str = "/"


@dataclass(frozen=True)
class Application:
    """An application.

    Attributes:
        target: what is exported; `create_app()` for a factory.
        files: its texts, by their names.
        talk: what the client says, in order; each is answered.
        hears: the events that the client gets meanwhile, by namespace.
        auth: what the client connects with.
        answers: what the client acknowledges, by event.
    """

    target: str
    files: dict[str, str]
    talk: tuple[Say, ...]
    hears: set[tuple[str, str]]
    auth: Any = None
    answers: dict[str, Any] = field(default_factory=dict)


CHAT = Application(
    target="chat:socketio",
    files={
        "chat.py": """\
from datetime import datetime, timezone
from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room, leave_room, send

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
users = {}
rooms = {"lobby": []}
last = None

def stamp():
    return datetime.now(timezone.utc).isoformat()

def system(text, room=None):
    emit("system", {"text": text, "at": stamp()}, to=room or request.sid)

@socketio.on("connect")
def connect(auth=None):
    users[request.sid] = {"name": (auth or {}).get("name", "nobody"), "joined": stamp()}
    emit("users", list(users.values()), broadcast=True)

@socketio.on("join")
def join(data):
    global last
    room = data["room"]
    join_room(room)
    rooms.setdefault(room, [])
    user = users[request.sid]
    system(f"{user['name']} has joined {room}", room=room)
    emit("history", rooms[room])
    emit("last", last)
    return {"ok": True, "room": room}

@socketio.on("say")
def say(data):
    global last
    message = {"from": users[request.sid]["name"], "text": data["text"], "to": None}
    if "to" in data:
        message["to"] = data["to"]
    message["length"] = len(data["text"])
    rooms[data["room"]].append(message)
    last = message
    emit("message", message, to=data["room"])
    return len(rooms[data["room"]])

@socketio.on("shout")
def shout(text):
    send(text.upper(), broadcast=True)
    send({"text": text}, json=True, broadcast=True)

@socketio.on("leave")
def leave(data):
    leave_room(data["room"])
    system("Goodbye")
    if data.get("forget"):
        del rooms[data["room"]]
    emit("rooms", sorted(rooms), broadcast=True)
""",
    },
    talk=(
        Say("join", ({"room": "den"},)),
        Say("say", ({"room": "den", "text": "hello"},)),
        Say("say", ({"room": "den", "text": "hello", "to": "ann"},)),
        Say("join", ({"room": "den"},)),
        Say("leave", ({"room": "den", "forget": True},)),
    ),
    hears={
        ("/", "users"),
        ("/", "system"),
        ("/", "history"),
        ("/", "last"),
        ("/", "message"),
        ("/", "rooms"),
    },
    auth={"name": "ann"},
)

GAME = Application(
    target="noughts.server:socketio",
    files={
        "noughts/__init__.py": "",
        "noughts/board.py": """\
LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]

class Board:
    def __init__(self):
        self.cells = [None] * 9
        self.turn = "X"
        self.winner = None
        self.moves = 0
        self.score = 0

    @property
    def over(self):
        return self.winner is not None or self.moves == 9

    def place(self, cell):
        self.cells[cell] = self.turn
        self.moves += 1
        self.score += 0.5
        for a, b, c in LINES:
            if self.cells[a] and self.cells[a] == self.cells[b] == self.cells[c]:
                self.winner = {"mark": self.turn, "line": [a, b, c]}
        self.turn = "O" if self.turn == "X" else "X"

    def state(self):
        state = {"cells": self.cells, "turn": self.turn, "over": self.over, "score": self.score}
        if self.winner:
            state["winner"] = self.winner
        return state
""",
        "noughts/server.py": """\
from flask import Flask
from flask_socketio import SocketIO, emit
from noughts.board import Board

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
board = Board()

def tell(event, *args):
    emit(event, args, broadcast=True)

@socketio.on("move")
def move(cell: int) -> dict:
    if board.cells[cell]:
        tell("refused", cell, "it is taken")
        return {"ok": False, "reason": "taken"}
    board.place(cell)
    tell("state", board.state())
    tell("turn", board.turn)
    tell("score", board.score)
    if board.over:
        tell("over", board.winner and board.winner["mark"], board.moves)
    return {"ok": True}

@socketio.on("again")
def again():
    global board
    board = Board()
    emit("state", board.state())
    emit("cleared")
""",
    },
    talk=(
        *(Say("move", (cell,)) for cell in (0, 3, 1, 4, 1, 2)),
        Say("again"),
    ),
    hears={
        ("/", "refused"),
        ("/", "state"),
        ("/", "turn"),
        ("/", "score"),
        ("/", "over"),
        ("/", "cleared"),
    },
)

AUCTION = Application(
    target="auction:socketio",
    files={
        "auction.py": """\
import os
import time
from enum import Enum
from typing import Optional
from flask import Flask
from pydantic import BaseModel, Field
from asyncapi_guard import AsyncAPISocketIO

app = Flask(__name__)
socketio = AsyncAPISocketIO(
    app, typed=True, async_mode="threading", spec=os.environ.get("CONTRACT")
)

class State(str, Enum):
    OPEN = "open"
    SOLD = "sold"

class Bid(BaseModel):
    lot: int
    amount: float = Field(gt=0)
    bidder: Optional[str] = None

class Lot(BaseModel):
    id: int
    title: str
    price: float = 0
    state: State = State.OPEN
    best: Optional[Bid] = None

class Receipt(BaseModel):
    accepted: bool
    reason: Optional[str] = None

class Credentials(BaseModel):
    token: str

lots = {1: Lot(id=1, title="A vase"), 2: Lot(id=2, title="A chair")}

@socketio.on("connect")
def connect(auth: Credentials) -> None:
    socketio.emit("welcome", {"lots": [lot.model_dump(mode="json") for lot in lots.values()]})

@socketio.on("bid")
def bid(bid: Bid) -> Receipt:
    '''Bid for a lot.'''
    lot = lots[bid.lot]
    if bid.amount <= lot.price:
        socketio.emit("outbid", bid)
        return Receipt(accepted=False, reason="too low")
    lot.price, lot.best = bid.amount, bid
    socketio.emit("lot", lot)
    socketio.emit("price", (lot.id, lot.price))
    return Receipt(accepted=True)

@socketio.on("close")
def close(id: int) -> tuple[str, float]:
    lot = lots[id]
    lot.state = State.SOLD
    winner = lot.best.bidder if lot.best else None
    socketio.emit("sold", {"lot": lot, "at": time.time(), "to": winner})
    return lot.title, lot.price

socketio.doc_emit("outbid", Bid, "Somebody else has bid more.")
""",
    },
    talk=(
        Say("bid", ({"lot": 1, "amount": 5, "bidder": "ann"},)),
        Say("bid", ({"lot": 1, "amount": 4},)),
        Say("close", (1,)),
        Say("close", (2,)),
    ),
    hears={("/", "welcome"), ("/", "outbid"), ("/", "lot"), ("/", "price"), ("/", "sold")},
    auth={"token": "secret"},
)

EDITOR = Application(
    target="editor:create_app()",
    files={
        "editor/__init__.py": """\
from flask import Flask
from editor.extensions import socketio

def create_app(config=None):
    app = Flask(__name__)
    from editor import events
    socketio.init_app(app, async_mode="threading")
    return app
""",
        "editor/extensions.py": """\
from flask_socketio import SocketIO
socketio = SocketIO()
""",
        "editor/documents.py": """\
from dataclasses import dataclass, field, asdict

@dataclass
class Change:
    position: int
    insert: str = ""
    delete: int = 0
    author: "str | None" = None

@dataclass
class Document:
    text: str = ""
    revision: int = 0
    changes: list = field(default_factory=list)

    def apply(self, change):
        end = change.position + change.delete
        self.text = self.text[:change.position] + change.insert + self.text[end:]
        self.revision += 1
        self.changes.append(change)

documents = {}

def opened(name):
    if name not in documents:
        documents[name] = Document()
    return documents[name]
""",
        "editor/events.py": """\
from dataclasses import asdict
from flask import request
from flask_socketio import emit, join_room
from editor.documents import Change, Document, opened
from editor.extensions import socketio

cursors = {}

@socketio.on("open", namespace="/edit")
def open_document(name):
    join_room(name)
    document = opened(name)
    emit("document", {"name": name, "text": document.text, "revision": document.revision})
    emit("cursors", {sid: position for sid, position in cursors.items()})

@socketio.on("change", namespace="/edit")
def change(name, data):
    document: Document = opened(name)
    made = Change(**data)
    document.apply(made)
    emit("changed", asdict(made), to=name, include_self=True)
    emit("revision", document.revision, to=name, callback=seen)
    return document.revision

@socketio.on("cursor", namespace="/edit")
def cursor(name, position):
    cursors[request.sid] = {"line": position[0], "column": position[1]}
    emit("cursors", cursors, to=name)

def seen(*answer):
    pass
""",
    },
    talk=(
        Say("open", ("letter",), "/edit"),
        Say("change", ("letter", {"position": 0, "insert": "Dear"}), "/edit"),
        Say("change", ("letter", {"position": 0, "delete": 2, "author": "ann"}), "/edit"),
        Say("cursor", ("letter", [1, 2]), "/edit"),
        Say("open", ("letter",), "/edit"),
    ),
    hears={
        ("/edit", "document"),
        ("/edit", "cursors"),
        ("/edit", "changed"),
        ("/edit", "revision"),
    },
    answers={"revision": {"seen": True}},
)

DASHBOARD = Application(
    target="board.app:socketio",
    files={
        "board/__init__.py": "",
        "board/app.py": """\
import random
import time
from threading import Lock
from flask import Flask
from flask_socketio import SocketIO, emit
from board import metrics

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
thread = None
lock = Lock()

def watch():
    for count in range(3):
        values = metrics.sample(count)
        socketio.emit("metrics", values)
        socketio.emit("tick", {"n": count, "at": time.time()})
        if metrics.alarms(values):
            socketio.emit("alarm", metrics.alarms(values))
        socketio.sleep(0)
    socketio.emit("done", metrics.summary())

@socketio.on("watch")
def on_watch():
    global thread
    with lock:
        if thread is None:
            thread = socketio.start_background_task(watch)
    emit("watching", thread is not None)
    return "ok"
""",
        "board/metrics.py": """\
import math

seen = []

def sample(n):
    values = {"load": n, "memory": n * 10}
    if n:
        values["load"] = math.sqrt(n)
        values["disk"] = None
    seen.append(values)
    return values

def alarms(values):
    return [f"{name} is high" for name, value in values.items() if value and value > 5]

def summary():
    if not seen:
        return None
    return {"samples": len(seen), "mean": sum(each["load"] for each in seen) / len(seen)}
""",
    },
    talk=(Say("watch"),),
    hears={("/", "metrics"), ("/", "tick"), ("/", "alarm"), ("/", "done"), ("/", "watching")},
)

CLASSES = Application(
    target="rooms.main:socketio",
    files={
        "rooms/__init__.py": "",
        "rooms/main.py": """\
from flask import Flask
from flask_socketio import SocketIO
from rooms.namespaces import Lobby, Table

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
socketio.on_namespace(Lobby("/lobby"))
socketio.on_namespace(Table("/table"))
""",
        "rooms/base.py": """\
from flask_socketio import Namespace

class Base(Namespace):
    GREETING = "welcome"
    count = 0

    def on_connect(self, auth: "dict | None" = None):
        type(self).count += 1
        self.emit(self.GREETING, {"namespace": self.namespace, "count": self.count})

    def on_disconnect(self, reason=None):
        pass

    def fail(self, code, **details):
        self.emit("failed", {"code": code, **details})
""",
        "rooms/namespaces.py": """\
from __future__ import annotations
from rooms.base import Base

class Lobby(Base):
    tables: list[str] = []

    def on_open(self, name: str) -> bool:
        if name in self.tables:
            self.fail("taken", name=name)
            return False
        self.tables.append(name)
        self.emit("tables", self.tables)
        return True

class Table(Base):
    GREETING = "seated"

    def on_sit(self, seat: int, name: str = "nobody") -> dict[str, int] | None:
        if seat > 3:
            self.fail("no such seat", seat=seat, seats=[0, 1, 2, 3])
            return None
        super().emit("sat", (seat, name))
        return {"seat": seat}
""",
    },
    talk=(
        Say("open", ("red",), "/lobby"),
        Say("open", ("red",), "/lobby"),
        Say("sit", (1,), "/table"),
        Say("sit", (2, "ann"), "/table"),
        Say("sit", (9,), "/table"),
    ),
    hears={
        ("/lobby", "welcome"),
        ("/lobby", "tables"),
        ("/lobby", "failed"),
        ("/table", "seated"),
        ("/table", "sat"),
        ("/table", "failed"),
    },
)

FACTORY = Application(
    target="shop:create_app()",
    files={
        "shop/__init__.py": """\
from flask import Flask
from flask_socketio import SocketIO
from shop.stock import Stock

def create_app():
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    stock = Stock(socketio, {"apple": 3, "pear": 1.5})
    app.stock = stock

    @socketio.on("buy")
    def buy(name, amount=1):
        try:
            left = stock.take(name, amount)
        except KeyError as error:
            socketio.emit("problem", str(error))
            return "unknown", name
        return "bought", left

    @socketio.on("list")
    def everything():
        socketio.emit("stock", stock.items)
        return stock.items

    @app.route("/restock/<name>")
    def restock(name):
        stock.tell("restocked", name)
        return "done"

    return app
""",
        "shop/stock.py": """\
class Stock:
    def __init__(self, channel, items):
        self.channel = channel
        self.items = items
        self.sold = {}

    def take(self, name, amount):
        self.items[name] -= amount
        self.sold[name] = self.sold.get(name, 0) + amount
        self.tell("sold", {"name": name, "left": self.items[name], "total": self.sold[name]})
        if self.items[name] <= 0:
            self.tell("empty", name)
        return self.items[name]

    def tell(self, event, data=None):
        self.channel.emit(event, data)
""",
    },
    talk=(
        Say("list"),
        Say("buy", ("apple",)),
        Say("buy", ("pear", 2)),
        Say("buy", ("plum",)),
        Say("list"),
    ),
    hears={("/", "stock"), ("/", "sold"), ("/", "empty"), ("/", "problem")},
)

BARE = Application(
    target="harbour:application",
    files={
        "harbour.py": """\
import socketio
from berths import Berths

sio = socketio.Server(async_mode="threading")
application = socketio.WSGIApp(sio)
berths = Berths(sio)

@sio.event
def connect(sid, environ, auth: dict):
    sio.save_session(sid, {"name": (auth or {}).get("name")})
    sio.emit("hello", sio.get_session(sid)["name"], to=sid)

@sio.event
def disconnect(sid):
    pass

@sio.event
def moor(sid, data: dict) -> int:
    if data["length"] > 50:
        sio.emit("refused", {"ship": data["ship"], "why": "too long"}, to=sid)
        return
    return berths.moor(data["ship"], data["length"])

@sio.on("tide", namespace="/weather")
def tide(sid, level: float, rising: bool = True) -> None:
    sio.emit("tide", data=[level, rising], namespace="/weather")
    sio.emit("warning", ("flood", level) if level > 4 else (), namespace="/weather")

@sio.on("ping", namespace="*")
def ping(namespace, sid):
    sio.emit("pong", to=sid, namespace=namespace)
    return "pong"
""",
        "berths.py": """\
from __future__ import annotations
from typing import NamedTuple
import socketio

class Berth(NamedTuple):
    number: int
    ship: str

class Berths:
    def __init__(self, server: socketio.Server) -> None:
        self._server = server
        self._taken: list[Berth] = []

    def moor(self, ship: str, length: float) -> int:
        berth = Berth(len(self._taken), ship)
        self._taken.append(berth)
        self._server.emit("moored", berth)
        self._server.emit("berths", {"free": 10 - len(self._taken), "taken": self._taken})
        self._server.emit("length", {"ship": ship, "length": length or None})
        return berth.number
""",
    },
    talk=(
        Say("moor", ({"ship": "Ann", "length": 20.5},)),
        Say("moor", ({"ship": "Eve", "length": 90},)),
        Say("tide", (3,), "/weather"),
        Say("tide", (4.5, False), "/weather"),
        Say("ping", (), "/weather"),
        Say("ping"),
    ),
    hears={
        ("/", "hello"),
        ("/", "moored"),
        ("/", "berths"),
        ("/", "length"),
        ("/", "refused"),
        ("/", "pong"),
        ("/weather", "tide"),
        ("/weather", "warning"),
        ("/weather", "pong"),
    },
)

DROP_IN = Application(
    target="quiz:socketio",
    files={
        "quiz.py": """\
import os
from dataclasses import dataclass
from typing import Any, Literal
from flask import Flask
from flask_socketio import emit
from pydantic import BaseModel
from typing_extensions import TypedDict
from asyncapi_guard import AsyncAPISocketIO as SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", spec=os.environ.get("CONTRACT"))

class Question(BaseModel):
    id: int
    text: str
    hints: list[str] = []

class Hard(Question):
    bonus: int = 2

class Score(TypedDict, total=False):
    points: float
    streak: int

@dataclass
class Player:
    name: str
    score: Score

players: dict[str, Player] = {}
current: Question | None = None
phase: Literal["waiting", "running"] = "waiting"

def ask() -> Question:
    return Hard(id=2, text="Why?") if players else Question(id=1, text="What?")

@socketio.on("join")
def join(name: str):
    # A hint that nobody heeds: clients may send a number.
    players[str(name)] = Player(str(name), Score(points=0))
    emit("joined", name)
    emit("player", players[str(name)])
    emit("phase", phase)
    return list(players)

@socketio.on("next", get_from_typehint=True)
def next_question(reveal: bool = False) -> Question:
    global current, phase
    phase = "running"
    emit("previous", current)
    current = ask()
    socketio.emit("question", current)
    emit("phase", phase)
    return current

@socketio.on("answer", get_from_typehint=True)
def answer(name: str, text: str | None, more: Any = None) -> Score:
    score = players[name].score
    score["points"] = score.get("points", 0) + 0.5
    score["streak"] = 1
    emit("score", {"name": name, "score": score, "text": text})
    emit("board", {n: p.score for n, p in players.items()})
    emit("blob", b"\\x00\\x01")
    emit("seen", more)
    return score
""",
    },
    talk=(
        Say("next"),
        Say("join", ("ann",)),
        Say("join", (7,)),
        Say("next", (True,)),
        Say("answer", ("ann", None)),
        Say("answer", ("ann", "42", [{"raw": b"\x01"}])),
    ),
    hears={
        ("/", "joined"),
        ("/", "player"),
        ("/", "phase"),
        ("/", "previous"),
        ("/", "question"),
        ("/", "score"),
        ("/", "board"),
        ("/", "blob"),
        ("/", "seen"),
    },
)

PACKAGE = Application(
    target="fleet.wsgi:fleet",
    files={
        "fleet/__init__.py": "",
        "fleet/wsgi.py": """\
from flask import Flask
from fleet.hub import fleet
from fleet import drivers, tracking

flask_app = Flask(__name__)
fleet.init_app(flask_app, async_mode="threading")
tracking.register(fleet)
""",
        "fleet/hub.py": """\
from flask_socketio import SocketIO
fleet = SocketIO()
""",
        "fleet/names.py": """\
from enum import Enum

class Event(str, Enum):
    MOVED = "bus:moved"
    LATE = "bus:late"

DRIVERS = "/drivers"
""",
        "fleet/notify.py": """\
from fleet.hub import fleet

def notify(event, data=None, *, namespace="/", **options):
    fleet.emit(getattr(event, "value", event), data, namespace=namespace, **options)

def moved(bus, position):
    payload = {"bus": bus, "position": position}
    payload.update(describe(position))
    notify("bus:moved", payload)

def describe(position):
    if position is None:
        return {}
    return {"stop": "stop %d" % position, "known": True}
""",
        "fleet/tracking.py": """\
from fleet.names import Event
from fleet import notify

class Tracker:
    def __init__(self):
        self.positions = {}
        self.latest = None

    def report(self, bus, position=None):
        self.positions[bus] = position
        self.latest = (bus, position)
        notify.moved(bus, position)
        if position is None:
            notify.notify(Event.LATE, bus)
        notify.notify("latest", self.latest)
        notify.notify("positions", dict(self.positions))
        return len(self.positions)

tracker = Tracker()

def register(socketio):
    socketio.on_event("report", tracker.report)
""",
        "fleet/drivers.py": """\
from fleet.hub import fleet
from fleet.names import DRIVERS
from fleet.notify import notify

SHIFTS = {"early": 6, "late": 14}

@fleet.on("shift", namespace=DRIVERS)
def shift(name):
    hour = SHIFTS.get(name)
    notify("shift", hour, namespace=DRIVERS)
    for event in ("begins", "ends"):
        notify(event, {"hour": (hour or 0) + 8 * (event == "ends")}, namespace=DRIVERS)
    return hour
""",
    },
    talk=(
        Say("report", ("4a", 3)),
        Say("report", (12,)),
        Say("shift", ("early",), "/drivers"),
        Say("shift", ("never",), "/drivers"),
    ),
    hears={
        ("/", "bus:moved"),
        ("/", "bus:late"),
        ("/", "latest"),
        ("/", "positions"),
        ("/drivers", "shift"),
        ("/drivers", "begins"),
        ("/drivers", "ends"),
    },
)

#: By what they are.
APPLICATIONS = {
    "chat": CHAT,
    "game": GAME,
    "auction": AUCTION,
    "editor": EDITOR,
    "dashboard": DASHBOARD,
    "classes": CLASSES,
    "factory": FACTORY,
    "bare": BARE,
    "drop-in": DROP_IN,
    "package": PACKAGE,
}
