"""Ten small applications of the shapes that real ones have, each beside the file that it keeps.

A text is a file of an application; `asyncapi.yml` is made by `document` of what stands under
"receives" and "sends": event, payload, ack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["APPLICATIONS", "Application", "document"]

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NOTHING = {"type": "null"}


def thing(**properties: str) -> dict[str, Any]:
    """An object with properties of these types, all of which are required."""
    return {
        "type": "object",
        "required": sorted(properties),
        "properties": {name: {"type": kind} for name, kind in properties.items()},
    }


def several(*items: Any, least: int | None = None) -> dict[str, Any]:
    """Several arguments."""
    return {
        "type": "array",
        "items": list(items),
        "minItems": len(items) if least is None else least,
        "additionalItems": False,
    }


@dataclass(frozen=True)
class Application:
    """An application.

    Attributes:
        target: what is checked.
        receives: by namespace and event, the payload and the ack (`None`: none).
        sends: likewise.
        files: its texts, by their names.
    """

    target: str
    receives: dict[tuple[str, str], tuple[Any, Any]]
    sends: dict[tuple[str, str], tuple[Any, Any]]
    files: dict[str, str]


def document(application: Application) -> dict[str, Any]:
    """The file of an application."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for action, events in (("receive", application.receives), ("send", application.sends)):
        for (namespace, event), (payload, ack) in events.items():
            id = namespace.strip("/") or "root"
            channel = channels.setdefault(id, {"address": namespace, "messages": {}})
            message = {"payload": payload} | ({} if ack is None else {"x-ack": ack})
            channel["messages"][event] = message
            operation = operations.setdefault(
                f"{action}-{id}",
                {"action": action, "channel": {"$ref": f"#/channels/{id}"}, "messages": []},
            )
            operation["messages"].append({"$ref": f"#/channels/{id}/messages/{event}"})
    info = {"title": "An application", "version": "1.0.0"}
    return {
        "asyncapi": "3.1.0",
        "info": info,
        "channels": channels,
        "operations": operations,
    }


BLUEPRINTS = Application(
    target="parcels:create_app()",
    receives={
        ("/", "track"): (thing(code="string"), thing(ok="boolean")),
        ("/", "forget"): (several(STRING, INTEGER, least=1), None),
    },
    sends={
        ("/", "moved"): (thing(code="string", stop="integer"), None),
        ("/", "arrived"): (STRING, None),
        ("/depot", "unloaded"): (INTEGER, None),
    },
    files={
        "parcels/__init__.py": """\
from flask import Flask
from parcels.extensions import wire

def create_app(settings=None):
    app = Flask(__name__)
    from parcels.tracking import tracking
    app.register_blueprint(tracking)
    wire.init_app(app, async_mode="threading")
    return app
""",
        "parcels/extensions.py": """\
from flask_socketio import SocketIO
wire = SocketIO()
""",
        "parcels/names.py": """\
MOVED = "moved"
ARRIVED = "arrived"
DEPOT = "/depot"
""",
        "parcels/tracking/__init__.py": """\
from flask import Blueprint
tracking = Blueprint("tracking", __name__)
from parcels.tracking import events
""",
        "parcels/tracking/events.py": """\
from flask_socketio import emit, join_room
from parcels import names, notices
from parcels.extensions import wire

@wire.on("track")
def track(data):
    join_room(data["code"])
    emit(names.MOVED, {"code": data["code"], "stop": 4}, to=data["code"])
    notices.unload(3)
    return {"ok": True}

@wire.on("forget")
def forget(code, days=7):
    notices.arrive(code)
""",
        "parcels/notices.py": """\
from parcels.extensions import wire
from parcels.names import ARRIVED, DEPOT

def arrive(code: str) -> None:
    wire.emit(ARRIVED, str(code))

def unload(count):
    wire.emit("unloaded", count, namespace=DEPOT)
""",
    },
)

CLASSES = Application(
    target="tables.server:socketio",
    receives={
        ("/game", "sit"): (thing(seat="integer"), STRING),
        ("/game", "leave"): (NOTHING, None),
        ("/lobby", "list"): (NOTHING, {"type": "array", "items": STRING}),
    },
    sends={
        ("/game", "seated"): (INTEGER, None),
        ("/game", "left"): (NOTHING, None),
        ("/lobby", "tables"): ({"type": "array", "items": STRING}, None),
    },
    files={
        "tables/__init__.py": "",
        "tables/server.py": """\
from flask import Flask
from flask_socketio import SocketIO
from tables.namespaces import Game, Lobby

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
socketio.on_namespace(Game("/game"))
socketio.on_namespace(Lobby("/lobby"))
""",
        "tables/namespaces.py": """\
from flask_socketio import Namespace, emit
from tables.announcing import Announcing

class Game(Announcing, Namespace):
    EVENT = "seated"

    def on_connect(self):
        pass

    def on_sit(self, seat: dict) -> str:
        self.announce(seat["seat"])
        return "welcome"

    def on_leave(self):
        emit("left", broadcast=True)

class Lobby(Namespace):
    def on_list(self) -> list[str]:
        names = ["green", "blue"]
        super().emit("tables", names)
        return names
""",
        "tables/announcing.py": """\
class Announcing:
    def announce(self, seat):
        self.emit(self.EVENT, seat)
""",
    },
)

FACTORY = Application(
    target="weather:create_app()",
    receives={("/", "subscribe"): (STRING, {"type": "boolean"})},
    sends={
        ("/", "forecast"): (thing(city="string", degrees="integer"), None),
        ("/", "alarm"): (STRING, {"args": thing(seen="boolean"), "required": True}),
    },
    files={
        "weather.py": """\
from flask import Flask, current_app
from flask_socketio import SocketIO

class Weather:
    def __init__(self, app=None, channel=None):
        self.channel = channel
        self._seen = []

    def seen(self, answer):
        self._seen.append(answer)

    def warn(self, text):
        self.channel.emit("alarm", text, callback=self.seen)

def create_app():
    app = Flask(__name__)
    channel = SocketIO(app, async_mode="threading")
    app.weather = Weather(app, channel=channel)

    @channel.on("subscribe")
    def subscribe(city: str):
        def answer():
            channel.emit("forecast", {"city": city, "degrees": 21})
        answer()
        return True

    @app.route("/alarm")
    def alarm():
        current_app.weather.warn("storm")
        return "told"

    return app, channel
""",
    },
)

WSGI = Application(
    target="docks:application",
    receives={
        ("/", "moor"): (thing(ship="string"), INTEGER),
        ("/crane", "lift"): (several(INTEGER, INTEGER), NOTHING),
    },
    sends={
        ("/", "moored"): (thing(ship="string"), None),
        ("/", "full"): (NOTHING, None),
        ("/crane", "lifted"): (several(INTEGER, STRING), None),
    },
    files={
        "docks.py": """\
import socketio
from dockside import tell

sio = socketio.Server(async_mode="threading")
application = socketio.WSGIApp(sio)

@sio.event
def connect(sid, environ, auth=None):
    sio.save_session(sid, {})

@sio.event
def moor(sid, data: dict) -> int:
    tell(sio, "moored", {"ship": data["ship"]})
    if data["ship"] == "last":
        tell(sio, "full")
    return 7

@sio.on("lift", namespace="/crane")
def lift(sid, crane: int, weight: int) -> None:
    tell(sio, "lifted", (crane, "done"), where="/crane")
""",
        "dockside.py": """\
def tell(server, event, data=None, where=None):
    server.emit(event, data, namespace=where)
""",
    },
)

ASGI = Application(
    target="stage.main:app",
    receives={
        ("/", "play"): (thing(song="string"), thing(queued="boolean")),
        ("/light", "dim"): (INTEGER, INTEGER),
    },
    sends={
        ("/", "playing"): (thing(song="string"), False),
        ("/", "ask"): (STRING, {"args": {"type": "boolean"}, "required": True}),
        ("/light", "dimmed"): (INTEGER, None),
    },
    files={
        "stage/__init__.py": "",
        "stage/main.py": """\
import socketio
from stage.light import Light
from stage.web import Web

web = Web()
sio = socketio.AsyncServer(async_mode="asgi")
web.state.live = sio
app = socketio.ASGIApp(sio, web)

@sio.event
async def play(sid: str, data: dict) -> dict:
    await sio.emit("playing", {"song": "one"}, to=sid)
    answer = await sio.call("ask", "louder?", to=sid)
    return {"queued": bool(answer)}

sio.register_namespace(Light("/light"))
""",
        "stage/web.py": """\
import asyncio

class State:
    pass

class Web:
    def __init__(self):
        self.state = State()

    async def post(self, song):
        asyncio.create_task(self.state.live.emit("playing", {"song": song}))
""",
        "stage/light.py": """\
import socketio

class Light(socketio.AsyncNamespace):
    async def on_dim(self, sid, level: int) -> int:
        await self.emit("dimmed", level)
        return level
""",
    },
)

BACKGROUND = Application(
    target="ticker:socketio",
    receives={("/", "start"): (NOTHING, NOTHING)},
    sends={
        ("/", "tick"): (INTEGER, None),
        ("/", "opened"): (STRING, None),
        ("/", "closed"): (STRING, None),
        ("/", "paused"): (STRING, None),
        ("/", "late"): (STRING, None),
    },
    files={
        "ticker.py": """\
import threading
from functools import partial
from flask_socketio import SocketIO

socketio = SocketIO(async_mode="threading")
pause = partial(socketio.emit, "paused")
publish = socketio.emit

def ticking():
    while True:
        socketio.sleep(1)
        publish("tick", 1)

def phases():
    for phase in ("opened", "closed"):
        socketio.emit(phase, "the market")

@socketio.on("start")
def start():
    socketio.start_background_task(ticking)
    socketio.start_background_task(phases)
    threading.Timer(5, socketio.emit, args=("late", "a bit")).start()
    pause("for lunch")
""",
    },
)

CONSTANTS = Application(
    target="garden.app:server",
    receives={("/", "water"): (INTEGER, INTEGER)},
    sends={
        ("/", "plant:grown"): (STRING, None),
        ("/", "plant:dry"): (STRING, None),
        ("/", "bed.full"): (NOTHING, None),
        ("/", "bed.empty"): (NOTHING, None),
        ("/", "rain"): (NOTHING, None),
    },
    files={
        "garden/__init__.py": "",
        "garden/names.py": """\
from enum import Enum

class Plant(str, Enum):
    GROWN = "plant:grown"
    DRY = "plant:dry"

class Bed:
    PREFIX = "bed"
    FULL = PREFIX + ".full"

WEATHER = {"wet": "rain"}
""",
        "garden/app.py": """\
import socketio
from garden.names import WEATHER, Bed, Plant

server = socketio.Server(async_mode="threading")
tell = getattr(server, "emit")

@server.on("water")
def water(sid, litres: int) -> int:
    server.emit(Plant.GROWN.value, "rose")
    tell(Plant.DRY, "lily")
    server.emit(Bed.FULL)
    state = "empty"
    server.emit(f"{Bed.PREFIX}.{state}")
    server.emit(WEATHER["wet"])
    return litres + 1
""",
    },
)

HUB = Application(
    target="fleet.run:fleet",
    receives={("/", "report"): (thing(bus="integer"), NOTHING)},
    sends={
        ("/", "position"): (thing(bus="integer", line="string"), None),
        ("/", "delayed"): (several(INTEGER, STRING), None),
        ("/drivers", "shift"): (STRING, None),
    },
    files={
        "fleet/__init__.py": "",
        "fleet/run.py": """\
from flask import Flask
from flask_socketio import SocketIO
from fleet.manager import FleetManager

flask_app = Flask(__name__)
fleet = SocketIO(flask_app, async_mode="threading")
manager = FleetManager(fleet)
manager.listen()
""",
        "fleet/manager.py": """\
from __future__ import annotations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask_socketio import SocketIO

class Reports:
    def __init__(self, owner: FleetManager) -> None:
        self.owner = owner

    def report(self, data: dict[str, Any]) -> None:
        self.owner.publish("position", {"bus": data["bus"], "line": "4a"})
        self.owner.transport.emit("delayed", data["bus"], "by five minutes")

class FleetManager:
    def __init__(self, transport: SocketIO) -> None:
        self._transport = transport
        self.reports = Reports(self)

    @property
    def transport(self) -> SocketIO:
        return self._transport

    def publish(self, event: str, data: Any, *, namespace: str = "/") -> None:
        self._transport.emit(event, data, namespace=namespace)

    def shift(self) -> None:
        self.publish("shift", "night", namespace="/drivers")

    def listen(self) -> None:
        self._transport.on_event("report", self.reports.report)
""",
    },
)

WRAPPERS = Application(
    target="library:socketio",
    receives={
        ("/", "borrow"): (thing(book="string"), thing(until="string")),
        ("/staff", "stamp"): (STRING, NOTHING),
    },
    sends={
        ("/", "borrowed"): (thing(book="string"), None),
        ("/", "returned"): (thing(book="string"), None),
        ("/staff", "stamped"): (STRING, None),
        ("/", "heartbeat"): (NOTHING, None),
    },
    files={
        "library.py": """\
import functools
import shelves
from flask_socketio import SocketIO, emit

class Loud(SocketIO):
    def emit(self, event, *args, **kwargs):
        print("emitting", event)
        return super().emit(event, *args, **kwargs)

socketio = Loud(async_mode="threading")

def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        print(function.__name__)
        return function(*args)
    return wrapper

def reply(event, *args, **options):
    emit(event, *args, **options)

def beat(event="heartbeat"):
    socketio.emit(event)

@socketio.on("borrow")
@logged
def borrow(data):
    reply("borrowed", {"book": "Emma"}, broadcast=True)
    shelves.lend(socketio, "Emma")
    beat()
    return {"until": "May"}

@socketio.on("stamp", namespace="/staff")
@logged
def stamp(name):
    reply("stamped", name)
""",
        "shelves.py": """\
def lend(channel, title):
    _announce(channel, "returned", book=title)

def _announce(channel, event, **details):
    channel.emit(event, details)
""",
    },
)

SEVERAL = Application(
    target="bakery:shop",
    receives={("/", "order"): (thing(bread="string"), INTEGER)},
    sends={("/", "baked"): (thing(bread="string"), None), ("/", "sold_out"): (NOTHING, None)},
    files={
        "bakery.py": """\
import socketio

shop = socketio.Server(async_mode="threading")
kitchen = socketio.Server(async_mode="threading")
outside = socketio.Client()

class Signal:
    def emit(self, name, *rest):
        return name, rest

sio = Signal()
EVENTS = ["baked"]

@kitchen.event
def knead(sid, dough):
    kitchen.emit("kneaded", dough)

@shop.event
def order(sid, data):
    kitchen.emit("wanted", data)
    outside.emit("supplier", data)
    sio.emit("pressed")
    for event in EVENTS:
        shop.emit(event, {"bread": data["bread"]})
    if not data:
        shop.emit("sold_out")
    return 3
""",
    },
)

#: By what they are.
APPLICATIONS = {
    "blueprints": BLUEPRINTS,
    "classes": CLASSES,
    "factory": FACTORY,
    "wsgi": WSGI,
    "asgi": ASGI,
    "background": BACKGROUND,
    "constants": CONSTANTS,
    "hub": HUB,
    "wrappers": WRAPPERS,
    "several": SEVERAL,
}
